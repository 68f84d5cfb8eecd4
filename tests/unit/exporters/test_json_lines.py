"""A bank as JSON Lines."""

from __future__ import annotations

from qexport.bank.jsonl_writer import write_jsonl
from qexport.bank.model import Bank, Question
from qexport.exporters.json_lines import write

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


def test_it_is_the_bank_itself() -> None:
    assert write(BANK).text == write_jsonl(BANK)
    assert write(BANK).losses == ()
