"""Chunks → one PDF: the linker.

Every chunk was laid out alone; here it gets its place. Folios, the contents' page numbers, links between chunks,
the outline, one structure tree and the fonts, each subset once over all that is drawn with it, come from the
chunks' lengths and are written, not laid out. Nothing here knows HTML.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import pydyf  # 20 ms; writes objects and the cross-reference table
import uharfbuzz

from qexport.chunk import Chunk, FontUse, Slot
from qexport.fonts import bundled

_MARK = re.compile(rb"\0([\w:.-]+)\0")

POINTS = 0.75
"""PDF points in a CSS pixel."""

LEADER_STEP = 6
"""CSS pixels from dot to dot of a leader. Dots stand on multiples of it, so that those of all lines are aligned."""


_OTHER_SIDE = {"left": "right", "center": "center", "right": "left"}


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A line of the PDF outline: its text, and the name of the place it leads to."""

    title: str
    anchor: str
    children: tuple[OutlineEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What a PDF says of itself. `modified` is a PDF/XMP date (ISO 8601) or empty."""

    title: str
    language: str
    outline: tuple[OutlineEntry, ...] = ()
    subject: str = ""
    creator: str = ""
    modified: str = ""
    mirrored: bool = False
    """Whether versos have the inner margin at the right, and their running heads and folios at the left."""


class _Source(pydyf.Object):  # type: ignore[misc]
    """An object whose PDF source is known, with the data of its stream if it has one."""

    def __init__(self, source: bytes, stream: bytes | None = None) -> None:
        super().__init__()
        self.source = source
        self.stream = stream

    @property
    def data(self) -> bytes:
        return self.source if self.stream is None else b"%s\nstream\n%s\nendstream" % (self.source, self.stream)

    @property
    def compressible(self) -> bool:
        return self.stream is None


def anchor_folios(chunks: Iterable[Chunk]) -> dict[str, int]:
    """Return the folio of every named place: the number of its page in the book, counted from 1."""
    folios: dict[str, int] = {}
    first = 1
    for chunk in chunks:
        folios.update((name, first + page) for name, page, _, _ in chunk.anchors)
        first += len(chunk.pages)
    return folios


def link(chunks: Sequence[Chunk], book: Book) -> bytes:
    """Return the PDF of a book: the chunks' pages in their order, tagged, PDF/UA-1."""
    return _Linker(chunks, book).pdf()


class _Linker:
    """One PDF being put together."""

    def __init__(self, chunks: Sequence[Chunk], book: Book) -> None:
        self.chunks = chunks
        self.book = book
        self.folios = anchor_folios(chunks)
        self.out = pydyf.PDF()
        self.structure, self.document = self._add(b""), self._add(b"")
        self.fonts = self._add(b"")
        self.page_numbers: list[int] = []
        self.elements: list[bytes] = []
        self.page_parents: list[bytes] = []
        self.annotation_parents: list[bytes] = []
        self.destinations: dict[str, bytes] = {}
        self.drawn_late: dict[str, set[int]] = {}  # font → glyphs

    def pdf(self) -> bytes:
        page_count = sum(len(chunk.pages) for chunk in self.chunks)
        annotations = 0
        for chunk in self.chunks:
            self._place(chunk, first_annotation_key=page_count + annotations)
            annotations += len(chunk.annotations)
        self._finish_pages()
        self._finish_structure()
        self._finish_fonts()
        self._finish_catalog()
        buffer = io.BytesIO()
        self.out.write(buffer, version=b"1.7", identifier=True, compress=True)
        return buffer.getvalue()

    def _add(self, source: bytes, stream: bytes | None = None) -> _Source:
        item = _Source(source, stream)
        self.out.add_object(item)
        return item

    def _add_stream(self, content: bytes, extra: bytes = b"") -> _Source:
        data = zlib.compress(content, 9)
        return self._add(b"<<%s/Filter /FlateDecode/Length %d>>" % (extra, len(data)), data)

    # -- pages ----------------------------------------------------------------------------------------------------

    def _place(self, chunk: Chunk, *, first_annotation_key: int) -> None:
        first_page = len(self.page_numbers)
        before = [self._before(chunk, first_page + page) for page in range(len(chunk.pages))]
        first_object = len(self.out.objects)

        def reference(number: int) -> bytes:
            return b"%d 0 R" % (first_object + number)

        late = len(chunk.objects)
        book_words = {
            b"pages": self.out.pages.reference,
            b"document": self.document.reference,
            b"fonts": self.fonts.reference,
            **{b"late%d" % slot: reference(late + slot) for slot in range(len(chunk.slots))},
            **{b"page%d" % page: b"%d" % (first_page + page) for page in range(len(chunk.pages))},
            **{b"before%d" % page: shift for page, shift in enumerate(before)},
            **{b"annot%d" % i: b"%d" % (first_annotation_key + i) for i in range(len(chunk.annotations))},
        }

        def resolve(match: re.Match[bytes]) -> bytes:
            word = match[1]
            if word.isdigit():
                return reference(int(word))
            if word.startswith(b"x"):
                page, x = word[1:].split(b":")
                return b"%.4f" % (float(x) + POINTS * self._moved(chunk, first_page + int(page)))
            return book_words[word]

        for value, stream in chunk.objects:
            self._add(_MARK.sub(resolve, value), stream or None)
        files = {use.key: use.file for use in chunk.fonts}
        for slot in chunk.slots:
            folio = first_page + slot.page + 1
            verso = self.book.mirrored and folio % 2 == 0
            place = _mirrored(slot, chunk) if verso and slot.mcid is None else slot
            content = self._draw(place, files[slot.font], folio) if not slot.content else _head(slot, place.x)
            self._add_stream(content)
        self.page_numbers += [first_object + number for number in chunk.pages]
        self.elements += [reference(number) for number in chunk.elements]
        for parents in chunk.parents:
            kids = [b"null" if number is None else reference(number) for number in parents]
            self.page_parents.append(b"[%s]" % b" ".join(kids))
        self.annotation_parents += [reference(element) for _, element in chunk.annotations]
        for name, page, x, y in chunk.anchors:
            page_reference = b"%d 0 R" % self.page_numbers[first_page + page]
            x += POINTS * self._moved(chunk, first_page + page)
            self.destinations[name] = b"[%s /XYZ %.2f %.2f 0]" % (page_reference, x, y)

    def _moved(self, chunk: Chunk, page: int) -> float:
        """Return how far to the right the text of a page stands, counted from 0: folio 2 is a verso."""
        return chunk.mirror if self.book.mirrored and page % 2 else 0

    def _before(self, chunk: Chunk, page: int) -> bytes:
        """Return a reference to what moves the content of a page, or nothing."""
        moved = self._moved(chunk, page)
        return b"%s " % self._add_stream(b"1 0 0 1 %.4f 0 cm" % (POINTS * moved)).reference if moved else b""

    def _draw(self, slot: Slot, file: str, folio: int) -> bytes:
        """Return the content that draws a folio, and the leader up to it."""
        face = _face(file)
        glyphs = [face.glyphs[digit] for digit in str(self.folios[slot.anchor] if slot.anchor else folio)]
        width = sum(face.advances[glyph] for glyph in glyphs) * slot.size / 1000
        x = slot.x - width * {"left": 0, "center": 0.5, "right": 1}[slot.align]
        opening = b"/Artifact BMC" if slot.mcid is None else b"/Span <</MCID %d>> BDC" % slot.mcid
        content = b"%s\n%s\nEMC" % (opening, self._show(slot, x, glyphs))
        if slot.leader is not None:
            gap = slot.size / 2
            first = int((slot.leader + gap) / LEADER_STEP) + 1
            last = int((x - gap) / LEADER_STEP)
            dots = [self._show(slot, step * LEADER_STEP, [face.glyphs["."]]) for step in range(first, last)]
            content = b"/Artifact BMC\n%s\nEMC\n%s" % (b"\n".join(dots), content)
        return content

    def _show(self, slot: Slot, x: float, glyphs: list[int]) -> bytes:
        self.drawn_late.setdefault(slot.font, set()).update(glyphs)
        codes = b"".join(b"%04x" % glyph for glyph in glyphs)
        return b"BT /%s %.4g Tf 1 0 0 -1 %.3f %.3f Tm <%s> Tj ET" % (slot.font.encode(), slot.size, x, slot.y, codes)

    def _finish_pages(self) -> None:
        self.out.pages["Kids"] = pydyf.Array([b"%d 0 R" % number for number in self.page_numbers])
        self.out.pages["Count"] = len(self.page_numbers)

    # -- structure, fonts, catalog --------------------------------------------------------------------------------

    def _finish_structure(self) -> None:
        values = [*self.page_parents, *self.annotation_parents]
        numbers = b" ".join(b"%d %s" % (key, value) for key, value in enumerate(values))
        tree = self._add(b"<</Nums [%s]>>" % numbers)
        self.structure.source = b"<</Type /StructTreeRoot/K [%s]/ParentTree %s/ParentTreeNextKey %d>>" % (
            self.document.reference,
            tree.reference,
            len(values),
        )
        self.document.source = b"<</Type /StructElem/S /Document/P %s/K [%s]>>" % (
            self.structure.reference,
            b" ".join(self.elements),
        )

    def _finish_fonts(self) -> None:
        uses: dict[str, list[FontUse]] = {}
        for chunk in self.chunks:
            for use in chunk.fonts:
                uses.setdefault(use.key, []).append(use)
        references = []
        for key, same in sorted(uses.items()):
            widths = {glyph: width for use in same for glyph, width in use.widths}
            texts = {glyph: text for use in same for glyph, text in use.texts}
            face = _face(same[0].file)
            for glyph in self.drawn_late.get(key, ()):
                widths.setdefault(glyph, round(face.advances[glyph]))
                texts.setdefault(glyph, face.characters[glyph])
            references.append(b"/%s %s" % (key.encode(), self._font(same[0], widths, texts).reference))
        self.fonts.source = b"<<%s>>" % b"".join(references)

    def _font(self, use: FontUse, widths: Mapping[int, int], texts: Mapping[int, str]) -> _Source:
        data = subset(use.file, texts)
        file = self._add_stream(data, b"/Length1 %d" % len(data))
        name = use.name.encode("ascii")
        box = b" ".join(b"%d" % number for number in _face(use.file).box)
        descriptor = self._add(
            b"<</Type /FontDescriptor/FontName /%s/FontFamily %s/Flags %d/FontBBox [%s]/ItalicAngle %d"
            b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %s>>"
            % (
                name,
                _string(use.family),
                use.flags,
                box,
                use.italic_angle,
                use.ascent,
                use.descent,
                use.ascent,
                file.reference,
            )
        )
        advances = b" ".join(b"%d [%d]" % pair for pair in sorted(widths.items()))
        descendant = self._add(
            b"<</Type /Font/Subtype /CIDFontType2/BaseFont /%s/CIDSystemInfo <</Registry (Adobe)/Ordering (Identity)"
            b"/Supplement 0>>/CIDToGIDMap /Identity/W [%s]/FontDescriptor %s>>" % (name, advances, descriptor.reference)
        )
        unicode = self._add_stream(_to_unicode(texts))
        return self._add(
            b"<</Type /Font/Subtype /Type0/BaseFont /%s/Encoding /Identity-H/DescendantFonts [%s]/ToUnicode %s>>"
            % (name, descendant.reference, unicode.reference)
        )

    def _finish_catalog(self) -> None:
        book, catalog = self.book, self.out.catalog
        xmp = self._add(b"", _xmp(book))
        xmp.source = b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(_xmp(book))
        names = b" ".join(b"%s %s" % (_string(name), place) for name, place in sorted(self.destinations.items()))
        catalog["Names"] = b"<</Dests <</Names [%s]>>>>" % names
        catalog["StructTreeRoot"] = self.structure.reference
        catalog["MarkInfo"] = b"<</Marked true>>"
        catalog["ViewerPreferences"] = b"<</DisplayDocTitle true>>"
        catalog["Lang"] = pydyf.String(book.language)
        catalog["Metadata"] = xmp.reference
        if book.outline:
            catalog["Outlines"] = self._outline(book.outline)
            catalog["PageMode"] = b"/UseOutlines"
        self.out.info["Title"] = pydyf.String(book.title)
        if book.subject:
            self.out.info["Subject"] = pydyf.String(book.subject)
        if book.creator:
            self.out.info["Creator"] = pydyf.String(book.creator)
        if book.modified:
            stamp = re.sub(r"\D", "", book.modified)
            self.out.info["ModDate"] = self.out.info["CreationDate"] = pydyf.String(f"D:{stamp}Z")

    def _outline(self, entries: Sequence[OutlineEntry]) -> bytes:
        """Add an outline, return the reference of its root. Entries with children are closed."""
        root = self._add(b"")
        first, last, _ = self._outline_level(entries, root)
        root.source = b"<</Type /Outlines/First %s/Last %s/Count %d>>" % (first, last, len(entries))
        return bytes(root.reference)

    def _outline_level(self, entries: Sequence[OutlineEntry], parent: _Source) -> tuple[bytes, bytes, int]:
        items = [self._add(b"") for _ in entries]
        for index, (entry, item) in enumerate(zip(entries, items, strict=True)):
            source = b"/Title %s/Dest %s/Parent %s" % (
                _string(entry.title),
                self.destinations[entry.anchor],
                parent.reference,
            )
            if index:
                source += b"/Prev %s" % items[index - 1].reference
            if index + 1 < len(items):
                source += b"/Next %s" % items[index + 1].reference
            if entry.children:
                source += b"/First %s/Last %s/Count -%d" % self._outline_level(entry.children, item)
            item.source = b"<<%s>>" % source
        return items[0].reference, items[-1].reference, len(items)


def _head(slot: Slot, x: float) -> bytes:
    return b"/Artifact BMC\nq 1 0 0 1 %.3f 0 cm\n%s\nQ\nEMC" % (x - slot.x, slot.content)


def _mirrored(slot: Slot, chunk: Chunk) -> Slot:
    """Return a slot at the other side of the page, in coordinates that have been moved."""
    x = chunk.page_width - slot.x - (slot.width if slot.content else 0) - chunk.mirror
    return replace(slot, x=x, align=slot.align if slot.content else _OTHER_SIDE[slot.align])


def subset(file: str, glyphs: Iterable[int]) -> bytes:
    """Return the bundled font file (by its SHA-256) with these glyphs alone, under their old numbers."""
    request = uharfbuzz.SubsetInput()
    request.flags = (
        uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    )
    request.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(sorted(glyphs))
    drop = request.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG)
    drop.update(int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF", b"DSIG", b"BASE", b"JSTF", b"LTSH"))
    return bytes(uharfbuzz.subset(_face(file).face, request).blob.data)


@dataclass(frozen=True, slots=True)
class _Face:
    """A font file as the linker needs it. Lengths are thousandths of an em."""

    face: Any
    glyphs: Mapping[str, int]
    characters: Mapping[int, str]
    advances: Mapping[int, float]
    box: tuple[int, int, int, int]


@cache
def _face(file: str) -> _Face:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(bundled()[file].path)))
    font = uharfbuzz.Font(face)
    scale = 1000 / face.upem
    glyphs = {character: font.get_nominal_glyph(ord(character)) for character in "0123456789."}
    header = face.reference_table("head").data
    box = tuple(
        round(scale * int.from_bytes(header[at : at + 2], "big", signed=True)) for at in (36, 38, 40, 42)
    )  # xMin, yMin, xMax, yMax: OpenType, table head
    return _Face(
        face=face,
        glyphs=glyphs,
        characters={glyph: character for character, glyph in glyphs.items()},
        advances={glyph: font.get_glyph_h_advance(glyph) * scale for glyph in glyphs.values()},
        box=box,  # type: ignore[arg-type]
    )


