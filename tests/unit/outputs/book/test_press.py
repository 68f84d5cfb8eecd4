"""A book is printed on its paper: size, bleed, sides, black ink."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from tests.unit.outputs.handbook.handbooks import (
    SET,
    handbook,
    pages,
)

from qexport.outputs.document import Document


def heads(document: Document, page: int) -> dict[str, float]:
    """Where the running heads and the folio of a page begin, in points from the left."""
    drawn = pypdfium2.PdfDocument(document.data)[page - 1]
    text_page = drawn.get_textpage()
    found = {}
    for item in drawn.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        left, bottom, _, top = item.get_bounds()
        if bottom > drawn.get_height() - 50 or top < 45:
            found[text_page.get_text_bounded(*item.get_bounds()).strip()] = left
    return found


def test_on_paper_running_heads_are_mirrored(printed: Document) -> None:
    verso, recto = heads(printed, 6), heads(printed, 7)
    assert list(verso) == [
        "Python · Types",
        "6",
    ]  # the id stands above the question, and on pages that go on with it
    assert list(recto) == ["Python · Types", "7"]
    assert verso["6"] < verso["Python · Types"]
    assert recto["Python · Types"] < recto["7"]


def test_greys_are_drawn_with_black_ink_alone(whole: Document) -> None:
    with pikepdf.open(BytesIO(whole.data)) as pdf:
        drawn = [each for page in pdf.pages for each in pikepdf.parse_content_stream(page)]
    coloured = {tuple(map(float, each.operands)) for each in drawn if str(each.operator) in ("rg", "RG")}
    assert coloured
    assert not [each for each in coloured if len(set(each)) == 1]


@pytest.mark.parametrize(
    ("paper", "width", "height"),
    [("a4", 210, 297), ("letter", 215.9, 279.4), ("a5", 148, 210), ("6x9in", 152.4, 228.6)],
)
def test_a_page_is_as_large_as_asked_for_and_has_bleed_for_the_press(
    paper: str, width: float, height: float
) -> None:
    with pikepdf.open(BytesIO(handbook(SET, paper=paper, media="prepress").data)) as pdf:
        for page in pdf.pages:
            trim, bleed, media = (
                [float(each) * 25.4 / 72 for each in box]
                for box in (page.TrimBox, page.BleedBox, page.MediaBox)
            )
            assert [trim[2] - trim[0], trim[3] - trim[1]] == pytest.approx([width, height], abs=0.1)
            assert [trim[0] - bleed[0], bleed[2] - trim[2]] == pytest.approx([3.5, 3.5], abs=0.6)
            assert media[0] < bleed[0]


def test_a_booklet_has_two_pages_a_side() -> None:
    flat, folded = (
        handbook(SET, paper="a5", media="print"),
        handbook(SET, paper="a5", media="print", imposition="booklet"),
    )
    assert folded.summary == f"{flat.summary}, two a side"
    assert len(pages(folded)) == -(-len(pages(flat)) // 4) * 2
    first = pages(folded)[0]
    assert "HANDBOOK" in first
