"""A change is worded alike in every form."""

from __future__ import annotations

import pytest

from qexport.content.languages import language
from qexport.team.difference_wording import field_label, field_name, flat_text, shorten_unchanged
from qexport.team.differences import Piece


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("deep_explanation", "Deep explanation"),
        ("Deep Explanation", "Deep explanation"),
        ("follow_ups", "Follow-ups"),
    ],
)
def test_a_field_has_one_name_for_readers(name: str, shown: str) -> None:
    assert field_name(name) == shown


def test_a_field_is_called_in_the_language_of_the_bank() -> None:
    german = language("de")
    assert field_label("answer", german) == german.labels["answer"]
    assert field_label("own_field", german) == "Own field"


def test_of_what_stayed_only_the_words_around_changes_are_shown() -> None:
    long = " ".join(f"w{number}" for number in range(20))
    assert shorten_unchanged(
        [Piece("same", f"{long} "), Piece("gone", "old"), Piece("same", f" {long}")]
    ) == (
        Piece("same", "… w14 w15 w16 w17 w18 w19 "),
        Piece("gone", "old"),
        Piece("same", " w0 w1 w2 w3 w4 w5 …"),
    )
    assert shorten_unchanged([Piece("new", "a\n b")]) == (Piece("new", "a b"),)


def test_a_text_is_on_one_line() -> None:
    assert flat_text(" a\n\n b ") == "a b"
