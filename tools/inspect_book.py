"""Measure handbooks from their finished PDF, by tools that did not make it: pdfium, qpdf, poppler, veraPDF.

    python tools/inspect_book.py                           the shipped bank in every theme, paper and medium
    python tools/inspect_book.py --bank worst --paper a5   what is worst, on one paper
    python tools/inspect_book.py --sample 12 --seed 7      some of all there are
    python tools/inspect_book.py --matrix --jobs 2         every bank, theme, paper and medium, and some of all variants
    python tools/inspect_book.py --keep FOLDER             keep the PDFs, to look at them
    python tools/inspect_book.py --conformance check.sh    have them judged by veraPDF's rules, too

Each book is a line of the table, as soon as it is measured: its pages, the characters of a full line, the seconds it
took to make and to measure, and for each check how much was found. Below it stands what was found. The last line says
how many books were measured of those asked for; the exit status is 1 where anything was found, 2 where some were not
measured.

`inspected()` is what tests use: it returns a list of findings, which is to be empty.
"""

from __future__ import annotations

import argparse
import ctypes
import html.parser
import math
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import BytesIO
from itertools import product, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw as pdfium

from qexport.bank.lock import Edition
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.bank.selection import Filters, describe, select
from qexport.common.errors import Problem
from qexport.content.markdown import MarkdownPage
from qexport.content.question_view import SECTION_TITLES
from qexport.content.templates import templates_folder
from qexport.content.text import headed, prose
from qexport.content.themes import theme
from qexport.layout.cache import ChunkCache
from qexport.layout.fonts import of_folders
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook import document as handbook

