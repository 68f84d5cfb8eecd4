"""SQLite's bytes of a collection: in memory, or of a large one in a file without a name.

    connection → what fills it → bytes that are read in parts

In memory they would be there twice, as SQLite hands over a copy: 87 MB of 10,000 notes, and 2 in a file.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Protocol
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_NOTES_IN_MEMORY = 1_000
"""Notes whose database is put together in memory: 4 MB."""


class Readable(Protocol):
    """Bytes of which a part is read when it is asked for."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part of them."""


def write_database(fill: Callable[[sqlite3.Connection], None], count: int) -> Readable:
    """Return the bytes of a database.

    Args:
        fill: writes all of it into an empty one. Where there is no room for a file, it does so again in memory.
        count: how many notes it has.
    """
    if count > MOST_NOTES_IN_MEMORY:
        with suppress(OSError, sqlite3.OperationalError):
            return _write_in_file(fill)
    # With ":memory:" there would be three of it for a moment when SQLite hands it over.
    with closing(sqlite3.connect("file:deck?vfs=memdb", uri=True)) as connection:
        fill(connection)
        connection.commit()
        return connection.serialize()


def _write_in_file(fill: Callable[[sqlite3.Connection], None]) -> Readable:
    with TemporaryDirectory(prefix="qexport-") as folder:
        path = Path(folder, "deck")
        written = _DatabaseFile(path)
        connection = sqlite3.connect(path)
    with closing(connection):  # which has the file open: from here it has no name, and ends with this process
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        fill(connection)
        connection.commit()
    return written


class _DatabaseFile:
    """A file that is read although its name is gone."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("x+b")
        finalize(self, self._file.close)

    def __len__(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def __getitem__(self, part: slice, /) -> bytes:
        start, end, _ = part.indices(len(self))
        return os.pread(self._file.fileno(), end - start, start)
