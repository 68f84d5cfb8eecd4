"""A translated bank in each of the sixteen languages: every output in it, direction, glyphs, index.

This is the short form of `tools/try_languages.py`, which has as many questions as the shipped bank.
"""

from __future__ import annotations

import pytest
from tools.try_languages import (
    Made,
    build_all,
    find_english,
    find_misdirected,
    find_missing_glyphs,
    find_undeclared,
    list_index,
    make_short_bank,
    read_all,
    read_texts,
)

TEXTS = read_texts()


@pytest.fixture(scope="module", params=sorted(TEXTS))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every output of the bank of one language, a release and a bundle of it."""
    tag = request.param
    return build_all(tag, TEXTS[tag], make_short_bank(tag, TEXTS[tag]), tmp_path_factory.mktemp(tag))


def test_no_label_is_english(made: Made) -> None:
    assert len(read_all(made)) == 10
    assert find_english(made) == {}


def test_no_glyph_is_missing(made: Made) -> None:
    assert find_missing_glyphs(made) == []


def test_labels_and_lines_begin_on_the_side_where_the_language_begins(made: Made) -> None:
    assert find_misdirected(made) == []


def test_the_index_has_the_order_of_icu(made: Made) -> None:
    assert list_index(made) == made.texts["terms"]  # as tools/sort_with_icu.mjs wrote them


def test_documents_say_their_language_and_direction(made: Made) -> None:
    assert find_undeclared(made) == []