MM = 72 / 25.4
THEMES = ("classic", "modern", "mono")
PAPERS = {"a4": (210, 297), "letter": (215.9, 279.4), "a5": (148, 210), "6x9in": (152.4, 228.6)}
"""Width and height in mm."""
MEASURED = ("shipped", "fifty-four")
"""Banks whose texts are long enough to count the characters of a line."""
MEDIA = ("screen", "print", "prepress")
CACHED = 2_000_000_000
"""Bytes of chunks that are kept for the next time: all of the matrix."""
TEXT_BLOCKS = ("P", *(f"H{level}" for level in range(1, 7)), "LBody", "Lbl", "TD", "TH", "Caption")
"""Elements of structure that hold text themselves."""
VARIANTS: Mapping[str, Mapping[str, bool]] = {
    "plain": {},
    "large": {"large-print": True},
    "flow": {"flow": True},
    "notes": {"ruled-lines": True},
    "flow+notes": {"flow": True, "ruled-lines": True},
    "large+flow": {"large-print": True, "flow": True},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a book should not have."""

    check: str
    page: int
    """Counted from 1; 0: the whole book."""
    what: str

    def __str__(self) -> str:
        return f"{self.check}: page {self.page}: {self.what}" if self.page else f"{self.check}: {self.what}"


# --- what a PDF holds --------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Element:
    """An element of the structure tree."""

    tag: str
    parent: Element | None
    alt: str = ""
    name: str = ""
    """Its ID."""
    kids: list[Element | Content] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def runs(self) -> Iterator[Run]:
        """All text below, in reading order."""
        for kid in self.kids:
            yield from kid.runs() if isinstance(kid, Element) else kid.runs

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs())

    @property
    def block(self) -> Element:
        """The paragraph, heading, cell or list item this is a part of."""
        element = self
        while element.tag in ("Span", "Link", "NonStruct", "Figure", "Lbl") and element.parent:
            element = element.parent
        return element

    @property
    def ancestors(self) -> Iterator[Element]:
        element = self.parent
        while element:
            yield element
            element = element.parent


@dataclass(eq=False, slots=True)
class Content:
    """A piece of a page's content that belongs to an element."""

    element: Element
    runs: list[Run] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Run:
    """A text as it is drawn in one go. Lengths are points from the lower left corner of the trimmed page."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float
    baseline: float
    size: float
    colour: tuple[int, ...]
    artifact: bool
    element: Element | None
    ground: tuple[int, ...] = ()
    """The colour most of what is around it has; none where nothing else is seen there."""

    def __str__(self) -> str:
        return repr(self.text.strip())


class Link(NamedTuple):
    """A link annotation."""

    page: int
    to_page: int
    """0: it leads out of the book."""
    to_top: float
    uri: str
    said: str
    """What a screen reader says of it."""


@dataclass(eq=False, slots=True)
class Page:
    """A page: its boxes, what is drawn on it, and how it looks."""

    number: int
    media: tuple[float, ...]
    trim: tuple[float, ...]
    bleed: tuple[float, ...]
    runs: list[Run]
    ink: tuple[float, float, float, float] | None = None
    """The smallest box around all that is drawn on the trimmed page, in points."""
    has_crop_marks: bool = False
    has_spine: bool = False
    """Whether its left edge is dark as far as it is cut."""

    @property
    def width(self) -> float:
        return self.trim[2] - self.trim[0]

    @property
    def height(self) -> float:
        return self.trim[3] - self.trim[1]

    @property
    def body(self) -> list[Run]:
        """What is read: no running heads, no folios."""
        return [run for run in self.runs if run.element]


class Picture:
    """How a page looks: its media box, 2 pixels a point. It takes 3 to 9 MB, and is let go when it was looked at."""

    def __init__(self, page: Page, image: Image.Image) -> None:
        self.page = page
        self.image = image
        self.grey = image.convert("L")

    def look(self) -> None:
        """Write down what is seen."""
        page = self.page
        for run in page.runs:
            if run.text.strip():
                around = self.cut(run.left - 1, run.bottom - 1, run.right + 1, run.top + 1)
                colours: Any = around.getcolors(1 << 16) or []
                run.ground = max(colours)[1] if len(colours) > 1 else ()
        part = self.cut(0, 0, page.width, page.height, of=self.grey)
        box = ImageChops.invert(part).point(lambda value: 255 if value > 16 else 0).getbbox()
        if box:
            page.ink = box[0] / 2, page.height - box[3] / 2, box[2] / 2, page.height - box[1] / 2
        if page.media != page.trim:
            page.has_crop_marks = self._has_crop_marks()
            page.has_spine = self._is_dark(-2.5 * MM, 0, -1, page.height, all_over=True)

    def cut(
        self, left: float, bottom: float, right: float, top: float, *, of: Image.Image | None = None
    ) -> Image.Image:
        """A part of it, in points of the trimmed page."""
        x, y = self.page.trim[0] - self.page.media[0], self.page.media[3] - self.page.trim[1]
        box = (2 * (x + left), 2 * (y - top), 2 * (x + right), 2 * (y - bottom))
        return (of or self.image).crop(
            (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
        )

    def _is_dark(self, *box: float, all_over: bool = False) -> bool:
        extremes: Any = self.cut(*box, of=self.grey).getextrema()
        return bool(extremes[1 if all_over else 0] <= 128)

    def _has_crop_marks(self) -> bool:
        """Whether there is a line at each corner, across and up, beyond the bleed and in line with the edge."""
        page = self.page
        beyond = page.bleed[0] - page.media[0]
        if beyond < 2:
            return False
        out = page.trim[0] - page.media[0]
        for x, across in ((0.0, -1), (page.width, 1)):
            for y, up in ((0.0, -1), (page.height, 1)):
                level = sorted((x + across * out, x + across * (out - beyond)))
                upright = sorted((y + up * out, y + up * (out - beyond)))
                for box in ((level[0], y - 2, level[1], y + 2), (x - 2, upright[0], x + 2, upright[1])):
                    if not self._is_dark(*box):
                        return False
        return True


class OutlineLine(NamedTuple):
    """A line of the PDF outline."""

    depth: int
    title: str
    page: int


class Heading(NamedTuple):
    """A heading, and where its text really is."""

    level: int
    text: str
    page: int
    element: Element


class Book:
    """A finished PDF, read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.by_content: dict[tuple[int, int], Content] = {}
        self.untagged: list[Finding] = []
        with pikepdf.open(BytesIO(data)) as pdf:
            self.catalog = _Catalog(pdf)
            self.root = self.catalog.structure(self.by_content)
            self.links = self.catalog.links
            self.outline = self.catalog.outline()
            self.fonts_without_glyph = self.catalog.fonts_that_draw_nothing()
        self.pages = list(self._pages())

    def _pages(self) -> Iterator[Page]:
        document = pypdfium2.PdfDocument(self.data)
        for number, (page, boxes) in enumerate(zip(document, self.catalog.boxes, strict=True), start=1):
            text_page = page.get_textpage()
            media, trim, bleed = boxes
            result = Page(number, media, trim, bleed, [])
            at = (result.trim[0], result.trim[1])
            for kind, item, matrix, marks, mcid in _drawn(
                page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject
            ):
                if kind == pdfium.FPDF_PAGEOBJ_TEXT and (text := _text(item, text_page.raw)):
                    bounds = _bounds(item, matrix, at)
                    content = self.by_content.get((number, mcid))
                    element = content.element if content else None
                    run = Run(number, text, *bounds, *_type(item, matrix, at), "Artifact" in marks, element)
                    result.runs.append(run)
                    if content:
                        content.runs.append(run)
                    elif not run.artifact:
                        self.untagged.append(
                            Finding("structure", number, f"{run} is neither tagged nor an artifact")
                        )
            bitmap = page.render(scale=2, rev_byteorder=True, prefer_bgrx=False)
            Picture(result, bitmap.to_pil()).look()
            text_page.close()
            page.close()
            yield result
        document.close()

    @cached_property
    def headings(self) -> list[Heading]:
        """All headings in reading order; one that goes on on the next page is one."""
        position = {run: number for number, run in enumerate(self.root.runs())}
        found: list[Heading] = []
        end = -1
        for element in self.root.walk():
            runs = list(element.runs()) if re.fullmatch(r"H[1-6]", element.tag) else []
            if runs:
                level = int(element.tag[1])
                if position[runs[0]] == end + 1 and found and found[-1].level == level > 1:
                    found[-1] = found[-1]._replace(text=bare(found[-1].text + element.text))
                else:
                    found.append(Heading(level, bare(element.text), runs[0].page, element))
                end = position[runs[-1]]
        return found

    @cached_property
    def lines(self) -> dict[Element, list[list[Run]]]:
        """The lines of each block of text, from the first to the last."""
        lines: dict[Element, dict[tuple[int, int], list[Run]]] = defaultdict(dict)
        for run in self.root.runs():
            if run.text.strip() and run.element:
                block = lines[run.element.block]
                near = [
                    key for key in block if key[0] == run.page and abs(key[1] - run.baseline) < run.size / 2
                ]
                block.setdefault(near[0] if near else (run.page, round(run.baseline)), []).append(run)
        return {
            block: [found[key] for key in sorted(found, key=lambda key: (key[0], -key[1]))]
            for block, found in lines.items()
        }


class _Catalog:
    """What pikepdf reads of a PDF."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.numbers: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        self.boxes = [
            tuple(
                tuple(float(each) for each in page.get(name, page.MediaBox))
                for name in ("/MediaBox", "/TrimBox", "/BleedBox")
            )
            for page in pdf.pages
        ]
        names: Any = pdf.Root.Names.Dests.Names if "/Names" in pdf.Root else []
        self.places = {str(names[index]): names[index + 1] for index in range(0, len(names), 2)}
        self.links: list[Link] = []
        self.by_annotation: dict[tuple[int, int], Link] = {}
        for number, page in enumerate(pdf.pages, start=1):
            for annotation in page.get("/Annots", []):
                self._link(number, annotation)

    def place(self, destination: Any) -> tuple[int, float]:
        """The page a destination is on, and how high."""
        if isinstance(destination, pikepdf.String):
            destination = self.places[str(destination)]
        page = self.numbers[destination[0].objgen]
        return page, float(destination[3]) - self.boxes[page - 1][1][1]

    def _link(self, number: int, annotation: Any) -> None:
        said = str(annotation.get("/Contents", ""))
        if "/Dest" in annotation:
            link = Link(number, *self.place(annotation.Dest), "", said)
        else:
            link = Link(number, 0, 0, str(annotation.A.URI), said)
        self.links.append(link)
        self.by_annotation[annotation.objgen] = link

    def structure(self, by_content: dict[tuple[int, int], Content]) -> Element:
        """The root of the structure tree; `by_content` gets the element of each marked content."""
        root = self.pdf.Root.StructTreeRoot
        kids = root.K if isinstance(root.K, pikepdf.Array) else [root.K]
        top = Element("Root", None)
        for kid in kids:
            self._element(kid, top, by_content)
        return top

    def _element(self, item: Any, parent: Element, by_content: dict[tuple[int, int], Content]) -> None:
        element = Element(str(item.S)[1:], parent, str(item.get("/Alt", "")), str(item.get("/ID", "")))
        parent.kids.append(element)
        kids: Any = item.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int) or kid.get("/Type") == "/MCR":
                page, key = (
                    (item.Pg, kid)
                    if isinstance(kid, int)
                    else (kid.get("/Pg", item.get("/Pg")), int(kid.MCID))
                )
                content = by_content[self.numbers[page.objgen], key] = Content(element)
                element.kids.append(content)
            elif kid.get("/Type") == "/OBJR":
                element.links.append(self.by_annotation[kid.Obj.objgen])
            else:
                self._element(kid, element, by_content)

    def outline(self) -> list[OutlineLine]:
        found = []

        def walk(items: Iterable[pikepdf.OutlineItem], depth: int) -> None:
            for item in items:
                destination = item.destination
                found.append(OutlineLine(depth, item.title, self.place(destination)[0]))
                walk(item.children, depth + 1)

        with self.pdf.open_outline() as outline:
            walk(outline.root, 0)
        return found

    def fonts_that_draw_nothing(self) -> list[str]:
        """Fonts whose glyph 0, the box for what a font lacks, is drawn."""
        fonts = {
            str(name): font
            for page in self.pdf.pages
            for name, font in page.Resources.get("/Font", {}).items()
        }
        return sorted(
            str(font.BaseFont)
            for font in fonts.values()
            if any(int(glyph) == 0 for glyph in list(font.DescendantFonts[0].W)[::2])
        )


Matrix = tuple[float, float, float, float, float, float]


def _drawn(
    holder: Any, count: Any, get: Any, matrix: Matrix = (1, 0, 0, 1, 0, 0), outer: Any = None
) -> Iterator[Any]:
    """Yield (kind, object, matrix of the form it stands in, marks, MCID) of all that is drawn."""
    for index in range(count(holder)):
        item = get(holder, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        marks, mcid = outer or (_marks(item), pdfium.FPDFPageObj_GetMarkedContentID(item))
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            inner = _times(_matrix(item), matrix)
            yield from _drawn(
                item, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, inner, (marks, mcid)
            )
        else:
            yield kind, item, matrix, marks, mcid


def _marks(item: Any) -> list[str]:
    names = []
    for index in range(pdfium.FPDFPageObj_CountMarks(item)):
        mark = pdfium.FPDFPageObj_GetMark(item, index)
        length = ctypes.c_ulong()
        buffer = (ctypes.c_ushort * 64)()
        pdfium.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), length)
        names.append(bytes(buffer)[: length.value].decode("utf-16-le").rstrip("\0"))
    return names


def _matrix(item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _bounds(item: Any, matrix: Matrix, at: tuple[float, float]) -> tuple[float, float, float, float]:
    found = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *found)
    left, bottom, right, top = (each.value for each in found)
    a, _, _, d, e, f = matrix
    xs, ys = (
        sorted((a * left + e - at[0], a * right + e - at[0])),
        sorted((d * bottom + f - at[1], d * top + f - at[1])),
    )
    return xs[0], ys[0], xs[1], ys[1]


def _text(item: Any, text_page: Any) -> str:
    length = pdfium.FPDFTextObj_GetText(item, text_page, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    pdfium.FPDFTextObj_GetText(item, text_page, buffer, length)
    # pdfium takes a hyphen at the end of a line for one that is not the word's own, and says so by U+0002.
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0").replace("\x02", "-")


def _type(item: Any, matrix: Matrix, at: tuple[float, float]) -> tuple[float, float, tuple[int, ...]]:
    """Baseline, size and colour of a text."""
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    placed = _times(_matrix(item), matrix)
    colour = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(item, *colour)
    return placed[5] - at[1], size.value * abs(placed[3]), tuple(each.value for each in colour[:3])


def bare(text: str) -> str:
    """A text without what a layout may put in or take out, white space and places to break.

    Where a number stands for a character that no font has, it is the character.
    """
    return _NUMBERS.sub(lambda found: _characters(found[0]) + found["more"], re.sub(r"[\s\u200b]+", "", text))


def _characters(numbers: str) -> str:
    return "".join(chr(int(each, 16)) for each in re.findall(r"U\+([0-9A-F]+)", numbers))


_NUMBERS = re.compile(r"\[(?:U\+[0-9A-F]{4,6})+(?P<more>…?)\]")


# --- what it should hold -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """What a book was made from."""

    bank: Bank
    questions: Sequence[Question]
    options: HandbookOptions
    warnings: Sequence[Problem] = ()
    measured: bool = False
    """Whether its lines are long enough to count their characters."""

    @property
    def on_paper(self) -> bool:
        return self.options.media != "screen"

    @cached_property
    def text_box(self) -> tuple[float, float, float, float]:
        """Margins in points: inner, bottom, outer, top."""
        css = (templates_folder() / "handbook" / f"paper-{self.options.paper}.css").read_text("utf-8")
        mm = {name: float(value) for name, value in re.findall(r"--margin-(\w+): ([\d.]+)mm", css)}
        gutter = 3 if self.on_paper else 0
        return tuple(
            MM * each for each in (mm["inner"] + gutter, mm["bottom"], mm["outer"] - gutter, mm["top"])
        )  # type: ignore[return-value]

    @cached_property
    def paragraphs(self) -> dict[str, list[str]]:
        """For each id, its blocks of text, bare."""
        return {
            question.id: [block for _, blocks in texts(question) for block in blocks]
            for question in self.questions
        }


def texts(question: Question) -> Iterator[tuple[str, list[str]]]:
    """Yield (field, its paragraphs), bare, as a reader should find them."""
    for key in ("question", *PROSE_SECTIONS, "follow_ups"):
        value = getattr(question, key)
        if question.markup == "plain":
            parts = (
                value
                if key == "follow_ups"
                else value.split("\n", 1)
                if key == "question"
                else re.split(r"\n\s*\n", value)
            )
        else:
            lines = {"question": [value], "follow_ups": value}.get(key, [])
            markup = [part for each in lines for part in headed(each, "markdown", MarkdownPage())]
            markup += [] if lines or key == "follow_ups" else [prose(value, "markdown")]
            parts = [block for each in markup for block in _Blocks(each).blocks]
        yield key, [bare(part) for part in parts if bare(part)]


class _Blocks(html.parser.HTMLParser):
    """The texts of HTML's blocks."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.blocks = [""]
        self.feed(str(source))  # Markup would escape what it is told to read
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in ("a", "br", "code", "em", "s", "span", "strong"):
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, ())

    def handle_data(self, data: str) -> None:
        self.blocks[-1] += data


