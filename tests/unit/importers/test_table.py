"""Tables of questions, wherever they come from."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.table import TableRow, read_rows, split_lettered, split_list


def rows(*cells: tuple[str, ...]) -> list[TableRow]:
    return [TableRow(each, Location("a.csv", line)) for line, each in enumerate(cells, 1)]


def test_the_first_row_names_the_columns() -> None:
    reading = read_rows(rows(("Question", "Answer", "Tags"), ("What?", "That.", "a, b")), "CSV", "a.csv", {})
    (found,) = reading.questions
    assert found.fields == {"question": "What?", "answer": "That.", "tags": ("a", "b")}
    assert found.location == Location("a.csv", 2)


def test_a_cell_is_a_list_however_it_is_written() -> None:
    assert split_list("tags", "a, b;c") == ("a", "b", "c")
    assert split_lettered("A) this\nB) that") == ("this", "that")
    assert split_lettered("no list") == ()
