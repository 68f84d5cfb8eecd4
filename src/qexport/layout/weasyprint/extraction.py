"""HTML → chunk: the one door to WeasyPrint.

WeasyPrint draws a document into a graph of PDF objects and hands them over through its documented hook,
`write_pdf(finisher=…)`, before it writes them. Here they are taken out of that graph and made relocatable:

- a link to `qx:NAME` becomes a link to the place NAME, wherever in the book that is (an element's id);
- an element with `data-folio="NAME"` is a slot: its text is a stand-in, taken out of the page, and the folio of
  NAME is drawn in its place, right-aligned (or with `data-align="left"`), when the book is put together; with
  `data-leader` a dotted leader runs up to it from the end of the text of the element that contains it;
- margin boxes are artifacts and slots: on a verso page they are drawn at the other side; one with the text
  `qx:folio` holds the page's own folio;
- a body with `data-fit` is laid out again with the class `tight` if its last page would be nearly empty;
- a body with `data-strip` is no page but a strip, to be put on one (`galley`); it is an ordinary chunk if it takes
  most of a page. Strips with the same head and body tag are laid out as one document, each where the text of a
  page begins, and drawn one by one. In a strip an element with `data-folios` is room for a list of folios; one that
  has `data-brief` anywhere names no more than three characters in a run that no font has;
- a body with `data-sheets="0 2@9,9 3@105,9 | 1 4@9,9"` has its pages put on sheets: here two, of pages 0 and 1, as
  large as these; pages 2 and 3 are on the first, their upper left corners 9 mm from its top, 9 and 105 from its left;
- `<!--fill 40-->…<!--each 30-->…<!--/each--><!--/fill-->` appears where 40 CSS pixels are left on the last page, and
  what is between `each` as often as 30 more are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from qexport.common.errors import QexportError
from qexport.layout import fonts
from qexport.layout.chunk import COMPRESSION, POINTS, Chunk, Content, FontUse, Slot, Strip, mark
from qexport.layout.weasyprint.setup import (
    PLACE,
    alone,
    engine,
    fetcher,
    font_configuration,
    stylesheet,
    with_drawings,
)

FOLIO = "qx:folio"
SHORT_PAGE = 0.2
"""Of a page: what `data-fit` sets tighter, if that saves the page."""

MOST_NUMBERS = 3
"""Characters no font has that are named in a run, in a line of a list that speaks of a question."""

HIGHEST_STRIP = 0.7
"""Of a page: what is higher gets pages of its own. Of more than a page the engine would leave the end out."""

_FILL = re.compile(
    r"<!--fill ([\d.]+)-->(.*?)<!--each ([\d.]+)-->(.*?)<!--/each-->(.*?)<!--/fill-->\s*", re.DOTALL
)
_STRIP = re.compile(r"(.*<body[^>]*) data-strip(?:=\"\")?([^>]*>)(.*)(</body>.*)", re.DOTALL)
_SHEETS = re.compile(r'<body[^>]* data-sheets="([^"]*)"')
_PLACED = re.compile(r"(\d+)(?:@(-?[\d.]+),(-?[\d.]+))?")
PIXELS = 96 / 25.4
"""CSS pixels in a millimetre."""

_MEANINGLESS = ("/Span", "/NonStruct")
_HOLDS_TEXT = (
    "/P",
    "/H1",
    "/H2",
    "/H3",
    "/H4",
    "/H5",
    "/H6",
    "/LBody",
    "/TD",
    "/TH",
    "/Link",
    "/Caption",
    "/Span",
    "/NonStruct",
)
_ALIGNS = {"center": "center", "right": "right", "end": "right"}

_USES_PATTERN = re.compile(rb"/(\S+) (?:scn|SCN)")
_REFERENCE = re.compile(rb"(\d+) 0 R")


def warm_up() -> None:
    """Import the layout engine and use it once, so that the first chunk need wait for neither."""
    lay_out('<html lang="en"><title>-</title><body><p>One <b>word</b>, <code>a_name</code></body></html>', "")


def lay_out(html: str, css: str, files: Mapping[str, bytes] = MappingProxyType({})) -> Chunk:
    """Lay out one HTML document with a stylesheet, tagged for PDF/UA-1; `files` are its pictures by their URLs.

    A character no font has is set as its number: the box a font draws for it says nothing, and may not be in PDF/UA.
    """
    if _STRIP.match(html):
        return lay_out_strips([html], css)[0]
    with alone():
        chunk = _fitted(html, css, files)
        return (
            replace(_fitted(_numbered(html, chunk.missing), css, files), missing=chunk.missing)
            if chunk.missing
            else chunk
        )


def _numbered(html: str, missing: Iterable[str]) -> str:
    """Return HTML with runs of these characters as `[U+4F55 U+3067]`, but for what is read and not drawn.

    A line may break before and after one. A running head has no room for more than the first of a run: `[U+4F55…]`.
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

    return lost.sub(replaced, html)


