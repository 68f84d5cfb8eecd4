"""Answers in exported decks become counts per question, and nothing about a person."""

from __future__ import annotations

import random

from qexport.anki.reviews import Answer, Answers, Learners, count_reviews
from qexport.bank.review_counts import ReviewCount

IDS = {"guid-1": "PY-1", "guid-2": "PY-2"}
LEARNING, REVIEW = 0, 1


def log(*answers: tuple[str, int, int, int], start: int = 0) -> Answers:
    return {(number, 1): Answer(*answer) for number, answer in enumerate(answers, start)}


def test_answers_of_all_learners_are_counted_by_question() -> None:
    ada = log(("guid-1", 1, 4000, REVIEW), ("guid-1", 3, 2000, REVIEW), ("guid-2", 3, 1000, REVIEW))
    bob = log(("guid-1", 1, 9000, LEARNING), ("guid-9", 1, 1, REVIEW))
    assert count_reviews([[ada], [bob]], IDS, at_least=1) == {
        "PY-1": ReviewCount(learners=2, reviews=3, lapses=1, forgotten=0.667, seconds=4.0),
        "PY-2": ReviewCount(learners=1, reviews=1, lapses=0, forgotten=0.0, seconds=1.0),
    }


def test_an_answer_that_several_exports_of_a_learner_have_counts_once() -> None:
    old = log(("guid-1", 1, 4000, REVIEW), ("guid-2", 3, 1000, REVIEW))
    new = log(("guid-2", 3, 1000, REVIEW), ("guid-1", 3, 2000, REVIEW), start=1)
    assert count_reviews([[old, new]], IDS, at_least=1) == {
        "PY-1": ReviewCount(learners=1, reviews=2, lapses=1, forgotten=0.5, seconds=3.0),
        "PY-2": ReviewCount(learners=1, reviews=1, lapses=0, forgotten=0.0, seconds=1.0),
    }


def test_questions_of_too_few_learners_are_left_out() -> None:
    export = log(("guid-1", 3, 1000, REVIEW))
    assert list(count_reviews([[export], [export]], IDS, at_least=2)) == ["PY-1"]
    assert count_reviews([[export, export]], IDS, at_least=2) == {}


def test_exports_with_a_row_in_common_are_of_one_learner() -> None:
    """Whatever their order, and also if only a third export shows that two of them belong together."""
    marks = [{1, 2}, {10, 11}, {2, 3}, {20}, set(), {11, 3}]
    for seed in range(20):
        places = random.Random(seed).sample(range(len(marks)), len(marks))
        learners = Learners()
        for place in places:
            learners.add(marks[place])
        found = sorted(sorted(places[at] for at in group) for group in learners.groups)
        assert found == [[0, 1, 2, 5], [3], [4]]
    assert learners.groups == sorted(sorted(group) for group in learners.groups)
