"""A PDF file being written: objects, object streams, the cross-reference stream, the page tree."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, pairwise

from qexport.common.memory import Memory
from qexport.common.records import Record
from qexport.layout.chunk import COMPRESSION


def reference(number: int) -> bytes:
    """Return a reference to an object."""
    return b"%d 0 R" % number


class FilePart(Record, frozen=True):
    """What was added to a file by and by, to be added to another at once; its place there may be another."""

    data: bytes
    streams: tuple[tuple[int, int], ...]
    """Objects written by themselves, and where in the data each begins."""
    containers: tuple[tuple[int, tuple[int, ...]], ...]
    """Streams of objects, and the objects in each."""
    waiting: tuple[tuple[int, bytes], ...]
    """What waits afterwards, with what had waited before."""
    next: int
    """The number that the next object gets afterwards."""


class PdfFile:
    """A PDF file being written: streams by themselves, other objects 200 to a compressed stream (ISO 32000-1, 7.5.7).

    What is known of an object is written at once. A book is as large in memory as it will be on the disk.
    """

    TOGETHER = 200

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = memory
        self._out = io.BytesIO()
        self._out.write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
        self._places = bytearray(_write_place(0, 0, 65535))
        """The entry of each object, one after the other."""
        self._added: tuple[list[tuple[int, int]], list[tuple[int, tuple[int, ...]]]] | None = None
        """Of the part that is being added (`FilePart`): its streams with their places in the file, its containers."""
        self._part_start = 0
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
        return reference(number)

    def add_stream(self, content: bytes, extra: bytes = b"") -> bytes:
        """Compress and write a stream, return a reference to it."""
        data = self._compress_again(content) if len(content) > SHORT else compress(content)
        return self.add_compressed(data, extra)

    def add_compressed(self, data: bytes, extra: bytes = b"") -> bytes:
        """Write a stream that is compressed already, return a reference to it."""
        return self.add(b"<<%s/Filter /FlateDecode/Length %d>>" % (extra, len(data)), data)

    def add_all(self, objects: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Write objects, each a value and the data of its stream if it is one."""
        for number, (source, stream) in enumerate(objects, start=self.next):
            if stream:
                self.put(number, source, stream)
            else:
                self._waiting.append((number, source))
        self.next += len(objects)

    def put(self, number: int, source: bytes, stream: bytes | None = None) -> None:
        """Write an object whose number was reserved."""
        if stream is None:
            self._waiting.append((number, source))
            return
        place = self._out.tell()
        self._set_places([number], [_write_place(1, place, 0)])
        if self._added:
            self._added[0].append((number, place))
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
        numbers = tuple(number for number, _ in objects)
        body = [source for _, source in objects]
        starts = accumulate([len(source) + 1 for source in body], initial=0)
        head = [b"%d %d" % each for each in zip(numbers, starts, strict=False)]
        self._set_places_within(container, numbers)
        if self._added:
            self._added[1].append((container, numbers))
        listed = b" ".join(head) + b"\n"
        data = self._compress_again(listed + b"\n".join(body))
        extra = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>"
        self.put(container, extra % (len(head), len(listed), len(data)), data)

    def _set_places_within(self, container: int, numbers: Sequence[int]) -> None:
        """Note that objects are in a stream of objects."""
        within = _write_place(2, container, 0)[:-2]
        self._set_places(numbers, list(map(within.__add__, _INDEXES[: len(numbers)])))

    def _set_places(self, numbers: Sequence[int], places: Sequence[bytes]) -> None:
        """Note where objects are. As a mapping, the places of a large book were twice its file."""
        missing = (1 + PLACE_BYTES) * (max(numbers) + 1) - len(self._places)
        if missing > 0:
            self._places += bytes(missing)
        runs = (
            [(numbers[0], places)] if _follow_each_other(numbers) else zip(numbers, zip(places), strict=True)
        )
        for number, some in runs:
            start = (1 + PLACE_BYTES) * number
            self._places[start : start + (1 + PLACE_BYTES) * len(some)] = b"".join(some)

    def _compress_again(self, content: bytes) -> bytes:
        """Compress what may have been in the book before."""
        if self._memory is None:
            return zlib.compress(content, COMPRESSION)
        key = ("compressed", sha256(content).digest())
        return self._memory.recall(key, lambda: zlib.compress(content, COMPRESSION), len)

    def digest_state(self) -> bytes:
        """Return a digest of all that what is added next depends on, but for where it will be in the file."""
        return sha256(repr((self.next, self._waiting)).encode()).digest()

    def begin_part(self) -> None:
        """Note what is added from now on, for `end_part`."""
        self._added, self._part_start = ([], []), self._out.tell()

    def end_part(self) -> FilePart:
        """Return what was added since `begin_part`."""
        streams, containers = self._added or ([], [])
        self._added = None
        return FilePart(
            data=bytes(self._out.getbuffer()[self._part_start :]),
            streams=tuple((number, place - self._part_start) for number, place in streams),
            containers=tuple(containers),
            waiting=tuple(self._waiting),
            next=self.next,
        )

    def append(self, part: FilePart) -> None:
        """Add a part that was made in the same state (`digest_state`)."""
        start = self._out.tell()
        self._out.write(part.data)
        for number, place in part.streams:
            self._set_places([number], [_write_place(1, start + place, 0)])
        for container, numbers in part.containers:
            self._set_places_within(container, numbers)
        self._waiting = list(part.waiting)
        self.next = part.next

    def end(self, catalog: int, information: int) -> bytes:
        """Return the file; its identity is a digest of it."""
        self.settle(everything=True)
        number = self.reserve()
        start_of_table = self._out.tell()
        self._set_places([number], [_write_place(1, start_of_table, 0)])
        data = zlib.compress(_subtract_rows_above(self._places), COMPRESSION)
        identity = sha256(self._out.getbuffer()).hexdigest()[:32].encode()
        extra = (
            b"<</Type /XRef/Size %d/W [1 5 2]/Root %s/Info %s/ID [<%s> <%s>]/Filter /FlateDecode"
            b"/DecodeParms <</Predictor 12/Columns %d>>/Length %d>>"
            % (
                number + 1,
                reference(catalog),
                reference(information),
                identity,
                identity,
                PLACE_BYTES,
                len(data),
            )
        )
        self._out.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, extra, data))
        self._out.write(b"startxref\n%d\n%%%%EOF\n" % start_of_table)
        return self._out.getvalue()