class Placed(NamedTuple):
    """A question of the book: its heading, and the pages it goes over."""

    question: Question
    heading: Heading
    last_page: int
    text: str
    """All that is read of it, bare."""
    unsaid: frozenset[str] = frozenset()
    """Characters a number stands for."""


def numbered(text: str) -> frozenset[str]:
    """The characters that are named by their numbers in a text."""
    return frozenset(
        _characters("".join(each[0] for each in _NUMBERS.finditer(re.sub(r"[\s\u200b]+", "", text))))
    )


def _is_heading(element: Element) -> bool:
    return re.fullmatch(r"H[1-6]", element.tag) is not None


def _opening(heading: Heading) -> Element:
    """What stands above the question, too."""
    parent = heading.element.parent
    return parent if parent and parent.tag == "Div" else heading.element


def placed(book: Book, order: Order) -> list[Placed]:
    """The questions in the book, by their headings, which must stand in the order of the list."""
    wanted = [next(iter(texts(question)))[1][0] for question in order.questions]
    at = []
    headings = iter(book.headings)
    for text in wanted:
        found = next(
            (
                heading
                for heading in headings
                if heading.text == text and heading.element.parent and heading.level > 1
            ),
            None,
        )
        if found is None:
            return []
        at.append(found)
    read = list(book.root.runs())
    position = {run: number for number, run in enumerate(read)}
    starts = {}
    for heading in [*at, *book.headings]:
        if heading in at or heading.level == 1:
            starts[position[next(_opening(heading).runs())]] = heading
    places = []
    for question, heading in zip(order.questions, at, strict=True):
        start = position[next(heading.element.runs())]
        end = min((each for each in starts if each > start), default=len(read))
        runs = [run for run in read[start:end] if run.text.strip()]
        if end < len(read) and starts[end].level == 1:  # what stands above a part's title is the part's
            runs = [run for run in runs if run.page < starts[end].page]
        text = "".join(run.text for run in runs)
        places.append(Placed(question, heading, runs[-1].page, bare(text), numbered(text)))
    return places


