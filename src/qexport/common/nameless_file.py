"""A file without a name, for what is large and needed later: only this process has it, and it goes with it."""

from __future__ import annotations

import os
from functools import partial
from typing import IO, TYPE_CHECKING
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class NamelessFile:
    """Bytes in a file that ends with the last that can read it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin a file.

        Args:
            folder: where there is room for it; None: the folder for temporary files. OSError if nothing can be written
                there.
        """
        from tempfile import TemporaryFile  # not above: most commands need none

        self._file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115  # closed below
        finalize(self, self._file.close)
        self._end = 0

    def append(self, data: bytes) -> int | None:
        """Write bytes; return where they begin, or None if there is no room for them."""
        try:
            written = os.pwrite(self._file.fileno(), data, self._end)
        except OSError:
            written = 0
        if written < len(data):
            return None
        self._end += written
        return self._end - written

    def read(self, start: int, size: int) -> bytes:
        """Return what was written there."""
        return os.pread(self._file.fileno(), size, start)

    def store(self, data: bytes) -> Callable[[], bytes]:
        """Return what gives these bytes again: out of the file, or of memory if there is no room in it."""
        start = self.append(data)
        return (lambda: data) if start is None else partial(self.read, start, len(data))
