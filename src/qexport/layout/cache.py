"""Chunks kept under a digest of all that shaped them.

A key names its value for ever, so nothing is ever invalidated; what was not used for longest makes room. One
SQLite file, which two builds may use at once. Whatever is wrong with it, a build goes on without it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from qexport.common.errors import OutputError
from qexport.common.formats import CACHE_FORMAT
from qexport.common.records import Record
from qexport.layout.chunk import Chunk, decode_chunk

T = TypeVar("T")

LIMIT = 250_000_000
"""Bytes of chunks that are kept: some 20,000 questions."""

DAY = 86_400
_PATIENCE = 10.0  # seconds another build is waited for
_MOST_KEYS = 500  # keys in one query; SQLite allows 32,766


class CacheInfo(Record, frozen=True):
    """How full a cache is."""

    path: Path
    chunks: int
    size: int
    """Bytes of chunks; the file may be larger."""
    limit: int


class ChunkCache:
    """The chunks of one file, `chunks.sqlite` in a folder."""

    def __init__(
        self, folder: Path, limit: int = LIMIT, tell: Callable[[str], None] = lambda _message: None
    ) -> None:
        self.path = folder / "chunks.sqlite"
        self.limit = limit
        self.tell = tell
        """Takes a message for the user."""
        self._holder: tuple[int, int] | None = None
        """The process and the thread that `held` is for; no other may use what it has open."""
        self._database: sqlite3.Connection | None = None

    @property
    def font_lists(self) -> Path:
        """The folder beside it in which fontconfig keeps its lists of fonts."""
        return self.path.with_name("font-lists")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the file open for a block in which this thread uses it again and again: to open it takes 0.7 ms."""
        if self._holder:
            yield
            return
        self._holder = _who_asks()
        try:
            yield
        finally:
            self._let_go()
            self._holder = None

    def load(
        self, keys: Iterable[str], store: Callable[[Chunk], Chunk] = lambda chunk: chunk
    ) -> dict[str, Chunk]:
        """Return the chunks that are there, each as `store` returns it as soon as it is read. A damaged one is not."""
        wanted = list(dict.fromkeys(keys))

        def read(data: bytes) -> Chunk | None:
            chunk = decode_chunk(data)
            return None if chunk is None else store(chunk)

        return self._use(lambda database: _load(database, wanted, read), otherwise={})

    def load_bytes(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the values that are there, of any kind. One that is damaged is not."""
        wanted = list(dict.fromkeys(keys))
        return self._use(lambda database: _load(database, wanted, bytes), otherwise={})

    def absent(self, keys: Iterable[str]) -> list[str]:
        """Return those keys under which nothing is kept."""
        wanted = list(dict.fromkeys(keys))
        there: set[str] = self._use(lambda database: _find_present(database, wanted), otherwise=set())
        return [key for key in wanted if key not in there]

    def has_any(self, prefix: str) -> bool:
        """Return whether it holds a chunk whose key begins so."""

        def has_any(database: sqlite3.Connection) -> bool:
            query = "SELECT 1 FROM chunks WHERE key >= ? AND key < ? LIMIT 1"
            return database.execute(query, (prefix, prefix + "~")).fetchone() is not None

        return self.path.exists() and self._use(has_any, otherwise=False)

    def keep(self, chunks: Mapping[str, Chunk]) -> None:
        """Keep chunks, and evict what was not used for longest if that makes too many."""
        self.keep_bytes({key: chunk.encode() for key, chunk in chunks.items()})

    def keep_bytes(self, values: Mapping[str, bytes]) -> None:
        """Keep values of any kind, as `keep` does chunks."""
        today = _today()
        # In the order of the file: as they come, pages that are full are read and written again and again.
        rows = [(key, sha256(data).digest(), len(data), data, today) for key, data in sorted(values.items())]

        def keep(database: sqlite3.Connection) -> None:
            query = "INSERT OR REPLACE INTO chunks (key, digest, size, data, used) VALUES (?, ?, ?, ?, ?)"
            database.executemany(query, rows)
            database.commit()
            _shrink(database, self.limit)

        self._use(keep, otherwise=None)

    def info(self) -> CacheInfo:
        """Return how full the cache is."""
        count, size = self._use(_totals, otherwise=(0, 0)) if self.path.exists() else (0, 0)
        return CacheInfo(self.path, count, size, self.limit)

    def prune(self, limit: int) -> None:
        """Evict what was not used for longest, until `limit` bytes are left."""

        def prune(database: sqlite3.Connection) -> None:
            _shrink(database, limit)
            database.execute("VACUUM")

        if self.path.exists():
            self._use(prune, otherwise=None)

    def clear(self) -> None:
        """Evict everything; OutputError where the system does not let us."""
        for ending in ("", "-wal", "-shm", "-journal"):
            path = self.path.with_name(self.path.name + ending)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(f"{path}: cannot be removed: {error.strerror}") from error

    def remove(self) -> None:
        """Remove the cache with its folder, if nothing else is in it.

        Raises:
            OutputError: The system does not allow it.
        """
        import shutil  # not above: it brings bz2 and lzma

        self.clear()
        shutil.rmtree(self.font_lists, ignore_errors=True)
        with suppress(OSError):  # it is not there, or has files of somebody else
            self.path.parent.rmdir()

    def _use(self, action: Callable[[sqlite3.Connection], T], *, otherwise: T) -> T:
        """Do something with the database; return `otherwise` where it cannot be used.

        A damaged one, or a file that is none, is started again.
        """
        begun_anew = False
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._connect() as database:
                    return action(database)
            except (sqlite3.OperationalError, OSError) as error:  # locked, read-only, full
                if not _is_busy(error) or time.monotonic() >= until:
                    return otherwise
                time.sleep(0.01)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # its own words may be damaged
                if begun_anew:
                    return otherwise
                begun_anew = True
                if isinstance(error, _OtherForm):
                    self.tell(f"{self.path}: a cache of an unknown format is replaced")
                with suppress(OutputError):
                    self.clear()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to the database: the one that is held, or a new one. An error ends the holding."""
        if self._holder != _who_asks():
            with closing(self._open()) as database:
                yield database
            return
        database = self._database = self._database or self._open()
        try:
            yield database
            database.rollback()  # what an action has left undone would hide what others write
        except BaseException:
            self._let_go()
            raise

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=_PATIENCE)
        try:
            _prepare_database(database)
        except BaseException:
            database.close()
            raise
        return database

    def _let_go(self) -> None:
        """Close what is held, if it is this process's: of a forked one it is the file of its parent."""
        database, self._database = self._database, None
        if database and self._holder == _who_asks():
            with suppress(sqlite3.Error):
                database.close()


