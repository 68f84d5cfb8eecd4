"""Lists set line by line: strips, each laid out alone, put on pages.

    an opening, headings, rows: strips → where each stands → pages: chunks as any others

What a list says depends on what was selected, but its lines do not: each is laid out once, for every list and every
filter it is ever in. Only an empty page with its running heads (the *frame*) and the opening are of the list itself.
Here strips are stacked as a layout engine would: the larger of two margins stands between two of them, none at the
top of a page; headings stay with what follows. A list of folios, as an index has them, is set here, too: it is known
only when the pages of a book are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from qexport.layout.chunk import (
    BETWEEN,
    COMPRESSION,
    POINTS,
    Chunk,
    Content,
    FontUse,
    Slot,
    Strip,
    mark,
    pdf_string,
)
from qexport.layout.fonts import FontFile, collect
from qexport.pdf.font_file import Face, open_face

PLACE = "qx-strips"
"""Name of the slot in a frame where strips go."""

BELOW_A_HEADING = 3
"""Rows that stay with a heading, at least; a row may be one line."""

TOGETHER = 2
"""Rows of a run that a page begins with, at least."""

NEARLY_EMPTY = 0.2
"""Of a page: what a list is set tighter for, if that saves it."""

TIGHT = 0.5
"""Of the space between strips, then."""

_ABOVE, _BELOW = 0.75, 0.25
"""Of a line's height: what a link in it covers above and below the baseline."""


@dataclass(frozen=True, slots=True)
class Folios:
    """A page or a range of them in words, and the place it leads to."""

    pages: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """A strip of a list."""

    chunk: Chunk
    is_heading: bool = False
    folios: Sequence[Folios] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    """A strip with its list of folios set."""

    chunk: Chunk
    strip: Strip
    height: float
    content: Content | None = None
    """Where that is not what the chunk has."""


_Page = list[tuple[_Block, float]]
"""Strips, each with the height its top stands at, in CSS pixels from the top of the text."""


def make_pages(
    frame: Chunk,
    opening: Chunk,
    lines: Sequence[Line],
    *,
    fit: bool = False,
    fonts: Iterable[FontFile] = (),
) -> list[Chunk]:
    """Return the pages of a list.

    A line of more than a page was laid out on pages of its own, and has them.

    Args:
        frame: An empty page with its running heads.
        opening: What the list begins with.
        lines: Its lines, in their order.
        fit: Set it tighter if that saves a last page that is nearly empty.
        fonts: The theme's, beside the bundled ones.
    """
    groups = list(_groups([Line(opening, is_heading=True), *lines], collect(fonts)))
    found = _paged(groups, frame.page_height)
    if fit and len(found) > 1 and _filled(found[-1]) < NEARLY_EMPTY * frame.page_height:
        tight = _paged(groups, frame.page_height, TIGHT)
        found = tight if len(tight) < len(found) else found
    return [page if isinstance(page, Chunk) else _page(frame, page) for page in found]


# --- where strips stand ------------------------------------------------------------------------------------------


def _groups(lines: Sequence[Line], fonts: Mapping[str, FontFile]) -> Iterator[list[_Block | Chunk]]:
    """Yield what is not to be parted: headings with the first rows below them, the last rows of a run."""
    waiting: list[_Block | Chunk] = []
    for is_heading, same in groupby(lines, key=lambda line: line.is_heading):
        blocks = [_set(line, fonts) for line in same]
        if is_heading:
            waiting += blocks
            continue
        first = BELOW_A_HEADING if len(blocks) >= BELOW_A_HEADING + TOGETHER else len(blocks)
        yield [*waiting, *blocks[:first]]
        waiting = []
        rest = blocks[first:]
        yield from ([block] for block in rest[:-TOGETHER])
        if rest:
            yield rest[-TOGETHER:]
    if waiting:
        yield waiting


def _paged(
    groups: Sequence[list[_Block | Chunk]], height: float, tightness: float = 1
) -> list[_Page | Chunk]:
    pages: list[_Page | Chunk] = []
    page: _Page = []
    for group in groups:
        for unit in _units(group, height):
            stood = _stacked(page, unit, tightness, is_first=not pages)
            if stood is None or (page and _filled(stood) > height + 0.01):
                pages += [page] if page else []
                stood = _stacked([], unit, tightness, is_first=not pages)
            if stood is None:  # pages of its own
                pages += [each for each in unit if isinstance(each, Chunk)]
                page = []
            else:
                page = stood
    return [*pages, page] if page else pages


