"""Chunks as they are asked for: from the cache, else laid out, by this process or by several.

    jobs → which are in the cache? → lay out the others → keep them → chunks in the order of the jobs

A job's key is made of what it is laid out *from*, so a chunk that is in the cache costs no template and no
layout engine. What draws it (this program, the engine and its libraries, the fonts) is part of every key.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport.common.errors import LimitExceeded
from qexport.common.limits import USUAL
from qexport.common.records import Record
from qexport.layout.chunk import Chunk
from qexport.layout.fonts import FontFile
from qexport.layout.units import LayoutInput, digest_what_draws, lay_out_unit, warm_up_engine

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qexport.common.memory import Memory
    from qexport.layout.cache import ChunkCache
    from qexport.layout.cluster import Cluster
    from qexport.layout.remembered_cache import RememberedCache
    from qexport.layout.workers import Workers

WORTH_A_POOL = 10
"""Things to lay out before processes for them pay: they are there a little later than this one would have begun, and a
book has some things beside its questions, of which most are small."""

BATCH_CHUNKS = 8
"""Chunks a process gets at once. Of strips, which are more in one document, it gets one: eight were 10 MB of it."""

WORTH_A_FILE = 200
"""Chunks whose contents are put into a file until they are linked: 2 MB."""

KEPT_AT_ONCE = 64
"""Chunks that go into the cache together: a build that is broken off keeps what it had done till then."""

REHEARSAL_SECONDS = 3
"""What the layout of a sample may take; its pages are not used."""

STRIPS_AT_ONCE = 200
"""Strips that are laid out as one document, which shares what a document costs beside its text."""


class Job(Record, frozen=True, dict=True):
    """One chunk that is wanted. The same `parts` and style must mean the same pages."""

    parts: tuple[object, ...]
    """What the pages are made from, as JSON can write it: a template's name, digests, words."""
    html: Callable[[], str]
    css: str
    files: Callable[[], Mapping[str, bytes]] = dict
    """The pictures of the pages, by their URLs."""
    strips: str = ""
    """For a strip: a word that those share that can be laid out with it."""

    @cached_property
    def digest(self) -> str:
        """A digest of all that shapes its pages, but for what draws them; a line of a list is asked several times."""
        words = json.dumps(self.shaped_by, ensure_ascii=False)
        return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def shaped_by(self) -> tuple[str, tuple[object, ...]]:
        """All that shapes its pages, but for what draws them."""
        return _digest_css(self.css), self.parts


