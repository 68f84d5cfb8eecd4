"""Pages → sheets to fold: the door to pypdf.

A booklet is made of signatures, sheets folded once and laid inside each other. Printed on both sides and turned on
the short edge, sheet after sheet, they give the pages in their order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

SIGNATURE = 16
"""Pages of a signature: four sheets, which can still be folded by hand; the last one has as few as are needed."""

POINTS_PER_MM = 72 / 25.4
"""In a millimetre."""


def booklet(pdf: bytes, width: float, height: float) -> bytes:
    """Return the pages of a PDF two a side, scaled to fit, in the order to fold them.

    The result is for a printer: it has no tags, links or outline.

    Args:
        pdf: the document.
        width: of the sheets in millimetres, on their long edge.
        height: of the sheets.
    """
    from pypdf import PageObject, PdfReader, PdfWriter, Transformation
    from pypdf.generic import NameObject

    pages = PdfReader(io.BytesIO(pdf)).pages
    width, height = width * POINTS_PER_MM, height * POINTS_PER_MM
    writer = PdfWriter()
    for side in sides(len(pages)):
        sheet = PageObject.create_blank_page(width=width, height=height)
        for index, number in enumerate(side):
            if number is None:
                continue
            page = pages[number - 1]
            scale = min(width / 2 / float(page.mediabox.width), height / float(page.mediabox.height))
            x = (
                width / 2 - scale * float(page.mediabox.width) if index == 0 else width / 2
            )  # both pages meet at the fold
            y = (height - scale * float(page.mediabox.height)) / 2
            move = Transformation().translate(-float(page.mediabox.left), -float(page.mediabox.bottom))
            sheet.merge_transformed_page(page, move.scale(scale).translate(x, y))
        sheet.pop("/Annots", None)
        writer.add_page(sheet)
    title = PdfReader(io.BytesIO(pdf)).metadata
    writer.add_metadata({"/Title": f"{title.title if title else ''} (booklet)"})
    # As it is folded: both sides, turned on the short edge, in its own size.
    preferences = writer.create_viewer_preferences()
    preferences.update(
        {
            NameObject("/PrintScaling"): NameObject("/None"),
            NameObject("/Duplex"): NameObject("/DuplexFlipShortEdge"),
        }
    )
    writer.compress_identical_objects()
    for page in writer.pages:
        page.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sides(count: int) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pages (from 1; None: a blank) at the left and the right of each side of each sheet, in print order."""
    for start in range(0, count, SIGNATURE):
        size = min(SIGNATURE, -(-(count - start) // 4) * 4)
        pages = [number if number <= count else None for number in range(start + 1, start + size + 1)]
        for sheet in range(size // 4):
            yield pages[-1 - 2 * sheet], pages[2 * sheet]
            yield pages[2 * sheet + 1], pages[-2 - 2 * sheet]
