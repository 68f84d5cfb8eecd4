"""A file is edited with its byte order mark, its ends of lines and all else kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.bank.edited import BANK

from qexport.bank import jsonl_reader, yaml_reader
from qexport.bank.file_editor import edit_file
from qexport.bank.model import RawBank
from qexport.bank.yaml_editor import Edit
from qexport.common.limits import Limits


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_keeps_the_mark_and_the_ends_of_lines(end: str) -> None:
    data = b"\xef\xbb\xbf" + BANK.replace("\n", end).encode()
    after = edit_file(data, Path("bank.yaml"), [Edit("PY-1", "difficulty", 9)])
    assert after == data.replace(b"difficulty: 3", b"difficulty: 9")


def test_keeps_mixed_ends_of_lines() -> None:
    data = b"title: T\r\nquestions:\n  - id: a\r\n    question: q\n    answer: old\r\n"
    after = edit_file(data, Path("bank.yaml"), [Edit("a", "difficulty", 2)])
    assert after == data.replace(b"question: q\n", b"question: q\n    difficulty: 2\r\n")


def test_edits_json_lines_without_touching_the_rest() -> None:
    data = (
        b'{"title":"T"}\n{"id":"a","question":"q","answer":"v3.10","difficulty":3,"tags":["x"]}\n\n'
        b'{"id": "b", "question": "q", "answer": "\\u00e9"}\n'
    )
    edits = [
        Edit("a", "difficulty", 4),
        Edit("a", "tags", None),
        Edit("b", "answer", "ü"),
        Edit("b", "former_ids", ("old",)),
    ]
    assert edit_file(data, Path("bank.jsonl"), edits) == (
        b'{"title":"T"}\n{"id":"a","question":"q","answer":"v3.10","difficulty":4}\n\n'
        b'{"id": "b", "question": "q", "answer": "\\u00fc", "former_ids": ["old"]}\n'
    )


@pytest.mark.parametrize("ending", [".yaml", ".jsonl"])
def test_only_the_lines_of_an_edited_question_are_read_again(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(200)
    if ending == ".yaml":
        item = "  # {0}\n  - id: Q{0}\n    question: What is {0}?\n    answer: >-\n      A\n      number.\n"
        text = "title: T\nquestions:\n" + "".join(map(item.format, numbers))
        starts = {f"Q{number}": 4 + 6 * number for number in numbers}
    else:
        line = '{{"id": "Q{0}", "question": "What is {0}?", "answer": "A number."}}\n'
        text = "".join(map(line.format, numbers))
        starts = {f"Q{number}": 1 + number for number in numbers}
    edits = [
        Edit("Q7", "answer", "Seven: a number."),
        Edit("Q199", "difficulty", 3),
        Edit("Q0", "answer", "Nil."),
    ]
    whole = edit_file(text.encode(), Path(f"bank{ending}"), edits)
    read: list[int] = []
    module = yaml_reader if ending == ".yaml" else jsonl_reader
    name = "parse_yaml" if ending == ".yaml" else "parse_jsonl"
    parse = getattr(module, name)

    def counted(text: str, path: str, limits: Limits) -> RawBank:
        read.append(len(text))
        bank: RawBank = parse(text, path, limits)
        return bank

    monkeypatch.setattr(module, name, counted)
    assert edit_file(text.encode(), Path(f"bank{ending}"), edits, lines=starts) == whole
    assert max(read) < 200
    assert len(read) == 6


def test_questions_in_brackets_are_read_as_a_whole_file() -> None:
    text = "questions: [{id: A, question: q, answer: a},\n  {id: B, question: q, answer: a}]\n"
    edits = [Edit("B", "answer", "b")]
    assert edit_file(text.encode(), Path("b.yaml"), edits, lines={"A": 1, "B": 2}) == edit_file(
        text.encode(), Path("b.yaml"), edits
    )
