"""Pages → sheets to fold: the only module that imports pypdf.

A booklet is made of signatures, sheets folded once and laid inside each other. Printed on both sides and turned on
the short edge, sheet after sheet, they give the pages in their order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

_OnSheet: TypeAlias = tuple[Any, Any]
"""References to a form and to the sheet it is drawn on."""

SIGNATURE = 16
"""Pages of a signature: four sheets, which can still be folded by hand; the last one has as few as are needed."""

POINTS_PER_MM = 72 / 25.4
"""In a millimetre."""


def booklet(pdf: bytes, width: float, height: float) -> bytes:
    """Return the pages of a PDF two a side, scaled to fit, in the order to fold them.

    The result is for a printer, and can still be read aloud: it keeps its tags, and has no links and no outline.

    Args:
        pdf: the document.
        width: of the sheets in millimetres, on their long edge.
        height: of the sheets.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    pages: list[Any] = list(writer.pages)
    root: Any = writer.root_object
    tree = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Pages"),
            NameObject("/Kids"): ArrayObject(),
            NameObject("/Count"): NumberObject(0),
        }
    )
    root[NameObject("/Pages")] = writer._pages = writer._add_object(tree)  # noqa: SLF001 - pypdf has no other way to replace the pages
    forms = [_make_form(writer, page) for page in pages]
    places: dict[int, _OnSheet] = {}
    for side in sides(len(pages)):
        drawn = [number and (pages[number - 1], forms[number - 1]) for number in side]
        sheet = _add_sheet(writer, drawn, width, height)
        for number in filter(None, side):
            places[pages[number - 1].indirect_reference.idnum] = (forms[number - 1], sheet)
    _move_tags(root["/StructTreeRoot"], places)
    for key in ("/Outlines", "/Names", "/PageMode"):
        root.pop(key, None)
    title = writer.metadata.title if writer.metadata else ""
    writer.add_metadata({"/Title": f"{title} (booklet)"})
    # As it is folded: both sides, turned on the short edge, in its own size.
    preferences = root["/ViewerPreferences"]
    preferences[NameObject("/PrintScaling")] = NameObject("/None")
    preferences[NameObject("/Duplex")] = NameObject("/DuplexFlipShortEdge")
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _make_form(writer: Any, page: Any) -> Any:
    """Return a reference to a page as a form, which can be drawn at any place and size and keeps its tags."""
    from pypdf.generic import NameObject, StreamObject

    form = StreamObject()
    contents = page.get_contents()
    form.set_data(b"" if contents is None else contents.get_data())
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = page.mediabox
    for key in ("/Resources", "/StructParents", "/Group"):
        if key in page:
            form[NameObject(key)] = page.raw_get(key)
    return writer._add_object(form.flate_encode())  # noqa: SLF001 - pypdf's own way to add one


def _add_sheet(writer: Any, side: Sequence[Any], width: float, height: float) -> Any:
    """Add a side of a sheet with the pages at its left and its right, and return a reference to it."""
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    width, height = width * POINTS_PER_MM, height * POINTS_PER_MM
    drawn, forms = [], DictionaryObject()
    for index, each in enumerate(side):
        if each is None:
            continue
        page, form = each
        box = page.mediabox
        scale = min(width / 2 / float(box.width), height / float(box.height))
        x = width / 2 - (scale * float(box.width) if index == 0 else 0)  # both pages meet at the fold
        y = (height - scale * float(box.height)) / 2
        x, y = x - scale * float(box.left), y - scale * float(box.bottom)
        drawn.append(f"q {scale:.5f} 0 0 {scale:.5f} {x:.4f} {y:.4f} cm /P{index} Do Q")
        forms[NameObject(f"/P{index}")] = form
    content = StreamObject()
    content.set_data("\n".join(drawn).encode())
    sheet = PageObject.create_blank_page(width=width, height=height)
    sheet[NameObject("/Contents")] = writer._add_object(content)  # noqa: SLF001 - as above
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
    return writer.add_page(sheet).indirect_reference


def _move_tags(tree: Any, places: Mapping[int, _OnSheet]) -> None:
    """Let the elements of a structure tree name the forms that their content is in now, and the sheets these are on.

    Links are not drawn on sheets: what names one is left out.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    waiting: list[tuple[Any, int]] = [(tree, 0)]
    while waiting:
        element, page = waiting.pop()
        page = element.raw_get("/Pg").idnum if "/Pg" in element else page
        kids = element.get("/K")
        kept = ArrayObject()
        for kid in kids if isinstance(kids, list) else [] if kids is None else [element.raw_get("/K")]:
            value = kid.get_object()
            if isinstance(value, int):
                kept.append(_write_content(value, places[page]))
            elif value.get("/Type") == "/MCR":
                number = value.raw_get("/Pg").idnum if "/Pg" in value else page
                kept.append(_write_content(value["/MCID"], places[number]))
            elif isinstance(value, DictionaryObject) and value.get("/Type") != "/OBJR":
                kept.append(kid)
                waiting.append((value, page))
        element.pop("/Pg", None)
        element[NameObject("/K")] = kept


def _write_content(number: int, place: _OnSheet) -> Any:
    """Return what names content with a number in a form on a sheet (ISO 32000-1, 14.7.4.2)."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject

    form, sheet = place
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/MCR"),
            NameObject("/Pg"): sheet,
            NameObject("/Stm"): form,
            NameObject("/MCID"): NumberObject(number),
        }
    )


def sides(count: int) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pages (from 1; None: a blank) at the left and the right of each side of each sheet, in print order."""
    for start in range(0, count, SIGNATURE):
        size = min(SIGNATURE, -(-(count - start) // 4) * 4)
        pages = [number if number <= count else None for number in range(start + 1, start + size + 1)]
        for sheet in range(size // 4):
            yield pages[-1 - 2 * sheet], pages[2 * sheet]
            yield pages[2 * sheet + 1], pages[-2 - 2 * sheet]
