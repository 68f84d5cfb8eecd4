"""A collection and its pictures → an .apkg: a zip that is the same wherever and whenever it is made.

Python's own zipfile would compress a big deck on one core, which takes longer than all the rest of writing it.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from qexport.anki.collection import Readable

DECK_COMPRESSION = 5
"""Of zlib: 6 takes a quarter more time for half a percent less, 4 takes more than a quarter of what genanki writes."""
DEFLATED_BLOCK = 1 << 20
"""Bytes that are deflated on their own: cores can share the work, and the result does not tell how many did."""
WINDOW = 1 << 15
"""How far back deflate looks."""


def package_of(database: Readable, images: Mapping[str, bytes]) -> bytes:
    """Return a package.

    Args:
        database: the collection as SQLite writes it. It is read in blocks: no more than a few are in memory.
        images: its pictures by their names.
    """
    head = bytearray(database[:100])
    # SQLite notes there how often the file was written and by which version of itself.
    head[24:28] = head[92:96] = (1).to_bytes(4)
    head[96:100] = (3_040_000).to_bytes(4)
    names = {str(number): name for number, name in enumerate(sorted(images))}
    listed = json.dumps(names).encode()
    files = [
        _deflate_file("collection.anki2", bytes(head), database),
        _deflate_file("media", listed),
        *(_deflate_file(number, images[name], deflated=False) for number, name in names.items()),
    ]
    parts: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for file in files:
        directory.append(file.entry(at))
        parts += [file.head, *file.written]
        at += len(file.head) + sum(map(len, file.written))
    size = sum(map(len, directory))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(files), len(files), size, at, 0)
    return b"".join([*parts, *directory, end])


class _File(NamedTuple):
    name: bytes
    about: bytes
    """What a zip says of a file, before it and again at its end."""
    written: Sequence[bytes]
    """Its bytes in parts, which are put together once."""

    @property
    def head(self) -> bytes:
        return b"PK\3\4" + self.about + struct.pack("<2H", len(self.name), 0) + self.name

    def entry(self, at: int) -> bytes:
        made_on_unix, readable = 3 << 8 | 20, 0o100644 << 16
        last = struct.pack("<5H2L", len(self.name), 0, 0, 0, 0, readable, at)
        return struct.pack("<4sH", b"PK\1\2", made_on_unix) + self.about + last + self.name


class _DeflateBlock(NamedTuple):
    """A part of a file that is deflated on its own."""

    source: Readable
    start: int

    def read(self) -> bytes:
        return self.source[self.start : self.start + DEFLATED_BLOCK]


def _deflate_file(name: str, data: bytes, whole: Readable = b"", *, deflated: bool = True) -> _File:
    """Return a file that begins with `data`; what stands behind that is read from the whole file, if there is more."""
    blocks = [_DeflateBlock(data, start) for start in range(0, len(data), DEFLATED_BLOCK)]
    blocks += [_DeflateBlock(whole, start) for start in range(len(data), len(whole), DEFLATED_BLOCK)]
    checksum = 0
    for block in blocks:
        checksum = zlib.crc32(block.read(), checksum)
    written = _deflate_blocks(blocks) if deflated else [data]
    # Version 2.0, no flags, the method, midnight of 1980-01-01.
    size = max(len(data), len(whole))
    about = struct.pack("<5H3L", 20, 0, 8 if deflated else 0, 0, 33, checksum, sum(map(len, written)), size)
    return _File(name.encode(), about, written)


def _deflate_blocks(blocks: Sequence[_DeflateBlock]) -> list[bytes]:
    """Return blocks as the parts of one raw stream of deflate; each knows what stands before it."""

    def deflate(number: int) -> bytes:
        before = blocks[number - 1].read()[-WINDOW:] if number else b""
        maker = zlib.compressobj(DECK_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
        ending = zlib.Z_FINISH if number == len(blocks) - 1 else zlib.Z_SYNC_FLUSH
        return maker.compress(blocks[number].read()) + maker.flush(ending)

    if len(blocks) < 4:
        return list(map(deflate, range(len(blocks))))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(deflate, range(len(blocks))))
