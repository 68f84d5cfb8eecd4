"""What is on a page is measured in its boxes."""

from __future__ import annotations

import pytest
from tests.unit.layout.weasyprint.small_pages import (
    laid_out,
    lines,
)

# Pages that are nearly full, and nearly empty


def test_what_is_left_of_the_last_page_is_told() -> None:
    chunk = laid_out(f"<p>{lines(5)}")
    assert chunk.page_height == pytest.approx(80 / 25.4 * 96, abs=0.1)
    assert chunk.page_height - chunk.room == pytest.approx(5 * 20, abs=0.5)  # CSS pixels
