"""Questions added at the end of a bank."""

from __future__ import annotations

from qexport.bank.model import Question
from qexport.bank.yaml_append import append_questions


def test_what_is_there_stays_as_it_is_written() -> None:
    text = "title: T  # mine\nquestions:\n- {id: a, question: Q?, answer: A.}\n"
    new = Question(id="b", question="How long is a slice?", answer="len(s)", technology="Go")
    assert append_questions(text, "b.yaml", [new]) == (
        text + "\n- id: b\n  question: How long is a slice?\n  technology: Go\n  answer: len(s)\n"
    )
