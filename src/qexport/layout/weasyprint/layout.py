"""HTML → a chunk, laid out by WeasyPrint.

In the HTML, besides what is usual there:

- a link to `qx:NAME` becomes a link to the place NAME, wherever in the book that is (an element's id);
- an element with `data-folio="NAME"` is a slot: its text is a placeholder, taken out of the page, and the folio of
  NAME is drawn in its place, right-aligned (or with `data-align="left"`), when the book is put together; with
  `data-leader` a dotted leader runs up to it from the end of the text of the element that contains it;
- margin boxes are artifacts and slots: on a verso page they are drawn at the other side; one with the text
  `qx:folio` holds the page's own folio;
- a body with `data-fit` is laid out again with the class `tight` if its last page would be nearly empty; with
  `data-fit="57"` it is laid out so at first, and stays so if fewer than 57 CSS pixels are left on its last page;
- a body with `data-strip` is no page but a strip, to be put on one (`qexport.pdf.list_pages`); it is an ordinary chunk
  if it takes most of a page. Strips with the same head and body tag are laid out as one document, each where the text
  of a page begins, and drawn one by one. In a strip an element with `data-folios` is room for a list of folios; one
  that has `data-brief` anywhere names no more than three characters in a run that no font has;
- strips that differ only in the text of an element with `data-word`, up to the next tag, are made from two that were
  laid out (`qexport.layout.weasyprint.alike`);
- a body with `data-sheets="0 2@9,9 3@105,9 | 1 4@9,9"` has its pages put on sheets: here two, of pages 0 and 1, as
  large as these; pages 2 and 3 are on the first, their upper left corners 9 mm from its top, 9 and 105 from its left;
- `<!--fill 40-->…<!--each 30-->…<!--/each--><!--/fill-->` appears if 40 CSS pixels are left on the last page, and
  what is between `each` as often as 30 more are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.layout.chunk import PIXELS_PER_MM, Chunk, Strip
from qexport.layout.fonts import FontFile
from qexport.layout.weasyprint.drawings import put_drawings_aside
from qexport.layout.weasyprint.extraction import extract
from qexport.layout.weasyprint.page_boxes import measure_room
from qexport.layout.weasyprint.resources import fetcher
from qexport.layout.weasyprint.setup import alone, font_configuration, read_html, read_stylesheet

SHORT_PAGE = 0.2
"""Of a page: what `data-fit` sets tighter, if that saves the page."""

MOST_NUMBERS = 3
"""Characters no font has that are named in a run, in a line of a list that speaks of a question."""

HIGHEST_STRIP = 0.7
"""Of a page: what is higher gets pages of its own. Of more than a page the engine would leave the end out."""

_FILL = compile_late(
    r"<!--fill ([\d.]+)-->(.*?)<!--each ([\d.]+)-->(.*?)<!--/each-->(.*?)<!--/fill-->\s*", re.DOTALL
)
_STRIP = compile_late(r"(.*<body[^>]*) data-strip(?:=\"\")?([^>]*>)(.*)(</body>.*)", re.DOTALL)
_SQUEEZE = compile_late(r'<body[^>]* data-fit="(\d+)"')
_SHEETS = compile_late(r'<body[^>]* data-sheets="([^"]*)"')
_PLACED = compile_late(r"(\d+)(?:@(-?[\d.]+),(-?[\d.]+))?")


def warm_up() -> None:
    """Import the layout engine and use it once, so that the first chunk need wait for neither."""
    lay_out('<html lang="en"><title>-</title><body><p>One <b>word</b>, <code>a_name</code></body></html>', "")


class _LayoutSetting(Record, frozen=True):
    """What a document is laid out with."""

    css: str
    files: Mapping[str, bytes]
    fonts: tuple[FontFile, ...]


def lay_out(
    html: str,
    css: str,
    files: Mapping[str, bytes] = MappingProxyType({}),
    *,
    fonts: tuple[FontFile, ...] = (),
) -> Chunk:
    """Lay out one HTML document with a stylesheet, tagged for PDF/UA-1.

    A character no font has is set as its number: the box a font draws for it says nothing, and may not be in PDF/UA.

    Args:
        html: The document.
        css: The stylesheet.
        files: Its pictures by their URLs.
        fonts: The theme's, beside the bundled ones.
    """
    if _STRIP.match(html):
        return lay_out_strips([html], css, fonts)[0]
    setting = _LayoutSetting(css, files, fonts)
    with alone():
        try:
            chunk = _lay_out_fitted(html, setting)
        except FewerPagesError as error:  # its texts were longer where their missing characters were numbers
            chunk = extract(error.document)
            if not chunk.missing:
                raise
        if not chunk.missing:
            return chunk
        return replace(_lay_out_fitted(_number_missing(html, chunk.missing), setting), missing=chunk.missing)


def _number_missing(html: str, missing: Iterable[str]) -> str:
    """Return HTML with runs of these characters as `[U+4F55 U+3067]`, but for what is read and not drawn.

    A line may break before and after one. A running head has no room for more than the first of a run: `[U+4F55…]`.
    Where all letters that go from right to left are numbers, nothing does: brackets would be turned, and lines begin
    with what ends them.
    """
    most = MOST_NUMBERS if " data-brief" in html else None
    run = rf"[{re.escape(''.join(missing))}]+"
    lost = re.compile(
        rf'(?P<read><title>.*?</title>| (?:title|alt|id|href|src|data-folio)="[^"]*")'
        rf'|(?P<head> data-(?:technology|id)="[^"]*")|{run}',
        re.DOTALL,
    )

    def named(found: re.Match[str]) -> str:
        numbers = [f"U+{ord(character):04X}" for character in found[0]]
        said = f"[{' '.join(numbers[:most])}{'…' if most and len(numbers) > most else ''}]"
        return f"\u200b{said}\u200b"

    def shortened(found: re.Match[str]) -> str:
        return f"[U+{ord(found[0][0]):04X}{'…' * (len(found[0]) > 1)}]"

    def replaced(found: re.Match[str]) -> str:
        return found["read"] or (re.sub(run, shortened, found["head"]) if found["head"] else named(found))

    drawn = set(_UNDRAWN.sub("", html)) - set(missing)
    goes_left = any(unicodedata.bidirectional(each) in ("R", "AL") for each in drawn)
    return lost.sub(replaced, html if goes_left else html.replace(' dir="rtl"', ""))


_UNDRAWN = compile_late(r"<title>.*?</title>|<[^>]*>", re.DOTALL)


def _lay_out_fitted(html: str, setting: _LayoutSetting) -> Chunk:
    from qexport.layout.weasyprint.memory.lines import same_lines  # imports the engine

    with same_lines():
        return extract(_render_fitted(html, setting))


def _render_fitted(html: str, setting: _LayoutSetting) -> Any:
    plain_html = _FILL.sub("", html)
    tight_html = plain_html.replace('<body class="', '<body class="tight ', 1)
    squeeze = _SQUEEZE.search(html)
    tight = _render_pages(tight_html, setting) if squeeze else None
    if squeeze and tight and measure_room(tight)[1] < float(squeeze[1]):
        return tight
    document = _render_pages(plain_html, setting)
    page_height, room = measure_room(document)
    if "data-fit" in html and len(document.pages) > 1 and page_height - room < SHORT_PAGE * page_height:
        tight = tight or _render_pages(tight_html, setting)
        if len(tight.pages) < len(document.pages):
            document, html = tight, html.replace('<body class="', '<body class="tight ', 1)
            _, room = measure_room(document)
    fill = _FILL.search(html)
    if fill and room >= float(fill[1]):
        count = int((room - float(fill[1])) / float(fill[3]))
        document = _render_pages(html.replace(fill[0], fill[2] + count * fill[4] + fill[5]), setting)
    return document


def lay_out_strips(htmls: Sequence[str], css: str, fonts: tuple[FontFile, ...] = ()) -> list[Chunk]:
    """Lay out strips that have the same head and body tag, as `lay_out` each; they have no pictures."""
    setting = _LayoutSetting(css, {}, fonts)
    with alone():
        chunks = _lay_out_strips(htmls, setting)
        for number, chunk in enumerate(chunks):
            if chunk.missing:
                numbered = _lay_out_strips([_number_missing(htmls[number], chunk.missing)], setting)[0]
                chunks[number] = replace(numbered, missing=chunk.missing)
    return chunks


def _lay_out_strips(htmls: Sequence[str], setting: _LayoutSetting) -> list[Chunk]:
    from qexport.layout.weasyprint.alike import lay_out_alike

    style = (setting.css, setting.fonts)
    return lay_out_alike(htmls, style, lambda some: _lay_out_places(some, setting) if some else [])


def _lay_out_places(htmls: Sequence[str], setting: _LayoutSetting) -> list[tuple[Chunk, Any]]:
    """Lay out strips as one document; return each with its box."""
    parted = [found.groups() for html in htmls if (found := _STRIP.match(html))]
    before, after, _, end = parted[0]
    strips = "".join(f'<div class="strip">{inside}</div>' for _, _, inside, _ in parted)
    document = _render_pages(f"{before} data-strips{after}{strips}{end}", setting)
    page = document.pages[0]._page_box
    boxes = (getattr(box, "_box", box) for box in page.children[0].children[0].children)
    places = [box for box in boxes if box.element_tag == "div"]
    return [
        (
            _lay_out_fitted(html.replace(" data-strip", ""), setting)
            if place.height > HIGHEST_STRIP * page.height
            else _extract_strip(document, place),
            place,
        )
        for place, html in zip(places, htmls, strict=True)
    ]


def _extract_strip(document: Any, place: Any) -> Chunk:
    """Draw one strip of a document, and nothing else of its page."""
    from weasyprint.document import Page

    page_box = document.pages[0]._page_box
    html = page_box.children[0]
    body = html.children[0]
    blocks = [block for block in place.children if block.is_in_normal_flow()]
    top, bottom = blocks[0].border_box_y(), blocks[-1].border_box_y() + blocks[-1].border_height()
    strip = Strip(
        top=top,
        height=bottom - top,
        before=top - place.content_box_y(),
        after=place.content_box_y() + place.height - bottom,
        sheet=document.pages[0].height,
        is_item=all(block.element_tag == "ul" for block in blocks),
    )
    page = page_box.copy_with_children([html.copy_with_children([body.copy_with_children([place])])])
    page.background = page.canvas_background = None
    return extract(document.copy([Page(page)]), strip)


def _render_pages(html: str, setting: _LayoutSetting) -> Any:
    fetch = fetcher(setting.files)
    source = read_html(put_drawings_aside(html), fetch)
    styles = read_stylesheet(setting.css, setting.fonts)
    document = source.render(stylesheets=[styles], font_config=font_configuration(setting.fonts))
    sheets = _SHEETS.search(html)
    return _impose(document, sheets[1]) if sheets else document


class FewerPagesError(Exception):
    """A document has fewer pages than are to be put on sheets."""

    def __init__(self, document: Any) -> None:
        super().__init__(f"of {len(document.pages)} pages, later ones are put on sheets")
        self.document = document


def _impose(document: Any, sheets: str) -> Any:
    """Return a document of sheets with the pages of another on them, in their reading order."""
    from weasyprint.document import Page
    from weasyprint.layout.background import layout_box_backgrounds

    boxes = [page._page_box for page in document.pages]
    if any(int(number) >= len(boxes) for number, _, _ in _PLACED.findall(sheets)):
        raise FewerPagesError(document)
    imposed = []
    for sheet in sheets.split("|"):
        numbers, roots = [], []
        for number, x, y in _PLACED.findall(sheet):
            numbers.append(int(number))
            for box in boxes[int(number)].children:
                root = box.deepcopy()  # a page may be put on several sheets
                root.translate(float(x or 0) * PIXELS_PER_MM, float(y or 0) * PIXELS_PER_MM)
                roots.append(root)
        page = boxes[numbers[0]].copy_with_children(roots)
        for root in roots:
            # Backgrounds know where they are; those that are pictures of a theme's were not fetched at first either.
            layout_box_backgrounds(page, root, lambda **_: None)
        imposed.append(Page(page))
    return document.copy(imposed)
