"""The bank as JSON Lines."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.bank.jsonl_reader import parse_jsonl
from qexport.bank.validation import validate
from qexport.common.errors import InputRefused, QexportError


def refusal_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as caught:
        validate(parse_jsonl(text, "bank.jsonl"))
    return [(str(problem), problem.hint) for problem in caught.value.problems]


def test_a_line_is_a_question_and_a_first_line_without_one_the_header() -> None:
    lines = [
        {"title": "Bank", "namespace": "me/bank", "levels": ["Low"], "claims": {"questions": 9}},
        {
            "id": "a",
            "question": "A?",
            "answer": "no",
            "level": "Low",
            "difficulty": 7,
            "follow_ups": ["Why?"],
        },
        {"id": "b", "question": "B?", "answer": "3.10", "category": None},
    ]
    bank, warnings = validate(parse_jsonl("\n".join(map(json.dumps, lines)) + "\n\n", "bank.jsonl"))
    assert (bank.title, bank.claims.questions, warnings) == ("Bank", 9, ())
    first, second = bank.questions
    assert (first.difficulty, first.follow_ups, str(first.location)) == (7, ("Why?",), "bank.jsonl:2")
    assert (second.answer, second.category, str(second.location)) == ("3.10", "", "bank.jsonl:3")


def test_every_line_that_is_wrong_is_said_at_once() -> None:
    text = """\
{"id": "a", "question": "A?", "answer": "x"}
{"id": "b", "question":
[1, 2]
{"id": "c", "id": "d", "question": "C?", "answer": "x"}
{"id": "e", "question": "E?", "answer": NaN}
{"id": "f", "question": "F?", "answer": "x", "level": {"a": 1}}
"""
    assert refusal_of(text) == [
        ("bank.jsonl:2:24: not JSON: Expecting value", "write one object a line"),
        ("bank.jsonl:3: this line is not an object", 'write {"id": …, "question": …, "answer": …}'),
        ("bank.jsonl:4: 'id' is here twice", "keep one of them"),
        ("bank.jsonl:5: NaN is not JSON", "write texts, numbers and lists"),
        ("bank.jsonl:6: level must be text", ""),
    ]


def test_an_empty_file_is_refused() -> None:
    assert refusal_of("\n") == [("bank.jsonl: there is no question in this file", "write one object a line")]


def test_deep_nesting_is_refused() -> None:
    line = '{"id": ' + "[" * 33 + "]" * 33 + "}"
    (place, _hint), *_ = refusal_of(line)
    assert place.startswith("bank.jsonl:1: this is nested")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_a_bank_or_refused(text: str) -> None:
    with suppress(QexportError):
        validate(parse_jsonl(text, "bank.jsonl"))
