"""Which colour a technology has."""

from __future__ import annotations

import re

from qexport.bank.model import Bank, Question
from qexport.content.technology_colours import COLOURS, choose_colour, number_colour, number_technologies
from qexport.content.templates import templates_folder


def test_technologies_are_numbered_in_the_banks_order() -> None:
    questions = tuple(
        Question(id=f"{n}", question="?", answer="!", technology=name)
        for n, name in enumerate(("Go", "Python", "", "Go"))
    )
    bank = Bank(title="T", namespace="t", questions=questions, technologies=("Python",))
    assert number_technologies(bank) == {"Python": 0, "Go": 1}


def test_colours_come_back_after_the_last() -> None:
    assert [number_colour(number) for number in (0, COLOURS - 1, COLOURS)] == [1, COLOURS, 1]


def test_the_only_technology_has_the_colour_of_the_book() -> None:
    assert [choose_colour(name, {"Go": 0, "Rust": 1}) for name in ("Go", "Rust", "")] == [1, 2, 0]
    assert choose_colour("Go", {"Go": 0}) == 0


def test_cards_and_books_have_the_same_colours() -> None:
    texts = [(templates_folder() / name).read_text("utf-8") for name in ("anki/card.css", "shared/type.css")]
    card, book = (dict(re.findall(r"(--colour-\d): (#\w+);", text[: text.index("}")])) for text in texts)
    assert card == book
    assert len(card) == COLOURS
