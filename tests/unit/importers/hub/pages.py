"""Captured pages that are read, and changed ones."""

from __future__ import annotations

from qexport.bank.model import RawList, RawRecord, RawText
from qexport.common.errors import Problem

WORDS = """\
title: Questions & Answers
namespace: test
technologies:
  Python:
    - Core Python
    - Performance
  AI Integration: [AI Integration]
levels: [Junior, Advanced]
furniture: [Copy link, "Page # of #"]
"""
HEAD = "Questions& Answers\n"
RECORD = """\
PY-1 What is it?
Python Core Python Advanced
6/10
Answer

It is this.

Deep Explanation

Because.

Real-World Example

Somewhere.

⚠ Common Mistakes

Many.

🏭 Production Scenario

Once.

Follow-up Questions
Why? How so??
ID: PY-1 \xa0·\xa0 Difficulty: 6/10 \xa0·\xa0 Level: Advanced
"""


def plain(record: RawRecord) -> dict[str, str | list[str]]:
    """Return the texts of a record without their places."""
    texts: dict[str, str | list[str]] = {}
    for key, value in record.values.items():
        if isinstance(value, RawText):
            texts[key] = value.text
        elif isinstance(value, RawList):
            texts[key] = [item.text for item in value.items if isinstance(item, RawText)]
    return texts


def said(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{problem} ({problem.hint})" if problem.hint else str(problem) for problem in problems]


def changed(before: str, after: str) -> str:
    """Return a page of one record in which something is otherwise."""
    assert before in RECORD
    return HEAD + RECORD.replace(before, after, 1)


WHOLE: dict[str, str | list[str]] = {
    "id": "PY-1",
    "question": "What is it?",
    "technology": "Python",
    "category": "Core Python",
    "level": "Advanced",
    "difficulty": "6",
    "answer": "It is this.",
    "deep_explanation": "Because.",
    "real_world_example": "Somewhere.",
    "common_mistakes": "Many.",
    "production_scenario": "Once.",
    "follow_ups": ["Why?", "How so?"],
}
