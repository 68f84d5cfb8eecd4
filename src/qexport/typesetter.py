"""Chunks as they are asked for: from the cache, else laid out, by this process or by several.

    jobs → which are in the cache? → lay out the others → keep them → chunks in the order of the jobs

A job's key is made of what it is laid out *from*, so a chunk that is in the cache costs no template and no layout
engine. What draws it (this program, the engine and its libraries, the fonts) is part of every key.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from qexport.chunk import Chunk
from qexport.chunk_cache import ChunkCache

WORTH_A_POOL = 16
"""Chunks to lay out before starting processes for it pays: each takes a second to import the layout engine."""

BATCH = 8
"""Chunks a process gets at once."""


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
    """Processes; 0: one for each core."""
    executor: Executor | None = None
    """Any executor to use instead of processes of our own."""
    progress: Callable[[int, int], None] = field(default=lambda _done, _total: None)
    """Told how many chunks are there, of how many."""

    def chunk(self, job: Job) -> Chunk:
        """Return one chunk."""
        return self.chunks([job])[0]

    def chunks(self, jobs: Sequence[Job]) -> list[Chunk]:
        """Return the chunks of these jobs, in their order."""
        keys = [_key(job) for job in jobs]
        found = self.cache.load(keys) if self.cache else {}
        missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in found}
        if missing:
            laid_out = dict(
                zip(missing, self._lay_out(list(missing.values()), len(found), len(keys)), strict=True)
            )
            if self.cache:
                self.cache.keep(laid_out)
            found |= laid_out
        return [found[key] for key in keys]

    def _lay_out(self, jobs: Sequence[Job], done: int, total: int) -> list[Chunk]:
        chunks: list[Chunk] = []
        with self._workers(len(jobs)) as workers:
            sheets = ((job.html(), job.css, job.files()) for job in jobs)
            laid_out: Iterable[Chunk] = (
                map(_lay_out, sheets) if workers is None else workers.map(_lay_out, sheets, chunksize=BATCH)
            )
            for chunk in laid_out:
                chunks.append(chunk)
                self.progress(done + len(chunks), total)
        return chunks

    def _workers(self, count: int) -> AbstractContextManager[Executor | None]:
        processes = min(self.jobs or _cores(), -(-count // BATCH))
        if self.executor is not None or processes < 2 or count < WORTH_A_POOL:
            return nullcontext(self.executor)
        return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_warm_up)


def _lay_out(sheet: tuple[str, str, Mapping[str, bytes]]) -> Chunk:
    from qexport.pdf import lay_out  # takes half a second, which a chunk from the cache need not wait for

    return lay_out(*sheet)


def _warm_up() -> None:
    import signal

    from qexport.pdf import warm_up

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    warm_up()


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
    digest.update("\n".join([*bundled(), *_libraries()]).encode())
    return digest.hexdigest()


def _libraries() -> list[str]:
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
