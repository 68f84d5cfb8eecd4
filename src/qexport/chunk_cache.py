"""Chunks kept under a digest of all that shaped them.

A key names its value for ever, so nothing is ever invalidated; what was not used for longest makes room. One
SQLite file, which two builds may use at once. Whatever is wrong with it, a build goes on without it.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from qexport.chunk import Chunk

LIMIT = 256 * 1024 * 1024
"""Bytes of chunks that are kept: some 20,000 questions."""

DAY = 86_400
_AT_ONCE = 500  # keys in one query; SQLite allows 32,766


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """How full a cache is."""

    path: Path
    chunks: int
    size: int
    """Bytes of chunks; the file may be larger."""
    limit: int


class ChunkCache:
    """The chunks of one file, `chunks.sqlite` in a folder."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.path = folder / "chunks.sqlite"
        self.limit = limit

    def load(self, keys: Iterable[str]) -> dict[str, Chunk]:
        """Return the chunks that are there. A damaged one is not."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, Chunk] = {}
        today = int(time.time()) // DAY
        with self._opened() as database:
            if database is None:
                return {}
            stale: list[str] = []
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, digest, used, data FROM chunks WHERE key IN ({marks})"  # noqa: S608  # only marks
                for key, digest, used, data in database.execute(query, some):
                    chunk = _decoded(data, digest)
                    if chunk is not None:
                        found[key] = chunk
                        if used < today:
                            stale.append(key)
            if stale:
                database.executemany(
                    "UPDATE chunks SET used = ? WHERE key = ?", [(today, key) for key in stale]
                )
                database.commit()
        return found

    def keep(self, chunks: Mapping[str, Chunk]) -> None:
        """Keep chunks, and let go of those not used for longest where that makes too many."""
        today = int(time.time()) // DAY
        rows = [(key, *_encoded(chunk), today) for key, chunk in chunks.items()]
        with self._opened() as database:
            if database is None:
                return
            database.executemany(
                "INSERT OR REPLACE INTO chunks (key, digest, size, data, used) VALUES (?, ?, length(?3), ?3, ?4)",
                rows,
            )
            database.commit()
            self._shrink(database, self.limit)

    def info(self) -> CacheInfo:
        """Tell how full the cache is."""
        with self._opened() as database:
            count, size = (0, 0) if database is None else next(_totals(database))
        return CacheInfo(self.path, count, size, self.limit)

    def prune(self, limit: int) -> None:
        """Let go of what was not used for longest, until `limit` bytes are left."""
        with self._opened() as database:
            if database is not None:
                self._shrink(database, limit)
                database.execute("VACUUM")

    def clear(self) -> None:
        """Let go of everything."""
        for ending in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def _shrink(self, database: sqlite3.Connection, limit: int) -> None:
        _, size = next(_totals(database))
        if size <= limit:
            return
        going = []
        for key, bytes_ in database.execute("SELECT key, size FROM chunks ORDER BY used, key"):
            going.append((key,))
            size -= bytes_
            if size <= limit:
                break
        database.executemany("DELETE FROM chunks WHERE key = ?", going)
        database.commit()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file for a moment; None where it cannot be used. A file that is no database is begun anew."""
        for attempt in (1, 2):
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self.path, timeout=10)) as database:
                    database.execute("PRAGMA journal_mode = WAL")
                    database.execute(
                        "PRAGMA synchronous = NORMAL"
                    )  # a chunk lost with the power is laid out again
                    database.execute(
                        "CREATE TABLE IF NOT EXISTS chunks "
                        "(key TEXT PRIMARY KEY, digest BLOB, size INTEGER, data BLOB, used INTEGER) WITHOUT ROWID"
                    )
                    yield database
                    return
            except sqlite3.OperationalError:  # locked, read-only, full
                break
            except sqlite3.DatabaseError:
                if attempt == 2:
                    break
                self.clear()
            except OSError:
                break
        yield None


def _totals(database: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    yield database.execute("SELECT count(*), coalesce(sum(size), 0) FROM chunks").fetchone()


def _encoded(chunk: Chunk) -> tuple[bytes, bytes]:
    import msgspec

    data = zlib.compress(msgspec.msgpack.encode(chunk), 1)
    return sha256(data).digest(), data


def _decoded(data: bytes, digest: bytes) -> Chunk | None:
    import msgspec

    if sha256(data).digest() != digest:
        return None
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=Chunk)
    except (
        zlib.error,
        msgspec.MsgspecError,
    ):  # written by another version under the same key: cannot be, but is no reason to fail
        return None
