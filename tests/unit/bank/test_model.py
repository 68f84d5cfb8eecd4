"""The records of a bank."""

from __future__ import annotations

from dataclasses import replace

from qexport.bank.model import Question

QUESTION = Question(id="a", question="What is a slice?", answer="A view.")


def test_the_digest_is_that_of_what_a_question_says() -> None:
    assert QUESTION.digest() == Question(id="a", question="What is a slice?", answer="A view.").digest()
    assert QUESTION.digest() != replace(QUESTION, answer="A window.").digest()
    assert QUESTION.digest() != replace(QUESTION, tags=("x",)).digest()
