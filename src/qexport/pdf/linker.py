"""Chunks → one PDF: the linker.

Every chunk was laid out alone; here it gets its place. Folios, the contents' page numbers, links between chunks,
the outline, one structure tree and the fonts, each subset once over all that is drawn with it, come from the
chunks' lengths and are written, not laid out. Nothing here knows HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from qexport.common.memory import Memory
from qexport.layout.chunk import (
    BETWEEN,
    POINTS_PER_PIXEL,
    Chunk,
    PageContent,
    mark,
    pdf_string,
    replace_marks,
)
from qexport.layout.fonts import FontFile, collect_fonts
from qexport.pdf.edge_tabs import draw_tab
from qexport.pdf.file_writer import PageTree, PdfFile, compress, reference
from qexport.pdf.folio_lists import anchor_folios
from qexport.pdf.font_file import open_face, pack_subsets
from qexport.pdf.font_writer import write_font
from qexport.pdf.metadata import Book, write_xmp
from qexport.pdf.outline import write_outline
from qexport.pdf.output_intent import write_intent
from qexport.pdf.placed_runs import CHUNKS_A_RUN, KeptRuns, Placed
from qexport.pdf.slot_drawer import SlotDrawer

if TYPE_CHECKING:
    from qexport.layout.scheduler import KeptValues

UNPACKED = 3
"""Times the bytes of a packed chunk: what it takes in memory. Its streams are compressed anyway."""

PER_OBJECT = 100
"""Bytes that an object takes in memory beside its value."""

_DUPLEX = {"one side": b"Simplex", "long edge": b"DuplexFlipLongEdge", "short edge": b"DuplexFlipShortEdge"}


def link(
    chunks: list[Chunk],
    book: Book,
    fonts: Iterable[FontFile] = (),
    memory: Memory | None = None,
    kept: KeptRuns | None = None,
    *,
    subsets: KeptValues | None = None,
) -> bytes:
    """Return the PDF of a book: the chunks' pages in their order, tagged, PDF/UA-1.

    Args:
        chunks: What it is made of. Each is taken out of the list when its turn comes: a large book is in memory once.
        book: What the PDF says of itself.
        fonts: The theme's, beside the bundled ones.
        memory: Of a process that links again and again. The bytes are the same without.
        kept: Runs of chunks from an earlier book. The bytes are the same without.
        subsets: Where subsets of fonts are kept. The bytes are the same without.
    """
    return _Linker(chunks, book, collect_fonts(fonts), memory).pdf(kept, subsets)


class _MarkWords(dict[bytes, bytes]):
    """What the marks of a chunk mean in the book. Places are found out when they are met."""

    def __init__(
        self, words: Mapping[bytes, bytes], references: Sequence[bytes], move: Callable[[bytes], bytes]
    ) -> None:
        super().__init__(zip(_name_numbers(len(references)), references, strict=True))
        self.update(words)
        self[BETWEEN.strip(b"\0")] = BETWEEN
        self.move = move

    def __missing__(self, word: bytes) -> bytes:
        self[word] = self.move(word)
        return self[word]


def _list_inlined(content: PageContent) -> frozenset[int]:
    """Return what of what is drawn late is drawn inside an open stream."""
    if content.open is None:
        return frozenset()
    words = content.objects[content.open][1].split(b"\0")[1::2]
    return frozenset(int(word.removeprefix(b"late")) for word in words)


def _compress_late(content: PageContent, fillings: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """Return the open stream with what fills its slots, compressed (empty if there is none), and the other fillings.

    A list has two slots in each line: as one stream a page takes a third of what it takes as fifty.
    """
    inlined = _list_inlined(content)
    others = [compress(each) for number, each in enumerate(fillings) if number not in inlined]
    if content.open is None:
        return b"", others
    words = {b"late%d" % number: fillings[number] for number in inlined}
    return compress(replace_marks(content.objects[content.open][1], words)), others


def _close_stream(content: PageContent, number: int, closed: bytes) -> PageContent:
    """Return what a page shows with its open stream, object `number`, closed."""
    objects = list(content.objects)
    value = objects[number][0].replace(mark("length"), b"%d" % len(closed))
    objects[number] = value, closed
    inlined = _list_inlined(content)
    slots = tuple(slot for slot in content.slots if slot.late not in inlined)
    return replace(content, objects=tuple(objects), slots=slots, open=None)


@lru_cache(maxsize=64)
def _name_numbers(count: int) -> list[bytes]:
    """Return the marks of so many objects."""
    return [b"%d" % number for number in range(count)]


class _Linker:
    """One PDF being put together."""

    def __init__(
        self,
        chunks: list[Chunk],
        book: Book,
        fonts: Mapping[str, FontFile],
        memory: Memory | None = None,
    ) -> None:
        self.chunks = chunks
        self.memory = memory
        self.font_files = fonts
        self.book = book
        self.slots = SlotDrawer(book, {**book.elsewhere, **anchor_folios(chunks)}, fonts)
        self.page_count = sum(len(chunk.pages) for chunk in chunks)
        self.file = PdfFile(memory)
        self.catalog, self.information = self.file.reserve(), self.file.reserve()
        self.structure, self.document, self.fonts = (self.file.reserve() for _ in range(3))
        self.page_tree = PageTree(self.page_count, self.file)
        self.done = Placed(self.file)

    def pdf(self, kept: KeptRuns | None, subsets: KeptValues | None) -> bytes:
        self.chunks.reverse()
        while self.chunks:
            some = [self.chunks.pop() for _ in self.chunks[-CHUNKS_A_RUN:]]
            if kept:
                facts = self._list_facts(some)
                kept.place(some, self.done, facts, self.slots.find_text, self._place_all)
            else:
                self._place_all(some, self.done)
        if kept:
            kept.write()
        self.page_tree.finish(self.done.page_numbers, self.file)
        self._finish_structure()
        self._finish_fonts(subsets)
        self._finish_catalog()
        return self.file.end(self.catalog, self.information)

    # -- pages ----------------------------------------------------------------------------------------------------

    def _list_facts(self, chunks: Sequence[Chunk]) -> object:
        """Return what the place of the next chunks depends on beside them, the file and what their slots show."""
        pages = range(self.done.pages, self.done.pages + sum(len(chunk.pages) for chunk in chunks))
        own = (self.document, self.fonts, self.book.mirrored)
        return self.page_count, own, [self.book.tabs.get(page + 1) for page in pages]

    def _place_all(self, chunks: Sequence[Chunk], done: Placed) -> None:
        """Add chunks to the file, and to what is known of it."""
        before, self.done = self.done, done
        for chunk in chunks:
            self._place(chunk)
            self.file.settle()
        self.done = before

    def _place(self, chunk: Chunk) -> None:
        content = self._content(chunk)
        first_page = self.done.pages
        before = [self._before(chunk, content, first_page, page) for page in range(len(chunk.pages))]
        closed, streams = self._draw_late(chunk, content, first_page)
        if content.open is not None:
            content = _close_stream(content, content.open, closed)
        first_object = self.file.next
        late = first_object + len(content.objects)
        references = [b"%d 0 R" % number for number in range(first_object, late)]
        self.file.add_all(self._resolve(chunk, content, before, references, closed))
        for data in streams:
            self.file.add_compressed(data)
        numbers = [first_object + number for number in chunk.pages]
        self.done.page_numbers += numbers
        self.done.elements += [references[number] for number in content.elements]
        for parents in content.parents:
            kids = [b"null" if number is None else references[number] for number in parents]
            self.done.page_parents.append(b"[%s]" % b" ".join(kids))
        self.done.annotation_parents += [references[element] for _, element in content.annotations]
        for name, page, x, y in chunk.anchors:
            page_reference = reference(numbers[page])
            left = x + POINTS_PER_PIXEL * self._measure_shift(chunk, first_page + page)
            self.done.destinations[name] = b"[%s /XYZ %.2f %.2f 0]" % (page_reference, left, y)
        self.done.shown.update((slot.anchor, self.slots.find_text(slot.anchor)) for slot in content.slots)
        for use in content.fonts:
            self.done.add_font(use)

    def _content(self, chunk: Chunk) -> PageContent:
        """Return what the pages of a chunk show."""
        if self.memory is None or not chunk.packed:
            return chunk.content
        return self.memory.recall(
            ("content", chunk.packed), lambda: chunk.content, lambda _: UNPACKED * len(chunk.packed)
        )

    def _resolve(
        self,
        chunk: Chunk,
        content: PageContent,
        before: Sequence[bytes],
        references: Sequence[bytes],
        closed: bytes,
    ) -> Sequence[tuple[bytes, bytes]]:
        """Return the objects of a chunk at its place in the book; they only depend on what `place` has."""
        first_page, first_object = self.done.pages, self.file.next
        first_annotation_key = self.page_count + self.done.annotations
        pages = range(first_page, first_page + len(chunk.pages))
        moved = [POINTS_PER_PIXEL * self._measure_shift(chunk, page) for page in pages]
        nodes = [self.page_tree.parent(page) for page in pages]

        def resolve() -> list[tuple[bytes, bytes]]:
            late = first_object + len(content.objects)
            lates = sorted({slot.late for slot in content.slots})
            book_words = {
                b"document": reference(self.document),
                b"fonts": reference(self.fonts),
                **{b"late%d" % number: reference(late + rank) for rank, number in enumerate(lates)},
                **{b"page%d" % page: b"%d" % number for page, number in enumerate(pages)},
                **{b"before%d" % page: shift for page, shift in enumerate(before)},
                **{b"inside%d" % page: shift for page, shift in enumerate(before)},
                **{
                    b"annot%d" % i: b"%d" % (first_annotation_key + i)
                    for i in range(len(content.annotations))
                },
            }

            def move(place: bytes) -> bytes:
                page, x = place[1:].split(b":")
                return b"%.4f" % (float(x) + moved[int(page)])

            values = [value for value, _ in content.objects]
            for node, number in zip(nodes, chunk.pages, strict=True):
                values[number] = values[number].replace(mark("pages"), node)
            words = _MarkWords(book_words, references, move)
            resolved = replace_marks(BETWEEN.join(values), words).split(BETWEEN)
            return [(value, stream) for value, (_, stream) in zip(resolved, content.objects, strict=True)]

        if self.memory is None or not chunk.packed:
            return resolve()
        place = (first_object, first_page, first_annotation_key, *before, *moved, *nodes, closed)
        key = ("resolved", chunk.packed, place, self.document, self.fonts)
        return self.memory.recall(
            key, resolve, lambda objects: sum(len(value) + PER_OBJECT for value, _ in objects)
        )

    def _draw_late(
        self, chunk: Chunk, content: PageContent, first_page: int
    ) -> tuple[bytes, Sequence[bytes]]:
        """Return the open stream of a chunk, closed, and those that fill its other slots; note the glyphs they draw."""

        def draw() -> tuple[tuple[bytes, list[bytes]], dict[str, set[int]]]:
            fillings, drawn = self.slots.draw_all(chunk, content, first_page)
            return _compress_late(content, fillings), drawn

        if self.memory is None or not chunk.packed:
            streams, drawn = draw()
        else:
            shown = [self.slots.find_text(each.anchor) for each in content.slots]
            place = (first_page, self.book.mirrored, chunk.mirror, chunk.page_width, *shown)
            streams, drawn = self.memory.recall(
                ("late", chunk.packed, place),
                draw,
                lambda made: len(made[0][0]) + sum(map(len, made[0][1])) + PER_OBJECT,
            )
        for font, glyphs in drawn.items():
            self.done.add_drawn(font, glyphs)
        return streams

    def _measure_shift(self, chunk: Chunk, page: int) -> float:
        """Return how far to the right the text of a page stands, counted from 0: folio 2 is a verso."""
        return chunk.mirror if self.book.mirrored and page % 2 else 0

    def _before(self, chunk: Chunk, content: PageContent, first_page: int, page: int) -> bytes:
        """Return a reference to what is drawn below the content of a page and what moves it, or nothing."""
        number = first_page + page
        moved = self._measure_shift(chunk, number)
        tab = self.book.tabs.get(number + 1)
        if not moved and tab is None:
            return b""
        is_inside = mark(f"inside{page}") in content.objects[chunk.pages[page]][0]
        verso = self.book.mirrored and number % 2 == 1
        drawn = [draw_tab(tab, chunk.page_width, verso=verso, is_inside=is_inside)] if tab else []
        moves = [b"1 0 0 1 %.4f 0 cm" % ((1 if is_inside else POINTS_PER_PIXEL) * moved)] if moved else []
        below = b"\n".join([*drawn, *moves])
        if below not in self.done.below:
            self.done.below[below] = self.file.add_stream(below)
        return b"%s " % self.done.below[below]

    # -- structure, fonts, catalog --------------------------------------------------------------------------------

    def _finish_structure(self) -> None:
        values = [*self.done.page_parents, *self.done.annotation_parents]
        numbers = b" ".join(b"%d %s" % (key, value) for key, value in enumerate(values))
        tree = self.file.add(b"<</Nums [%s]>>" % numbers)
        source = b"<</Type /StructTreeRoot/K [%s]/ParentTree %s/ParentTreeNextKey %d>>"
        self.file.put(self.structure, source % (reference(self.document), tree, len(values)))
        source = b"<</Type /StructElem/S /Document/P %s/K [%s]>>"
        self.file.put(self.document, source % (reference(self.structure), b" ".join(self.done.elements)))

    def _finish_fonts(self, subsets: KeptValues | None) -> None:
        fonts = [
            (key, used, self.font_files[used.use.file]) for key, used in sorted(self.done.fonts_used.items())
        ]
        for key, used, file in fonts:
            face = open_face(file)
            for glyph in self.done.drawn_late.get(key, ()):
                used.widths.setdefault(glyph, round(face.advances[glyph]))
                used.texts.setdefault(glyph, face.characters[glyph])
        packed = pack_subsets([(file, used.glyphs) for _, used, file in fonts], subsets)
        references = [
            b"/%s %s" % (key.encode(), write_font(used, file, data, self.file))
            for (key, used, file), data in zip(fonts, packed, strict=True)
        ]
        self.file.put(self.fonts, b"<<%s>>" % b"".join(references))

    def _finish_catalog(self) -> None:
        book = self.book
        xmp = write_xmp(book)
        metadata = self.file.add(b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(xmp), xmp)
        names = b" ".join(
            b"%s %s" % (pdf_string(name), place) for name, place in sorted(self.done.destinations.items())
        )
        outline = write_outline(book.outline, self.done.destinations, self.file) if book.outline else b""
        if outline:
            outline = b"/Outlines %s/PageMode /UseOutlines" % outline
        outline += write_intent(book.intent, self.file)
        source = (
            b"<</Type /Catalog/Pages %s/Names <</Dests <</Names [%s]>>>>/StructTreeRoot %s/MarkInfo <</Marked true>>"
            b"/ViewerPreferences <</DisplayDocTitle true%s>>/Lang %s/Metadata %s%s>>"
            % (
                self.page_tree.root,
                names,
                reference(self.structure),
                b"/PrintScaling /None/Duplex /%s" % _DUPLEX[book.printing] if book.printing else b"",
                pdf_string(book.language),
                metadata,
                outline,
            )
        )
        self.file.put(self.catalog, source)
        facts = {"Title": book.title, "Subject": book.subject, "Creator": book.creator}
        facts |= {"Author": book.author, "Keywords": ", ".join(book.keywords)}
        if book.modified:
            facts["CreationDate"] = facts["ModDate"] = f"D:{re.sub(r'[^0-9]', '', book.modified)}Z"
        said = (b"/%s %s" % (key.encode(), pdf_string(text)) for key, text in facts.items() if text)
        self.file.put(self.information, b"<<%s>>" % b"".join(said))
