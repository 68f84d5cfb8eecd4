"""Lists set line by line: strips, each laid out alone, put on pages.

    an opening, headings, rows: strips → where each stands → pages: chunks as any others

What a list says depends on what was selected, but its lines do not: each is laid out once, for every list and every
filter it is ever in. Only an empty page with its running heads (the *frame*) and the opening are of the list itself.
Here strips are stacked as a layout engine would: the larger of two margins stands between two of them, none at the
top of a page; headings stay with what follows. A list of folios, as an index has them, is set here, too: it is known
only when the pages of a book are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain, groupby

from qexport.common.records import Record
from qexport.layout.chunk import (
    POINTS_PER_PIXEL,
    Chunk,
    PageContent,
)
from qexport.layout.fonts import FontFile, collect_fonts
from qexport.pdf.folio_lists import Folios
from qexport.pdf.list_sheets import ListSheet, StripBlock, read_strip, set_apart

BELOW_A_HEADING = 3
"""Rows that stay with a heading, at least; a row may be one line."""

TOGETHER = 2
"""Rows of a run that a page begins with, at least."""

NEARLY_EMPTY = 0.2
"""Of a page: what a list is set tighter for, if that saves it."""

TIGHT = 0.5
"""Of the space between strips, then."""


class Line(Record, frozen=True):
    """A strip of a list."""

    chunk: Chunk
    is_heading: bool = False
    folios: Sequence[Folios] = ()
    goes_on: bool = False
    """Whether it belongs to the line before, and stays with it."""


_PlacedStrips = list[tuple[StripBlock, float, float]]
"""Strips, each with the place of its upper left corner: x and y in CSS pixels from those of the text."""


class Columns(Record, frozen=True):
    """How a list stands in columns below its opening; its strips are as wide as one."""

    count: int
    step: float
    """From the left edge of one to that of the next, in CSS pixels; below 0 where they go from right to left."""


def make_pages(
    frame: Chunk,
    opening: Chunk,
    lines: Sequence[Line],
    *,
    fit: bool = False,
    columns: Columns | None = None,
    fonts: Iterable[FontFile] = (),
) -> list[Chunk]:
    """Return the pages of a list.

    A line of more than a page was laid out on pages of its own, and has them.

    Args:
        frame: An empty page with its running heads.
        opening: What the list begins with.
        lines: Its lines, in their order.
        fit: Set it tighter if that saves a last page that is nearly empty.
        columns: Set the lines in columns, those of the last page level.
        fonts: The theme's, beside the bundled ones.
    """
    if columns:
        return _make_columns(frame, opening, lines, columns, collect_fonts(fonts))
    groups = list(_group_lines([Line(opening, is_heading=True), *lines], collect_fonts(fonts)))
    found = _fill_pages(groups, frame.page_height)
    if fit and len(found) > 1 and _measure_height(found[-1]) < NEARLY_EMPTY * frame.page_height:
        tight = _fill_pages(groups, frame.page_height, TIGHT)
        found = tight if len(tight) < len(found) else found
    return [page if isinstance(page, Chunk) else _make_list_page(frame, page) for page in found]


def _make_columns(
    frame: Chunk, opening: Chunk, lines: Sequence[Line], columns: Columns, fonts: Mapping[str, FontFile]
) -> list[Chunk]:
    """Return the pages of a list in columns."""
    page = _stack([], [_set_line(Line(opening), fonts)], 1, is_first=True) or []
    rest = list(_group_lines(lines, fonts))
    pages: list[Chunk] = []
    while rest or not pages:
        top = _measure_height(page) + page[-1][0].strip.after if page else 0.0
        room = frame.page_height - top
        found = _fill_pages(rest, room, in_columns=True)
        if len(found) <= columns.count:
            found = _level_columns(rest, room, columns.count)
        for number, column in enumerate(found[: columns.count]):
            if not isinstance(column, Chunk):
                page += [(block, number * columns.step, top + y) for block, _, y in column]
        pages.append(_make_list_page(frame, page))
        pages += [column for column in found[: columns.count] if isinstance(column, Chunk)]
        taken = sum(1 if isinstance(column, Chunk) else len(column) for column in found[: columns.count])
        rest = _drop_first_blocks(rest, taken)
        page = []
    return pages


def _level_columns(
    groups: Sequence[list[StripBlock | Chunk]], height: float, count: int
) -> list[_PlacedStrips | Chunk]:
    """Return columns as low as can be: halving finds the least height in which they are so many."""
    least, most = 0.0, height
    while most - least > 1:
        tried = (least + most) / 2
        found = _fill_pages(groups, tried, in_columns=True)
        if len(found) <= count and all(_measure_height(column) <= tried + 0.01 for column in found):
            most = tried
        else:
            least = tried
    return _fill_pages(groups, most, in_columns=True)


def _drop_first_blocks(
    groups: Iterable[list[StripBlock | Chunk]], count: int
) -> list[list[StripBlock | Chunk]]:
    """Return groups without their first blocks."""
    left = []
    for group in groups:
        if rest := group[count:]:
            left.append(rest)
        count = max(0, count - len(group))
    return left


# --- where strips stand ------------------------------------------------------------------------------------------


def _group_lines(lines: Sequence[Line], fonts: Mapping[str, FontFile]) -> Iterator[list[StripBlock | Chunk]]:
    """Yield what is not to be parted: headings with the first rows below them, the last rows of a run."""
    waiting: list[StripBlock | Chunk] = []
    for is_heading, same in groupby(lines, key=lambda line: line.is_heading):
        if is_heading:
            waiting += [_set_line(line, fonts) for line in same]
            continue
        rows: list[list[StripBlock | Chunk]] = []
        for line in same:
            if line.goes_on and rows:
                rows[-1].append(_set_line(line, fonts))
            else:
                rows.append([_set_line(line, fonts)])
        first = BELOW_A_HEADING if len(rows) >= BELOW_A_HEADING + TOGETHER else len(rows)
        yield [*waiting, *chain.from_iterable(rows[:first])]
        waiting = []
        rest = rows[first:]
        yield from rest[:-TOGETHER]
        if rest:
            yield list(chain.from_iterable(rest[-TOGETHER:]))
    if waiting:
        yield waiting


def _fill_pages(
    groups: Sequence[list[StripBlock | Chunk]],
    height: float,
    tightness: float = 1,
    *,
    in_columns: bool = False,
) -> list[_PlacedStrips | Chunk]:
    """Return strips on pages, or in columns, which all begin at the same height."""
    pages: list[_PlacedStrips | Chunk] = []
    page: _PlacedStrips = []
    for group in groups:
        for unit in _split_group(group, height):
            stood = _stack(page, unit, tightness, is_first=not pages and not in_columns)
            if stood is None or (page and _measure_height(stood) > height + 0.01):
                pages += [page] if page else []
                stood = _stack([], unit, tightness, is_first=not pages and not in_columns)
            if stood is None:  # pages of its own
                pages += [each for each in unit if isinstance(each, Chunk)]
                page = []
            else:
                page = stood
    return [*pages, page] if page else pages


def _split_group(group: list[StripBlock | Chunk], height: float) -> list[list[StripBlock | Chunk]]:
    """Return the group as it is; if it is more than a page, all but its last rows; and at last each by itself."""
    for count in range(len(group), 0, -1):
        stood = _stack([], group[:count], 1, is_first=True)
        if stood is not None and _measure_height(stood) <= height:
            return [group[:count], *([block] for block in group[count:])]
    return [[block] for block in group]


def _stack(
    page: _PlacedStrips, unit: list[StripBlock | Chunk], tightness: float, *, is_first: bool
) -> _PlacedStrips | None:
    """Return a page with some more strips on it; None for what is no strip."""
    stood = list(page)
    for block in unit:
        if isinstance(block, Chunk):
            return None
        if stood:
            above = stood[-1][0].strip.after
            y = _measure_height(stood) + tightness * max(above, block.strip.before)
        else:
            y = block.strip.before if is_first else 0
        stood.append((block, 0.0, y))
    return stood


def _measure_height(page: _PlacedStrips | Chunk) -> float:
    if isinstance(page, Chunk):
        return page.page_height
    block, _, y = page[-1]
    return y + block.height


# --- lists of folios ---------------------------------------------------------------------------------------------


def _set_line(line: Line, fonts: Mapping[str, FontFile]) -> StripBlock | Chunk:
    strip = line.chunk.strip
    if strip is None:
        return line.chunk
    if not line.folios:
        return StripBlock(line.chunk, strip, strip.height)
    slot, _, placed = set_apart(read_strip(line.chunk), line.folios, fonts)
    *_, (_, _, last) = placed
    return StripBlock(line.chunk, strip, strip.height + last - slot.y, line.folios, fonts)


# --- pages -------------------------------------------------------------------------------------------------------


class ListPage(Chunk, frozen=True):
    """A page of a list, which is put together when it is looked at: in memory it is no more than its strips."""

    frame: Chunk | None = None
    placed: tuple[tuple[StripBlock, float, float], ...] = ()

    @property
    def content(self) -> PageContent:
        """What it shows, put together again."""
        return ListSheet(self.frame, self.placed).content() if self.frame else PageContent((), (), (), (), ())

    def whole(self) -> Chunk:
        """Return it put together, as it is kept."""
        values = {each.name: getattr(self, each.name) for each in fields(Chunk)}
        return Chunk(**{**values, "packed": self.content.pack()})


def _make_list_page(frame: Chunk, page: _PlacedStrips) -> ListPage:
    anchors, missing = [], set(frame.missing)
    for block, x, y in page:
        down = frame.top + y - block.strip.top
        anchors += [
            (name, 0, left + POINTS_PER_PIXEL * x, up - POINTS_PER_PIXEL * down)
            for name, _, left, up in block.chunk.anchors
        ]
        missing.update(block.chunk.missing)
    return ListPage(
        page_width=frame.page_width,
        mirror=frame.mirror,
        pages=frame.pages,
        anchors=tuple(anchors),
        packed=b"",
        missing=tuple(sorted(missing)),
        room=frame.page_height - max((y + block.height for block, _, y in page), default=0.0),
        page_height=frame.page_height,
        top=frame.top,
        frame=frame,
        placed=tuple(page),
    )