def _string(text: str) -> bytes:
    return bytes(pydyf.String(text).data)


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """Return the CMap that tells readers what characters glyphs stand for (ISO 32000-1, 9.10.3)."""
    pairs = [b"<%04x> <%s>" % (glyph, text.encode("utf-16-be").hex().encode()) for glyph, text in sorted(texts.items())]
    blocks = []
    for start in range(0, len(pairs), 100):  # at most 100 pairs a block
        block = pairs[start : start + 100]
        blocks.append(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)))
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        b"%s\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend" % b"\n".join(blocks)
    )


def _xmp(book: Book) -> bytes:
    """Return the metadata packet; `pdfuaid:part` is the claim to PDF/UA-1 (ISO 14289-1, 5)."""
    dates = f"<xmp:CreateDate>{book.modified}</xmp:CreateDate><xmp:ModifyDate>{book.modified}</xmp:ModifyDate>"
    creator = f"<xmp:CreatorTool>{escape(book.creator)}</xmp:CreatorTool>" if book.creator else ""
    subject = (
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(book.subject)}</rdf:li></rdf:Alt></dc:description>'
        if book.subject
        else ""
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        "<pdfuaid:part>1</pdfuaid:part>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(book.title)}</rdf:li></rdf:Alt></dc:title>'
        f"{subject}{creator}{dates if book.modified else ''}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()