def _fitted(html: str, css: str, files: Mapping[str, bytes]) -> Chunk:
    from qexport.layout.weasyprint.memory import same_lines  # imports the engine

    with same_lines():
        return _drawn(_laid_out(html, css, files))


def _laid_out(html: str, css: str, files: Mapping[str, bytes]) -> Any:
    document = _rendered(_FILL.sub("", html), css, files)
    page_height, room = _room(document)
    if "data-fit" in html and len(document.pages) > 1 and page_height - room < SHORT_PAGE * page_height:
        tight_html = html.replace('<body class="', '<body class="tight ', 1)
        tight = _rendered(_FILL.sub("", tight_html), css, files)
        if len(tight.pages) < len(document.pages):
            document, html = tight, tight_html
            _, room = _room(document)
    fill = _FILL.search(html)
    if fill and room >= float(fill[1]):
        count = int((room - float(fill[1])) / float(fill[3]))
        document = _rendered(html.replace(fill[0], fill[2] + count * fill[4] + fill[5]), css, files)
    return document


def lay_out_strips(htmls: Sequence[str], css: str) -> list[Chunk]:
    """Lay out strips that have the same head and body tag, as `lay_out` each; they have no pictures."""
    with alone():
        chunks = _drawn_strips(htmls, css)
        for number, chunk in enumerate(chunks):
            if chunk.missing:
                numbered = _drawn_strips([_numbered(htmls[number], chunk.missing)], css)[0]
                chunks[number] = replace(numbered, missing=chunk.missing)
    return chunks


def _drawn_strips(htmls: Sequence[str], css: str) -> list[Chunk]:
    parted = [found.groups() for html in htmls if (found := _STRIP.match(html))]
    before, after, _, end = parted[0]
    strips = "".join(f'<div class="strip">{inside}</div>' for _, _, inside, _ in parted)
    document = _rendered(f"{before} data-strips{after}{strips}{end}", css, {})
    page = document.pages[0]._page_box
    boxes = (getattr(box, "_box", box) for box in page.children[0].children[0].children)
    places = [box for box in boxes if box.element_tag == "div"]
    return [
        _fitted(html.replace(" data-strip", ""), css, {})
        if place.height > HIGHEST_STRIP * page.height
        else _strip(document, place)
        for place, html in zip(places, htmls, strict=True)
    ]


def _strip(document: Any, place: Any) -> Chunk:
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
    return _drawn(document.copy([Page(page)]), strip)


def _rendered(html: str, css: str, files: Mapping[str, bytes]) -> Any:
    source = engine().HTML(string=with_drawings(html), base_url=PLACE, url_fetcher=fetcher(files))
    document = source.render(stylesheets=[stylesheet(css)], font_config=font_configuration())
    sheets = _SHEETS.search(html)
    return _imposed(document, sheets[1]) if sheets else document


def _room(document: Any) -> tuple[float, float]:
    """Return the height of the last page's content box, and how much of it is empty, in CSS pixels."""
    last = document.pages[-1]._page_box
    body = last.children[0].children[0]
    return last.height, last.content_box_y() + last.height - body.position_y - body.margin_height()