# --- the checks --------------------------------------------------------------------------------------------------


def _finds_headings_at_the_foot(book: Book, order: Order) -> Iterator[Finding]:
    """Three lines of what follows a heading stand on its page, or all of it if it is shorter."""
    blocks = list(book.lines)
    above = {
        block for heading in book.headings for block in _opening(heading).walk() if not _is_heading(block)
    }
    tags = [re.fullmatch(r"H([1-6])", block.tag) for block in blocks]
    for index, block in enumerate(blocks):
        if (
            block.tag == "H1"
        ):  # it begins a page: what stands above it there, such as a part's number, is its own
            page = book.lines[block][0][0].page
            before = reversed(blocks[:index])
            above |= set(takewhile(lambda other, page=page: book.lines[other][0][0].page == page, before))  # type: ignore[misc]
    for index, block in enumerate(blocks):
        if not tags[index]:
            continue
        page = book.lines[block][-1][0].page
        section = _section(block)
        following = []
        for other, tag in zip(blocks[index + 1 :], tags[index + 1 :], strict=True):
            if tag and int(tag[1]) <= int(tags[index][1]):  # type: ignore[index]
                break
            if other in above or (section and not _goes_on(section, _section(other))):
                break
            following += [] if tag else [line[0].page for line in book.lines[other]]
            if len(following) > 3:
                break
        opening = next((each for each in book.headings if each.element is block), None)
        first = max(run.top for run in (_opening(opening) if opening else block).runs() if run.page == page)
        if (
            first > book.pages[page - 1].height * 0.85
        ):  # it begins its page: what follows fits on none with it
            continue
        least = 1 if block.tag == "H1" else 3  # a part's title may have its page for itself and its count
        if sum(each == page for each in following) < min(least, len(following)):
            yield Finding("headings", page, f"{block.text.strip()!r} is too near the foot")


def _section(block: Element) -> Element | None:
    return next((element for element in block.ancestors if element.tag == "Sect"), None)


def _goes_on(section: Element, other: Element | None) -> bool:
    """Whether it is the same section; on the next page it is another element, which has no heading."""
    return other is section or (other is not None and not any(map(_is_heading, other.walk())))


def _finds_stranded_lines(book: Book, order: Order) -> Iterator[Finding]:
    """No paragraph leaves a single line behind; no question ends on a page with one or two lines."""
    ends = {paragraph[-40:] for paragraphs in order.paragraphs.values() for paragraph in paragraphs}
    longest = {
        length: {end[-length:] for end in ends if len(end) >= length} for length in {len(end) for end in ends}
    }
    places = placed(book, order)
    breaks = sorted({number for place in places for number in range(place.heading.page, place.last_page)})
    for number in breaks:
        page, following = book.pages[number - 1 : number + 1]
        one, other = _last_block(book, page), _first_block(book, following)
        if not one or not other:
            continue
        text = bare(one.text)
        item = re.fullmatch("LI|LBody", one.tag)
        ended = any(text[-length:] in found for length, found in longest.items()) or (
            item and text[-1] in ".?!"
        )
        if ended or one.tag != other.tag or re.fullmatch("H[1-6]", one.tag):
            continue
        for block, which in ((one, page), (other, following)):
            if sum(line[0].page == which.number for line in book.lines[block]) < 2:
                yield Finding("stranded", which.number, f"a single line {block.text.strip()[:60]!r}")
    for place in places:
        if place.last_page > place.heading.page and not order.options.flow:
            lines = {round(run.baseline) for run in book.pages[place.last_page - 1].body if run.text.strip()}
            if len(lines) <= 2 and not _is_all_heading(book.pages[place.last_page - 2]):
                yield Finding(
                    "stranded", place.last_page, f"{place.question.id} ends with {len(lines)} lines"
                )


def _is_all_heading(page: Page) -> bool:
    """Whether a question takes a page for itself: nothing of it would go along with its answer."""
    tags = {run.element.block.tag for run in page.body if run.element and run.text.strip()}
    return tags <= {"P", "H2", "H3"} and not any(
        "Sect" in {a.tag for a in run.element.ancestors} for run in page.body if run.element
    )


def _last_block(book: Book, page: Page) -> Element | None:
    blocks = [run.element.block for run in page.body if run.element and run.text.strip()]
    return min(
        blocks,
        key=lambda block: min(run.baseline for run in block.runs() if run.page == page.number),
        default=None,
    )


def _first_block(book: Book, page: Page) -> Element | None:
    blocks = [run.element.block for run in page.body if run.element and run.text.strip()]
    return max(
        blocks,
        key=lambda block: max(run.baseline for run in block.runs() if run.page == page.number),
        default=None,
    )


def _finds_what_is_outside(book: Book, order: Order) -> Iterator[Finding]:
    """All text stands inside the text box, all ink on the page's own area, and no text on another."""
    inner, low, outer, high = order.text_box
    for page in book.pages:
        verso = order.on_paper and page.number % 2 == 0
        left, right = (outer, inner) if verso else (inner, outer)
        box = (left, low, page.width - right, page.height - high)
        for run in page.body if page.number > 1 else ():
            over = max(box[0] - run.left, box[1] - run.bottom, run.right - box[2], run.top - box[3])
            if over > 0.5 + run.size / 10 and run.text.strip():  # a J or f reaches out of its own box
                yield Finding("outside", page.number, f"{run} is {over:.1f} pt outside the text box")
        for run in page.runs:
            if not 8 * MM <= run.left <= run.right <= page.width - 8 * MM and run.text.strip():
                yield Finding("outside", page.number, f"{run} is less than 8 mm from the edge")
        if page.number > 1:
            ink = page.ink
            if ink and (
                ink[0] < box[0] - 3 or ink[2] > box[2] + 3 or ink[1] < 6 * MM or ink[3] > page.height - 6 * MM
            ):
                yield Finding("outside", page.number, f"ink at {', '.join(f'{each:.0f}' for each in ink)} pt")
        yield from _overlaps(page)


