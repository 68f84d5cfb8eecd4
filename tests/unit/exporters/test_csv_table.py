"""Questions as a table."""

from __future__ import annotations

import csv
import io

from tests.unit.go_bank import BANK

from qexport.exporters.csv_table import write


def test_a_row_is_a_question_and_the_bank_is_in_the_first() -> None:
    text = write(BANK).text
    assert text.startswith("\ufeff")  # else Excel reads it in the machine's own encoding
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (first["id"], first["choices"], first["bank:title"]) == ("a", "• one\n• two", "Go")
    assert (second["id"], second["difficulty"], second["bank:title"]) == ("b", "", "")
