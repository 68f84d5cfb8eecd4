"""A translated bank in each of the sixteen languages: every output in it, direction, glyphs, index.

This is the short form of `tools/try_languages.py`, which has as many questions as the shipped bank.
"""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
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

from qexport.cli.main import program

TEXTS = read_texts()

TWO_DIRECTIONS = """\
title: Mixed
questions:
  - {id: A-1, question: What is a list?, answer: "Yes."}
  - {id: A-2, question: "\u05de\u05d4 \u05d6\u05d4?", answer: "Yes."}
  - {id: A-3, question: What is a set?, answer: "Yes."}
  - {id: A-4, question: What is a loop?, answer: "Yes."}
"""


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


@pytest.mark.parametrize(("language", "side"), [("en", 1), ("he", -1)])
def test_a_line_of_the_contents_has_its_own_direction_and_its_dots_lead_to_the_folio(
    language: str, side: int, tmp_path: Path
) -> None:
    """`side` is 1 where the folio is at the right of the text."""
    bank = tmp_path / "bank.yaml"
    bank.write_text(f"language: {language}\n{TWO_DIRECTIONS}", encoding="utf-8")
    words = ["build", "--format", "handbook", "--bank", str(bank), "--out", str(tmp_path), "--no-cache"]
    done = CliRunner().invoke(program, words, prog_name="qexport", catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")
    read = next(
        text
        for text in (page.get_textpage() for page in pypdfium2.PdfDocument(next(tmp_path.glob("*.pdf"))))
        if ". . ." in text.get_text_bounded()
    )
    signs = [(read.get_text_range(at, 1), read.get_charbox(at)) for at in range(read.count_chars())]

    def middles(wanted: str, line: float) -> list[float]:
        return [(box[0] + box[2]) / 2 for sign, box in signs if sign == wanted and abs(box[1] - line) < 4]

    latin = next(box for sign, box in signs if sign == "W")
    hebrew = next(box for sign, box in signs if sign == "\u05de")
    (mark,) = middles("?", latin[1])
    (mirrored,) = middles("?", hebrew[1])
    assert (mark > latin[0], mirrored < hebrew[0]) == (True, True)
    dots = middles(".", latin[1])
    assert len(dots) > 20
    assert all((dot - mark) * side > 0 for dot in dots)