def _overlaps(page: Page) -> Iterator[Finding]:
    runs = sorted((run for run in page.runs if run.text.strip()), key=lambda run: run.bottom)
    for index, run in enumerate(runs):
        for other in runs[index + 1 :]:
            if other.bottom > run.top:
                break
            deep = min(run.top, other.top) - other.bottom
            wide = min(run.right, other.right) - max(run.left, other.left)
            if wide > 2 and deep > 0.35 * min(run.top - run.bottom, other.top - other.bottom):
                yield Finding("outside", page.number, f"{run} and {other} overlap")


def _finds_missing_glyphs(book: Book, order: Order) -> Iterator[Finding]:
    """No box stands for a character no font has; its number does, and it was warned of with its question."""
    for font in book.fonts_without_glyph:
        yield Finding("glyphs", 0, f"{font} draws a box for what it lacks")
    for place in placed(book, order):
        number, name = place.heading.page, place.question.id
        wanted = Counter("".join(block for _, blocks in texts(place.question) for block in blocks))
        for character in sorted(wanted - Counter(place.text)):
            yield Finding("glyphs", number, f"{name}: {character!r} is not there, and no number for it")
        warned = {
            character
            for warning in order.warnings
            if warning.message.startswith(f"{name}: ")
            for character in _characters(warning.message)
        }
        for character in sorted(place.unsaid - warned):
            yield Finding("glyphs", number, f"{name}: no warning of {character!r}")
        for character in sorted(warned & wanted.keys() - place.unsaid):
            yield Finding(
                "glyphs", number, f"{name}: {character!r} was warned of, and no number stands for it"
            )
    warned = set(_characters(" ".join(warning.message for warning in order.warnings)))
    for page in book.pages:
        for character in sorted(numbered("".join(run.text for run in page.runs)) - warned):
            yield Finding("glyphs", page.number, f"no warning of {character!r}")


def _finds_wrong_folios(book: Book, order: Order) -> Iterator[Finding]:
    """A number that stands for a page is the page of the heading it speaks of, and its link leads there."""
    places = placed(book, order)
    by_entry = {bare(place.question.id) + place.heading.text: place.heading for place in places}
    by_id = {place.question.id: place.heading for place in places}
    by_title = {heading.text: heading for heading in reversed(book.headings) if heading.level == 1}
    entries = 0
    for element, link, runs in _linked(book):
        text = bare("".join(run.text for run in runs))
        # A folio is drawn apart from the text.
        folio = bare(runs[-1].text) if runs and bare(runs[-1].text).isdigit() else ""
        if not link.to_page:
            continue
        if re.fullmatch(r"\d+(–\d+)?", text):
            yield from _index_place(book, places, element, link, text)
            continue
        if text.startswith("→p."):
            heading = by_id.get(link.said)
        else:
            said = text.removesuffix(folio)
            heading = by_entry.get(said) or by_title.get(said)
            if heading is None and "…" in said:
                heading = next((by_entry[entry] for entry in by_entry if _says(said, entry)), None)
            entries += 1
        if heading is None:
            yield Finding("folios", link.page, f"{text!r} leads to no heading")
        elif folio not in ("", str(heading.page)):
            yield Finding("folios", link.page, f"{text!r}, but that is on page {heading.page}")
        elif link.to_page != heading.page:
            yield Finding("folios", link.page, f"{text!r} leads to page {link.to_page}, not {heading.page}")
        elif not _near(heading, link, book):
            yield Finding("folios", link.page, f"{text!r} leads {link.to_top:.0f} pt high, past its heading")
    if entries < (2 if by_title.keys() & {bare(each.technology) for each in order.questions} else 1) * len(
        places
    ):
        yield Finding(
            "folios", 0, f"only {entries} entries in contents and parts for {len(places)} questions"
        )


def _linked(book: Book) -> list[tuple[Element, Link, list[Run]]]:
    """The links and their texts; one that goes on on the next page is one."""
    found: list[tuple[Element, Link, list[Run]]] = []
    for element in book.root.walk():
        runs = [run for run in element.runs() if run.text.strip()] if element.links else []
        for link in element.links:
            if found:
                before, text = found[-1][1:]
                goes_on = before._replace(page=before.page + 1) == link
                if goes_on and not bare(text[-1].text if text else "").isdigit():
                    text += runs
                    continue
            found.append((element, link, list(runs)))
    return found


def _near(heading: Heading, link: Link, book: Book) -> bool:
    top = max(run.top for run in heading.element.runs())
    return top - 20 <= link.to_top <= book.pages[heading.page - 1].height + 30


def _index_place(
    book: Book, places: Sequence[Placed], element: Element, link: Link, text: str
) -> Iterator[Finding]:
    """The pages an index names have the term; its link leads to the question that has it."""
    term = re.split(r",\s*\d", element.block.text)[0].strip()
    if term.isdigit():  # it stands on the page before
        return
    first, last = (int(each) for each in (text.split("–") * 2)[:2])
    for number in range(first, last + 1):
        on = [place for place in places if place.heading.page <= number <= place.last_page]
        names = {
            bare(name)
            for place in on
            for name in (place.question.technology, place.question.category, *place.question.tags)
        }
        read = bare("".join(run.text for run in book.pages[number - 1].body))
        if bare(term) not in names and bare(term) not in read:
            yield Finding("folios", link.page, f"index: {term!r} is not on page {number}")
    if link.to_page > first or not any(place.heading.page <= first <= place.last_page for place in places):
        yield Finding("folios", link.page, f"index: {term!r}, {text} leads to page {link.to_page}")