def _units(group: list[_Block | Chunk], height: float) -> list[list[_Block | Chunk]]:
    """Return the group as it is; if it is more than a page, all but its last rows; and at last each by itself."""
    for count in range(len(group), 0, -1):
        stood = _stacked([], group[:count], 1, is_first=True)
        if stood is not None and _filled(stood) <= height:
            return [group[:count], *([block] for block in group[count:])]
    return [[block] for block in group]


def _stacked(page: _Page, unit: list[_Block | Chunk], tightness: float, *, is_first: bool) -> _Page | None:
    """Return a page with some more strips on it; None for what is no strip."""
    stood = list(page)
    for block in unit:
        if isinstance(block, Chunk):
            return None
        if stood:
            above = stood[-1][0].strip.after
            y = _filled(stood) + tightness * max(above, block.strip.before)
        else:
            y = block.strip.before if is_first else 0
        stood.append((block, y))
    return stood


def _filled(page: _Page | Chunk) -> float:
    if isinstance(page, Chunk):
        return page.page_height
    block, y = page[-1]
    return y + block.height


# --- lists of folios ---------------------------------------------------------------------------------------------


def _set(line: Line, fonts: Mapping[str, FontFile]) -> _Block | Chunk:
    strip = line.chunk.strip
    if strip is None:
        return line.chunk
    if not line.folios:
        return _Block(line.chunk, strip, strip.height)
    content = _content(line.chunk)
    slot = next(slot for slot in content.slots if slot.lines)
    face = open_face(fonts[next(use.file for use in content.fonts if use.key == slot.font)])
    placed = list(_placed(slot, face, line.folios))
    below = placed[-1][2] - slot.y
    return _Block(line.chunk, strip, strip.height + below, _with_folios(content, strip, slot, face, placed))


def _placed(slot: Slot, face: Face, folios: Sequence[Folios]) -> Iterator[tuple[Folios, float, float]]:
    """Yield each with the x and y it begins at; lines after the first begin where those of the block do."""
    left, right, high = slot.lines or (0, 0, 0)
    scale = slot.size / 1000
    x, y = slot.x, slot.y
    for each in folios:
        comma = "" if each is folios[-1] else ","
        if x > left and x + face.width(each.pages + comma) * scale > right + 0.01:
            x, y = left, y + high
        yield each, x, y
        x += face.width(each.pages + ", ") * scale


def _with_folios(
    content: Content, strip: Strip, slot: Slot, face: Face, placed: Sequence[tuple[Folios, float, float]]
) -> Content:
    """Return a strip whose stand-in is a list of folios, each a link."""
    stand_in = slot.mcid or 0  # it stands in the text, not in a margin
    parent = content.parents[0][stand_in]
    objects = list(content.objects)
    parents = list(content.parents[0])
    annotations = list(content.annotations)
    parents[stand_in] = None
    kids: list[bytes] = []
    drawn: list[bytes] = [slot.state]

    def draw(text: str, x: float, y: float, owner: int | None) -> bytes:
        codes = b"".join(b"%04x" % glyph for glyph in face.set(text))
        parents.append(owner)
        content_mark = mark(f"mcid{len(parents) - 1}")
        drawn.append(
            b"/Span <</MCID %s>> BDC\nBT /%s %.4g Tf 1 0 0 -1 %.3f %.3f Tm <%s> Tj ET\nEMC"
            % (content_mark, slot.font.encode(), slot.size, x, y, codes)
        )
        return content_mark

    high = slot.lines[2] if slot.lines else 0
    for (folios, x, y), following in zip(placed, [*placed[1:], None], strict=True):
        end = x + face.width(folios.pages) * slot.size / 1000
        element, reference, annotation = range(len(objects), len(objects) + 3)
        area = b"%s %s %s %s" % (
            mark(f"x0:{POINTS * x:.4f}"),
            mark(f"y{POINTS * (strip.sheet - y - _BELOW * high):.4f}"),
            mark(f"x0:{POINTS * end:.4f}"),
            mark(f"y{POINTS * (strip.sheet - y + _ABOVE * high):.4f}"),
        )
        objects += [
            (
                b"<</Type /StructElem/S /Link/K [%s %s]/Pg %s/P %s>>"
                % (mark(reference), draw(folios.pages, x, y, element), mark("sheet"), mark(parent or 0)),
                b"",
            ),
            (b"<</Type /OBJR/Obj %s/Pg %s>>" % (mark(annotation), mark("sheet")), b""),
            (
                b"<</Type /Annot/Subtype /Link/Rect [%s]/BS <</W 0>>/Contents %s/StructParent %s/Dest %s>>"
                % (
                    area,
                    pdf_string(f"page {folios.pages}"),
                    mark(f"annot{len(annotations)}"),
                    pdf_string(folios.anchor),
                ),
                b"",
            ),
        ]
        annotations.append((annotation, element))
        kids.append(mark(element))
        if following:
            kids.append(draw(", " if following[2] == y else ",", end, y, parent))
    room = mark(f"mcid{stand_in}")
    glyphs = {glyph for folios, _, _ in placed for glyph in face.set(f"{folios.pages}, ")}
    return replace(
        content,
        objects=tuple((value.replace(room, b" ".join(kids)), stream) for value, stream in objects),
        parents=(tuple(parents),),
        annotations=tuple(annotations),
        fonts=tuple(_with(use, glyphs, face) if use.key == slot.font else use for use in content.fonts),
        slots=tuple(each for each in content.slots if each is not slot),
        pieces=tuple(b"\n".join(drawn) if piece == slot.late else piece for piece in content.pieces),
    )


