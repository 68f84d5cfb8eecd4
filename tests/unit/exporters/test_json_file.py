"""A bank as one JSON value."""

from __future__ import annotations

import json

from qexport.bank.model import Bank, Question
from qexport.exporters.json_file import write

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


def test_the_header_is_beside_the_questions() -> None:
    said = json.loads(write(BANK).text)
    assert (said["title"], said["levels"]) == ("Go", ["Junior", "Senior"])
    assert said["questions"][1] == {
        "id": "b",
        "question": "How long is a slice?",
        "technology": "Go",
        "level": "Junior",
        "answer": "len(s)",
    }