def _finds_wrong_outline(book: Book, order: Order) -> Iterator[Finding]:
    """The outline names the questions in the order of the list, and equals the contents."""
    places = placed(book, order)
    if not places:
        headings = {heading.text for heading in book.headings}
        lost = [
            question.id for question in order.questions if next(iter(texts(question)))[1][0] not in headings
        ]
        yield Finding(
            "outline", 0, f"the headings are not the questions in their order; without heading: {lost}"
        )
        return
    wanted = [(bare(place.question.id) + place.heading.text, place.heading.page) for place in places]
    have = [(bare(line.title), line.page) for line in book.outline]
    ids = {title for title, _ in wanted}
    if [line for line in have if line[0] in ids] != wanted:
        yield Finding("outline", 0, "its questions are not those of the list, in that order, on their pages")
    contents = next((heading for heading in book.headings if heading.text == "Contents"), None)
    following = next(
        (
            heading
            for heading in book.headings
            if contents and heading.level == 1 and heading.page > contents.page
        ),
        None,
    )
    lines = [
        (re.sub(rf"{link.to_page}$", "", bare("".join(run.text for run in runs))), link.to_page)
        for element, link, runs in _linked(book)
        if contents and element.tag == "Link" and link.to_page and link.page >= contents.page
        if following is None or link.page < following.page
    ]
    told = [line for line in have if line[0] != "Contents" and line[0] not in _chapter_titles(order)]
    listed = [line for line in lines if line[0] not in _chapter_titles(order)]
    if len(told) != len(listed) or any(
        page != its_page or not _says(_plain(line), _plain(title))
        for (title, page), (line, its_page) in zip(told, listed, strict=True)
    ):
        odd = sorted(set(told) ^ set(listed))
        yield Finding("outline", 0, f"it is not the contents: {odd[:3] or 'another order'}")


def _says(line: str, title: str) -> bool:
    """Whether a line of a list, or a running head, is a title, which it may cut short with an ellipsis."""
    return re.fullmatch(".*".join(map(re.escape, line.split("…"))), title) is not None


def _plain(title: str) -> str:
    return re.sub(r"[*`_~\\]", "", title)


def _chapter_titles(order: Order) -> set[str]:
    return {bare(question.category) for question in order.questions} - {
        bare(question.technology) for question in order.questions
    }


def _finds_wrong_heads(book: Book, order: Order) -> Iterator[Finding]:
    """Every page says its technology, question and number, at the right side; the cover and blanks say nothing."""
    inner, low, outer, high = order.text_box
    places = placed(book, order)
    for page in book.pages:
        artifacts = [run for run in page.runs if run.artifact and run.text.strip()]
        if page.number == 1 or not page.body:
            for run in artifacts:
                yield Finding("heads", page.number, f"{run} on a {'cover' if page.number == 1 else 'blank'}")
            continue
        verso = order.on_paper and page.number % 2 == 0
        left, right = (outer, page.width - inner) if verso else (inner, page.width - outer)
        heads = [run for run in artifacts if run.baseline > page.height - high]  # between them, leaders
        feet = [run for run in artifacts if run.baseline < low]
        if [run.text.strip() for run in feet] != [str(page.number)]:
            yield Finding("heads", page.number, f"the folio is {[str(run) for run in feet]}")
        elif abs((feet[0].left - left) if verso else (feet[0].right - right)) > 2:
            yield Finding("heads", page.number, "the folio is not at the outer edge of the text")
        on = [place for place in places if place.heading.page <= page.number <= place.last_page]
        if not on:
            continue
        question = on[0].question  # what a page begins with
        wanted = {
            bare(question.technology): right if verso else left,
            bare(question.id): left if verso else right,
        }
        for text, side in wanted.items():
            saying = [run for run in heads if text and bare(run.text) and _says(bare(run.text), text)]
            if text and not saying:
                yield Finding("heads", page.number, f"{[str(run) for run in heads]} do not say {text!r}")
            # An id may begin with the technology: both heads then say what one has to.
            off = [abs((run.left if side == left else run.right) - side) - run.size / 5 for run in saying]
            if saying and min(off) > 1:
                yield Finding("heads", page.number, f"{saying[0]} is not at its side")


def _finds_lost_texts(book: Book, order: Order) -> Iterator[Finding]:
    """Every text of the bank is read whole, in reading order, from the question it belongs to."""
    for place in placed(book, order):
        at = 0
        read = place.text
        for uri in {bare(link.uri) for link in book.links if link.uri}:  # on paper they are told
            read = read.replace(f"({uri})", "")
        for key, blocks in texts(place.question):
            for block in blocks:
                found = read.find(block, at)
                if found < 0:
                    yield Finding(
                        "texts", place.heading.page, f"{place.question.id}: {key} {block[:40]!r} is not whole"
                    )
                else:
                    at = found


def _finds_structure_faults(book: Book, order: Order) -> Iterator[Finding]:
    """All that is drawn is tagged; headings nest; lists, links and figures are what they should be."""
    yield from book.untagged
    level = 0
    for heading in book.headings:
        if heading.level > level + 1:
            yield Finding("structure", heading.page, f"H{heading.level} {heading.text!r} after H{level}")
        level = heading.level
    allowed = {
        "L": {"L", "LI", "Caption"},
        "LI": {"Lbl", "LBody"},
        "Table": {"THead", "TBody", "TFoot", "TR", "Caption"},
        "TR": {"TH", "TD"},
    }
    linked = 0
    for element in book.root.walk():
        page = next((run.page for run in element.runs()), 0)
        kids = {kid.tag for kid in element.kids if isinstance(kid, Element)}
        if element.tag in allowed and not kids <= allowed[element.tag]:
            yield Finding(
                "structure", page, f"{element.tag} holds {', '.join(sorted(kids - allowed[element.tag]))}"
            )
        said = "".join(run.text for kid in element.kids if isinstance(kid, Content) for run in kid.runs)
        # A drawing has a text that stands for it.
        drawn = any(each.tag == "Figure" for each in (element, *element.ancestors))
        if said.strip() and not drawn and element.block.tag not in TEXT_BLOCKS:
            yield Finding(
                "structure", page, f"{said.strip()[:40]!r} is in a {element.block.tag} and no paragraph"
            )
        if element.tag == "Figure" and not element.alt:
            yield Finding("structure", page, "a figure without a text for it")
        if element.tag == "Link":
            linked += len(element.links)
            if not element.links:
                yield Finding("structure", page, f"the link {element.text!r} leads nowhere")
        for link in element.links:
            if not link.said:
                yield Finding("structure", page, f"the link {element.text!r} is not described")
    if linked != len(book.links):
        yield Finding("structure", 0, f"{len(book.links) - linked} link annotations are not tagged")
    names = Counter(element.name for element in book.root.walk() if element.name)
    for name, count in names.items():
        if count > 1:
            yield Finding("structure", 0, f"{count} elements have the ID {name!r}")
    for place in placed(book, order):
        titles = [
            bare(SECTION_TITLES[key])
            for key in (*PROSE_SECTIONS, "follow_ups")
            if getattr(place.question, key)
        ]
        at = next(
            index for index, heading in enumerate(book.headings) if heading.element is place.heading.element
        )
        level = place.heading.level
        have = []
        for heading in book.headings[at + 1 :]:
            if heading.level <= level:
                break
            have += [heading.text] if heading.level == level + 1 else []
        if have != titles:
            yield Finding(
                "structure",
                place.heading.page,
                f"the sections of {place.question.id} are {have}, not {titles}",
            )


