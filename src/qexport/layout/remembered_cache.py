"""A cache with a memory before it, for a process that builds again and again.

What the last build took out of the cache or put into it is found without reading, checking and decoding it once more,
and what is new is written when the build is done: a writer waits for the page, not for the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from qexport.common.memory import Memory
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk

WAITING = 64
"""Values that wait to be written at most: a build that is broken off keeps what it had done till then."""


class RememberedCache:
    """A cache whose values are remembered from one build to the next."""

    def __init__(self, cache: ChunkCache, memory: Memory) -> None:
        self.cache = cache
        self.memory = memory
        self._waiting: dict[str, bytes] = {}
        self._begun: set[str] = set()
        """Beginnings of keys that are known to be there."""

    @property
    def path(self) -> Path:
        """The file of the cache."""
        return self.cache.path

    def load(self, keys: Iterable[str], _store: object = None) -> dict[str, Chunk]:
        """Return the chunks that are there (`ChunkCache.load`), all of them with what they show: it is remembered."""
        wanted = list(dict.fromkeys(keys))
        found = {key: cast(Chunk, chunk) for key in wanted if (chunk := self.memory.find(("chunk", key)))}
        if absent := [key for key in wanted if key not in found]:
            loaded = self.cache.load(absent)
            self._remember_chunks(loaded)
            found |= loaded
        return found

    def load_bytes(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the values that are there, of any kind."""
        wanted = list(dict.fromkeys(keys))
        found = {key: cast(bytes, data) for key in wanted if (data := self.memory.find(("bytes", key)))}
        if absent := [key for key in wanted if key not in found]:
            loaded = self.cache.load_bytes(absent)
            for key, data in loaded.items():
                self.memory.remember(("bytes", key), data, len(data))
            found |= loaded
        return found

    def absent(self, keys: Iterable[str]) -> list[str]:
        """Return those keys under which no chunk is kept."""
        unknown = [key for key in dict.fromkeys(keys) if self.memory.find(("chunk", key)) is None]
        return self.cache.absent(unknown) if unknown else []

    def has_any(self, prefix: str) -> bool:
        """Return whether it holds a chunk whose key begins so."""
        if prefix not in self._begun and self.cache.has_any(prefix):
            self._begun.add(prefix)
        return prefix in self._begun

    def keep(self, chunks: Mapping[str, Chunk]) -> None:
        """Keep chunks."""
        self._remember_chunks(chunks)
        self._wait({key: chunk.encode() for key, chunk in chunks.items()})

    def keep_bytes(self, values: Mapping[str, bytes]) -> None:
        """Keep values of any kind."""
        for key, data in values.items():
            self.memory.remember(("bytes", key), data, len(data))
        self._wait(values)

    def write(self) -> None:
        """Write what waits to be written."""
        if self._waiting:
            self.cache.keep_bytes(self._waiting)
            self._waiting = {}

    def _wait(self, values: Mapping[str, bytes]) -> None:
        self._waiting |= values
        if len(self._waiting) >= WAITING:
            self.write()

    def _remember_chunks(self, chunks: Mapping[str, Chunk]) -> None:
        for key, chunk in chunks.items():
            self.memory.remember(("chunk", key), chunk, len(chunk.packed))