def _drawn(document: Any, strip: Strip | None = None) -> Chunk:
    chunks: list[Chunk] = []

    def take(document: Any, pdf: Any) -> None:
        extraction = _Extraction(document, pdf)
        chunks.append(extraction.strip(strip) if strip else extraction.chunk())
        pdf.write = lambda *_: None  # nothing is left to write

    document.write_pdf(finisher=take, pdf_tags=True)
    return chunks[0]


def _imposed(document: Any, sheets: str) -> Any:
    """Return a document of sheets with the pages of another on them, in their reading order."""
    from weasyprint.document import Page
    from weasyprint.layout.background import layout_box_backgrounds

    boxes = [page._page_box for page in document.pages]
    imposed = []
    for sheet in sheets.split("|"):
        numbers, roots = [], []
        for number, x, y in _PLACED.findall(sheet):
            numbers.append(int(number))
            for box in boxes[int(number)].children:
                root = box.deepcopy()  # a page may be put on several sheets
                root.translate(float(x or 0) * PIXELS, float(y or 0) * PIXELS)
                roots.append(root)
        page = boxes[numbers[0]].copy_with_children(roots)
        for root in roots:
            # Backgrounds know where they are; those that are pictures of a theme's were not fetched at first either.
            layout_box_backgrounds(page, root, lambda **_: None)
        imposed.append(Page(page))
    return document.copy(imposed)


