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
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import escape  # that of xml.sax opens ssl and http, 15 ms
from itertools import groupby
from typing import NamedTuple

from qexport.layout.chunk import BETWEEN, COMPRESSION, POINTS, Chunk, Content, FontUse, Slot, mark, pdf_string
from qexport.layout.fonts import FontFile, collect
from qexport.pdf.font_file import Face, open_face, subset

LEADER_STEP = 6
"""CSS pixels from dot to dot of a leader. Dots stand on multiples of it, so that those of all lines are aligned."""


_MARKS = re.compile(rb"\0(?:(\d+)|([a-z]+\d*)|x(\d+):(-?[\d.]+))\0")

_DUPLEX = {"one side": b"Simplex", "long edge": b"DuplexFlipLongEdge", "short edge": b"DuplexFlipShortEdge"}
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
    printing: str = ""
    """How a printer is to take the sheets, in their own size: `one side`, `long edge` or `short edge`."""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Folios of places in other documents, which a page may name but not link to."""


def anchor_folios(chunks: Iterable[Chunk]) -> dict[str, int]:
    """Return the folio of every named place: the number of its page in the book, counted from 1."""
    folios: dict[str, int] = {}
    first = 1
    for chunk in chunks:
        folios.update((name, first + page) for name, page, _, _ in chunk.anchors)
        first += len(chunk.pages)
    return folios


def link(chunks: list[Chunk], book: Book, fonts: Iterable[FontFile] = ()) -> bytes:
    """Return the PDF of a book: the chunks' pages in their order, tagged, PDF/UA-1.

    Args:
        chunks: What it is made of. Each is taken out of the list when its turn comes: a large book is in memory once.
        book: What the PDF says of itself.
        fonts: The theme's, beside the bundled ones.
    """
    return _Linker(chunks, book, collect(fonts)).pdf()


class _Linker:
    """One PDF being put together."""

    def __init__(self, chunks: list[Chunk], book: Book, fonts: Mapping[str, FontFile]) -> None:
        self.chunks = chunks
        self.font_files = fonts
        self.book = book
        self.folios = {**book.elsewhere, **anchor_folios(chunks)}
        self.page_count = sum(len(chunk.pages) for chunk in chunks)
        self.file = _File()
        self.catalog, self.information = self.file.reserve(), self.file.reserve()
        self.structure, self.document, self.fonts = (self.file.reserve() for _ in range(3))
        self.page_tree = _PageTree(self.page_count, self.file)
        self.page_numbers: list[int] = []
        self.elements: list[bytes] = []
        self.page_parents: list[bytes] = []
        self.annotation_parents: list[bytes] = []
        self.destinations: dict[str, bytes] = {}
        self.fonts_used: dict[str, _FontUsed] = {}
        self.drawn_late: dict[str, set[int]] = {}  # font → glyphs

    def pdf(self) -> bytes:
        self.chunks.reverse()
        while self.chunks:
            self._place(self.chunks.pop())
            self.file.settle()
        self.page_tree.finish(self.page_numbers, self.file)
        self._finish_structure()
        self._finish_fonts()
        self._finish_catalog()
        return self.file.end(self.catalog, self.information)

    # -- pages ----------------------------------------------------------------------------------------------------

    def _place(self, chunk: Chunk) -> None:
        content = chunk.content
        first_page = len(self.page_numbers)
        first_annotation_key = self.page_count + len(self.annotation_parents)
        before = [self._before(chunk, content, first_page, page) for page in range(len(chunk.pages))]
        first_object = self.file.next
        late = first_object + len(content.objects)
        lates = {slot.late for slot in content.slots}
        book_words = {
            b"document": _reference(self.document),
            b"fonts": _reference(self.fonts),
            **{b"late%d" % number: _reference(late + number) for number in lates},
            **{b"page%d" % page: b"%d" % (first_page + page) for page in range(len(chunk.pages))},
            **{b"before%d" % page: shift for page, shift in enumerate(before)},
            **{b"inside%d" % page: shift for page, shift in enumerate(before)},
            **{b"annot%d" % i: b"%d" % (first_annotation_key + i) for i in range(len(content.annotations))},
        }

        def resolve(match: re.Match[bytes]) -> bytes:
            number, word, page, x = match.groups()
            if number:
                return b"%d 0 R" % (first_object + int(number))
            if word:
                return book_words[word]
            return b"%.4f" % (float(x) + POINTS * self._moved(chunk, first_page + int(page)))

        values = [value for value, _ in content.objects]
        for page, number in enumerate(chunk.pages):
            values[number] = values[number].replace(mark("pages"), self.page_tree.parent(first_page + page))
        resolved = _MARKS.sub(resolve, BETWEEN.join(values)).split(BETWEEN)
        for value, (_, stream) in zip(resolved, content.objects, strict=True):
            self.file.add(value, stream or None)
        files = {use.key: use.file for use in content.fonts}
        for _, slots in groupby(content.slots, key=lambda slot: slot.late):
            self.file.add_stream(
                b"\n".join(self._draw(slot, chunk, files[slot.font], first_page) for slot in slots)
            )
        self.page_numbers += [first_object + number for number in chunk.pages]
        self.elements += [_reference(first_object + number) for number in content.elements]
        for parents in content.parents:
            kids = [b"null" if number is None else _reference(first_object + number) for number in parents]
            self.page_parents.append(b"[%s]" % b" ".join(kids))
        self.annotation_parents += [_reference(first_object + element) for _, element in content.annotations]
        for name, page, x, y in chunk.anchors:
            page_reference = _reference(self.page_numbers[first_page + page])
            left = x + POINTS * self._moved(chunk, first_page + page)
            self.destinations[name] = b"[%s /XYZ %.2f %.2f 0]" % (page_reference, left, y)
        for use in content.fonts:
            used = self.fonts_used.setdefault(use.key, _FontUsed(use, {}, {}))
            used.widths.update(use.widths)
            used.texts.update(use.texts)

    def _moved(self, chunk: Chunk, page: int) -> float:
        """Return how far to the right the text of a page stands, counted from 0: folio 2 is a verso."""
        return chunk.mirror if self.book.mirrored and page % 2 else 0

    def _before(self, chunk: Chunk, content: Content, first_page: int, page: int) -> bytes:
        """Return a reference to what moves the content of a page, or nothing."""
        moved = self._moved(chunk, first_page + page)
        if not moved:
            return b""
        unit = 1 if mark(f"inside{page}") in content.objects[chunk.pages[page]][0] else POINTS
        return b"%s " % self.file.add_stream(b"1 0 0 1 %.4f 0 cm" % (unit * moved))

    def _draw(self, slot: Slot, chunk: Chunk, file: str, first_page: int) -> bytes:
        """Return the content that fills a slot: a running head, or a folio and the leader up to it."""
        folio = first_page + slot.page + 1
        verso = self.book.mirrored and folio % 2 == 0
        place = _mirrored(slot, chunk) if verso and slot.mcid is None else slot
        if slot.content:
            return b"%s\n/Artifact BMC\nq 1 0 0 1 %.3f 0 cm\n%s\nQ\nEMC" % (
                slot.state,
                place.x - slot.x,
                slot.content,
            )
        face = open_face(self.font_files[file])
        glyphs = [face.glyphs[digit] for digit in str(self.folios[slot.anchor] if slot.anchor else folio)]
        width = sum(face.advances[glyph] for glyph in glyphs) * slot.size / 1000
        x = place.x - width * {"left": 0, "center": 0.5, "right": 1}[place.align]
        opening = b"/Artifact BMC" if slot.mcid is None else b"/Span <</MCID %d>> BDC" % slot.mcid
        codes = b"".join(b"%04x" % glyph for glyph in glyphs)
        content = b"%s\n%s\nEMC" % (opening, self._show(slot, x, b"<%s> Tj" % codes, glyphs))
        if slot.leader is not None:
            content = b"/Artifact BMC\n%s\nEMC\n%s" % (self._leader(slot, face, x), content)
        return b"%s\n%s" % (slot.state, content)

    def _leader(self, slot: Slot, face: Face, end: float) -> bytes:
        """Return a row of dots from the end of a text up to `end`."""
        gap = slot.size / 2
        first = int(((slot.leader or 0) + gap) / LEADER_STEP) + 1
        count = int((end - gap) / LEADER_STEP) - first
        if count < 1:
            return b""
        dot = face.glyphs["."]
        # TJ moves back by thousandths of the size: as much as a dot is wider than the step.
        between = face.advances[dot] - 1000 * LEADER_STEP / slot.size
        row = b" ".join([b"<%04x>%.2f" % (dot, between)] * count)
        return self._show(slot, first * LEADER_STEP, b"[%s] TJ" % row, [dot])

    def _show(self, slot: Slot, x: float, text: bytes, glyphs: list[int]) -> bytes:
        self.drawn_late.setdefault(slot.font, set()).update(glyphs)
        return b"BT /%s %.4g Tf 1 0 0 -1 %.3f %.3f Tm %s ET" % (
            slot.font.encode(),
            slot.size,
            x,
            slot.y,
            text,
        )

    # -- structure, fonts, catalog --------------------------------------------------------------------------------

    def _finish_structure(self) -> None:
        values = [*self.page_parents, *self.annotation_parents]
        numbers = b" ".join(b"%d %s" % (key, value) for key, value in enumerate(values))
        tree = self.file.add(b"<</Nums [%s]>>" % numbers)
        source = b"<</Type /StructTreeRoot/K [%s]/ParentTree %s/ParentTreeNextKey %d>>"
        self.file.put(self.structure, source % (_reference(self.document), tree, len(values)))
        source = b"<</Type /StructElem/S /Document/P %s/K [%s]>>"
        self.file.put(self.document, source % (_reference(self.structure), b" ".join(self.elements)))

    def _finish_fonts(self) -> None:
        references = []
        for key, used in sorted(self.fonts_used.items()):
            face = open_face(self.font_files[used.use.file])
            for glyph in self.drawn_late.get(key, ()):
                used.widths.setdefault(glyph, round(face.advances[glyph]))
                used.texts.setdefault(glyph, face.characters[glyph])
            references.append(b"/%s %s" % (key.encode(), self._font(*used)))
        self.file.put(self.fonts, b"<<%s>>" % b"".join(references))

    def _font(self, use: FontUse, widths: Mapping[int, int], texts: Mapping[int, str]) -> bytes:
        font = self.font_files[use.file]
        data = subset(font, texts)
        file = self.file.add_stream(data, b"/Length1 %d" % len(data))
        name = use.name.encode("ascii")
        box = b" ".join(b"%d" % number for number in open_face(font).box)
        descriptor = self.file.add(
            b"<</Type /FontDescriptor/FontName /%s/FontFamily %s/Flags %d/FontBBox [%s]/ItalicAngle %d"
            b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %s>>"
            % (
                name,
                pdf_string(use.family),
                use.flags,
                box,
                use.italic_angle,
                use.ascent,
                use.descent,
                use.ascent,
                file,
            )
        )
        advances = b" ".join(b"%d [%d]" % pair for pair in sorted(widths.items()))
        descendant = self.file.add(
            b"<</Type /Font/Subtype /CIDFontType2/BaseFont /%s/CIDSystemInfo <</Registry (Adobe)/Ordering (Identity)"
            b"/Supplement 0>>/CIDToGIDMap /Identity/W [%s]/FontDescriptor %s>>" % (name, advances, descriptor)
        )
        unicode = self.file.add_stream(_to_unicode(texts))
        return self.file.add(
            b"<</Type /Font/Subtype /Type0/BaseFont /%s/Encoding /Identity-H/DescendantFonts [%s]/ToUnicode %s>>"
            % (name, descendant, unicode)
        )

    def _finish_catalog(self) -> None:
        book = self.book
        xmp = _xmp(book)
        metadata = self.file.add(b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(xmp), xmp)
        names = b" ".join(
            b"%s %s" % (pdf_string(name), place) for name, place in sorted(self.destinations.items())
        )
        outline = b"/Outlines %s/PageMode /UseOutlines" % self._outline(book.outline) if book.outline else b""
        source = (
            b"<</Type /Catalog/Pages %s/Names <</Dests <</Names [%s]>>>>/StructTreeRoot %s/MarkInfo <</Marked true>>"
            b"/ViewerPreferences <</DisplayDocTitle true%s>>/Lang %s/Metadata %s%s>>"
            % (
                self.page_tree.root,
                names,
                _reference(self.structure),
                b"/PrintScaling /None/Duplex /%s" % _DUPLEX[book.printing] if book.printing else b"",
                pdf_string(book.language),
                metadata,
                outline,
            )
        )
        self.file.put(self.catalog, source)
        facts = {"Title": book.title, "Subject": book.subject, "Creator": book.creator}
        if book.modified:
            facts["CreationDate"] = facts["ModDate"] = f"D:{re.sub(r'[^0-9]', '', book.modified)}Z"
        said = (b"/%s %s" % (key.encode(), pdf_string(text)) for key, text in facts.items() if text)
        self.file.put(self.information, b"<<%s>>" % b"".join(said))

    def _outline(self, entries: Sequence[OutlineEntry]) -> bytes:
        """Add an outline, return the reference of its root. Entries with children are closed."""
        root = self.file.reserve()
        first, last, _ = self._outline_level(entries, root)
        self.file.put(root, b"<</Type /Outlines/First %s/Last %s/Count %d>>" % (first, last, len(entries)))
        return _reference(root)

    def _outline_level(self, entries: Sequence[OutlineEntry], parent: int) -> tuple[bytes, bytes, int]:
        items = [self.file.reserve() for _ in entries]
        for index, (entry, item) in enumerate(zip(entries, items, strict=True)):
            source = b"/Title %s/Dest %s/Parent %s" % (
                pdf_string(entry.title),
                self.destinations[entry.anchor],
                _reference(parent),
            )
            if index:
                source += b"/Prev %s" % _reference(items[index - 1])
            if index + 1 < len(items):
                source += b"/Next %s" % _reference(items[index + 1])
            if entry.children:
                source += b"/First %s/Last %s/Count -%d" % self._outline_level(entry.children, item)
            self.file.put(item, b"<<%s>>" % source)
        return _reference(items[0]), _reference(items[-1]), len(items)


class _FontUsed(NamedTuple):
    """A font, and what all chunks together draw with it."""

    use: FontUse
    widths: dict[int, int]
    texts: dict[int, str]


class _PageTree:
    """Pages in nodes of at most 64 kids, so that a reader finds page 1,000 without reading 999."""

    KIDS = 64

    def __init__(self, pages: int, file: _File) -> None:
        self._levels: list[list[int]] = []  # of nodes, from those that hold pages up to the root
        count = pages
        while count > 1 or not self._levels:
            count = -(-count // self.KIDS)
            self._levels.append([file.reserve() for _ in range(count)])
        self.root = _reference(self._levels[-1][0])

    def parent(self, page: int) -> bytes:
        """Return the node that holds a page, counted from 0."""
        return _reference(self._levels[0][page // self.KIDS])

    def finish(self, pages: Sequence[int], file: _File) -> None:
        """Write the tree over these pages."""
        kids = [(number, 1) for number in pages]
        for level, nodes in enumerate(self._levels):
            above = self._levels[level + 1] if level + 1 < len(self._levels) else None
            counted = []
            for index, node in enumerate(nodes):
                held = kids[index * self.KIDS : (index + 1) * self.KIDS]
                count = sum(each for _, each in held)
                parent = b"/Parent %s" % _reference(above[index // self.KIDS]) if above else b""
                listed = b" ".join(_reference(number) for number, _ in held)
                file.put(node, b"<</Type /Pages%s/Kids [%s]/Count %d>>" % (parent, listed, count))
                counted.append((node, count))
            kids = counted


def _mirrored(slot: Slot, chunk: Chunk) -> Slot:
    """Return a slot at the other side of the page, in coordinates that have been moved."""
    x = chunk.page_width - slot.x - (slot.width if slot.content else 0) - chunk.mirror
    return replace(slot, x=x, align=slot.align if slot.content else _OTHER_SIDE[slot.align])


def _reference(number: int) -> bytes:
    return b"%d 0 R" % number


class _File:
    """A PDF file being written: streams by themselves, other objects 200 to a compressed stream (ISO 32000-1, 7.5.7).

    What is known of an object is written at once. A book is as large in memory as it will be on the disk.
    """

    TOGETHER = 200

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._out.write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
        self._places: dict[int, tuple[int, int, int]] = {
            0: (0, 0, 65535)
        }  # a cross-reference stream's fields
        self._waiting: list[tuple[int, bytes]] = []
        self.next = 1
        """The number the next object gets."""

    def reserve(self) -> int:
        """Return a number for an object that is put later."""
        self.next += 1
        return self.next - 1

    def add(self, source: bytes, stream: bytes | None = None) -> bytes:
        """Write an object, return a reference to it."""
        number = self.reserve()
        self.put(number, source, stream)
        return _reference(number)

    def add_stream(self, content: bytes, extra: bytes = b"") -> bytes:
        """Compress and write a stream, return a reference to it."""
        data = zlib.compress(content, COMPRESSION)
        return self.add(b"<<%s/Filter /FlateDecode/Length %d>>" % (extra, len(data)), data)

    def put(self, number: int, source: bytes, stream: bytes | None = None) -> None:
        """Write an object whose number was reserved."""
        if stream is None:
            self._waiting.append((number, source))
            return
        self._places[number] = (1, self._out.tell(), 0)
        self._out.write(b"%d 0 obj\n%s\nstream\n" % (number, source))
        self._out.write(stream)
        self._out.write(b"\nendstream\nendobj\n")

    def settle(self, *, everything: bool = False) -> None:
        """Write what waits for others to share a stream with, but for less than a stream's fill.

        The streams get numbers, which those of a chunk's objects must not be mixed with.
        """
        while len(self._waiting) >= (1 if everything else self.TOGETHER):
            self._write(self._waiting[: self.TOGETHER])
            del self._waiting[: self.TOGETHER]

    def _write(self, objects: Sequence[tuple[int, bytes]]) -> None:
        container = self.reserve()
        head, body = [], []
        at = 0
        for index, (number, source) in enumerate(objects):
            head.append(b"%d %d" % (number, at))
            body.append(source)
            at += len(source) + 1
            self._places[number] = (2, container, index)
        listed = b" ".join(head) + b"\n"
        data = zlib.compress(listed + b"\n".join(body), COMPRESSION)
        extra = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>"
        self.put(container, extra % (len(head), len(listed), len(data)), data)

    def end(self, catalog: int, information: int) -> bytes:
        """Return the file; its identity is a digest of it."""
        self.settle(everything=True)
        number = self.reserve()
        start_of_table = self._out.tell()
        self._places[number] = (1, start_of_table, 0)
        table = b"".join(
            kind.to_bytes(1, "big") + place.to_bytes(5, "big") + rest.to_bytes(2, "big")
            for _, (kind, place, rest) in sorted(self._places.items())
        )
        data = zlib.compress(table, COMPRESSION)
        identity = sha256(self._out.getbuffer()).hexdigest()[:32].encode()
        extra = (
            b"<</Type /XRef/Size %d/W [1 5 2]/Root %s/Info %s/ID [<%s> <%s>]/Filter /FlateDecode/Length %d>>"
            % (number + 1, _reference(catalog), _reference(information), identity, identity, len(data))
        )
        self._out.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, extra, data))
        self._out.write(b"startxref\n%d\n%%%%EOF\n" % start_of_table)
        return self._out.getvalue()


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """Return the CMap that tells readers what characters glyphs stand for (ISO 32000-1, 9.10.3)."""
    pairs = [
        b"<%04x> <%s>" % (glyph, text.encode("utf-16-be").hex().encode())
        for glyph, text in sorted(texts.items())
    ]
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
    dates = (
        f"<xmp:CreateDate>{book.modified}</xmp:CreateDate><xmp:ModifyDate>{book.modified}</xmp:ModifyDate>"
    )
    creator = f"<xmp:CreatorTool>{escape(book.creator)}</xmp:CreatorTool>" if book.creator else ""
    default = '<rdf:Alt><rdf:li xml:lang="x-default">'
    subject = f"<dc:description>{default}{escape(book.subject)}</rdf:li></rdf:Alt></dc:description>"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        "<pdfuaid:part>1</pdfuaid:part>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(book.title)}</rdf:li></rdf:Alt></dc:title>'
        f"{subject if book.subject else ''}{creator}{dates if book.modified else ''}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()
