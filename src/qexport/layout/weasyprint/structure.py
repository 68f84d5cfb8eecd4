"""The structure tree of a finished document, made as simple as PDF/UA wants it.

    the engine's tree → elements at the top, MCID → element for each page, (annotation, element) pairs

WeasyPrint puts each line of each style into an element of its own, and makes a link annotation for each box inside a
link. Here blocks hold their text themselves, and only the annotation of the link itself is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qexport.layout.chunk import POINTS_PER_PIXEL, mark
from qexport.layout.weasyprint.meaning import Meaning
from qexport.layout.weasyprint.serialising import object_number, write_area
from qexport.layout.weasyprint.tagged_elements import TaggedElements

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
    "/Lbl",
    "/TD",
    "/TH",
    "/Link",
    "/Caption",
    "/Span",
    "/NonStruct",
)


@dataclass(frozen=True, slots=True)
class Structure:
    """What a chunk needs of the structure tree; everything is a number of an object of the document."""

    top: list[int]
    parents: list[list[int | None]]
    """For each page: MCID → the element it belongs to, None for an artifact."""
    annotations: list[tuple[int, int]]
    """Each an annotation, and the element that holds it."""


def read_structure(document: Any, pdf: Any, page_count: int, *, is_strip: bool) -> Structure:
    """Return the simplified structure of a document.

    Of link annotations only those of the link itself are kept, as PDF/UA (7.18.5) wants every link annotation
    directly in a Link element.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    top = _object(pdf, root["K"][0])
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    values = dict(zip(numbers[::2], numbers[1::2], strict=True))
    parents: list[list[int | None]] = [
        [object_number(reference) for reference in values[page]] for page in range(page_count)
    ]
    annotations = []
    for key in range(page_count, len(values)):
        element = object_number(values[key])
        kids = pdf.objects[element]["K"]
        for kid in [kid for kid in kids if _is_annotation(kid, pdf)]:
            if pdf.objects[element]["S"] == "/Link":
                annotations.append((object_number(_object(pdf, kid)["Obj"]), element))
            else:
                kids.remove(kid)
    simplifier = _Simplifier(document, pdf, parents, is_strip=is_strip)
    for reference in top["K"]:
        simplifier.simplify(object_number(reference))
    if hasattr(pdf, "marked_boxes"):
        html = document.pages[0]._page_box.children[0].element
        Meaning(TaggedElements(pdf, html, parents)).refine_all(top)
    return Structure([object_number(reference) for reference in top["K"]], parents, annotations)


def mark_content(pdf: Any, number: int) -> None:
    """Let an element of a strip, and those below it, name their content by marks."""
    kids = pdf.objects[number]["K"]
    for kid in kids:
        if not isinstance(kid, int) and _object(pdf, kid)["Type"] == "/StructElem":
            mark_content(pdf, object_number(kid))
    kids[:] = [mark(f"mcid{kid}") if isinstance(kid, int) else kid for kid in kids]


class _Simplifier:
    """Lets blocks hold their text themselves."""

    def __init__(self, document: Any, pdf: Any, parents: list[list[int | None]], *, is_strip: bool) -> None:
        self.document = document
        self.pdf = pdf
        self.parents = parents
        self.is_strip = is_strip
        self.pages = {reference: page for page, reference in enumerate(pdf.page_references)}

    def simplify(self, number: int) -> None:
        """Simplify an element and all below it."""
        element = self.pdf.objects[number]
        page = self.pages[element["Pg"]]
        self._move_box(element, page)
        kids: list[Any] = []
        for kid in element["K"]:
            child = None if isinstance(kid, int) else _object(self.pdf, kid)
            if child is None or child["Type"] != "/StructElem":
                kids.append(kid)
                continue
            self.simplify(object_number(kid))
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
                    self.parents[page][grandchild] = number
                elif (item := _object(self.pdf, grandchild))["Type"] == "/StructElem":
                    item["P"] = b"%d 0 R" % number
            kids += child["K"]
        element["K"][:] = kids

    def _move_box(self, element: Any, page: int) -> None:
        """Let the box of a figure be in points from the bottom: the engine has it in pixels, from the top."""
        if "BBox" in element.get("A", ()):
            left, top, right, bottom = element["A"]["BBox"]
            height = self.document.pages[page].height
            corners = (left, height - bottom, right, height - top)
            element["A"]["BBox"] = write_area(
                page, [POINTS_PER_PIXEL * corner for corner in corners], is_strip=self.is_strip
            )


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[object_number(reference)]


def _has_text(element: Any) -> bool:
    """Return whether marked content belongs to a structure element itself."""
    return any(isinstance(kid, int) for kid in element["K"])


def _is_annotation(kid: Any, pdf: Any) -> bool:
    return isinstance(kid, bytes) and _object(pdf, kid).get("Type") == "/OBJR"
