"""A chunk: some pages of a book laid out alone, as pieces that can be put anywhere in a PDF.

`layout` makes chunks, `pdf.linker` links them, a cache may keep them. A chunk holds no engine's objects: bytes,
numbers, text. Its PDF objects are numbered from 0; wherever one refers to something whose number is known only in the
book, its value holds a *mark*, a word between two NULs (which no PDF token or checked text contains):

    12          object 12 of this chunk
    pages       the book's page tree
    document    the book's root structure element
    fonts       the book's font dictionary
    late3       what is drawn in the slots whose `late` is 3: a reference, or in an open stream the operators
    length      how long the open stream is
    before3     what comes before the content of page 3, or nothing
    inside3     the same, where lengths are CSS pixels and no longer points
    page3       the key of page 3 in the book's parent tree
    annot12     that of annotation 12
    x3:41.5     the abscissa 41.5 pt on page 3, which moves where the book has a wider inner margin

A *strip* is a chunk that is no page but what stands on one, as high as it is: a line of a list, a heading. `list_pages`
puts strips on pages. In what it holds there are more marks, in streams too, which are not compressed:

    mcid2       number 2 of its marked content
    sheet       the page it is put on
    list        the list it is an item of
    own         the end of a name that no other strip on the page is to have
    y41.5       the ordinate 41.5 pt, were it where it was laid out

A book of 2,000 questions has as many chunks, of which a few are at work at a time: what the pages show is kept
packed, and unpacked by who needs it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from qexport.common.records import Record

BETWEEN = b"\0-\0"
"""What is no mark: values joined by it are looked through at once."""

POINTS_PER_PIXEL = 0.75
"""PDF points in a CSS pixel."""

PIXELS_PER_MM = 96 / 25.4
"""CSS pixels in a millimetre."""

COMPRESSION = 5
"""Of zlib, for what a PDF holds: for a book of 54 questions 78 ms, with 6 112 for a file 2 % smaller, with 9 more."""


def mark(word: str | int) -> bytes:
    """Return what is in a chunk's bytes for something numbered only in the book."""
    return b"\0%s\0" % str(word).encode("ascii")


def replace_marks(source: bytes, words: Mapping[bytes, bytes]) -> bytes:
    """Return bytes with each mark replaced by what `words` has for its word.

    Marks are all that NULs are around: splitting at these took a third of the time of an expression with a function.
    """
    parts = source.split(b"\0")
    parts[1::2] = map(words.__getitem__, parts[1::2])
    return b"".join(parts)


@lru_cache(maxsize=2048)  # an index leads to the same places again and again
def pdf_string(text: str) -> bytes:
    """Return a PDF string: literal where it is ASCII, else UTF-16 (ISO 32000-1, 7.9.2.2)."""
    if text.isascii():
        return b"(%s)" % re.sub(rb"([\\()])", rb"\\\1", text.encode())
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()


class FontUse(Record, frozen=True):
    """What a chunk draws with one font. Widths are in thousandths of an em, as PDF counts them."""

    key: str
    """Name of the font in content streams: a digest of its description, the same in every chunk."""
    name: str
    family: str
    file: str
    """SHA-256 of the font file, as `fonts.find_bundled` knows it."""
    flags: int
    ascent: int
    descent: int
    italic_angle: float
    widths: tuple[tuple[int, int], ...]
    """Code → advance. A code is the number of a glyph, but for aliases."""
    texts: tuple[tuple[int, str], ...]
    """Code → the characters it represents."""
    aliases: tuple[tuple[int, int], ...] = ()
    """Code that is not the number of its glyph → glyph."""


class Slot(Record, frozen=True):
    """Room on a page for what is known only when the book is put together.

    That is a folio, a "see p. 12", or the side of the page a running head stands on.

    Lengths are CSS pixels in the coordinates the page is drawn in where the slot stands: y grows downwards.
    """

    page: int
    late: int
    """Number of the content stream it is drawn in; slots that follow each other share one."""
    anchor: str
    """The place whose folio is drawn; empty: the folio of the page the slot stands on."""
    x: float
    """The left end of the text, its middle or its right end, as `align` says."""
    y: float
    """The baseline."""
    align: str
    """`left`, `center` or `right`."""
    font: str
    size: float
    mcid: int | None = None
    """The marked content the text belongs to; None: an artifact, as running heads and folios are."""
    leader: float | None = None
    """Where a dotted leader begins that runs up to the text; None: there is none."""
    state: bytes = b""
    """Operators that set the colour it is drawn in, and what follows it."""
    content: bytes = b""
    """What is drawn if it is no folio: a text of this width that begins at x, aligned left."""
    width: float = 0
    lines: tuple[float, float, float] | None = None
    """For a list of folios, which may take some lines: where they begin and end, and how high each is."""
    after: bytes = b""
    """Operators that end a page after it, and draw nothing."""


