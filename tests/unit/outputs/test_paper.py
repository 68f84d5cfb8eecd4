"""The papers."""

from __future__ import annotations

import pytest

from qexport.outputs.paper import PAPERS


@pytest.mark.parametrize("name", PAPERS)
def test_the_text_has_room_and_two_pages_fit_on_the_sheet_of_a_booklet(name: str) -> None:
    paper = PAPERS[name]
    assert paper.width - paper.inner - paper.outer > 0.67 * paper.width
    assert paper.height - paper.top - paper.bottom > 0.75 * paper.height
    assert paper.sheet[0] > paper.sheet[1]


def test_the_css_has_the_size_of_the_page() -> None:
    assert PAPERS["a5"].css().startswith(":root {\n  --page-size: 148mm 210mm;\n  --page-height: 210mm;\n")
