"""The fields of a question that have a value."""

from __future__ import annotations

from typing import Any


def facts(question: Any) -> dict[str, Any]:
    names = (
        "id",
        "question",
        "answer",
        "choices",
        "correct",
        "technology",
        "category",
        "level",
        "tags",
        "links",
        "follow_ups",
        "deep_explanation",
    )
    return {name: value for name in names if (value := getattr(question, name))}
