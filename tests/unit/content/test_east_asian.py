"""Lines of scripts that have no blanks between words."""

from __future__ import annotations

from qexport.content.east_asian import is_written_without_blanks, joins_without_blank


def test_lines_of_han_are_joined_without_a_blank_and_others_with_one() -> None:
    assert joins_without_blank("漢", "字")
    assert not joins_without_blank("a", "字")
    assert not joins_without_blank("a", "b")


def test_latin_has_blanks_between_words() -> None:
    assert is_written_without_blanks("漢")
    assert not is_written_without_blanks("a")