class Scheduler(Record, frozen=True):
    """Lays chunks out, or finds them laid out."""

    cache: ChunkCache | RememberedCache | None = None
    jobs: int = 1
    """Processes of our own, for the time of `at_work`; 0: one for each core."""
    executor: Executor | None = None
    """Any executor to use instead of them."""
    progress: Callable[[int, int], None] = lambda _done, _total: None
    """Told how many chunks are there, of how many."""
    workers: Workers | None = None
    address: str = ""
    """Of a Dask scheduler, whose workers are used for the time of `at_work`; empty: none."""
    cluster: Cluster | None = None
    seconds: int = USUAL.layout_seconds
    """What one chunk may take."""
    fonts: tuple[FontFile, ...] = ()
    """The theme's, beside the bundled ones."""
    memory: Memory | None = None
    """Of a process that builds again and again."""

    def remembering(self) -> Scheduler:
        """Return a scheduler for a process that builds again and again, which remembers its last build."""
        from qexport.common.memory import Memory
        from qexport.layout.cache import ChunkCache
        from qexport.layout.remembered_cache import RememberedCache

        memory = Memory()
        cache = RememberedCache(self.cache, memory) if isinstance(self.cache, ChunkCache) else self.cache
        return replace(self, memory=memory, cache=cache)

    def settle(self) -> None:
        """End a build: what is new is written into the cache, and what was not of use is forgotten."""
        from qexport.layout.remembered_cache import RememberedCache

        if isinstance(self.cache, RememberedCache):
            self.cache.write()
        if self.memory:
            self.memory.turn()

    @contextmanager
    def at_work(self) -> Iterator[Scheduler]:
        """Give a scheduler whose processes, once it has started some, stay until the end of the block.

        The file of the cache stays open too, but not of a process that builds again and again.
        """
        from qexport.layout.cache import ChunkCache

        with (
            self.cache.held() if isinstance(self.cache, ChunkCache) else nullcontext(),
            self._hiring() as at_work,
        ):
            yield at_work

    @contextmanager
    def _hiring(self) -> Iterator[Scheduler]:
        """Give a scheduler with processes, or with a cluster's."""
        limit = self.jobs or _cores()
        if self.executor or self.workers or self.cluster or (limit == 1 and not self.address):
            yield self
            return
        if self.address:
            from qexport.layout.cluster import Cluster

            with Cluster(self.address) as cluster:
                yield replace(self, cluster=cluster)
            return
        from qexport.layout.workers import Workers

        with Workers(limit, warm_up_engine) as workers:
            yield replace(self, workers=workers)

    def expect(self) -> None:
        """Announce chunks: if one is not in the cache, start at once what lays it out.

        That is where the cache has nothing this program has laid out. Else it shows when the jobs are there.
        """
        if self.workers and not (self.cache and self.cache.has_any(digest_what_draws())):
            self.workers.start()

    def rest(self) -> None:
        """Let processes go before what takes memory here; more chunks would start others."""
        if self.workers:
            self.workers.end()

    def key(self, job: Job) -> str:
        """Return what a chunk is kept under: a digest of all that shapes it."""
        return f"{digest_what_draws()}{_digest_fonts(self.fonts)}{job.digest}"

    def absent(self, jobs: Iterable[Job]) -> list[Job]:
        """Return the jobs whose chunks are not in the cache; all of them without one."""
        keys = {self.key(job): job for job in jobs}
        return [keys[key] for key in (self.cache.absent(keys) if self.cache else keys)]

    def values(self, kind: str) -> KeptValues | None:
        """Return where values of a kind are kept that this program makes; None without a cache.

        Their names must mean the same as long as the program and its libraries are the same.
        """
        return KeptValues(self.cache, f"{digest_what_draws()}{kind}-") if self.cache else None

    def chunk(self, job: Job) -> Chunk:
        """Return one chunk."""
        return self.chunks([job])[0]

    def chunks(self, jobs: Sequence[Job]) -> list[Chunk]:
        """Return the chunks of these jobs, in their order."""
        keys = [self.key(job) for job in jobs]
        wanted = dict(zip(keys, jobs, strict=True))
        store = self._begin_file(len(wanted))
        found = self.cache.load(wanted, store) if self.cache else {}
        units = list(_group_units({key: job for key, job in wanted.items() if key not in found}))
        fresh: dict[str, Chunk] = {}
        laid_out = self._laid_out([[wanted[key] for key in unit] for unit in units])
        for unit, chunks in zip(units, laid_out, strict=True):
            laid = dict(zip(unit, chunks, strict=True))
            found.update((key, store(chunk)) for key, chunk in laid.items())
            fresh.update(laid)
            if len(fresh) >= KEPT_AT_ONCE:
                self._keep(fresh)
                fresh = {}
            self.progress(len(found), len(wanted))
        self._keep(fresh)
        return [found[key] for key in keys]

    def _begin_file(self, count: int) -> Callable[[Chunk], Chunk]:
        """Return what puts the contents of so many chunks into a file beside the cache, if they are those of a book."""
        if self.cache and not self.memory and count >= WORTH_A_FILE:
            from qexport.layout.chunk_file import ChunkFile

            with suppress(OSError):
                return ChunkFile(self.cache.path.parent).store
        return lambda chunk: chunk

    def _keep(self, chunks: Mapping[str, Chunk]) -> None:
        if self.cache and chunks:
            self.cache.keep(chunks)

    def _laid_out(self, units: Sequence[Sequence[Job]]) -> Iterator[list[Chunk]]:
        sheets: Iterable[list[LayoutInput]] = map(_make_sheet, units)
        lay_out = partial(_in_time, self.seconds, partial(lay_out_unit, self.fonts))
        if self.cluster and units:
            return self.cluster.lay_out(sheets, fonts=self.fonts, seconds=self.seconds)
        if self.executor:
            return self.executor.map(
                lay_out, list(sheets), chunksize=BATCH_CHUNKS
            )  # Dask's wants to know how many
        workers = self.workers
        if workers and (workers.running or len(units) >= WORTH_A_POOL) and workers.start():
            if not workers.hired:
                workers.rehearse = partial(_rehearse, self.fonts, _choose_samples(units))
            return workers.map(lay_out, sheets, chunksize=BATCH_CHUNKS, weights=list(map(len, units)))
        return map(lay_out, sheets)