def _finds_long_lines(book: Book, order: Order) -> Iterator[Finding]:
    """A full line of running text has 60 to 75 characters, in the middle."""
    if order.measured and not order.options.large_print:
        usual = line_length(book)
        if not 60 <= usual <= 75:
            yield Finding("measure", 0, f"a full line has {usual:.0f} characters")


def line_length(book: Book) -> float:
    """The characters of the middle one of all full lines of running text."""
    lengths = [len(text) for text in _full_lines(book)]
    return statistics.median(lengths) if lengths else 0


def _full_lines(book: Book) -> Iterator[str]:
    for block, lines in book.lines.items():
        if block.tag == "P" and any(element.tag == "Sect" for element in block.ancestors):
            for line in lines[:-1]:
                yield "".join(run.text for run in line).strip()


def _finds_weak_contrast(book: Book, order: Order) -> Iterator[Finding]:
    """Text stands out from its ground by 4.5 to 1 (WCAG 2.2, 1.4.3); on mono everything is black or white."""
    for page in book.pages:
        for run in page.runs:
            if not run.text.strip():
                continue
            if not run.ground:
                yield Finding("contrast", page.number, f"nothing is seen of {run}")
                continue
            ratio = contrast(run.colour, run.ground)
            if ratio < 4.5:
                yield Finding("contrast", page.number, f"{run} has {ratio:.1f} to 1")
            if order.options.theme == "mono" and (any(run.colour) or run.ground != (255, 255, 255)):
                yield Finding("contrast", page.number, f"{run} is {run.colour} on {run.ground} in mono")


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """The contrast ratio of two sRGB colours (WCAG 2.2)."""

    def luminance(colour: Sequence[int]) -> float:
        linear = [
            each / 255 / 12.92 if each / 255 <= 0.04045 else ((each / 255 + 0.055) / 1.055) ** 2.4
            for each in colour
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _finds_small_print(book: Book, order: Order) -> Iterator[Finding]:
    """Large print is 16 pt and over, all of it; else nothing is under 6.5 pt."""
    least = 16 if order.options.large_print else 6.5
    small = {
        (run.page, round(run.size, 1)): run
        for page in book.pages
        for run in page.runs
        if run.text.strip() and run.size < least - 0.01
    }
    for (page, size), run in small.items():
        yield Finding("size", page, f"{run} is {size} pt")


def _finds_wrong_boxes(book: Book, order: Order) -> Iterator[Finding]:
    """Pages have the size asked for; on paper the room is at the binding; prepress has bleed and marks."""
    width, height = (MM * each for each in PAPERS[order.options.paper])
    for page in book.pages:
        if abs(page.width - width) > 0.1 or abs(page.height - height) > 0.1:
            yield Finding("boxes", page.number, f"{page.width:.1f} × {page.height:.1f} pt")
        bleeds = [
            page.trim[0] - page.bleed[0],
            page.trim[1] - page.bleed[1],
            page.bleed[2] - page.trim[2],
            page.bleed[3] - page.trim[3],
        ]
        least, most = (3 * MM, 5 * MM) if order.options.media == "prepress" else (0, 0)
        if not all(least - 0.1 < bleed < most + 0.1 for bleed in bleeds):
            yield Finding("boxes", page.number, f"bleeds {', '.join(f'{bleed:.1f}' for bleed in bleeds)} pt")
        if least and not page.has_crop_marks:
            yield Finding(
                "boxes", page.number, "no crop marks at the corners of the trimmed page, outside the bleed"
            )
    if order.options.media == "prepress" and not book.pages[0].has_spine:
        yield Finding("boxes", 1, "the spine of the cover does not reach into the bleed")


def _finds_noise(book: Book, order: Order) -> Iterator[Finding]:
    """qpdf and poppler read the file without a word."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        path.write_bytes(book.data)
        commands = [
            ["qpdf", "--check", path],
            ["pdfinfo", "-struct", path],  # with texts, too, it takes minutes for a large book
            ["pdftotext", path, "-"],
            ["pdffonts", path],
        ]
        for command in commands:
            if shutil.which(str(command[0])):
                done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
                if done.returncode or done.stderr:
                    yield Finding("noise", 0, f"{command[0]}: {done.stderr.decode(errors='replace')[:200]}")
        if not shutil.which("qpdf"):
            with pikepdf.open(BytesIO(book.data)) as pdf:
                yield from (Finding("noise", 0, f"qpdf: {problem}") for problem in pdf.check_pdf_syntax())
        if shutil.which("pdftotext"):
            yield from _lost_words(path, order)


def _lost_words(path: Path, order: Order) -> Iterator[Finding]:
    """What poppler reads of the text boxes, words apart, has every paragraph of plain text."""
    width, height = (MM * each for each in PAPERS[order.options.paper])
    inner, low, _, high = order.text_box
    if order.options.media == "prepress":
        return  # the same text as in print; only the page's origin is another
    wide = order.options.paper in ("a4", "letter") and not order.options.large_print
    labels = round(inner + 42 * MM - 6) if wide else 0  # they stand beside the text, and are drawn after it
    box = [labels, round(high) - 4, round(width) - labels, round(height - high - low) + 6]
    area = [word for name, value in zip("xyWH", box, strict=True) for word in (f"-{name}", str(value))]
    done = subprocess.run(["pdftotext", "-raw", *area, path, "-"], capture_output=True, check=False)
    read = " ".join(done.stdout.decode().replace("\f", " ").split())
    for question in order.questions:
        if question.markup != "plain" or re.search(r"\S{40}|[^\x00-\u024f\u2010-\u203a]", repr(question)):
            continue
        for key in PROSE_SECTIONS:
            for paragraph in re.split(r"\n\s*\n", getattr(question, key)):
                text = " ".join(paragraph.split())
                if text not in read and text.replace(" ", "") not in read.replace(" ", ""):
                    yield Finding("texts", 0, f"poppler: {question.id}: {key} {text[:40]!r} is not whole")


CHECKS: Mapping[str, Callable[[Book, Order], Iterator[Finding]]] = {
    "headings": _finds_headings_at_the_foot,
    "stranded": _finds_stranded_lines,
    "outside": _finds_what_is_outside,
    "glyphs": _finds_missing_glyphs,
    "folios": _finds_wrong_folios,
    "outline": _finds_wrong_outline,
    "heads": _finds_wrong_heads,
    "texts": _finds_lost_texts,
    "structure": _finds_structure_faults,
    "measure": _finds_long_lines,
    "contrast": _finds_weak_contrast,
    "size": _finds_small_print,
    "boxes": _finds_wrong_boxes,
    "noise": _finds_noise,
}


def inspected(data: bytes, order: Order) -> list[Finding]:
    """All that is wrong with a book."""
    book = Book(data)
    return [finding for check in CHECKS.values() for finding in check(book, order)]


# --- books to measure --------------------------------------------------------------------------------------------


def make(
    bank: Bank, options: Mapping[str, str | bool], *, measured: bool = False, cache: Path | None = None
) -> tuple[Document, Order]:
    """Make a book of all questions of a bank, of chunks that are kept in a folder, if there is one."""
    settings = parse_options(HandbookOptions, options)
    look = theme(settings.theme)
    questions = select(bank, Filters())
    edition = Edition(
        bank=bank,
        questions=questions,
        title=bank.title,
        scope=describe(bank, Filters(), questions),
        lock=None,
    )
    scheduler = Scheduler(ChunkCache(cache, CACHED) if cache else None, fonts=of_folders(look.folders))
    tools = Tools(look.templates(), look.styles(), look.digest(), scheduler)
    document = handbook.render(edition, settings, tools)
    return document, Order(bank, questions, settings, document.warnings, measured)


# --- the command -------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """One book of the matrix."""

    bank: str
    theme: str
    paper: str
    media: str
    variant: str

    @property
    def options(self) -> dict[str, str | bool]:
        return {"theme": self.theme, "paper": self.paper, "media": self.media, **VARIANTS[self.variant]}


class Measured(NamedTuple):
    """What came of a cell."""

    cell: Cell
    pages: int
    characters: float
    """In a full line."""
    made: float
    read: float
    """Seconds."""
    found: Mapping[str, Sequence[str]]
    """For each check."""

    def __str__(self) -> str:
        counts = "  ".join(f"{len(self.found[name]) or '·':>{len(name)}}" for name in CHECKS)
        size = f"{self.pages:5} {self.characters:5.0f} {self.made:5.1f} {self.read:5.1f}"
        lines = [f"{' '.join(self.cell):46} {size}  {counts}"]
        for found in self.found.values():
            lines += [f"    {finding}" for finding in found[:TOLD]]
            lines += [f"    … and {len(found) - TOLD} more" for _ in found[TOLD : TOLD + 1]]
        return "\n".join(lines)


TOLD = 12
"""Findings of one kind in one book that are printed: the next ones are rarely other ones."""


def measure(cell: Cell, folder: Path, cache: Path | None = None) -> Measured:
    """Make the book of a cell, and read it."""
    from sample_banks import BANKS  # beside this file

    started = time.perf_counter()
    document, order = make(BANKS[cell.bank](), cell.options, measured=cell.bank in MEASURED, cache=cache)
    (folder / f"{'-'.join(cell)}.pdf").write_bytes(document.data)
    made = time.perf_counter()
    book = Book(document.data)
    found = {name: [str(finding) for finding in check(book, order)] for name, check in CHECKS.items()}
    end = time.perf_counter()
    return Measured(cell, len(book.pages), line_length(book), made - started, end - made, found)


def matrix(arguments: argparse.Namespace) -> list[Cell]:
    """The books asked for, or some of them, drawn by lot; for `--matrix` all plain ones, and some of the others."""
    axes = (arguments.bank, arguments.theme, arguments.paper, arguments.media, arguments.variant)
    cells = [Cell(*values) for values in product(*axes)]
    plain = [cell for cell in cells if cell.variant == "plain" and arguments.matrix]
    others = [cell for cell in cells if cell not in set(plain)]
    if arguments.sample is None and not arguments.matrix:
        return cells
    count = min(ALSO if arguments.sample is None else arguments.sample, len(others))
    return plain + sorted(random.Random(arguments.seed).sample(others, count), key=cells.index)


ALSO = 60
"""Books of other variants that `--matrix` measures, unless `--sample` says otherwise."""


def each_measured(cells: Sequence[Cell], folder: Path, cache: Path | None, jobs: int) -> Iterator[Measured]:
    """Measure books, in some processes, and yield what came of them in their order."""
    measuring = partial(measure, folder=folder, cache=cache)
    if jobs == 1:
        yield from map(measuring, cells)
        return
    with ProcessPoolExecutor(jobs) as executor:
        try:
            yield from executor.map(measuring, cells)
        finally:
            executor.shutdown(cancel_futures=True)


def main() -> int:
    from sample_banks import BANKS, NOBODYS  # beside this file

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, known in (
        ("bank", BANKS),
        ("theme", THEMES),
        ("paper", PAPERS),
        ("media", MEDIA),
        ("variant", VARIANTS),
    ):
        parser.add_argument(f"--{name}", nargs="+", choices=list(known))
    parser.add_argument("--matrix", action="store_true", help="every bank, and some of all variants")
    parser.add_argument("--sample", type=int, metavar="N", help="measure N of these books")
    parser.add_argument("--seed", type=int, default=0, help="draw other ones")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the PDFs there")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="keep what is laid out for the next time"
    )
    parser.add_argument(
        "--conformance", type=Path, metavar="SCRIPT", help="`sh SCRIPT ua1 FILE…` judges them, too"
    )
    arguments = parser.parse_args()
    every = {
        "bank": list(BANKS) if arguments.matrix else ["shipped"],
        "theme": list(THEMES),
        "paper": list(PAPERS),
        "media": list(MEDIA),
        "variant": list(VARIANTS) if arguments.matrix else ["plain"],
    }
    for name, default in every.items():
        setattr(arguments, name, getattr(arguments, name) or default)

    cells = matrix(arguments)
    if arguments.matrix and not set(NOBODYS) <= set(BANKS):
        print("The corpora are not here: their banks are left out.")
    print(f"{'book':46} {'pages':>5} {'chars':>5} {'made':>5} {'read':>5}  {'  '.join(CHECKS)}", flush=True)
    done: list[Measured] = []
    judgements: list[str] = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for each in each_measured(cells, folder, arguments.cache, arguments.jobs):
                done.append(each)
                print(each, flush=True)
            if arguments.conformance:
                judgements = judged(arguments.conformance, sorted(folder.glob("*.pdf")))
                print(*judgements, sep="\n")
        except KeyboardInterrupt:
            print("broken off")
    count = sum(len(found) for each in done for found in each.found.values()) + len(judgements)
    pages = sum(each.pages for each in done)
    minutes = (time.perf_counter() - started) / 60
    print(f"{len(done)} of {len(cells)} books, {pages} pages: {count} findings; {minutes:.1f} min")
    return 2 if len(done) < len(cells) else 1 if count else 0


def judged(script: Path, books: Sequence[Path]) -> list[str]:
    """What keeps books from being PDF/UA-1, by veraPDF's rules."""
    done = subprocess.run(["sh", script, "ua1", *books], capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if not line.startswith("#") and "PASS" not in line]
    return failed or ([done.stderr] if done.returncode else [])


if __name__ == "__main__":
    sys.exit(main())
