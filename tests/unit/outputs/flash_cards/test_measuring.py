"""How cards are set: in the largest type that fits, with the sections that fit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.unit.outputs.flash_cards.printed_cards import LIST, SET, cards, pages, sizes

from qexport.outputs.flash_cards.document import BACK_SIZES, FRONT_SIZES


def test_all_other_sections_that_fit_come_after_the_answer_when_asked() -> None:
    _, back = pages(cards(LIST, options={"card-sections": "all"}))
    assert back.endswith(
        "PY-1 Types · Python A sequence that can change. Common mistakes To share one as a default. "
        "Follow-up questions And a tuple?"
    )  # the scenario would need a second card


def test_sections_can_be_named() -> None:
    _, back = pages(cards(LIST, options={"card-sections": "follow-ups"}))
    assert back.endswith("A sequence that can change. Follow-up questions And a tuple?")


@pytest.mark.parametrize(
    ("words", "front", "back"), [(4, 15, 12), (36, 13, 12), (52, 11, 10.5), (60, 9, 10.5), (84, 9, 9)]
)
def test_text_is_set_in_the_largest_type_in_which_it_fits(words: int, front: float, back: float) -> None:
    text = "lorem ipsum dolor sit amet " * (words // 4)
    document = cards(replace(SET, question=text + "?", answer=text))
    assert document.summary == "1 card, 1 sheet"
    assert [page[0] for page in sizes(document)] == [front, back]
    assert front in FRONT_SIZES
    assert back in BACK_SIZES


def test_what_is_too_long_for_the_smallest_type_goes_on_to_another_card() -> None:
    answer = " ".join(f"word{number}" for number in range(170))
    document = cards(replace(SET, answer=answer), LIST)
    front, back = pages(document)
    assert document.summary == "3 cards, 1 sheet"
    assert re.findall(r"PY-\d(?: · \d/\d)?", front) == ["PY-2 · 1/2", "PY-2 · 2/2", "PY-1"]
    assert re.findall(r"PY-\d(?: · \d/\d)?", back) == ["PY-2 · 1/2", "PY-2 · 2/2", "PY-1"]
    assert front.count("What is a set?") == 1  # the second card goes on with the answer
    assert re.findall(r"word\d+", back) == answer.split()
    assert sizes(document)[1][-2:] == [8.0, 6.5]  # the floor, and the name of the sheet


def test_a_long_question_goes_on_too_and_its_answer_is_on_each_card() -> None:
    asked = " ".join(f"word{number}" for number in range(300))
    front, back = pages(cards(replace(SET, question=asked)))
    assert re.findall(r"word\d+", front) == asked.split()
    assert back.count("What has no order.") == front.count("PY-2 · ") > 1
