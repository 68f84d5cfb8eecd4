"""Where in a JSON value the questions are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qexport.common.errors import InputRefused
from qexport.importers.source import Wishes


def test_a_key_is_the_question_of_the_object_with_its_answer(read: Any) -> None:
    value = {"Networks": {"Router": {"definition": "It forwards packets.", "level": "Easy"}}}
    (found,) = read.questions(json.dumps(value), "q.json")
    assert (found.question, found.answer, found.category, found.level) == (
        "Router",
        "It forwards packets.",
        "Networks",
        "Easy",
    )


def test_a_file_without_questions_names_the_keys_it_has(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(json.dumps({"Networks": {"Router": {"about": "It forwards packets."}}}), "q.json")
    assert str(caught.value.problems[0]) == (
        "q.json:1:1: no key is known as a question: 'Networks', 'Router', 'about'"
    )
    assert caught.value.problems[0].hint == (
        "name it: --map question=KEY --map answer=KEY; if the questions are keys themselves, only the answer's"
    )


@pytest.mark.parametrize(
    ("value", "wishes", "expected"),
    [
        ([["Why?", "So."], ["How?", None]], {}, [("Why?", "So."), ("How?", "")]),
        ([["Answer", "Question"], ["So.", "Why?"]], {}, [("Why?", "So.")]),
        ({"columns": ["answer", "question"], "data": [["So.", "Why?"]]}, {}, [("Why?", "So.")]),
        ([["x", "Why?", "So."]], {"question": "2", "answer": "3"}, [("Why?", "So.")]),
    ],
)
def test_rows_of_texts_are_a_table(
    read: Any, value: Any, wishes: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert read.pairs(json.dumps(value), "q.json", Wishes(columns=wishes)) == expected


def test_rows_without_names_are_told_to_be_mapped(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(json.dumps([["x", "Why?", "So."]]), "q.json")
    assert str(caught.value.problems[0]) == "q.json:1:1: no key is known as a question: '1', '2', '3'"
