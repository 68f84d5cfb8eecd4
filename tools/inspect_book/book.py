"""A finished PDF, read by programs that did not make it: pdfium and pikepdf."""

from __future__ import annotations

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw as pdfium

from tools.inspect_book.records import (
    Content,
    Element,
    Finding,
    Heading,
    Link,
    OutlineLine,
    Page,
    Picture,
    Run,
)


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
            bitmap = page.render(scale=2, rev_byteorder=True, prefer_bgrx=True)
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
    """Yield (kind, object, matrix of the form it is in, marks, MCID) of all that is drawn."""
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

    Where a number represents a character that no font has, it is the character; typographic quotes are straight.
    """
    text = re.sub(r"[\s\u200b]+", "", text).translate(STRAIGHT)
    return NUMBERS.sub(lambda found: characters(found[0]) + found["more"], text)


STRAIGHT = str.maketrans("‘’“”", "''\"\"")


def characters(numbers: str) -> str:
    return "".join(chr(int(each, 16)) for each in re.findall(r"U\+([0-9A-F]+)", numbers))


NUMBERS = re.compile(r"\[(?:U\+[0-9A-F]{4,6})+(?P<more>…?)\]")
