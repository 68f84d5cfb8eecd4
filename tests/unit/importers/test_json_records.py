"""json_records: JSON in the shapes that questions come in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qexport.common.errors import InputRefused


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"question": "a?", "answer": "b"}], [("a?", "b", "", "")]),
        ({"Python": {"Basics": [{"q": "a?", "a": "b"}]}}, [("a?", "b", "Python", "Basics")]),
        ({"results": [{"question": "a?", "answer": "b", "category": "C"}]}, [("a?", "b", "", "C")]),
        ({"question": ["a?", "c?"], "answer": ["b", "d"]}, [("a?", "b", "", ""), ("c?", "d", "", "")]),
        ({"SQL": {"a?": "b"}}, [("a?", "b", "", "SQL")]),
        ([{"title": "Git", "questions": [{"question": "a?", "answer": "b"}]}], [("a?", "b", "", "Git")]),
        (["a?", "b?"], [("a?", "", "", ""), ("b?", "", "", "")]),
    ],
)
def test_questions_are_found_wherever_they_are(read: Any, value: Any, expected: list[Any]) -> None:
    questions = read.questions(json.dumps(value), "q.json")
    assert [(q.question, q.answer, q.technology, q.category) for q in questions] == expected


def test_json_lines(read: Any) -> None:
    text = '{"instruction": "a?", "output": "b"}\n{"instruction": "c?", "output": "d"}\n'
    assert read.pairs(text, "q.txt") == [("a?", "b"), ("c?", "d")]
    assert read.reading(text, "q.txt").shape == "JSON Lines"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('[{"question": "a?",}]', "q.json:1:20: not JSON: Illegal trailing comma before end of object", ""),
        ('[{"a": 1, "a": 2}]', "q.json:1:2: not JSON: the key 'a' is here twice", ""),
        ('[{"x": NaN}]', "q.json:1: not JSON: NaN is not JSON", ""),
        (
            '[{"x": "y"}]',
            "q.json:1:1: no key is known as a question: 'x'",
            "name it: --map question=KEY --map answer=KEY; if the questions are keys themselves, only the answer's",
        ),
    ],
)
def test_what_is_wrong_has_its_place(read: Any, text: str, message: str, hint: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(text, "q.json")
    (problem,) = caught.value.problems
    if "trailing comma" not in message:  # Python's own words, which differ between versions
        assert (str(problem), problem.hint) == (message, hint)


def test_the_place_of_a_record_is_that_of_its_object(read: Any) -> None:
    reading = read.reading('[\n  {"question": "a?"},\n  {"question": "b?"}\n]', "q.json")
    assert [str(each.location) for each in reading.questions] == ["q.json:2:3", "q.json:3:3"]


def test_a_map_of_ids_to_questions(read: Any) -> None:
    found = read.questions('{"birds": {"1": "What is a wing?", "beak": "What is a beak?"}}', "q.json")
    assert [(each.id, each.question, each.category) for each in found] == [
        ("", "What is a wing?", "birds"),
        ("beak", "What is a beak?", "birds"),
    ]


def test_an_answer_of_many_digits_is_text(read: Any) -> None:
    """Python refuses to read a number of more than 4,300 digits."""
    (question,) = read.questions(
        json.dumps([{"question": "Q?", "choices": ["a", "b"], "answer": "7" * 4301}]), "q.json"
    )
    assert question.answer == "7" * 4301


def test_a_list_of_answers_beside_the_number_of_the_right_one_is_choices(read: Any) -> None:
    value = [
        {"question": "Which?", "answer": 1, "answers": ["a list", "a tuple"]},
        {"question": "How many?", "answer": 0, "answers": ["32"]},
    ]
    which, many = read.questions(json.dumps(value), "q.json")
    assert (which.choices, which.correct, which.answer) == (("a list", "a tuple"), ("b",), "")
    assert (many.choices, many.correct, many.answer) == ((), (), "32")
