"""Ids that a reader cannot tell apart are known."""

from __future__ import annotations

import pytest

from qexport.bank.id_looks import as_seen, name_foreign


@pytest.mark.parametrize("other", ["\u0420Y-1", "py-1", "\uff30Y-1", "PY\u20131", "PY\u20101"])
def test_letters_and_signs_that_look_alike_make_the_same_id(other: str) -> None:
    assert as_seen(other) == as_seen("PY-1")


def test_ids_that_look_different_stay_different() -> None:
    assert len({as_seen(each) for each in ("PY-1", "PY-l", "PY1", "\u042f-1")}) == 4


def test_the_first_foreign_character_is_named() -> None:
    assert name_foreign("P\u0423-\u0410") == "cyrillic capital letter u (U+0423)"
    assert name_foreign("PY-1") == ""
