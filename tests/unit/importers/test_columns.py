"""Columns by their names."""

from __future__ import annotations

import pytest

from qexport.importers.columns import field_of, fold_name, match_columns, option_letter


def test_names_of_several_languages_are_known() -> None:
    names = ("Question", "Frage", "Back", "nothing")
    assert [field_of(name) for name in names] == ["question", "question", "answer", ""]
    assert fold_name("Correct Answer") == "correct_answer"


@pytest.mark.parametrize(("name", "letter"), [("Option C", "c"), ("b", "b"), ("choice3", "c"), ("x", "")])
def test_a_column_may_be_a_choice(name: str, letter: str) -> None:
    assert option_letter(name) == letter


def test_a_wish_comes_before_a_name() -> None:
    assert match_columns(["Front", "Back", "Tags"], {}) == {
        "Tags": "tags",
        "Front": "question",
        "Back": "answer",
    }
    assert match_columns(["A", "B"], {"question": "B"})["B"] == "question"
