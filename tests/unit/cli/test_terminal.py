"""screen: what a person sees, and what data cannot do to a terminal."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace

import pytest

from qexport.bank.model import Question
from qexport.cli.terminal import (
    Progress,
    as_json,
    escape_controls,
    file_size,
    list_question_fields,
    question_page,
    table,
)
from qexport.common.errors import Location


def test_what_would_steer_a_terminal_is_escaped() -> None:
    assert escape_controls("a\x1b[31mb\x07\x9b\u202ec\u2066d\ud800\ufeff\r") == (
        r"a\x1b[31mb\x07\x9b\u202ec\u2066d\ud800\ufeff\r"
    )


def test_other_text_is_shown_as_it_is() -> None:
    text = "tab\there, ’curly’, 日本語, é, 🏭, __init__\nnext line"
    assert escape_controls(text) == text


def test_json_keeps_its_meaning_and_steers_no_terminal() -> None:
    value = {"a": "\x1b\x9b\u202e’", "b": [1, None]}
    text = as_json(value)
    assert json.loads(text) == value
    assert text == '{\n  "a": "\\u001b\\u009b\\u202e’",\n  "b": [\n    1,\n    null\n  ]\n}'


def test_json_for_a_terminal_without_unicode_is_ascii() -> None:
    assert as_json("’🏭", only_ascii=True) == '"\\u2019\\ud83c\\udfed"'


ROWS = [("id", "n", "text"), ("A-1", "7", "short"), ("日本", "10", "a longer text\nof two lines")]


def test_a_table_is_aligned_by_what_its_cells_take_on_a_terminal() -> None:
    assert list(table(ROWS, numbers={1})) == [
        "id     n  text",
        "A-1    7  short",
        "日本  10  a longer text of two lines",
    ]


def test_only_the_last_column_is_cut_to_the_width_of_the_terminal() -> None:
    rows = [*ROWS, ("B-2", "1", "exactly this is what fits"), ("B-3", "1", "this is too much by far, it is")]
    lines = list(table(rows, width=35))
    assert lines[2:] == [
        "日本  10  a longer text of two lin…",
        "B-2   1   exactly this is what fits",
        "B-3   1   this is too much by far,…",
    ]


QUESTION = Question(
    id="PY-1",
    question="What does `__init__` do, and what does it not do where many words make a line too long?",
    technology="Python",
    level="Advanced",
    difficulty=7,
    tags=("oop", "basics"),
    answer=(
        "It fills a new object with what it needs in the beginning of its life.\n"
        "\n    def f():\n        pass\n\nEnd."
    ),
    common_mistakes="To return something.",
    follow_ups=("What does `__new__` do that this one cannot do in any case?", "Why?"),
    source="a book",
    location=Location("bank.yaml", 4, 5),
)


def test_a_question_is_wrapped_and_its_code_is_not() -> None:
    assert "\n".join(question_page(QUESTION, width=48)) == (
        "PY-1  What does `__init__` do, and what does it\n"
        "not do where many words make a line too long?\n"
        "Python · Advanced · difficulty 7/10 · #oop ·\n"
        "#basics\n"
        "\n"
        "Answer\n"
        "  It fills a new object with what it needs in\n"
        "  the beginning of its life.\n"
        "\n"
        "      def f():\n"
        "          pass\n"
        "\n"
        "  End.\n"
        "\n"
        "Common mistakes\n"
        "  To return something.\n"
        "\n"
        "Follow-up questions\n"
        "  1. What does `__new__` do that this one cannot\n"
        "     do in any case?\n"
        "  2. Why?\n"
        "\n"
        "Source: a book"
    )


def test_lines_of_code_and_rows_of_tables_are_never_wrapped() -> None:
    code = "return first_argument + second_argument  # as long as it is"
    row = "| a cell with some words | another cell with words |"
    head = "A sentence that is longer than the width."
    text = f"{head}\n\n```python\n{code}\n```\n\n{row}\n|-|-|\n\n> ~~~\n> {code}\n> ~~~"
    question = replace(QUESTION, answer=text, follow_ups=(f"```\n{code}\n```",), common_mistakes="")
    lines = list(question_page(question, width=30))
    assert [line for line in lines if code in line or row in line] == [
        f"  {code}",
        f"  {row}",
        f"  > {code}",
        f"     {code}",
    ]
    assert "  A sentence that is longer" in lines


def test_json_of_a_question_is_everything_or_all_but_its_answer() -> None:
    metadata = {
        "id": "PY-1",
        "question": QUESTION.question,
        "technology": "Python",
        "category": "",
        "level": "Advanced",
        "difficulty": 7,
        "tags": ("oop", "basics"),
        "terms": (),
        "source": "a book",
        "markup": "plain",
        "status": "active",
        "former_ids": (),
        "path": "bank.yaml",
        "line": 4,
        "column": 5,
    }
    texts = {
        "answer": QUESTION.answer,
        "deep_explanation": "",
        "real_world_example": "",
        "common_mistakes": "To return something.",
        "production_scenario": "",
        "follow_ups": QUESTION.follow_ups,
        "choices": (),
        "correct": (),
        "links": (),
        "extra": {},
    }
    assert list_question_fields(QUESTION, whole=False) == metadata
    assert list_question_fields(QUESTION, whole=True) == metadata | texts


def test_sizes_read_well() -> None:
    assert [file_size(size) for size in (1, 999, 1_000, 41_499, 2_350_000)] == [
        "1 byte",
        "999 bytes",
        "1 kB",
        "41 kB",
        "2.4 MB",
    ]


# --- progress -----------------------------------------------------------------------------------------------


def test_quick_work_shows_no_progress() -> None:
    screen = io.StringIO()
    with Progress(screen) as tell:
        tell("handbook", 1, 2)
    assert screen.getvalue() == ""


def test_long_work_shows_what_is_done_and_takes_the_line_away_at_its_end() -> None:
    screen = io.StringIO()
    with Progress(screen, patience=0) as tell:
        tell("handbook\x1b", 7, 15)
        deadline = time.monotonic() + 5
        while "7 of 15" not in screen.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    first, *_, last = screen.getvalue().split("\r\x1b[K")[1:]
    assert last == ""
    assert first in (" … 0 s", "handbook\\x1b: 7 of 15 … 0 s")
    assert "handbook\\x1b: 7 of 15 … 0 s" in screen.getvalue()


def test_progress_ends_when_the_work_fails() -> None:
    screen = io.StringIO()
    with pytest.raises(KeyError), Progress(screen, patience=0):
        raise KeyError
    assert screen.getvalue().endswith("\r\x1b[K")
