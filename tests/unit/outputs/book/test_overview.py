"""Questions are listed by difficulty too."""

from __future__ import annotations

from tests.unit.outputs.handbook.handbooks import (
    pages,
    without_leaders,
)

from qexport.outputs.document import Document


def test_questions_are_listed_by_difficulty_too(whole: Document) -> None:
    assert without_leaders(pages(whole)[10]) == (
        "Questions by difficulty Difficulty 3 of 10 PY-1 What is a list? 5 PY-3 What is a loop? 7 "
        "Difficulty 7 of 10 PY-2 What is a set? 6 Index 11"
    )
