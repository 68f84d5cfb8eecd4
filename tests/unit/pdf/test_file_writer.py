"""The file of a PDF."""

from __future__ import annotations

from qexport.pdf.file_writer import reference


def test_a_reference_names_an_object() -> None:
    assert reference(7) == b"7 0 R"
