"""Lists of a book, such as contents and indexes, which are set line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from qexport.pdf.folio_lists import Folios
from qexport.pdf.list_pages import Columns, Line, make_pages

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile
    from qexport.layout.scheduler import Job


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; what is above it is set again only where it changes."""

    job: Job
    headings: tuple[Job, ...] = ()
    folios: Sequence[Folios] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list of the book, set line by line (`qexport.pdf.list_pages`)."""

    frame: Job
    opening: Job
    rows: Sequence[Row]
    fit: bool = False
    """Whether it is set tighter if its last page would be nearly empty."""
    columns: Columns | None = None
    """The columns its rows stand in."""

    def jobs(self) -> list[Job]:
        """Return what is to be laid out for it, in the order of its lines."""
        return [self.frame, self.opening, *(job for job, _, _ in self._lines())]

    def pages(self, chunks: Iterable[Chunk], fonts: Iterable[FontFile]) -> list[Chunk]:
        """Return its pages; the chunks are those of its jobs, the fonts the theme's."""
        frame, opening, *others = chunks
        lines = [
            Line(chunk, is_heading, folios)
            for chunk, (_, is_heading, folios) in zip(others, self._lines(), strict=True)
        ]
        return make_pages(frame, opening, lines, fit=self.fit, columns=self.columns, fonts=fonts)

    def _lines(self) -> Iterator[tuple[Job, bool, Sequence[Folios]]]:
        before: tuple[Job, ...] = ()
        for row in self.rows:
            same = sum(
                1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(before, row.headings, strict=False))
            )
            for heading in row.headings[same:]:
                yield heading, True, ()
            yield row.job, False, row.folios
            before = row.headings
