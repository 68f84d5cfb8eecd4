"""A file without a name, for what the pages of a large book show until they are linked.

    chunk → its content into the file → the chunk without it → linked: its content out of the file again

The pages of 10,000 questions are 110 MB packed, and each is looked at twice: for its digest, and when its turn comes.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from qexport.common.nameless_file import NamelessFile
from qexport.layout.chunk import Chunk, PageContent

WORTH_STORING = 2_000
"""Bytes of a content that is put into the file: what is left of a chunk is 600."""


class ChunkFile:
    """The contents of chunks in a file that only this process has; it goes with the last of the chunks."""

    def __init__(self, folder: Path) -> None:
        """Begin a file.

        Args:
            folder: where there is room for it; OSError if nothing can be written there.
        """
        self._file = NamelessFile(folder)

    def store(self, chunk: Chunk) -> Chunk:
        """Return a chunk whose content is in the file: the chunk itself if it has little, or there is no room."""
        if chunk.strip is not None or len(chunk.packed) < WORTH_STORING:
            return chunk
        start = self._file.append(chunk.packed)
        if start is None:
            return chunk
        values = {**_list_values(chunk), "packed": b""}
        return StoredChunk(**values, file=self, start=start, size=len(chunk.packed))

    def read(self, start: int, size: int) -> bytes:
        """Return what was written there."""
        return self._file.read(start, size)


class StoredChunk(Chunk, frozen=True):
    """A chunk whose content is in a file."""

    file: ChunkFile | None = None
    start: int = 0
    size: int = 0

    @property
    def content(self) -> PageContent:
        """What its pages show, read and unpacked."""
        return self.whole().content

    def whole(self) -> Chunk:
        """Return it with its content."""
        packed = self.file.read(self.start, self.size) if self.file else b""
        return Chunk(**{**_list_values(self), "packed": packed})


def _list_values(chunk: Chunk) -> dict[str, Any]:
    return {each.name: getattr(chunk, each.name) for each in fields(Chunk)}
