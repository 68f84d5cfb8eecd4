"""Choices, their letters, and which of them are meant."""

from __future__ import annotations

import pytest

from qexport.importers.choice_letters import letters_of, without_own_letters


@pytest.mark.parametrize(
    ("written", "choices"),
    [
        (("A. this", "B. that"), ("this", "that")),
        (("(a) this", "(b) that", "(c) both"), ("this", "that", "both")),
        (("1) this", "2) that"), ("this", "that")),
        ((r"a\) this", r"b\) that"), ("this", "that")),
        (("A: this", "B: that"), ("this", "that")),
        (("A. this", "that"), ("A. this", "that")),
        (("B. this", "A. that"), ("B. this", "A. that")),
        (("A. this",), ("A. this",)),
        (("a list", "b tree"), ("a list", "b tree")),
    ],
)
def test_letters_that_a_source_wrote_before_its_choices_are_not_written_twice(
    written: tuple[str, ...], choices: tuple[str, ...]
) -> None:
    assert without_own_letters(written) == choices


@pytest.mark.parametrize(
    ("said", "letters"),
    [
        ("B", ("b",)),
        ("B. that", ("b",)),
        ("A. that", ()),
        ("that", ("b",)),
        ("A, C", ("a", "c")),
        ("option 2", ()),
        ("neither", ()),
    ],
)
def test_the_right_choices_are_meant_by_letter_or_text(said: str, letters: tuple[str, ...]) -> None:
    assert letters_of((said,), ("this", "that", "both")) == letters