class _Extraction:
    """One finished document, on its way to become a chunk."""

    def __init__(self, document: Any, pdf: Any) -> None:
        self.document = document
        self.pdf = pdf
        self.pages = {reference: page for page, reference in enumerate(pdf.page_references)}
        self.used: list[int] = []  # objects of the document, in the chunk's order
        self.numbers: dict[int, int] = {}  # object of the document → object of the chunk
        self.slots: list[Slot] = []
        self.lates = 0
        self.fonts_object = 0
        self.special_colors = False
        self.is_strip = False

    def chunk(self) -> Chunk:
        pages = [_number(reference) for reference in self.pdf.page_references]
        self._let_patterns_move()
        top, parents, annotations = self._structure(len(pages))
        for index, number in enumerate(pages):
            self._split(index, self.pdf.objects[number], *self._emptied(index, parents[index]))
        self._relocate_links(annotations)
        self._forget_what_the_book_provides(pages, top)
        for number in [*pages, *top]:
            self._use(number)
        last = self.document.pages[-1]._page_box
        page_height, room = _room(self.document)
        return Chunk(
            page_width=self.document.pages[0].width,
            mirror=last.margin_right - last.margin_left,
            pages=tuple(self.numbers[number] for number in pages),
            anchors=tuple(self._anchors(pages)),
            packed=self._content(top, parents, annotations).packed(),
            terms=tuple(self._terms()),
            room=room,
            page_height=page_height,
            top=last.content_box_y(),
            missing=self._missing(),
        )

    def strip(self, strip: Strip) -> Chunk:
        self.is_strip = True
        page = _number(self.pdf.page_references[0])
        self._let_patterns_move()
        top, parents, annotations = self._structure(1)
        for _ in range(1 + strip.is_item):  # out of the strip, and of its list
            top = [_number(kid) for number in top for kid in self.pdf.objects[number]["K"]]
        pieces = self._in_pixels(*self._emptied(0, parents[0]))
        self._relocate_links(annotations)
        for number in top:
            self.pdf.objects[number]["P"] = mark("list" if strip.is_item else "document")
            self._mark_content(number)
            self._use(number)
        resources = self._object(self.pdf.objects[page]["Resources"])
        self.fonts_object = _number(resources["Font"])
        named = [
            (kind, name, self._bytes(value))
            for kind, values in resources.items()
            if kind not in ("Font", "ColorSpace")
            for name, value in values.items()
        ]
        content = replace(self._content(top, parents, annotations), pieces=pieces, resources=tuple(named))
        return Chunk(
            page_width=self.document.pages[0].width,
            mirror=0,
            pages=(),
            anchors=tuple(self._anchors([page])),
            packed=_with_own_names(content).packed(),
            missing=self._missing(),
            strip=strip,
        )

    def _let_patterns_move(self) -> None:
        """Let patterns stay where they are on a page whose content is moved: they do not move with it."""
        for index, reference in enumerate(self.pdf.page_references):
            page = self._object(reference)
            patterns = self._object(page["Resources"])["Pattern"]
            for item in self._object(page["Contents"]).stream:
                found = _USES_PATTERN.fullmatch(item) if isinstance(item, bytes) else None
                pattern = self._object(patterns[found[1].decode()]) if found else None
                if pattern is not None and not isinstance(pattern.extra["Matrix"], _Raw):
                    *scale, right, up = map(_float, pattern.extra["Matrix"])
                    place = mark(f"x{index}:{right.decode()}"), b" ", self._ordinate(up.decode())
                    pattern.extra["Matrix"] = _Raw(b"[", *(b"%s " % each for each in scale), *place, b"]")

    def _ordinate(self, y: str) -> bytes:
        return mark(f"y{y}") if self.is_strip else y.encode()

    def _content(
        self, top: list[int], parents: list[list[int | None]], annotations: list[tuple[int, int]]
    ) -> Content:
        objects: list[tuple[bytes, bytes]] = []
        while len(objects) < len(self.used):  # writing an object uses those it refers to
            objects.append(self._written(self.pdf.objects[self.used[len(objects)]]))
        return Content(
            objects=tuple(objects),
            elements=tuple(self.numbers[number] for number in top),
            parents=tuple(tuple(self.numbers.get(number) for number in page) for page in parents),  # type: ignore[arg-type]
            annotations=tuple(
                (self.numbers[annotation], self.numbers[element]) for annotation, element in annotations
            ),
            fonts=tuple(self._fonts()),
            slots=tuple(self.slots),
        )

    def _missing(self) -> tuple[str, ...]:
        points = {point for font in self.document.fonts.values() for point in font.missing}
        return tuple(
            sorted(chr(point) for point in points if chr(point).isprintable())
        )  # an end of a line has no glyph

    @staticmethod
    def _reference(number: int) -> bytes:
        return b"%d 0 R" % number

    def _object(self, reference: bytes) -> Any:
        return self.pdf.objects[_number(reference)]

    # -- the structure tree ---------------------------------------------------------------------------------------

    def _structure(self, page_count: int) -> tuple[list[int], list[list[int | None]], list[tuple[int, int]]]:
        """Return the top elements, MCID → element for each page, and (annotation, element) pairs, all as numbers.

        WeasyPrint makes a link annotation for each box inside a link; only those of the link itself are kept,
        as PDF/UA (7.18.5) wants every link annotation directly in a Link element.
        """
        root = self._object(self.pdf.catalog["StructTreeRoot"])
        document = self._object(root["K"][0])
        numbers = self._object(root["ParentTree"])["Nums"]
        values = dict(zip(numbers[::2], numbers[1::2], strict=True))
        parents = [[_number(reference) for reference in values[page]] for page in range(page_count)]
        annotations = []
        for key in range(page_count, len(values)):
            element = _number(values[key])
            kids = self.pdf.objects[element]["K"]
            for kid in [kid for kid in kids if _is_annotation(kid, self.pdf)]:
                if self.pdf.objects[element]["S"] == "/Link":
                    annotations.append((_number(self._object(kid)["Obj"]), element))
                else:
                    kids.remove(kid)
        for reference in document["K"]:
            self._simplify(_number(reference), parents)
        return [_number(reference) for reference in document["K"]], parents, annotations  # type: ignore[return-value]

    def _simplify(self, number: int, parents: list[list[int]]) -> None:
        """Let blocks hold their text themselves: WeasyPrint puts each line of each style into an element of its own."""
        element = self.pdf.objects[number]
        page = self.pages[element["Pg"]]
        if "BBox" in element.get("A", ()):  # which the engine says in pixels, from the top
            left, top, right, bottom = element["A"]["BBox"]
            height = self.document.pages[page].height
            corners = (left, height - bottom, right, height - top)
            element["A"]["BBox"] = self._area(page, [POINTS * corner for corner in corners])
        kids: list[Any] = []
        for kid in element["K"]:
            child = None if isinstance(kid, int) else self._object(kid)
            if child is None or child["Type"] != "/StructElem":
                kids.append(kid)
                continue
            self._simplify(_number(kid), parents)
            if child["S"] in _MEANINGLESS and not child["K"]:
                continue
            if (
                child["S"] not in _MEANINGLESS
                or element["S"] not in _HOLDS_TEXT
                or child["Pg"] != element["Pg"]
            ):
                if child["S"] in _MEANINGLESS and element["S"] not in _HOLDS_TEXT and _has_text(child):
                    child["S"] = "/P"  # a block of code
                kids.append(kid)
                continue
            for grandchild in child["K"]:
                if isinstance(grandchild, int):
                    parents[page][grandchild] = number
                elif (item := self._object(grandchild))["Type"] == "/StructElem":
                    item["P"] = self._reference(number)
            kids += child["K"]
        element["K"][:] = kids

    def _mark_content(self, number: int) -> None:
        """Let an element of a strip, and those below it, name their content by marks."""
        kids = self.pdf.objects[number]["K"]
        for kid in kids:
            if not isinstance(kid, int) and self._object(kid)["Type"] == "/StructElem":
                self._mark_content(_number(kid))
        kids[:] = [mark(f"mcid{kid}") if isinstance(kid, int) else kid for kid in kids]

    def _relocate_links(self, annotations: list[tuple[int, int]]) -> None:
        kept = {annotation for annotation, _ in annotations}
        for reference in self.pdf.page_references:
            page = self._object(reference)
            if "Annots" in page:
                page["Annots"][:] = [annot for annot in page["Annots"] if _number(annot) in kept]
        titles = {
            box.link_annotation.number: box.element.get("title")
            for page in self.document.pages
            for box in page._page_box.descendants()
            if getattr(box, "link_annotation", None) is not None and box.element is not None
        }
        pydyf_string = type(self.pdf.objects[annotations[0][0]]["Contents"]) if annotations else None
        page_of = {
            _number(annotation): page
            for page, reference in enumerate(self.pdf.page_references)
            for annotation in self._object(reference).get("Annots", ())
        }
        for index, (number, _) in enumerate(annotations):
            annotation = self.pdf.objects[number]
            annotation["Rect"] = self._area(page_of[number], annotation["Rect"])
            annotation["StructParent"] = mark(f"annot{index}")
            uri = annotation["A"]["URI"].string if "A" in annotation else None
            if uri is not None and uri.startswith(PLACE):
                del annotation["A"]
                annotation["Dest"] = pydyf_string(uri.removeprefix(PLACE))  # type: ignore[misc]
            if titles.get(number):
                annotation["Contents"] = pydyf_string(titles[number])  # type: ignore[misc]

    def _area(self, page: int, area: Iterable[float]) -> _Raw:
        """Return a rectangle of a page, in points, that can be moved."""
        left, bottom, right, top = (_float(number).decode() for number in area)
        return _Raw(
            b"[",
            mark(f"x{page}:{left}"),
            b" ",
            self._ordinate(bottom),
            b" ",
            mark(f"x{page}:{right}"),
            b" ",
            self._ordinate(top),
            b"]",
        )

    def _forget_what_the_book_provides(self, pages: list[int], top: list[int]) -> None:
        resources = self._object(self.pdf.objects[pages[0]]["Resources"])
        self.fonts_object = _number(resources["Font"])  # of pages, and of the forms on them
        if not self.special_colors:
            del resources["ColorSpace"]
        for kind in ("XObject", "Pattern", "Shading"):
            if not resources[kind]:
                del resources[kind]
        for index, number in enumerate(pages):
            page = self.pdf.objects[number]
            page["Parent"] = mark("pages")
            page["StructParents"] = mark(f"page{index}")
        for number in top:
            self.pdf.objects[number]["P"] = mark("document")

    # -- slots ----------------------------------------------------------------------------------------------------

    def _emptied(
        self, index: int, parents: list[int | None]
    ) -> tuple[list[Any], list[tuple[int, int, Slot]]]:
        """Return a page's content, and where in it stand-ins are to be taken out; margin boxes become artifacts."""
        from weasyprint.formatting_structure import boxes

        page = self._object(self.pdf.page_references[index])
        items = self._object(page["Contents"]).stream
        self.special_colors |= any(isinstance(item, bytes) and item.startswith(b"/lab-d") for item in items)
        found: list[tuple[int, int, Slot]] = []
        for text, container in _texts_with_containers(self.document.pages[index]._page_box):
            anchor = text.element.get("data-folio") if text.element is not None else None
            margin = isinstance(container, boxes.MarginBox)
            if anchor is None and not margin:
                continue
            start, end, mcid = _marked(items, text)
            if margin:
                parents[mcid] = None
            drawn = items[start + 3 : end - 1]  # inside the marked content
            if margin and not drawn:
                continue
            font = next(item for item in drawn if isinstance(item, bytes) and item.endswith(b" Tf"))
            is_head = margin and text.text != FOLIO
            align = (
                "left"
                if is_head
                else _ALIGNS.get(container.style["text_align_all"], "left")
                if margin
                else text.element.get("data-align", "right")
            )
            slot = Slot(
                page=index,
                late=0,
                anchor=anchor or "",
                x=text.position_x + {"left": 0, "center": 0.5, "right": 1}[align] * text.width,
                y=text.position_y + text.baseline,
                align=align,
                font=font.split()[0].decode().removeprefix("/"),
                size=text.style["font_size"],
                mcid=None if margin else mcid,
                leader=_end_of_text(container, text)
                if not margin and "data-leader" in text.element.attrib
                else None,
                content=b"\n".join(drawn) if is_head else b"",
                width=text.width,
                lines=_lines(container) if not margin and "data-folios" in text.element.attrib else None,
            )
            found.append((start, end, slot))
        found.sort(key=lambda each: each[0])
        return items, found

    def _split(self, index: int, page: Any, items: list[Any], found: list[tuple[int, int, Slot]]) -> None:
        """Let a page's content be streams, with a late one between them for the slots that follow each other."""
        parts = [b"[", mark(f"before{index}")]
        end = 0
        if self.document.pages[index]._page_box.style["marks"]:
            end = items.index(b"Q") + 1  # crop marks are drawn first, and stay where the paper is cut
            parts = [b"[", self._stream(items[:end]), b" ", mark(f"inside{index}")]
        for piece in self._pieces(items, found, end):
            parts += [mark(f"late{piece}"), b" "] if isinstance(piece, int) else [self._stream(piece), b" "]
        page["Contents"] = _Raw(*parts, b"]")

    def _in_pixels(self, items: list[Any], found: list[tuple[int, int, Slot]]) -> tuple[bytes | int, ...]:
        """Return the pieces of a strip: what is drawn inside the scale that makes points of pixels."""
        import pydyf

        first = items.index(b"0.75 0 0 0.75 0 0 cm") + 1
        depth, last = 1, first
        while depth:
            depth += {b"q": 1, b"Q": -1}.get(items[last], 0) if isinstance(items[last], bytes) else 0
            last += 1
        for item in items:
            if isinstance(item, dict) and "MCID" in item:
                item["MCID"] = mark(f"mcid{item['MCID']}")
        return tuple(
            piece if isinstance(piece, int) else self._written(pydyf.Stream(piece))[1]
            for piece in self._pieces(items[: last - 1], found, first)
        )

    def _pieces(
        self, items: list[Any], found: list[tuple[int, int, Slot]], at: int
    ) -> Iterator[list[Any] | int]:
        """Yield what is drawn from `at` on, and between that the numbers of what is drawn late."""
        first = at
        for start, end, slot in found:
            between = items[at:start]
            if at == first or not all(_sets_state(item) for item in between):
                self.lates += 1
                yield between
                yield self.lates - 1
                between = []
            # What follows may count on a colour that was set for the stand-in.
            states = [*between, *(item for item in items[start:end] if _sets_state(item))]
            self.slots.append(replace(slot, late=self.lates - 1, state=b"\n".join(states)))
            at = end
        if at < len(items):
            yield items[at:]

    def _stream(self, items: list[Any]) -> bytes:
        import pydyf

        stream = pydyf.Stream(items, compress=True)
        self.pdf.add_object(stream)
        return bytes(stream.reference)

    # -- the rest -------------------------------------------------------------------------------------------------

    def _anchors(self, pages: list[int]) -> Iterator[tuple[str, int, float, float]]:
        names = self.pdf.catalog.get("Names", {}).get("Dests", {}).get("Names", [])
        for name, (page, _, x, y, _) in zip(names[::2], names[1::2], strict=True):
            yield name.string, pages.index(_number(page)), x, y

    def _terms(self) -> Iterator[tuple[int, str]]:
        """Yield each with the page it begins on, without the places where it may break."""
        begins: dict[Any, int] = {}
        for number, page in enumerate(self.document.pages):
            for text, _ in _texts_with_containers(page._page_box):
                begins.setdefault(text.element, number)
        for element, number in begins.items():
            if element is not None and element.tag == "code" and element.get("class") == "term":
                yield number, "".join(element.itertext()).replace("\u200b", "")

    def _fonts(self) -> Iterator[FontUse]:
        from weasyprint.text.fonts import get_hb_object_data

        uses: dict[str, list[Any]] = {}
        for font in self.document.fonts.values():
            uses.setdefault(font.hash, []).append(font)
        for key, same in sorted(uses.items()):
            font = same[0]
            remembered = getattr(font, "file_digest", "")
            digest = remembered or sha256(get_hb_object_data(font.hb_face)).hexdigest()
            if digest not in fonts.known():
                raise QexportError(f"the font {font.family!r} is neither bundled nor the theme's")
            known = {glyph for other in same for glyph in other.to_unicode} - set(font.missing.values())
            yield FontUse(
                key=key,
                name=font.name.decode().removeprefix("/"),
                family=font.family,
                file=digest,
                flags=font.flags,
                ascent=font.ascent,
                descent=font.descent,
                italic_angle=font.italic_angle,
                widths=tuple(
                    sorted({glyph: width for other in same for glyph, width in other.widths.items()}.items())
                ),
                texts=tuple(
                    sorted((g, t) for other in same for g, t in other.to_unicode.items() if g in known)
                ),
            )

    def _use(self, number: int) -> bytes:
        if number == self.fonts_object:
            return mark("fonts")
        if self.is_strip and number == _number(self.pdf.page_references[0]):
            return mark("sheet")
        if number not in self.numbers:
            self.numbers[number] = len(self.used)
            self.used.append(number)
        return mark(self.numbers[number])

    def _written(self, item: Any) -> tuple[bytes, bytes]:
        """Return an object's value with every reference a mark, and its stream."""
        if not hasattr(item, "stream"):
            return self._bytes(item), b""
        compress, item.compress = item.compress, False  # at its highest level, by itself
        written = item.data
        data = written[written.index(b"\nstream\n") + len(b"\nstream\n") : -len(b"\nendstream")]
        data = zlib.compress(data, COMPRESSION) if compress else data
        compression = {"Filter": "/FlateDecode"} if compress else {}
        return self._bytes({**item.extra, **compression, "Length": len(data)}), data

    def _bytes(self, value: Any) -> bytes:
        if isinstance(value, _Raw):
            return b"".join(self._bytes(part) for part in value.parts)
        if isinstance(value, dict):
            return (
                b"<<"
                + b"".join(b"/%s %s" % (key.encode(), self._bytes(item)) for key, item in value.items())
                + b">>"
            )
        if isinstance(value, list | tuple):
            return b"[" + b" ".join(self._bytes(item) for item in value) + b"]"
        if isinstance(value, bytes):
            match = _REFERENCE.fullmatch(value)
            return self._use(int(match[1])) if match else value
        if isinstance(value, float):
            return _float(value)
        return value.data if hasattr(value, "data") else str(value).encode("ascii")


