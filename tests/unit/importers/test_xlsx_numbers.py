"""Numbers as Excel shows them."""

from __future__ import annotations

import pytest

from qexport.importers.xlsx_numbers import is_date, is_shown_exactly, show_number


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.5", "0%", "50%"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("43831", "yyyy-mm-dd", "2020-01-01"),
        ("2", "General", "2"),
        ("0.1", "0.00", "0.10"),
    ],
)
def test_a_number_is_shown_by_its_format(value: str, code: str, shown: str) -> None:
    assert show_number(value, code) == shown


def test_dates_count_from_1904_in_some_workbooks() -> None:
    assert show_number("0", "yyyy-mm-dd", is_1904=True) == "1904-01-01"


def test_formats_are_told_apart() -> None:
    assert (is_date("yyyy-mm-dd"), is_date("0.00"), is_shown_exactly("0.00")) == (True, False, True)
