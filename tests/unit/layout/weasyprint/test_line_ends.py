"""A line is full before an element that has no room on it."""

from __future__ import annotations

import pypdfium2
import pytest
from tests.unit.layout.weasyprint.small_pages import (
    linked,
    page,
)

from qexport.layout.weasyprint.layout import lay_out


@pytest.mark.parametrize("width", range(98, 124, 2))
def test_a_line_is_full_before_a_name_that_has_no_room_on_it(width: int) -> None:
    """WeasyPrint 70 breaks it after its first word where there is room for all but the space before the name."""
    text = "Using flexbox, create a 3-column layout where each column takes up a <code>gc.collect()</code> ratio."
    css = f'@page {{ size: 160mm 60mm }} html {{ font: 10pt "Source Serif Pro" }} p {{ width: {width}mm }}'
    drawn = pypdfium2.PdfDocument(linked(lay_out(page(f"<p>{text}</p>"), css)))[0]
    first_line = drawn.get_textpage().get_text_bounded().splitlines()[0]
    assert first_line.startswith("Using flexbox, create a 3-column layout where each")