SHORT = 1024
"""Bytes of a stream for which a window of as many is enough.

What zlib sets up for its usual 32 KB takes 0.09 ms, for this 0.007; a book of 500 questions has 5,000 such streams."""


def compress(content: bytes) -> bytes:
    """Return a stream compressed, as a PDF holds it."""
    if len(content) > SHORT:
        return zlib.compress(content, COMPRESSION)
    short = zlib.compressobj(COMPRESSION, zlib.DEFLATED, 10, 2)
    return short.compress(content) + short.flush()


PLACE_BYTES = 8
"""Of an object's entry in the cross-reference stream."""

_UP = 2
"""The filter of PNG that subtracts the row above (RFC 2083, 6.4)."""


def _write_place(kind: int, place: int, rest: int) -> bytes:
    """Return an object's entry in the cross-reference stream, after a byte for its filter: one byte, five and two."""
    return b"\0" + kind.to_bytes(1, "big") + place.to_bytes(5, "big") + rest.to_bytes(2, "big")


def _follow_each_other(numbers: Sequence[int]) -> bool:
    return all(following - number == 1 for number, following in pairwise(numbers))


ROWS_AT_ONCE = 10_000
"""Entries of the table that are subtracted as one number: in memory they are eight times as much then."""


def _subtract_rows_above(table: bytes | bytearray) -> bytes:
    """Return entries less those above them: mostly the same small numbers, which take a third when compressed.

    All bytes are subtracted at once, as one large number of which none borrows from the next: the highest bit of each
    is set before, and put right afterwards.
    """
    row = 1 + PLACE_BYTES
    above = bytes(row) + table[:-row]
    step = row * ROWS_AT_ONCE
    return b"".join(
        _subtract(table[start : start + step], above[start : start + step])
        for start in range(0, len(table), step)
    )


def _subtract(table: bytes | bytearray, above_it: bytes | bytearray) -> bytes:
    row = 1 + PLACE_BYTES
    size = len(table)
    ones = int.from_bytes(b"\xff" * size, "big")
    highest = int.from_bytes(b"\x80" * size, "big")
    these, above = int.from_bytes(table, "big"), int.from_bytes(above_it, "big")
    difference = ((these | highest) - (above & (ones ^ highest))) ^ ((these ^ above ^ ones) & highest)
    filters = int.from_bytes((bytes([_UP]) + bytes(PLACE_BYTES)) * (size // row), "big")
    return (difference | filters).to_bytes(size, "big")


_INDEXES = [index.to_bytes(2, "big") for index in range(PdfFile.TOGETHER)]
"""Of objects in a stream, as their entries have them."""


class PageTree:
    """Pages in nodes of at most 64 kids, so that a reader finds page 1,000 without reading 999."""

    KIDS = 64

    def __init__(self, pages: int, file: PdfFile) -> None:
        self._levels: list[list[int]] = []  # of nodes, from those that hold pages up to the root
        count = pages
        while count > 1 or not self._levels:
            count = -(-count // self.KIDS)
            self._levels.append([file.reserve() for _ in range(count)])
        self.root = reference(self._levels[-1][0])

    def parent(self, page: int) -> bytes:
        """Return the node that holds a page, counted from 0."""
        return reference(self._levels[0][page // self.KIDS])

    def finish(self, pages: Sequence[int], file: PdfFile) -> None:
        """Write the tree over these pages."""
        kids = [(number, 1) for number in pages]
        for level, nodes in enumerate(self._levels):
            above = self._levels[level + 1] if level + 1 < len(self._levels) else None
            counted = []
            for index, node in enumerate(nodes):
                held = kids[index * self.KIDS : (index + 1) * self.KIDS]
                count = sum(each for _, each in held)
                parent = b"/Parent %s" % reference(above[index // self.KIDS]) if above else b""
                listed = b" ".join(reference(number) for number, _ in held)
                file.put(node, b"<</Type /Pages%s/Kids [%s]/Count %d>>" % (parent, listed, count))
                counted.append((node, count))
            kids = counted
