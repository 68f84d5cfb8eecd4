"""The door to the layout engine: what HTML may ask for, seen in the chunk and in the PDF it becomes."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from tests.unit.layout.weasyprint.small_pages import (
    LINES_ON_A_PAGE,
    laid_out,
    lines,
    linked,
)

# Places and links


def test_an_element_with_an_id_is_a_place_on_its_page() -> None:
    chunk = laid_out('<p id="first">one<p style="break-before: page; margin-top: 30pt" id="second">two')
    (first, on_first, left, _), (second, on_second, _, top) = chunk.anchors
    assert (first, on_first, second, on_second) == ("first", 0, "second", 1)
    assert left == pytest.approx(10 / 25.4 * 72, abs=0.1)
    assert top == pytest.approx((100 - 10) / 25.4 * 72 - 30, abs=15)


def test_a_link_leads_to_a_place_of_another_chunk_and_says_what_it_is() -> None:
    data = linked(laid_out('<a href="qx:there" title="The other">go</a>'), laid_out('<p id="there">there'))
    with pikepdf.open(BytesIO(data)) as pdf:
        (annotation,) = pdf.pages[0].Annots
        assert (str(annotation.Dest), str(annotation.Contents)) == ("there", "The other")
        names = pdf.Root.Names.Dests.Names
        assert str(names[0]) == "there"
        assert names[1][0].objgen == pdf.pages[1].objgen


def test_a_link_to_the_web_stays_one() -> None:
    with pikepdf.open(BytesIO(linked(laid_out('<a href="https://e.org/a" title="t">e</a>')))) as pdf:
        (annotation,) = pdf.pages[0].Annots
        assert str(annotation.A.URI) == "https://e.org/a"


# What is drawn


def test_code_is_told_with_its_page() -> None:
    chunk = laid_out(
        '<code class="term">a()</code><p style="break-before: page"><code class="term">b</code> <code>c</code>'
    )
    assert chunk.terms == ((0, "a()"), (1, "b"))


def test_code_that_goes_over_a_page_is_told_once_and_without_places_to_break() -> None:
    over = lines(LINES_ON_A_PAGE - 1)
    chunk = laid_out(f'<p>{over}<br><code class="term">{"name_" * 6}\u200b{"other_" * 6}</code>')
    assert len(chunk.pages) == 2
    assert chunk.terms == ((0, "name_" * 6 + "other_" * 6),)
