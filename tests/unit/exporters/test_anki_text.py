"""Notes as text for Anki."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.exporters.anki_text import write

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


def test_the_head_says_what_the_columns_are() -> None:
    lines = write(BANK).text.splitlines()
    assert lines[:6] == [
        "#separator:tab",
        "#html:true",
        "#guid column:1",
        "#notetype column:2",
        "#deck column:3",
        "#tags column:6",
    ]
    assert lines[-1] == "go/b\tBasic\tGo::Go\tHow long is a slice?\t<p>len(s)</p>\t"