class Strip(Record, frozen=True):
    """How a strip stands among others. Lengths are CSS pixels."""

    top: float
    """Where it was laid out, without the space before it."""
    height: float
    before: float
    """Space that is to be above it, and may be that which is below what comes before it."""
    after: float
    sheet: float
    """How high the page is it was laid out on."""
    is_item: bool
    """Whether it belongs to a list."""


class PageContent(Record, frozen=True):
    """What the pages of a chunk show. See the module for the marks inside `objects`."""

    objects: tuple[tuple[bytes, bytes], ...]
    """Each a PDF value, and the data of its stream if it is one."""
    elements: tuple[int, ...]
    """Objects that are structure elements at the top of this chunk, in reading order."""
    parents: tuple[tuple[int | None, ...], ...]
    """For each page: MCID → the structure element (an object) it belongs to, None for an artifact."""
    annotations: tuple[tuple[int, int], ...]
    """Objects: an annotation, and the structure element that holds it."""
    fonts: tuple[FontUse, ...]
    slots: tuple[Slot, ...] = ()
    pieces: tuple[bytes | int, ...] = ()
    """Of a strip: what it draws, and between that the numbers of what is drawn late."""
    resources: tuple[tuple[str, str, bytes], ...] = ()
    """Of a strip: kind, name and value of what its pieces name."""
    open: int | None = None
    """The object whose stream is not compressed yet: marks in it are what is drawn late at their places."""

    def pack(self) -> bytes:
        """Return it as bytes, small."""
        import msgspec  # not above: who asks for --help need not wait for it

        return zlib.compress(msgspec.msgpack.encode(self), STRIP_PACKING if self.pieces else PACKING)


PACKING = 1
"""Level of zlib: streams are compressed already, and what is left are names and numbers that come again and again."""

STRIP_PACKING = 0
"""That of a strip, which is not compressed: a line of an index takes 1.0 KB, not 0.8, and 0.06 ms less."""


class Chunk(Record, frozen=True):
    """Pages laid out alone."""

    page_width: float
    """In CSS pixels, without bleed."""
    mirror: float
    """CSS pixels the text moves to the right on a verso of a book with mirrored margins."""
    pages: tuple[int, ...]
    """Objects of its content, by their number."""
    anchors: tuple[tuple[str, int, float, float], ...]
    """Named places: name, page, and the point (x, y) to show at the top left."""
    packed: bytes
    """Its content."""
    missing: tuple[str, ...] = ()
    """Characters no font has."""
    terms: tuple[tuple[int, str], ...] = ()
    """Page and text of each element of class `term`."""
    room: float = 0
    """CSS pixels left on the last page below the text."""
    page_height: float = 0
    """CSS pixels of a page that text can fill."""
    top: float = 0
    """CSS pixels above what text can fill."""
    strip: Strip | None = None
    """What it is if it is a strip, and has no pages."""

    @property
    def content(self) -> PageContent:
        """What its pages show, unpacked again."""
        import msgspec

        return msgspec.msgpack.decode(zlib.decompress(self.packed), type=PageContent)

    def whole(self) -> Chunk:
        """Return it with its content packed, as it is kept."""
        return self

    def encode(self) -> bytes:
        """Return it as bytes that `decode_chunk` makes a chunk of again."""
        import msgspec

        return msgspec.msgpack.encode(self)


def decode_chunk(data: bytes) -> Chunk | None:
    """Return the chunk these bytes were made of; None if they were not."""
    import msgspec

    try:
        return msgspec.msgpack.decode(data, type=Chunk)
    except msgspec.MsgspecError:
        return None


def pack_pages(chunks: Sequence[Chunk]) -> bytes:
    """Return the pages of a list as bytes that `unpack_pages` makes chunks of again."""
    import msgspec

    return msgspec.msgpack.encode(chunks)


def unpack_pages(data: bytes) -> list[Chunk] | None:
    """Return the pages these bytes were made of; None if they were not."""
    import msgspec

    try:
        return msgspec.msgpack.decode(data, type=list[Chunk])
    except msgspec.MsgspecError:
        return None