def _who_asks() -> tuple[int, int]:
    """Return the process and the thread this is."""
    return os.getpid(), threading.get_ident()


def _is_busy(error: Exception) -> bool:
    """Return whether SQLite gave way to another build without waiting.

    It does so where waiting for each other might never end: as two make a new file at once
    (https://www.sqlite.org/rescode.html#busy).
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary one, of whatever more it says
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL)


_COLUMNS = ["key", "digest", "size", "data", "used"]


class _OtherForm(sqlite3.DatabaseError):
    """A cache of another version of qexport, or a database of another program."""


def _prepare_database(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    there = [name for (name,) in database.execute("SELECT name FROM pragma_table_info('chunks')")]
    if version not in (0, CACHE_FORMAT) or there not in ([], _COLUMNS):
        raise _OtherForm
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")  # a chunk lost with the power is laid out again
    if not there or version != CACHE_FORMAT:
        database.execute(
            "CREATE TABLE IF NOT EXISTS chunks "
            "(key TEXT PRIMARY KEY, digest BLOB, size INTEGER, data BLOB, used INTEGER) WITHOUT ROWID"
        )
        database.execute(f"PRAGMA user_version = {CACHE_FORMAT}")


def _find_present(database: sqlite3.Connection, keys: Sequence[str]) -> set[str]:
    present: set[str] = set()
    for start in range(0, len(keys), _MOST_KEYS):
        some = keys[start : start + _MOST_KEYS]
        query = f"SELECT key FROM chunks WHERE key IN ({','.join('?' * len(some))})"  # noqa: S608  # only marks
        present.update(key for (key,) in database.execute(query, some))
    return present


def _load(
    database: sqlite3.Connection, keys: Sequence[str], read: Callable[[bytes], T | None]
) -> dict[str, T]:
    """Return what is kept under keys, each read as it comes: all of a large book are in memory once."""
    found: dict[str, T] = {}
    stale: list[str] = []
    today = _today()
    for start in range(0, len(keys), _MOST_KEYS):
        some = keys[start : start + _MOST_KEYS]
        marks = ",".join("?" * len(some))
        query = f"SELECT key, digest, used, data FROM chunks WHERE key IN ({marks})"  # noqa: S608  # only marks
        for key, digest, used, data in database.execute(query, some):
            is_whole = isinstance(data, bytes) and sha256(data).digest() == digest
            value = read(data) if is_whole and isinstance(used, int) else None
            if value is not None:
                found[key] = value
                if used < today:
                    stale.append(key)
    if stale:
        with suppress(sqlite3.OperationalError):  # another build writes: what is found is found
            database.executemany("UPDATE chunks SET used = ? WHERE key = ?", [(today, key) for key in stale])
            database.commit()
    return found


def _shrink(database: sqlite3.Connection, limit: int) -> None:
    _, size = _totals(database)
    if (
        size <= limit
    ):  # who was used last stands behind the chunks themselves, which need not be read for that
        return
    going = []
    for key, bytes_ in database.execute("SELECT key, size FROM chunks ORDER BY used, key"):
        if size <= limit:
            break
        going.append((key,))
        size -= bytes_
    if going:
        database.executemany("DELETE FROM chunks WHERE key = ?", going)
        database.commit()


def _totals(database: sqlite3.Connection) -> tuple[int, int]:
    count, size = database.execute("SELECT count(*), coalesce(sum(size), 0) FROM chunks").fetchone()
    return count, size


def _today() -> int:
    return int(time.time()) // DAY
