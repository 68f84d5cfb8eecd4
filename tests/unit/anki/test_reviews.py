"""Answers in exported decks become counts per question, and nothing about a person."""

from __future__ import annotations

from qexport.anki.reviews import Answer, count_reviews
from qexport.bank.review_counts import ReviewCount

IDS = {"guid-1": "PY-1", "guid-2": "PY-2"}
LEARNING, REVIEW = 0, 1


def test_answers_of_all_exports_are_counted_by_question() -> None:
    ada: list[Answer] = [
        ("guid-1", 1, 4000, REVIEW),
        ("guid-1", 3, 2000, REVIEW),
        ("guid-2", 3, 1000, REVIEW),
    ]
    bob: list[Answer] = [("guid-1", 1, 9000, LEARNING), ("guid-9", 1, 1, REVIEW)]
    assert count_reviews([ada, bob], IDS, at_least=1) == {
        "PY-1": ReviewCount(learners=2, reviews=3, lapses=1, forgotten=0.667, seconds=4.0),
        "PY-2": ReviewCount(learners=1, reviews=1, lapses=0, forgotten=0.0, seconds=1.0),
    }


def test_questions_of_too_few_learners_are_left_out() -> None:
    export: list[Answer] = [("guid-1", 3, 1000, REVIEW)]
    assert list(count_reviews([export, export], IDS, at_least=2)) == ["PY-1"]
    assert count_reviews([export], IDS, at_least=2) == {}
