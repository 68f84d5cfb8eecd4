"""Lists of a book, such as contents and indexes, which are set line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING

from qexport.common.records import Record
from qexport.layout.chunk import pack_pages, unpack_pages
from qexport.pdf.folio_lists import Folios
from qexport.pdf.list_pages import Columns, Line, make_pages

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile
    from qexport.layout.scheduler import Job, Scheduler


class ListRow(Record, frozen=True):
    """A line of a list; what is above it is set again only where it changes."""

    job: Job
    headings: tuple[Job, ...] = ()
    folios: Sequence[Folios] = ()
    goes_on: bool = False
    """Whether it belongs to the row before, and stays with it."""


class List(Record, frozen=True):
    """A list of the book, set line by line (`qexport.pdf.list_pages`)."""

    frame: Job
    opening: Job
    rows: Sequence[ListRow]
    fit: bool = False
    """Whether it is set tighter if its last page would be nearly empty."""
    columns: Columns | None = None
    """The columns its rows stand in."""

    def jobs(self) -> list[Job]:
        """Return what is to be laid out for it, in the order of its lines."""
        return [self.frame, self.opening, *(job for job, *_ in self._lines())]

    def pages(self, chunks: Iterable[Chunk], fonts: Iterable[FontFile]) -> list[Chunk]:
        """Return its pages; the chunks are those of its jobs, the fonts the theme's."""
        frame, opening, *others = chunks
        lines = [
            Line(chunk, is_heading, folios, goes_on)
            for chunk, (_, is_heading, folios, goes_on) in zip(others, self._lines(), strict=True)
        ]
        return make_pages(frame, opening, lines, fit=self.fit, columns=self.columns, fonts=fonts)

    def key(self, scheduler: Scheduler) -> str:
        """Return a digest of all that shapes its pages."""
        lines = [
            (
                *job.shaped_by,
                is_heading,
                goes_on,
                [(each.pages, each.anchor, each.is_main) for each in folios],
            )
            for job, is_heading, folios, goes_on in self._lines()
        ]
        columns = (self.columns.count, self.columns.step) if self.columns else None
        whole = (scheduler.key(self.frame), scheduler.key(self.opening), lines, self.fit, columns)
        return sha256(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()

    def _lines(self) -> Iterator[tuple[Job, bool, Sequence[Folios], bool]]:
        before: tuple[Job, ...] = ()
        for row in self.rows:
            same = sum(
                1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(before, row.headings, strict=False))
            )
            for heading in row.headings[same:]:
                yield heading, True, (), False
            yield row.job, False, row.folios, row.goes_on
            before = row.headings


class ListPages:
    """The pages of some lists: as they are kept, else set from chunks that are to be laid out first."""

    def __init__(self, lists: Sequence[List], scheduler: Scheduler) -> None:
        self._lists = lists
        self._scheduler = scheduler
        self._kept = scheduler.values("list")
        self._keys = [each.key(scheduler) for each in lists] if self._kept else []
        found = self._kept.load(self._keys) if self._kept else {}
        unpacked = ((key, unpack_pages(data)) for key, data in found.items())
        self._found = {key: pages for key, pages in unpacked if pages is not None}

    def jobs(self) -> list[Job]:
        """Return what is to be laid out for the lists that are not kept."""
        return [
            job
            for number, each in enumerate(self._lists)
            if self._key(number) not in self._found
            for job in each.jobs()
        ]

    def set(self, chunks: Iterator[Chunk]) -> list[list[Chunk]]:
        """Return the pages of each list, and keep those that were not; `chunks` begins with those of the jobs."""
        pages, fresh = [], {}
        for number, each in enumerate(self._lists):
            key = self._key(number)
            found = self._found.get(key)
            if found is None:
                found = each.pages([next(chunks) for _ in each.jobs()], self._scheduler.fonts)
                if self._kept:
                    found = [chunk.whole() for chunk in found]
                    fresh[key] = pack_pages(found)
            pages.append(found)
        if self._kept and fresh:
            self._kept.keep(fresh)
        return pages

    def _key(self, number: int) -> str:
        return self._keys[number] if self._keys else ""