def _with_own_names(content: Content) -> Content:
    """Return a strip whose pictures, patterns and shadings have names that no other strip on a page has."""
    taken = {name for kind, name, _ in content.resources if kind in ("XObject", "Pattern", "Shading")}
    if not taken:
        return content
    named = b"|".join(re.escape(name.encode()) for name in sorted(taken))
    uses = re.compile(rb"^/(%s) (?=(?:Do|scn|SCN|sh)$)" % named, re.MULTILINE)
    own = mark("own")
    return replace(
        content,
        pieces=tuple(
            piece if isinstance(piece, int) else uses.sub(lambda found: b"/%s-%s " % (found[1], own), piece)
            for piece in content.pieces
        ),
        resources=tuple(
            (kind, f"{name}-{own.decode()}" if name in taken else name, value)
            for kind, name, value in content.resources
        ),
    )


def _lines(container: Any) -> tuple[float, float, float]:
    """Return where the lines of a block begin and end, and how high one is."""
    left = container.content_box_x()
    return left, left + container.width, container.children[-1].height


class _Raw:
    """PDF source in parts: bytes as they are, and references."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts


def _number(reference: bytes) -> int:
    return int(reference.removesuffix(b" 0 R"))


def _has_text(element: Any) -> bool:
    """Say whether marked content belongs to a structure element itself."""
    return any(isinstance(kid, int) for kid in element["K"])


def _is_annotation(kid: Any, pdf: Any) -> bool:
    return isinstance(kid, bytes) and pdf.objects[_number(kid)].get("Type") == "/OBJR"


def _texts_with_containers(page_box: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each text of a page, and the box of the block it stands in.

    A positioned box stands in the block it hangs on; a margin box is the block of its texts.
    """
    from weasyprint.formatting_structure import boxes

    def walk(box: Any, container: Any) -> Iterator[tuple[Any, Any]]:
        box = getattr(box, "_box", box)  # an absolute box stands in its place-holder
        if isinstance(box, boxes.TextBox):
            yield box, container
        elif isinstance(box, boxes.ParentBox):
            block = isinstance(box, boxes.MarginBox) or (
                isinstance(box, boxes.BlockBox)
                and box.is_in_normal_flow()
                and not isinstance(container, boxes.MarginBox)
            )
            for child in box.children:
                yield from walk(child, box if block else container)

    yield from walk(page_box, page_box)


