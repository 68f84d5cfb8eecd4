"""A table that is too wide for the page is reported, and no text is made for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qexport.bank.model import Question
from qexport.content.question_view import text_view
from qexport.outputs.book.tables import warn_of_tables

NARROW = "|a|b|\n|-|-|\n|1|2|"
WIDE = "|one|two|\n|-|-|\n|`" + "configuration." * 4 + "`|" + "parameters_" * 3 + "|"
WIDER = (
    WIDE.replace("one|two", "one|two|three").replace("|-|-|", "|-|-|-|") + "`" + "configuration." * 6 + "`|"
)


def question(key: str, answer: str, markup: str = "markdown") -> Question:
    return Question(id=key, question="Q?", answer=answer, markup=markup)


def test_each_question_with_a_table_that_is_too_wide_has_a_warning() -> None:
    asked = []

    def show(each: Question) -> Mapping[str, Any]:
        asked.append(each.id)
        return text_view(each, 150.0, 10.0)

    questions = [
        question("A", NARROW),
        question("B", WIDE),
        question("C", WIDER),
        question("D", WIDER, "plain"),
        question("E", "a | b\n\n---"),
    ]
    warnings = warn_of_tables(questions, "a flash card", show, 150.0, 10.0)
    assert [each.message for each in warnings] == [
        "B: a table is too wide for a flash card: its type is smaller",
        "C: a table is too wide for a flash card: its type is as small as can be read, and its long words are broken",
    ]
    assert [each.hint for each in warnings] == [
        "",
        "take a larger paper, or give the table fewer columns or shorter words",
    ]
    assert asked == ["B", "C"]
