"""Which card is where."""

from __future__ import annotations

import pytest

from qexport.bank.model import Question
from qexport.content.languages import language
from qexport.outputs.flash_cards.arrangement import Card, arrange
from qexport.outputs.flash_cards.sheet import grid

GRID = grid("a7", "a4")


def cards(count: int) -> list[Card]:
    return [
        Card(question=Question(id=f"q{number}", question="Q?", answer="A."), number=0, count=1)
        for number in range(count)
    ]


def test_a_card_is_named_by_its_question_and_its_number() -> None:
    question = Question(id="q", question="Q?", answer="A.")
    assert Card(question=question, number=0, count=1).name == "q"
    assert Card(question=question, number=1, count=2).name == "q · 2/2"


@pytest.mark.parametrize("duplex", ["long", "short"])
def test_each_sheet_is_followed_by_its_back(duplex: str) -> None:
    on_one = len(GRID.cells())
    sides = list(arrange(cards(on_one + 1), GRID, duplex, language("en")))
    assert [side.name for side in sides] == [
        "sheet 1 of 2, front",
        "sheet 1 of 2, back",
        "sheet 2 of 2, front",
        "sheet 2 of 2, back",
    ]
    assert [(len(side.fronts), len(side.backs)) for side in sides] == [
        (on_one, 0),
        (0, on_one),
        (1, 0),
        (0, 1),
    ]


def test_all_fronts_come_before_all_backs_where_the_pile_is_turned_by_hand() -> None:
    sides = list(arrange(cards(len(GRID.cells()) + 1), GRID, "manual", language("en")))
    assert [side.is_back for side in sides] == [False, False, True, True]


def test_a_sheet_to_fold_has_both_sides_of_each_card() -> None:
    (side,) = arrange(cards(1), GRID, "fold", language("en"))
    assert (len(side.fronts), len(side.backs)) == (1, 1)
