"""Pages that many tests ask for, laid out once for all of them, as a build finds them in its cache."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler


@cache
def shared_scheduler() -> Scheduler:
    """Return a scheduler with the cache of all tests (`tests/conftest.py`).

    A test of the layout itself, or of two layouts that are to be equal, takes one of its own: `Scheduler()`.
    """
    return Scheduler(ChunkCache(Path(os.environ["QEXPORT_CACHE"])))


def copy_shared_cache(folder: Path) -> None:
    """Make a folder with the pages that are in the cache of all tests, for a test that looks at it or changes it.

    Not as files are copied: another process of the tests may be writing.
    """
    folder.mkdir(parents=True)
    with (
        closing(sqlite3.connect(Path(os.environ["QEXPORT_CACHE"], "chunks.sqlite"))) as shared,
        closing(sqlite3.connect(folder / "chunks.sqlite")) as copy,
    ):
        shared.backup(copy)
