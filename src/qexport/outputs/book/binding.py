"""Chunks → a book, or the one that is there already if that is what they would be linked to.

    digest of all that `link` is given → digest of what it made of it → is that the file of the last build?

`link` is a function of its arguments alone, so these, this program and its libraries are all that a book depends on.
Kept is no book, only what tells it from others: the file itself is read, and is what was written if its digest is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport.pdf.linker import link

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile
    from qexport.layout.scheduler import Scheduler
    from qexport.pdf.metadata import Book


def bind(
    chunks: list[Chunk], book: Book, scheduler: Scheduler, earlier: Callable[[int], bytes] = lambda _size: b""
) -> bytes:
    """Return the PDF of a book.

    Args:
        chunks: what it is made of; they are used up (`link`).
        book: what the PDF says of itself.
        scheduler: with the cache and the theme's fonts.
        earlier: gives the file of an earlier build, if it has as many bytes.
    """
    kept = scheduler.values("book")
    if kept is None:
        return link(chunks, book, scheduler.fonts, scheduler.memory)
    name = _digest_arguments(chunks, book, scheduler.fonts)
    size, digest = _read_made(kept.load([name]).get(name, b""))
    if size and sha256(data := earlier(size)).digest() == digest:
        chunks.clear()
        return data
    data = link(chunks, book, scheduler.fonts, scheduler.memory)
    kept.keep({name: len(data).to_bytes(8, "big") + sha256(data).digest()})
    return data


def _read_made(made: bytes) -> tuple[int, bytes]:
    """Return how many bytes a book had, and their digest."""
    return int.from_bytes(made[:8], "big"), made[8:]


def _digest_arguments(chunks: Iterable[Chunk], book: Book, fonts: Iterable[FontFile]) -> str:
    """Return a digest of all that a book is linked from; zlib is what writes its streams."""
    digest = sha256(repr((book, [font.digest for font in fonts], zlib.ZLIB_RUNTIME_VERSION)).encode())
    for chunk in chunks:
        digest.update(sha256(chunk.whole().encoded()).digest())
    return digest.hexdigest()
