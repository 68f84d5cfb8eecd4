"""Questions as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from tests.unit.go_bank import BANK

from qexport.exporters.csv_table import write


def test_a_row_is_a_question_and_the_bank_is_in_the_first() -> None:
    text = write(BANK).text
    assert text.startswith("\ufeff")  # else Excel reads it in the machine's own encoding
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (first["id"], first["choices"], first["bank:title"]) == ("a", "• one\n• two", "Go")
    assert (second["id"], second["difficulty"], second["bank:title"]) == ("b", "", "")


def test_own_fields_come_back_in_the_order_that_each_question_has_them() -> None:
    extras = (("a", "z"), ("a", "b", "c", "z"), ("c", "d"))
    questions = tuple(
        replace(BANK.questions[0], id=f"q{number}", extra=tuple((name, "x") for name in names))
        for number, names in enumerate(extras)
    )
    rows = csv.reader(io.StringIO(write(replace(BANK, questions=questions)).text))
    own = [name.removeprefix("extra:") for name in next(rows) if name.startswith("extra:")]
    assert own == ["a", "b", "c", "z", "d"]


def test_own_fields_in_two_orders_are_all_written() -> None:
    questions = tuple(
        replace(BANK.questions[0], id=names, extra=tuple((name, "x") for name in names))
        for names in ("ab", "ba")
    )
    head = next(csv.reader(io.StringIO(write(replace(BANK, questions=questions)).text)))
    assert [name for name in head if name.startswith("extra:")] == ["extra:a", "extra:b"]