class KeptValues(Record, frozen=True):
    """Values of one kind in a cache."""

    cache: ChunkCache | RememberedCache
    prefix: str

    def load(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what is kept under these names."""
        found = self.cache.load_bytes(self.prefix + name for name in names)
        return {key.removeprefix(self.prefix): data for key, data in found.items()}

    def keep(self, values: Mapping[str, bytes]) -> None:
        """Keep values under their names."""
        self.cache.keep_bytes({self.prefix + name: data for name, data in values.items()})


def _group_units(jobs: Mapping[str, Job]) -> Iterator[list[str]]:
    """Yield the keys of what is laid out at once: strips, which take longest and so come first, then chunks."""
    strips: dict[tuple[str, str], list[str]] = {}
    for key, job in jobs.items():
        if job.strips:
            strips.setdefault((job.strips, job.css), []).append(key)
    for keys in strips.values():
        yield from (keys[start : start + STRIPS_AT_ONCE] for start in range(0, len(keys), STRIPS_AT_ONCE))
    yield from ([key] for key, job in jobs.items() if not job.strips)


def _make_sheet(unit: Sequence[Job]) -> list[LayoutInput]:
    return [(job.html(), job.css, job.files()) for job in unit]


def _choose_samples(units: Sequence[Sequence[Job]]) -> list[list[LayoutInput]]:
    """Return the chunk in the middle, which of a book is a question, and two of the first strips."""
    chunks = [unit for unit in units if not unit[0].strips]
    strips = [unit[:2] for unit in units if unit[0].strips]
    return [_make_sheet(unit) for unit in (*chunks[len(chunks) // 2 :][:1], *strips[:1])]


def _rehearse(fonts: tuple[FontFile, ...], samples: Iterable[list[LayoutInput]]) -> None:
    """Lay out samples for what the engine then remembers of them."""
    for unit in samples:
        _in_time(REHEARSAL_SECONDS, partial(lay_out_unit, fonts), unit)


def _in_time(
    seconds: int,
    lay_out: Callable[[list[LayoutInput]], list[Chunk]],
    unit: list[LayoutInput],
) -> list[Chunk]:
    """Lay out, or end where it takes too long. Only a main thread gets signals: another takes what it takes."""
    try:
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            return _limit_time(seconds, lay_out, unit)
        return lay_out(unit)
    except RecursionError as error:
        message = "layout of a question, or a list, goes too deep"
        raise LimitExceeded(message, hint="see whether the theme's CSS nests too much") from error


AGAIN = 0.5
"""Seconds until layout is reminded that its time is over: the exception is lost where it meets a destructor."""


def _limit_time(
    seconds: int, lay_out: Callable[[list[LayoutInput]], list[Chunk]], unit: list[LayoutInput]
) -> list[Chunk]:
    limits = replace(USUAL, layout_seconds=seconds)
    message = f"layout of a question, or a list, takes more than {limits.show('layout-seconds')}"
    late = limits.make_error("layout-seconds", message, "see whether the theme's CSS asks too much")
    ended = []

    def end(_number: int, _frame: object) -> None:
        ended.append(late)
        raise late

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        laid_out = lay_out(unit)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if ended:  # and lost where the engine goes on after any error: what it was drawing then is not whole
        raise late
    return laid_out


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


@lru_cache(maxsize=16)
def _digest_fonts(fonts: tuple[FontFile, ...]) -> str:
    """Return a digest of a theme's fonts; empty without any."""
    return sha256("".join(file.digest for file in fonts).encode()).hexdigest() if fonts else ""


@lru_cache(maxsize=16)
def _digest_css(css: str) -> str:
    return sha256(css.encode()).hexdigest()
