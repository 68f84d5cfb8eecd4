"""Pages that many tests ask for, laid out once for all tests of a process, as a build finds them in its cache."""

from __future__ import annotations

import os
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
