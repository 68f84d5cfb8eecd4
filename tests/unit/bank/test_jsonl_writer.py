"""Banks as JSON Lines."""

from __future__ import annotations

from tests.unit.go_bank import BANK, QUESTION

from qexport.bank.jsonl_reader import parse_jsonl
from qexport.bank.jsonl_writer import header_values, question_values, write_jsonl, write_jsonl_questions
from qexport.bank.validation import validate


def test_the_header_is_the_first_line_and_nothing_empty_is_written() -> None:
    header, first, second = write_jsonl(BANK).splitlines()
    assert header == (
        '{"title": "Go", "namespace": "go", "language": "en", "technologies": ["Go", "C"], '
        '"levels": ["Junior", "Senior"]}'
    )
    assert first + "\n" == write_jsonl_questions([QUESTION])
    assert second == (
        '{"id": "b", "question": "How long is a slice?", "technology": "Go", "level": "Junior", "answer": "len(s)"}'
    )


def test_what_is_written_is_read_as_the_same_bank() -> None:
    bank, warnings = validate(parse_jsonl(write_jsonl(BANK), "b.jsonl"))
    assert warnings == ()
    assert header_values(bank) == header_values(BANK)
    assert [question_values(each) for each in bank.questions] == [
        question_values(each) for each in BANK.questions
    ]
