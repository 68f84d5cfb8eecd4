"""The records of a bank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qexport.bank.model import Question
from qexport.common.errors import Location

QUESTION = Question(id="a", question="What is a slice?", answer="A view.")


def test_the_digest_is_that_of_what_a_question_says() -> None:
    assert QUESTION.digest() == Question(id="a", question="What is a slice?", answer="A view.").digest()
    assert QUESTION.digest() != replace(QUESTION, answer="A window.").digest()
    assert QUESTION.digest() != replace(QUESTION, tags=("x",)).digest()


def test_the_digest_of_a_question_stays_what_it_is() -> None:
    """Books print one of all questions: two books of one bank say the same, whichever version made them."""
    question = Question(id="A", question="What is x?", answer="1", tags=("t",), difficulty=3)
    assert question.digest() == "0e0f28c7abfdea3a6a10ea20ad915bff379fa27635b12069246fc68a3bd77f4e"


def test_the_key_of_a_question_is_of_all_but_its_place() -> None:
    assert QUESTION.key() == replace(QUESTION, location=Location("elsewhere", 3)).key()
    others: dict[str, Any] = {
        "id": "b",
        "answer": "A window.",
        "tags": ("x",),
        "difficulty": 1,
        "extra": (("a", "b"),),
    }
    keys = {replace(QUESTION, **{name: value}).key() for name, value in others.items()}
    assert len({QUESTION.key(), *keys}) == 1 + len(others)
