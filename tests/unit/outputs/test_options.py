"""Values of options."""

from __future__ import annotations

from datetime import date

import pytest

from qexport.outputs.options import read_date, read_number, read_web_address


def test_a_day_is_written_as_iso_8601_has_it() -> None:
    assert read_date("2026-11-22") == date(2026, 11, 22)
    for text in ("22.11.2026", "2026-02-30", "20261122"):
        with pytest.raises(ValueError, match=r".*"):
            read_date(text)


def test_a_number_is_between_its_bounds() -> None:
    assert read_number(1, 9)("4") == 4
    for text in ("0", "12", "x", "1.5"):
        with pytest.raises(ValueError, match=r".*"):
            read_number(1, 9)(text)


def test_an_address_is_one_of_the_web() -> None:
    assert read_web_address("https://example.org/x") == "https://example.org/x"
    with pytest.raises(ValueError, match=r".*"):
        read_web_address("ftp://example.org")
