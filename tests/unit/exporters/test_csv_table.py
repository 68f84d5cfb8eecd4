"""Questions as a table."""

from __future__ import annotations

import csv
import io

from qexport.bank.model import Bank, Question
from qexport.exporters.csv_table import write

QUESTION = Question(
    id="a",
    question="What is a slice?",
    answer="A view.",
    technology="Go",
    level="Junior",
    difficulty=3,
    choices=("one", "two"),
    correct=("b",),
    tags=("x",),
    follow_ups=("How long is it?",),
)
BANK = Bank(
    title="Go",
    namespace="go",
    technologies=("Go", "C"),
    levels=("Junior", "Senior"),
    questions=(
        QUESTION,
        Question(id="b", question="How long is a slice?", answer="len(s)", technology="Go", level="Junior"),
    ),
)


def test_a_row_is_a_question_and_the_bank_is_in_the_first() -> None:
    text = write(BANK).text
    assert text.startswith("\ufeff")  # else Excel reads it in the machine's own encoding
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (first["id"], first["choices"], first["bank:title"]) == ("a", "• one\n• two", "Go")
    assert (second["id"], second["difficulty"], second["bank:title"]) == ("b", "", "")
