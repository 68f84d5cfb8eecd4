"""Difficulties that do not fit what learners forget are named."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.bank.counted import BANK, COUNTS, QUESTIONS

from qexport.bank.health.examination import examine


def test_difficulties_that_do_not_fit_are_named() -> None:
    found = [(each.message, each.hint) for each in examine(BANK) if each.kind == "difficulty"]
    assert found == [
        (
            "B is rated 9, and 4% of 25 reviews were forgotten; 30% is usual in this bank",
            "rate it lower, or look at its text",
        )
    ]
    more = {f"E{number}": replace(COUNTS["B"], forgotten=0.2) for number in range(4)}
    others = tuple(replace(QUESTIONS[2], id=key, former_ids=()) for key in more)
    bank = replace(BANK, questions=(*QUESTIONS, *others), reviews=tuple({**COUNTS, **more}.items()))
    found = [(each.message, each.hint) for each in examine(bank) if each.kind == "difficulty"]
    assert found == [
        (
            "A is rated 2, and 50% of 20 reviews were forgotten; 20% is usual in this bank",
            "rate it higher, or look at its text",
        ),
        (
            "B is rated 9, and 4% of 25 reviews were forgotten; 20% is usual in this bank",
            "rate it lower, or look at its text",
        ),
    ]


def test_nothing_is_said_of_hard_questions_where_hardly_anything_is_forgotten() -> None:
    reviews = tuple((key, replace(count, forgotten=0.0)) for key, count in COUNTS.items())
    assert [each for each in examine(replace(BANK, reviews=reviews)) if each.kind == "difficulty"] == []
