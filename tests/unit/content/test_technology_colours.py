"""Which colour a technology has."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.content.technology_colours import COLOURS, number_colour, number_technologies


def test_technologies_are_numbered_in_the_banks_order() -> None:
    questions = tuple(
        Question(id=f"{n}", question="?", answer="!", technology=name)
        for n, name in enumerate(("Go", "Python", "", "Go"))
    )
    bank = Bank(title="T", namespace="t", questions=questions, technologies=("Python",))
    assert number_technologies(bank) == {"Python": 0, "Go": 1}


def test_colours_come_back_after_the_last() -> None:
    assert [number_colour(number) for number in (0, COLOURS - 1, COLOURS)] == [1, COLOURS, 1]
