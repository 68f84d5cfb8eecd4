"""A finished document → a chunk.

WeasyPrint draws a document into a graph of PDF objects and hands them over through its documented hook,
`write_pdf(finisher=…)`, before it writes them. Here they are taken out of that graph and made relocatable; which
elements and attributes of the HTML become what is described in `qexport.layout.weasyprint.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from qexport.layout.chunk import Chunk, PageContent, Strip, mark
from qexport.layout.inks import write_inks
from qexport.layout.weasyprint.font_uses import read_font_uses
from qexport.layout.weasyprint.page_boxes import iterate_texts, measure_room
from qexport.layout.weasyprint.resources import PLACE_PREFIX
from qexport.layout.weasyprint.serialising import (
    Raw,
    Serialiser,
    object_number,
    write_area,
    write_item,
    write_number,
    write_ordinate,
)
from qexport.layout.weasyprint.slots import Placeholder, SlotCutter, find_placeholders
from qexport.layout.weasyprint.structure import Structure, mark_content, read_structure

_GREY = re.compile(rb"(\S+) \1 \1 (rg|RG)")
_COLOURED = re.compile(rb" (?:rg|RG|k|K|scn|SCN|Do|sh)$|^BI\b")
"""What may draw in a colour: an operator that sets one, or draws a picture or a form."""
_LAB = b"/lab-d"
"""The beginning of the names of Lab colour spaces."""
_USES_PATTERN = re.compile(rb"/(\S+) (?:scn|SCN)")


def extract(document: Any, strip: Strip | None = None) -> Chunk:
    """Return what a laid-out document draws: pages, or the strip that is all there is on its page."""
    chunks: list[Chunk] = []

    def take(document: Any, pdf: Any) -> None:
        extraction = _Extraction(document, pdf, is_strip=strip is not None)
        chunks.append(extraction.take_strip(strip) if strip else extraction.take_pages())
        pdf.write = lambda *_: None  # nothing is left to write

    document.write_pdf(finisher=take, pdf_tags=True)
    return chunks[0]


class _Extraction:
    """One finished document, on its way to become a chunk."""

    def __init__(self, document: Any, pdf: Any, *, is_strip: bool) -> None:
        self.document = document
        self.pdf = pdf
        self.is_strip = is_strip
        self.serialiser = Serialiser(pdf, is_strip=is_strip)
        self.cutter = SlotCutter()
        self.special_colors = False
        """Whether a page draws in a Lab colour, whose space has to be in its resources."""

    def take_pages(self) -> Chunk:
        pages = [object_number(reference) for reference in self.pdf.page_references]
        self._use_greys()
        self._let_patterns_move()
        structure = read_structure(self.document, self.pdf, len(pages), is_strip=False)
        for index, number in enumerate(pages):
            items = self._items(index)
            found = self._placeholders(index, items, structure)
            self._split(index, self.pdf.objects[number], items, found)
        self._relocate_links(structure.annotations)
        in_slots = any(_LAB in slot.state or _LAB in slot.content for slot in self.cutter.slots)
        self._leave_to_the_book(pages, structure.top, special_colors=self.special_colors or in_slots)
        for number in [*pages, *structure.top]:
            self.serialiser.use(number)
        last = self.document.pages[-1]._page_box
        page_height, room = measure_room(self.document)
        return Chunk(
            page_width=self.document.pages[0].width,
            mirror=last.margin_right - last.margin_left,
            pages=tuple(self.serialiser.numbers[number] for number in pages),
            anchors=tuple(self._anchors(pages)),
            packed=self._content(structure).pack(),
            terms=tuple(self._terms()),
            room=room,
            page_height=page_height,
            top=last.content_box_y(),
            missing=_list_missing(self.document.fonts.values()),
        )

    def take_strip(self, strip: Strip) -> Chunk:
        page = object_number(self.pdf.page_references[0])
        self._use_greys()
        self._let_patterns_move()
        structure = read_structure(self.document, self.pdf, 1, is_strip=True)
        top = structure.top
        for _ in range(1 + strip.is_item):  # out of the strip, and of its list
            top = [object_number(kid) for number in top for kid in self.pdf.objects[number]["K"]]
        structure = replace(structure, top=top)
        items = self._items(0)
        pieces = self._in_pixels(items, self._placeholders(0, items, structure))
        self._relocate_links(structure.annotations)
        for number in top:
            self.pdf.objects[number]["P"] = mark("list" if strip.is_item else "document")
            mark_content(self.pdf, number)
            self.serialiser.use(number)
        resources = self._object(self.pdf.objects[page]["Resources"])
        self.serialiser.fonts_object = object_number(resources["Font"])
        named = [
            (kind, name, self.serialiser.write_value(value))
            for kind, values in resources.items()
            if kind not in ("Font", "ColorSpace")
            for name, value in values.items()
        ]
        content = replace(self._content(structure), pieces=pieces, resources=tuple(named))
        return Chunk(
            page_width=self.document.pages[0].width,
            mirror=0,
            pages=(),
            anchors=tuple(self._anchors([page])),
            packed=_with_own_names(content).pack(),
            missing=_list_missing(self.document.fonts.values()),
            strip=strip,
        )

    def _object(self, reference: bytes) -> Any:
        return self.pdf.objects[object_number(reference)]

    @cached_property
    def _texts(self) -> list[list[tuple[Any, Any]]]:
        """The text boxes of each page, each with the box of its block."""
        return [list(iterate_texts(page._page_box)) for page in self.document.pages]

    # -- what is drawn --------------------------------------------------------------------------------------------

    def _items(self, index: int) -> list[Any]:
        """Return the operators of a page's content stream."""
        items: list[Any] = self._object(self._object(self.pdf.page_references[index])["Contents"]).stream
        return items

    def _placeholders(self, index: int, items: list[Any], structure: Structure) -> list[Placeholder]:
        return find_placeholders(self._texts[index], index, items, structure.parents[index])

    def _use_greys(self) -> None:
        """Let equal parts of red, green and blue be a grey, which a printer draws with black ink alone.

        Where there are crop marks, all other colours are inks, as a printing press wants them.
        """
        in_inks = any(page._page_box.style["marks"] for page in self.document.pages)
        for each in self.pdf.objects:
            items = getattr(each, "stream", None)
            if isinstance(items, list):
                for at, item in enumerate(items):
                    if not isinstance(item, bytes) or item[-2:] not in (b"rg", b"RG"):
                        continue
                    if found := _GREY.fullmatch(item):
                        items[at] = b"%s %s" % (found[1], b"g" if found[2] == b"rg" else b"G")
                    elif in_inks:
                        items[at] = write_inks(item)
                if group := each.extra.get("Group"):
                    if not any(isinstance(item, bytes) and _COLOURED.search(item) for item in items):
                        del each.extra["Group"]  # or printers mix its black of all inks
                    elif in_inks:
                        group["CS"] = "/DeviceCMYK"

    def _let_patterns_move(self) -> None:
        """Let patterns stay where they are on a page whose content is moved: they do not move with it."""
        for index, reference in enumerate(self.pdf.page_references):
            patterns = self._object(self._object(reference)["Resources"])["Pattern"]
            for item in self._items(index) if patterns else ():
                found = _USES_PATTERN.fullmatch(item) if isinstance(item, bytes) else None
                pattern = self._object(patterns[found[1].decode()]) if found else None
                if pattern is not None and not isinstance(pattern.extra["Matrix"], Raw):
                    *scale, right, up = map(write_number, pattern.extra["Matrix"])
                    place = (
                        mark(f"x{index}:{right.decode()}"),
                        b" ",
                        write_ordinate(up, is_strip=self.is_strip),
                    )
                    pattern.extra["Matrix"] = Raw(b"[", *(b"%s " % each for each in scale), *place, b"]")

    def _split(self, index: int, page: Any, items: list[Any], found: list[Placeholder]) -> None:
        """Let a page's content be streams, with a late one between them for the slots that follow each other."""
        parts = [b"[", mark(f"before{index}")]
        end = 0
        box = self.document.pages[index]._page_box
        if box.style["marks"] or box.background.color.alpha:
            # The paper and its crop marks are drawn first: these stay where it is cut, and a tab is above the paper.
            end = _find_end_of_group(items, items.index(b"0.75 0 0 0.75 0 0 cm") + 2)
            parts = [b"[", self._stream(items[:end]), b" ", mark(f"inside{index}")]
        pieces = list(self.cutter.cut(items, found, end))
        last = pieces[-1] if found else None
        if isinstance(last, list) and all(item == b"Q" for item in last):
            # A stream for these alone would take ten times as much as they do.
            self.cutter.slots[-1] = replace(self.cutter.slots[-1], after=b"\n".join(last))
            pieces.pop()
        for piece in pieces:
            parts += [mark(f"late{piece}"), b" "] if isinstance(piece, int) else [self._stream(piece), b" "]
        page["Contents"] = Raw(*parts, b"]")

    def _in_pixels(self, items: list[Any], found: list[Placeholder]) -> tuple[bytes | int, ...]:
        """Return the pieces of a strip: what is drawn inside the scale that makes points of pixels."""
        import pydyf

        first = items.index(b"0.75 0 0 0.75 0 0 cm") + 1
        last = _find_end_of_group(items, first)
        for item in items:
            if isinstance(item, dict) and "MCID" in item:
                item["MCID"] = mark(f"mcid{item['MCID']}")
        return tuple(
            piece if isinstance(piece, int) else self.serialiser.write(pydyf.Stream(piece))[1]
            for piece in self.cutter.cut(items[: last - 1], found, first)
        )

    def _stream(self, items: list[Any]) -> bytes:
        import pydyf

        drawn = b"\n".join(map(write_item, items))
        self.special_colors |= _LAB in drawn
        stream = pydyf.Stream([drawn], compress=True)
        self.pdf.add_object(stream)
        return bytes(stream.reference)

    def _content(self, structure: Structure) -> PageContent:
        objects = self.serialiser.write_all()
        numbers = self.serialiser.numbers
        return PageContent(
            objects=objects,
            elements=tuple(numbers[number] for number in structure.top),
            parents=tuple(tuple(numbers.get(number) for number in page) for page in structure.parents),  # type: ignore[arg-type]
            annotations=tuple(
                (numbers[annotation], numbers[element]) for annotation, element in structure.annotations
            ),
            fonts=tuple(read_font_uses(self.document.fonts.values(), self.document.font_config.files)),
            slots=tuple(self.cutter.slots),
        )

    def _leave_to_the_book(self, pages: list[int], top: list[int], *, special_colors: bool) -> None:
        """Refer to what the book has once: fonts, page tree, root of the structure."""
        resources = self._object(self.pdf.objects[pages[0]]["Resources"])
        self.serialiser.fonts_object = object_number(resources["Font"])  # of pages, and of the forms on them
        if not special_colors:
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

    # -- what is known of it --------------------------------------------------------------------------------------

    def _relocate_links(self, annotations: list[tuple[int, int]]) -> None:
        kept = {annotation for annotation, _ in annotations}
        for reference in self.pdf.page_references:
            page = self._object(reference)
            if "Annots" in page:
                page["Annots"][:] = [annot for annot in page["Annots"] if object_number(annot) in kept]
        titles = {
            box.link_annotation.number: box.element.get("title")
            for page in self.document.pages
            for box in page._page_box.descendants()
            if getattr(box, "link_annotation", None) is not None and box.element is not None
        }
        pydyf_string = type(self.pdf.objects[annotations[0][0]]["Contents"]) if annotations else None
        page_of = {
            object_number(annotation): page
            for page, reference in enumerate(self.pdf.page_references)
            for annotation in self._object(reference).get("Annots", ())
        }
        for index, (number, _) in enumerate(annotations):
            annotation = self.pdf.objects[number]
            annotation["Rect"] = write_area(page_of[number], annotation["Rect"], is_strip=self.is_strip)
            annotation["StructParent"] = mark(f"annot{index}")
            annotation["F"] = 4  # it is printed, which PDF/A asks of each (ISO 19005-2, 6.3.2)
            uri = annotation["A"]["URI"].string if "A" in annotation else None
            if uri is not None and uri.startswith(PLACE_PREFIX):
                del annotation["A"]
                annotation["Dest"] = pydyf_string(uri.removeprefix(PLACE_PREFIX))  # type: ignore[misc]
            if titles.get(number):
                annotation["Contents"] = pydyf_string(titles[number])  # type: ignore[misc]

    def _anchors(self, pages: list[int]) -> Iterator[tuple[str, int, float, float]]:
        names = self.pdf.catalog.get("Names", {}).get("Dests", {}).get("Names", [])
        for name, (page, _, x, y, _) in zip(names[::2], names[1::2], strict=True):
            yield name.string, pages.index(object_number(page)), x, y

    def _terms(self) -> Iterator[tuple[int, str]]:
        """Yield each with the page it begins on, without the places where it may break."""
        begins: dict[Any, int] = {}
        for number, texts in enumerate(self._texts):
            for text, _ in texts:
                begins.setdefault(text.element, number)
        for element, number in begins.items():
            if element is not None and element.tag == "code" and element.get("class") == "term":
                yield number, "".join(element.itertext()).replace("\u200b", "")


def _list_missing(fonts: Iterable[Any]) -> tuple[str, ...]:
    """Return the characters that none of these fonts has.

    Blanks are left out: an end of a line has no glyph, nor has a blank after a sign if the font of the sign has none.
    """
    missing = {chr(point) for font in fonts for point in font.missing}
    return tuple(sorted(each for each in missing if each.isprintable() and not each.isspace()))


def _with_own_names(content: PageContent) -> PageContent:
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


def _find_end_of_group(items: list[Any], first: int) -> int:
    """Return where the group ends that was opened before `first`, behind its Q."""
    depth, last = 1, first
    while depth:
        depth += {b"q": 1, b"Q": -1}.get(items[last], 0) if isinstance(items[last], bytes) else 0
        last += 1
    return last
