"""The keys of one JSON object become the fields of a question."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("value", "choices", "correct"),
    [
        ({"question": "q?", "choices": ["x", "y"], "answer": 1}, ("x", "y"), ("b",)),
        ({"question": "q?", "choices": ["x", "y"], "answer": "y"}, ("x", "y"), ("b",)),
        ({"question": "q?", "A": "x", "B": "y", "answer": "A"}, ("x", "y"), ("a",)),
        ({"question": "q?", "options": {"A": "x", "B": "y"}, "correct": "B"}, ("x", "y"), ("b",)),
        (
            {"question": "q?", "options": [{"text": "x", "isCorrect": True}, {"text": "y"}]},
            ("x", "y"),
            ("a",),
        ),
        ({"question": "q?", "correct_answer": "y", "incorrect_answers": ["x", "z"]}, ("x", "y", "z"), ("b",)),
    ],
)
def test_choices_in_many_forms(
    read: Any, value: Any, choices: tuple[str, ...], correct: tuple[str, ...]
) -> None:
    (question,) = read.questions(json.dumps([value]), "q.json")
    assert (question.choices, question.correct, question.status) == (choices, correct, "active")


def test_what_is_no_field_is_kept(read: Any) -> None:
    value = [
        {
            "question": "a?",
            "answer": "b",
            "links": [{"url": "https://e.org", "title": "E"}],
            "meta": {"x": 1, "y": [2]},
        }
    ]
    (question,) = read.questions(json.dumps(value), "q.json")
    assert question.links == ("[E](https://e.org)",)
    assert question.extra == (("meta.x", "1"), ("meta.y", ("2",)))
