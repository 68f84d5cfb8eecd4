"""A bank as a page of Markdown."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.exporters.markdown import write

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


def test_technologies_and_questions_are_headings() -> None:
    lines = write(BANK).text.splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# Go",
        "## Go",
        "### What is a slice?",
        "### How long is a slice?",
    ]
    assert "- [x] b) two" in lines
