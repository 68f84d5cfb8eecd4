"""Objects of a PDF as bytes."""

from __future__ import annotations

from qexport.layout.weasyprint.serialising import object_number, write_number


def test_numbers_are_as_short_as_pydyf_writes_them() -> None:
    assert (write_number(1.50), write_number(2.0)) == (b"1.5", b"2")


def test_a_reference_is_read() -> None:
    assert object_number(b"12 0 R") == 12
