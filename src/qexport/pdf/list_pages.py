"""Lists set line by line: strips, each laid out alone, put on pages.

    an opening, headings, rows: strips → where each stands → pages: chunks as any others

What a list says depends on what was selected, but its lines do not: each is laid out once, for every list and every
filter it is ever in. Only an empty page with its running heads (the *frame*) and the opening are of the list itself.
Here strips are stacked as a layout engine would: the larger of two margins stands between two of them, none at the
top of a page; headings stay with what follows. A list of folios, as an index has them, is set here, too: it is known
only when the pages of a book are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from itertools import chain, groupby

from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.layout.chunk import (
    BETWEEN,
    COMPRESSION,
    POINTS_PER_PIXEL,
    Chunk,
    PageContent,
    Strip,
    mark,
    replace_marks,
)
from qexport.layout.fonts import FontFile, collect
from qexport.pdf.folio_lists import Folios, place_folios, set_folios
from qexport.pdf.font_file import open_face

STRIPS_SLOT = "qx-strips"
"""Name of the slot in a frame where strips go."""

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


class _Block(Record, frozen=True):
    """A strip with its list of folios set."""

    chunk: Chunk
    strip: Strip
    height: float
    content: PageContent | None = None
    """Where that is not what the chunk has."""


_PlacedStrips = list[tuple[_Block, float, float]]
"""Strips, each with the place of its upper left corner: x and y in CSS pixels from those of the text."""


class Columns(Record, frozen=True):
    """How a list stands in columns below its opening; its strips are as wide as one."""

    count: int
    step: float
    """From the left edge of one to that of the next, in CSS pixels."""


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
        return _make_columns(frame, opening, lines, columns, collect(fonts))
    groups = list(_group_lines([Line(opening, is_heading=True), *lines], collect(fonts)))
    found = _paged(groups, frame.page_height)
    if fit and len(found) > 1 and _measure_height(found[-1]) < NEARLY_EMPTY * frame.page_height:
        tight = _paged(groups, frame.page_height, TIGHT)
        found = tight if len(tight) < len(found) else found
    return [page if isinstance(page, Chunk) else _make_list_page(frame, page) for page in found]


def _make_columns(
    frame: Chunk, opening: Chunk, lines: Sequence[Line], columns: Columns, fonts: Mapping[str, FontFile]
) -> list[Chunk]:
    """Return the pages of a list in columns."""
    page = _stacked([], [_set_line(Line(opening), fonts)], 1, is_first=True) or []
    rest = list(_group_lines(lines, fonts))
    pages: list[Chunk] = []
    while rest or not pages:
        top = _measure_height(page) + page[-1][0].strip.after if page else 0.0
        room = frame.page_height - top
        found = _paged(rest, room, in_columns=True)
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
    groups: Sequence[list[_Block | Chunk]], height: float, count: int
) -> list[_PlacedStrips | Chunk]:
    """Return columns as low as can be: halving finds the least height in which they are so many."""
    least, most = 0.0, height
    while most - least > 1:
        tried = (least + most) / 2
        found = _paged(groups, tried, in_columns=True)
        if len(found) <= count and all(_measure_height(column) <= tried + 0.01 for column in found):
            most = tried
        else:
            least = tried
    return _paged(groups, most, in_columns=True)


def _drop_first_blocks(groups: Iterable[list[_Block | Chunk]], count: int) -> list[list[_Block | Chunk]]:
    """Return groups without their first blocks."""
    left = []
    for group in groups:
        if rest := group[count:]:
            left.append(rest)
        count = max(0, count - len(group))
    return left


# --- where strips stand ------------------------------------------------------------------------------------------


def _group_lines(lines: Sequence[Line], fonts: Mapping[str, FontFile]) -> Iterator[list[_Block | Chunk]]:
    """Yield what is not to be parted: headings with the first rows below them, the last rows of a run."""
    waiting: list[_Block | Chunk] = []
    for is_heading, same in groupby(lines, key=lambda line: line.is_heading):
        if is_heading:
            waiting += [_set_line(line, fonts) for line in same]
            continue
        rows: list[list[_Block | Chunk]] = []
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


def _paged(
    groups: Sequence[list[_Block | Chunk]], height: float, tightness: float = 1, *, in_columns: bool = False
) -> list[_PlacedStrips | Chunk]:
    """Return strips on pages, or in columns, which all begin at the same height."""
    pages: list[_PlacedStrips | Chunk] = []
    page: _PlacedStrips = []
    for group in groups:
        for unit in _split_group(group, height):
            stood = _stacked(page, unit, tightness, is_first=not pages and not in_columns)
            if stood is None or (page and _measure_height(stood) > height + 0.01):
                pages += [page] if page else []
                stood = _stacked([], unit, tightness, is_first=not pages and not in_columns)
            if stood is None:  # pages of its own
                pages += [each for each in unit if isinstance(each, Chunk)]
                page = []
            else:
                page = stood
    return [*pages, page] if page else pages


def _split_group(group: list[_Block | Chunk], height: float) -> list[list[_Block | Chunk]]:
    """Return the group as it is; if it is more than a page, all but its last rows; and at last each by itself."""
    for count in range(len(group), 0, -1):
        stood = _stacked([], group[:count], 1, is_first=True)
        if stood is not None and _measure_height(stood) <= height:
            return [group[:count], *([block] for block in group[count:])]
    return [[block] for block in group]


def _stacked(
    page: _PlacedStrips, unit: list[_Block | Chunk], tightness: float, *, is_first: bool
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


def _set_line(line: Line, fonts: Mapping[str, FontFile]) -> _Block | Chunk:
    strip = line.chunk.strip
    if strip is None:
        return line.chunk
    if not line.folios:
        return _Block(line.chunk, strip, strip.height)
    content = _fill_strip(line.chunk)
    slot = next(slot for slot in content.slots if slot.lines)
    face = open_face(fonts[next(use.file for use in content.fonts if use.key == slot.font)])
    placed = list(place_folios(slot, face, line.folios))
    below = placed[-1][2] - slot.y
    return _Block(line.chunk, strip, strip.height + below, set_folios(content, strip, slot, face, placed))


# --- pages -------------------------------------------------------------------------------------------------------


class ListPage(Chunk, frozen=True):
    """A page of a list, which is put together when it is looked at: in memory it is no more than its strips."""

    frame: Chunk | None = None
    placed: tuple[tuple[_Block, float, float], ...] = ()

    @property
    def content(self) -> PageContent:
        """What it shows, put together again."""
        return _Sheet(self.frame, self.placed).content() if self.frame else PageContent((), (), (), (), ())

    def whole(self) -> Chunk:
        """Return it put together, as it is kept."""
        values = {each.name: getattr(self, each.name) for each in fields(Chunk)}
        return Chunk(**{**values, "packed": self.content.packed()})


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


@lru_cache(1024)
def _fill_strip(chunk: Chunk) -> PageContent:
    """Return what a strip shows: a row is in three lists."""
    return chunk.content


class _Sheet:
    """One page of a list being put together."""

    def __init__(self, frame: Chunk, page: Sequence[tuple[_Block, float, float]]) -> None:
        content = _fill_strip(frame)
        self.frame = frame
        self.page = page
        self.place = next(slot for slot in content.slots if slot.anchor == STRIPS_SLOT)
        self.sheet = frame.pages[0]
        self.objects = list(content.objects)
        self.parents: list[int | None] = [None] * len(content.parents[0])
        self.slots = [slot for slot in content.slots if slot is not self.place]
        self.lates = max(slot.late for slot in content.slots) + 1
        self.fonts = dict.fromkeys(content.fonts)
        self.elements: list[int] = []
        self.annotations: list[tuple[int, int]] = []
        self.resources: dict[tuple[str, bytes], bytes] = {}
        self.list: int | None = None
        """The list that is going on, an object."""
        self.items: list[int] = []
        self.streams: list[bytes] = []
        self.drawn: list[bytes] = []

    def content(self) -> PageContent:
        for block, x, y in self.page:
            self._put(block, x, self.frame.top + y - block.strip.top)
        self._end_list()
        self._end_stream()
        self._finish_page()
        return PageContent(
            objects=tuple(self.objects),
            elements=tuple(self.elements),
            parents=(tuple(self.parents),),
            annotations=tuple(self.annotations),
            fonts=tuple(self.fonts),
            slots=tuple(self.slots),
        )

    def _put(self, block: _Block, right: float, down: float) -> None:
        """Put a strip on the page, so many CSS pixels to the right of and below where it was laid out."""
        content = block.content or _fill_strip(block.chunk)
        if not block.strip.is_item:
            self._end_list()
        elif self.list is None:
            self.list = len(self.objects)
            self.elements.append(self.list)
            self.objects.append((b"", b""))
        first, first_mcid, first_late = len(self.objects), len(self.parents), self.lates
        first_annotation = len(self.annotations)
        tops = [first + number for number in content.elements]
        (self.items if block.strip.is_item else self.elements).extend(tops)

        words = {b"sheet": mark(self.sheet), b"list": mark(self.list or 0), b"own": b"%d" % first}
        resolved = _resolver(first, first_mcid, first_annotation, words, right=right, down=down)
        values = resolved(value for value, _ in content.objects)
        self.objects += zip(values, (stream for _, stream in content.objects), strict=True)
        self.parents += [None if each is None else first + each for each in content.parents[0]]
        self.annotations += [(first + each, first + element) for each, element in content.annotations]
        self.fonts.update(dict.fromkeys(content.fonts))
        self.slots += [
            replace(
                slot,
                late=first_late + slot.late,
                mcid=None if slot.mcid is None else first_mcid + slot.mcid,
            )
            for slot in content.slots
        ]
        self.lates += 1 + max((slot.late for slot in content.slots), default=-1)
        for kind, name, value in content.resources:
            own_name, moved = resolved([name.encode(), value])
            self.resources[kind, own_name] = moved
        self.drawn.append(b"q\n1 0 0 1 %.4g %.4f cm" % (right, down))
        for piece in content.pieces:
            if isinstance(piece, bytes):
                self.drawn += resolved([piece])
            else:
                self._end_stream()
                self.streams.append(mark(f"late{first_late + piece}"))
        self.drawn.append(b"Q")

    def _end_list(self) -> None:
        if self.list is not None:
            source = b"<</Type /StructElem/S /L/K [%s]/Pg %s/P %s>>"
            items = b" ".join(map(mark, self.items))
            self.objects[self.list] = source % (items, mark(self.sheet), mark("document")), b""
            self.list, self.items = None, []

    def _end_stream(self) -> None:
        if self.drawn:
            data = zlib.compress(b"\n".join(self.drawn), COMPRESSION)
            self.streams.append(mark(len(self.objects)))
            self.objects.append((b"<</Filter /FlateDecode/Length %d>>" % len(data), data))
            self.drawn = []

    def _finish_page(self) -> None:
        value, _ = self.objects[self.sheet]
        value = value.replace(mark(f"late{self.place.late}"), b" ".join(self.streams))
        ranks = {late: rank for rank, late in enumerate(sorted({slot.late for slot in self.slots}))}
        self.slots = [
            replace(slot, late=ranks[slot.late]) for slot in sorted(self.slots, key=lambda slot: slot.late)
        ]
        value = _LATE.sub(lambda found: mark(f"late{ranks[int(found[1])]}"), value)
        if self.annotations:
            links = b" ".join(mark(annotation) for annotation, _ in self.annotations)
            value = value.removesuffix(b">>") + b"/Annots [%s]>>" % links
        self.objects[self.sheet] = value, b""
        number = int(_RESOURCES.findall(value)[0])
        known, _ = self.objects[number]
        for (kind, name), resource in self.resources.items():
            heading = b"/%s <<" % kind.encode()
            if heading not in known:
                known = known.removesuffix(b">>") + heading + b">>>>"
            named = b"/%s " % name
            if named not in known:
                known = known.replace(heading, heading + named + resource, 1)
        self.objects[number] = known, b""


def _resolver(
    first: int,
    first_mcid: int,
    first_annotation: int,
    words: Mapping[bytes, bytes],
    *,
    right: float,
    down: float,
) -> Callable[[Iterable[bytes]], list[bytes]]:
    """Return what gives marks of a strip their meaning on a page, in some values at once."""
    meanings = _StripWords(words, first, first_mcid, first_annotation, right=right, down=down)
    return lambda values: replace_marks(BETWEEN.join(values), meanings).split(BETWEEN)


class _StripWords(dict[bytes, bytes]):
    """What the marks of a strip mean on a page; others are the linker's and stay as they are."""

    def __init__(
        self,
        words: Mapping[bytes, bytes],
        first: int,
        first_mcid: int,
        first_annotation: int,
        *,
        right: float,
        down: float,
    ) -> None:
        super().__init__(words)
        self.first = first
        self.first_mcid = first_mcid
        self.first_annotation = first_annotation
        self.right = right
        self.down = down

    def __missing__(self, word: bytes) -> bytes:
        self[word] = self._find(word)
        return self[word]

    def _find(self, word: bytes) -> bytes:
        if word.isdigit():
            return b"\0%d\0" % (self.first + int(word))
        if word.startswith(b"mcid"):
            return b"%d" % (self.first_mcid + int(word[4:]))
        if word.startswith(b"annot"):
            return b"\0annot%d\0" % (self.first_annotation + int(word[5:]))
        if word.startswith(b"x0:"):
            return b"\0x0:%.4f\0" % (float(word[3:]) + POINTS_PER_PIXEL * self.right)
        if word.startswith(b"y"):
            return b"%.4f" % (float(word[1:]) - POINTS_PER_PIXEL * self.down)
        return b"\0%b\0" % word


_LATE = compile_late(rb"\0late(\d+)\0")
_RESOURCES = compile_late(rb"/Resources \0(\d+)\0")
