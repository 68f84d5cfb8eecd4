"""Chunks as they are asked for: from the cache, else laid out, by this process or by several.

    jobs → which are in the cache? → lay out the others → keep them → chunks in the order of the jobs

A job's key is made of what it is laid out *from*, so a chunk that is in the cache costs no template and no
layout engine. What draws it (this program, the engine and its libraries, the fonts) is part of every key.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.chunk import Chunk

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qexport.chunk_cache import ChunkCache
    from qexport.workers import Workers

WORTH_A_POOL = 16
"""Chunks to lay out before processes for it pay: each takes a second to import the layout engine."""

BATCH = 8
"""Chunks a process gets at once."""

KEPT_AT_ONCE = 64
"""Chunks that go into the cache together: a build that is broken off keeps what it had done till then."""


@dataclass(frozen=True, slots=True)
class Job:
    """One chunk that is wanted. The same `parts` and style must mean the same pages."""

    parts: tuple[object, ...]
    """What the pages are made from, as JSON can write it: a template's name, digests, words."""
    html: Callable[[], str]
    css: str
    files: Callable[[], Mapping[str, bytes]] = dict
    """The pictures of the pages, by their URLs."""


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Lays chunks out, or finds them laid out."""

    cache: ChunkCache | None = None
    jobs: int = 1
    """Processes of our own, for the time of `at_work`; 0: one for each core."""
    executor: Executor | None = None
    """Any executor to use instead of them."""
    progress: Callable[[int, int], None] = field(default=lambda _done, _total: None)
    """Told how many chunks are there, of how many."""
    workers: Workers | None = None

    @contextmanager
    def at_work(self) -> Iterator[Typesetter]:
        """Give a typesetter whose processes, once it has started some, stay until the end of the block."""
        limit = self.jobs or _cores()
        if self.executor or limit == 1:
            yield self
            return
        from qexport.workers import Workers

        with Workers(limit) as workers:
            yield replace(self, workers=workers)

    def chunk(self, job: Job) -> Chunk:
        """Return one chunk."""
        return self.chunks([job])[0]

    def chunks(self, jobs: Sequence[Job]) -> list[Chunk]:
        """Return the chunks of these jobs, in their order."""
        keys = [_key(job) for job in jobs]
        wanted = dict(zip(keys, jobs, strict=True))
        found = self.cache.load(wanted) if self.cache else {}
        missing = [key for key in wanted if key not in found]
        fresh: dict[str, Chunk] = {}
        for key, chunk in zip(missing, self._laid_out([wanted[key] for key in missing]), strict=True):
            found[key] = fresh[key] = chunk
            if len(fresh) == KEPT_AT_ONCE:
                self._keep(fresh)
                fresh = {}
            self.progress(len(found), len(wanted))
        self._keep(fresh)
        return [found[key] for key in keys]

    def _keep(self, chunks: Mapping[str, Chunk]) -> None:
        if self.cache and chunks:
            self.cache.keep(chunks)

    def _laid_out(self, jobs: Sequence[Job]) -> Iterator[Chunk]:
        sheets = ((job.html(), job.css, job.files()) for job in jobs)
        if self.executor:
            return self.executor.map(_lay_out, sheets, chunksize=BATCH)
        if self.workers and (self.workers.running or len(jobs) >= WORTH_A_POOL):
            size = max(1, min(BATCH, len(jobs) // self.workers.limit))
            return self.workers.map(_lay_out, sheets, chunksize=size)
        return map(_lay_out, sheets)


def _lay_out(sheet: tuple[str, str, Mapping[str, bytes]]) -> Chunk:
    from qexport.pdf import lay_out  # takes half a second, which a chunk from the cache need not wait for

    return lay_out(*sheet)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def _key(job: Job) -> str:
    words = json.dumps([_what_draws(), sha256(job.css.encode()).hexdigest(), job.parts], ensure_ascii=False)
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _what_draws() -> str:
    """Return a digest of this program, of the engine and its libraries, and of the fonts."""
    from qexport.fonts import bundled

    digest = sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for package in ("weasyprint", "pydyf", "pyphen", "tinycss2", "cssselect2", "tinyhtml5", "pillow"):
        digest.update(f"{package} {version(package)}\n".encode())
    digest.update("\n".join([*bundled(), *libraries()]).encode())
    return digest.hexdigest()


def libraries() -> list[str]:
    """Return the versions of Pango and HarfBuzz, which decide where a glyph stands."""
    versions = []
    for names, function in (
        (("libpango-1.0.so.0", "libpango-1.0.dylib"), "pango_version_string"),
        (("libharfbuzz.so.0", "libharfbuzz.0.dylib"), "hb_version_string"),
    ):
        for name in names:
            try:
                said = ctypes.CDLL(name)[function]
            except (OSError, AttributeError):
                continue
            said.restype = ctypes.c_char_p
            versions.append(f"{function} {said().decode()}")
            break
    return versions
