"""JSON whose texts are in several languages."""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_one_language_is_read_and_the_others_are_kept(read: Any) -> None:
    value = [
        {
            "question": {"en": "Which is lazy?", "fr": "Lequel est paresseux ?"},
            "options": {
                "A": {"en": "a list", "fr": "une liste"},
                "B": {"en": "a generator", "fr": "un générateur"},
            },
            "answer": {"fr": "B. un générateur", "en": "B. a generator"},
        },
        {"question": {"en": "Why?"}, "answer": "So."},
    ]
    reading = read.reading(json.dumps(value), "q.json")
    assert reading.shape == "JSON in several languages, of which en is read"
    assert reading.header == {"language": "en"}
    assert reading.columns == (
        ("question", "question"),
        ("question.fr", "extra"),
        ("options", "choices"),
        ("options.fr", "extra"),
        ("answer", "answer"),
        ("answer.fr", "extra"),
    )
    (question,) = read.questions(json.dumps(value[:1]), "q.json")
    assert (question.question, question.choices, question.correct) == (
        "Which is lazy?",
        ("a list", "a generator"),
        ("b",),
    )
    assert dict(question.extra) == {
        "question.fr": "Lequel est paresseux ?",
        "options.fr.A": "une liste",
        "options.fr.B": "un générateur",
        "answer.fr": "B. un générateur",
    }


@pytest.mark.parametrize(
    ("value", "question", "extra"),
    [
        ([{"de": "Warum?", "en": "Why?"}], "Warum?", {"question.en": "Why?"}),
        (
            [{"q": {"pt-BR": "Por quê?", "en": "Why?"}, "a": "x"}],
            "Por quê?",
            {"q.en": "Why?"},
        ),
        (
            [{"q": "Why?", "a": "x", "tips": [{"en": "go", "de": "los"}]}],
            "Why?",
            {"tips": ("go",), "tips.de": ("los",)},
        ),
        ([{"q": "Why?", "a": "x", "own": {"id": "1", "no": "2"}}], "Why?", {"own.id": "1"}),
    ],
)
def test_languages_are_told_from_other_keys(
    read: Any, value: Any, question: str, extra: dict[str, Any]
) -> None:
    (found,) = read.questions(json.dumps(value), "q.json")
    assert found.question == question
    assert extra.items() <= dict(found.extra).items()
