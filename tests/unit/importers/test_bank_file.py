"""Another bank's YAML as a source."""

from __future__ import annotations

import pytest

from qexport.common.errors import InputRefused
from qexport.importers.bank_file import parse
from qexport.importers.registry import find_shape
from qexport.importers.source import Source

BANK = """\
title: Mine
namespace: mine
markup: markdown
math: true
questions:
  - id: a
    question: What is $x$?
    answer: A letter.
  - id: b
    question: How much?
    markup: plain
    answer: $5
"""


def source(text: str) -> Source:
    return Source(path="mine.yaml", data=text.encode(), text=text)


def test_questions_come_with_their_ids_and_the_header_with_its_formulas() -> None:
    assert find_shape(source(BANK)).name == "yaml"
    reading = parse(source(BANK))
    assert [each.fields for each in reading.questions] == [
        {
            "id": "a",
            "question": "What is $x$?",
            "answer": "A letter.",
            "markup": "markdown",
            "status": "active",
        },
        {"id": "b", "question": "How much?", "answer": "$5", "markup": "plain", "status": "active"},
    ]
    assert reading.header == {"title": "Mine", "namespace": "mine", "language": "en", "math": "true"}


def test_a_bank_with_a_mistake_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        parse(source("questions:\n  - id: a\n    question: Q?\n    answer: A.\n    difficulty: 12\n"))
    assert [str(each) for each in caught.value.problems] == [
        "mine.yaml:5:17: difficulty '12' is not a number from 1 to 10"
    ]
