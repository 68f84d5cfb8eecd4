"""Cells of the table that export writes."""

from __future__ import annotations

import pytest

from qexport.bank.table_form import read_cell, write_cell


@pytest.mark.parametrize(
    "value",
    ["a; b", ("a", "b; c"), ("a",), ("a\nb", "c"), "• a", "=1+1", "'=1", "", "a\n• b", "-1"],
)
def test_a_cell_comes_back(value: str | tuple[str, ...]) -> None:
    assert read_cell(write_cell(value)) == value


def test_no_spreadsheet_finds_a_formula() -> None:
    assert write_cell("=1+1") == "'=1+1"


def test_a_list_has_an_item_a_line() -> None:
    assert write_cell(("a", "b; c")) == "• a\n• b; c"