def _end_of_text(container: Any, stand_in: Any) -> float:
    """Return where the last line of a block's text ends."""
    texts = [
        text
        for text, block in _texts_with_containers(container)
        if text is not stand_in and text.text.strip()
    ]
    baselines = [
        text.position_y + text.baseline for text in texts
    ]  # their tops are not the same: code is smaller
    ends = zip(baselines, texts, strict=True)
    return float(max(text.position_x + text.width for at, text in ends if at > max(baselines) - 1))


def _sets_state(item: Any) -> bool:
    """Say whether an operator of a content stream sets a colour or a transparency, and draws nothing."""
    return isinstance(item, bytes) and item.endswith((b" rg", b" RG", b" gs"))


def _marked(items: list[Any], text: Any) -> tuple[int, int, int]:
    """Return where a text box is drawn in a content stream: [start, end) of its marked content, and its MCID."""
    place = b"1 0 0 -1 %s %s Tm" % (_float(text.position_x), _float(text.position_y + text.baseline))
    at = items.index(place)
    start = at
    while items[start] != b"BDC":
        start -= 1
    start -= 2  # /Span, then its property list
    end = at
    while items[end] != b"EMC":
        end += 1
    return start, end + 1, items[start + 1]["MCID"]


def _float(number: float) -> bytes:
    """Write a number as pydyf does."""
    return b"%d" % number if float(number).is_integer() else (b"%f" % number).rstrip(b"0")
