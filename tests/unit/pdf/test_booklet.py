"""Imposition: pages in the order to fold them."""

import io

import pikepdf
import pypdfium2
import pytest

from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.booklet import SIGNATURE, booklet, sides
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

CSS = '@page { size: A6; margin: 10mm; @bottom-right { content: "qx:folio" } } body { font: 10pt "Source Serif Pro" }'


def book(pages: int) -> bytes:
    body = "".join(f'<p style="break-after: page">page {number}</p>' for number in range(1, pages))
    return link(
        [lay_out(f"<html lang=en><title>t</title><h1>t</h1>{body}<p>page {pages}</p>", CSS)],
        Book(title="B", language="en"),
    )


def folded(count: int) -> list[int]:
    """Fold the sheets of each signature, lay one on the other, and read."""
    pages: list[int] = []
    printed = list(sides(count))
    for start in range(0, len(printed), SIGNATURE // 2):
        signature = printed[start : start + SIGNATURE // 2]
        opened = [
            side
            for front, back in zip(signature[::2], signature[1::2], strict=True)
            for side in (front[1], back[0])
        ]
        closed = [
            side
            for front, back in zip(signature[::2], signature[1::2], strict=True)
            for side in (front[0], back[1])
        ]
        pages += [page for page in [*opened, *reversed(closed)] if page is not None]
    return pages


@pytest.mark.parametrize("count", [1, 2, 4, 5, 15, 16, 17, 24, 33, 100])
def test_folded_signatures_read_in_order(count: int) -> None:
    assert folded(count) == list(range(1, count + 1))


def test_one_sheet_holds_four_pages() -> None:
    assert list(sides(4)) == [(4, 1), (2, 3)]
    assert list(sides(3)) == [(None, 1), (2, 3)]


def test_pages_stand_side_by_side_on_a_sheet() -> None:
    document = pypdfium2.PdfDocument(booklet(book(4), 297, 210))
    assert [tuple(round(length) for length in page.get_size()) for page in document] == [(842, 595)] * 2
    halves = []
    for page in document:
        text = page.get_textpage()
        halves.append(
            [
                text.get_text_bounded(0, 0, 421, 595).split()[:2],
                text.get_text_bounded(421, 0, 842, 595).split()[:2],
            ]
        )
    assert halves == [[["page", "4"], ["t", "page"]], [["page", "2"], ["page", "3"]]]


def test_the_same_pages_give_the_same_bytes() -> None:
    pages = book(3)
    assert booklet(pages, 297, 210) == booklet(io.BytesIO(pages).getvalue(), 297, 210)


def test_it_can_be_read_aloud_and_says_how_to_be_printed() -> None:
    with pikepdf.open(io.BytesIO(booklet(book(4), 297, 210))) as pdf:
        preferences = {str(key): str(value) for key, value in pdf.Root.ViewerPreferences.items()}
        tree = pdf.Root.StructTreeRoot.K[0]
        paragraphs = [kid.K[0] for kid in tree.K]
        assert [str(kid.S) for kid in tree.K] == ["/H1", "/P", "/P", "/P", "/P"]
        places = [(pdf.pages.index(pikepdf.Page(each.Pg)), str(each.Stm.Subtype)) for each in paragraphs]
        assert pdf.Root.MarkInfo.Marked
        assert "/Outlines" not in pdf.Root
    assert places == [(0, "/Form"), (0, "/Form"), (1, "/Form"), (1, "/Form"), (0, "/Form")]
    assert preferences == {
        "/DisplayDocTitle": "True",
        "/Duplex": "/DuplexFlipShortEdge",
        "/PrintScaling": "/None",
    }