def _with(use: FontUse, glyphs: set[int], face: Face) -> FontUse:
    widths = {**{glyph: round(face.advances[glyph]) for glyph in glyphs}, **dict(use.widths)}
    texts = {**{glyph: face.characters[glyph] for glyph in glyphs}, **dict(use.texts)}
    return replace(use, widths=tuple(sorted(widths.items())), texts=tuple(sorted(texts.items())))


# --- pages -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListPage(Chunk):
    """A page of a list, which is put together when it is looked at: in memory it is no more than its strips."""

    frame: Chunk | None = None
    placed: tuple[tuple[_Block, float], ...] = ()

    @property
    def content(self) -> Content:
        """What it shows, put together anew."""
        return _Sheet(self.frame, self.placed).content() if self.frame else Content((), (), (), (), ())


def _page(frame: Chunk, page: _Page) -> ListPage:
    anchors, missing = [], set(frame.missing)
    for block, y in page:
        down = frame.top + y - block.strip.top
        anchors += [(name, 0, left, up - POINTS * down) for name, _, left, up in block.chunk.anchors]
        missing.update(block.chunk.missing)
    return ListPage(
        page_width=frame.page_width,
        mirror=frame.mirror,
        pages=frame.pages,
        anchors=tuple(anchors),
        packed=b"",
        missing=tuple(sorted(missing)),
        room=frame.page_height - _filled(page),
        page_height=frame.page_height,
        top=frame.top,
        frame=frame,
        placed=tuple(page),
    )


@lru_cache(1024)
def _content(chunk: Chunk) -> Content:
    """Return what a strip shows: a row is in three lists."""
    return chunk.content


class _Sheet:
    """One page of a list being put together."""

    def __init__(self, frame: Chunk, page: Sequence[tuple[_Block, float]]) -> None:
        content = _content(frame)
        self.frame = frame
        self.page = page
        self.place = next(slot for slot in content.slots if slot.anchor == PLACE)
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

    def content(self) -> Content:
        for block, y in self.page:
            self._put(block, self.frame.top + y - block.strip.top)
        self._end_list()
        self._end_stream()
        self._finish_page()
        return Content(
            objects=tuple(self.objects),
            elements=tuple(self.elements),
            parents=(tuple(self.parents),),
            annotations=tuple(self.annotations),
            fonts=tuple(self.fonts),
            slots=tuple(self.slots),
        )

    def _put(self, block: _Block, down: float) -> None:
        """Put a strip on the page, so many CSS pixels below where it was laid out."""
        content = block.content or _content(block.chunk)
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
        resolved = _resolver(first, first_mcid, first_annotation, down, words)
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
        self.drawn.append(b"q\n1 0 0 1 0 %.4f cm" % down)
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
    first: int, first_mcid: int, first_annotation: int, down: float, words: Mapping[bytes, bytes]
) -> Callable[[Iterable[bytes]], list[bytes]]:
    """Return what gives marks of a strip their meaning on a page, in some values at once."""

    def resolve(match: re.Match[bytes]) -> bytes:
        number, content_mark, annotation, ordinate, word = match.groups()
        if number:
            return b"\0%d\0" % (first + int(number))
        if content_mark:
            return b"%d" % (first_mcid + int(content_mark))
        if annotation:
            return b"\0annot%d\0" % (first_annotation + int(annotation))
        return b"%.4f" % (float(ordinate) - POINTS * down) if ordinate else words[word]

    return lambda values: _OF_STRIP.sub(resolve, BETWEEN.join(values)).split(BETWEEN)


_OF_STRIP = re.compile(rb"\0(?:(\d+)|mcid(\d+)|annot(\d+)|y(-?[\d.]+)|(sheet|list|own))\0")
_LATE = re.compile(rb"\0late(\d+)\0")
_RESOURCES = re.compile(rb"/Resources \0(\d+)\0")
