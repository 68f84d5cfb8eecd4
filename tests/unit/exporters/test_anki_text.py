"""Notes as text for Anki."""

from __future__ import annotations

from tests.unit.go_bank import BANK

from qexport.exporters.anki_text import write


def test_the_head_says_what_the_columns_are() -> None:
    lines = write(BANK).text.splitlines()
    assert lines[:6] == [
        "#separator:tab",
        "#html:true",
        "#guid column:1",
        "#notetype column:2",
        "#deck column:3",
        "#tags column:6",
    ]
    assert lines[-1] == "go/b\tBasic\tGo::Go\tHow long is a slice?\t<p>len(s)</p>\t"
