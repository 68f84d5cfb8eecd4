"""One page of a list, put together: strips and the frame they go into become the content of one chunk.

a frame, placed strips → objects, structure tree, slots, content stream
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from qexport.common.patterns import compile_late
from qexport.common.records import Record, made_by
from qexport.layout.chunk import (
    BETWEEN,
    POINTS_PER_PIXEL,
    Chunk,
    PageContent,
    Slot,
    Strip,
    mark,
    replace_marks,
)
from qexport.layout.fonts import FontFile
from qexport.pdf.folio_lists import Folios, place_folios, set_folios
from qexport.pdf.font_file import Face, open_face

STRIPS_SLOT = "qx-strips"
"""Name of the slot in a frame where strips go."""


class StripBlock(Record, frozen=True):
    """A strip with its list of folios."""

    chunk: Chunk
    strip: Strip
    height: float
    """With its folios."""
    folios: Sequence[Folios] = ()
    faces: Mapping[str, FontFile] = made_by(dict)
    """Fonts by the digests of their files, for the folios."""

    def content(self) -> PageContent:
        """Return what it shows. Folios are set at each call: all of an index would take more memory than the book."""
        content = read_strip(self.chunk)
        if not self.folios:
            return content
        slot, face, placed = set_apart(content, self.folios, self.faces)
        return set_folios(content, self.strip, slot, face, list(placed))


def set_apart(
    content: PageContent, folios: Sequence[Folios], faces: Mapping[str, FontFile]
) -> tuple[Slot, Face, Iterator[tuple[Folios, float, float]]]:
    """Return the slot of a strip's folios, their font, and the folios with their places (`place_folios`)."""
    slot = next(slot for slot in content.slots if slot.lines)
    face = open_face(faces[next(use.file for use in content.fonts if use.key == slot.font)])
    return slot, face, place_folios(slot, face, folios)


@lru_cache(1024)
def read_strip(chunk: Chunk) -> PageContent:
    """Return what a strip shows: a row is in three lists."""
    return chunk.content


class ListSheet:
    """One page of a list being put together."""

    def __init__(self, frame: Chunk, page: Sequence[tuple[StripBlock, float, float]]) -> None:
        content = read_strip(frame)
        self.frame = frame
        self.page = page
        at = next(number for number, slot in enumerate(content.slots) if slot.anchor == STRIPS_SLOT)
        self.place = content.slots[at]
        self.sheet = frame.pages[0]
        self.objects = list(content.objects)
        self.parents: list[int | None] = [None] * len(content.parents[0])
        self.behind = max(slot.late for slot in content.slots) + 1
        """What is drawn behind the strips, of what was drawn late with their place."""
        self.slots = [
            replace(slot, late=self.behind) if number > at and slot.late == self.place.late else slot
            for number, slot in enumerate(content.slots)
            if number != at
        ]
        self.lates = self.behind + 1
        self.fonts = dict.fromkeys(content.fonts)
        self.elements: list[int] = []
        self.annotations: list[tuple[int, int]] = []
        self.resources: dict[tuple[str, bytes], bytes] = {}
        self.list: int | None = None
        """The list that is going on, an object."""
        self.items: list[int] = []
        self.drawn = [each for each in self.place.state.split(b"\n") if each in (b"q", b"Q")]

    def content(self) -> PageContent:
        """Return the page with all its strips."""
        for block, x, y in self.page:
            self._put(block, x, self.frame.top + y - block.strip.top)
        self._end_list()
        stream = len(self.objects) if self.drawn else None
        self._finish_page()
        return PageContent(
            objects=tuple(self.objects),
            elements=tuple(self.elements),
            parents=(tuple(self.parents),),
            annotations=tuple(self.annotations),
            fonts=tuple(self.fonts),
            slots=tuple(self.slots),
            open=stream,
        )

    def _put(self, block: StripBlock, right: float, down: float) -> None:
        """Put a strip on the page, so many CSS pixels to the right of and below where it was laid out."""
        content = block.content()
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
                self.drawn.append(mark(f"late{first_late + piece}"))
        self.drawn.append(b"Q")

    def _end_list(self) -> None:
        if self.list is not None:
            source = b"<</Type /StructElem/S /L/K [%s]/Pg %s/P %s>>"
            items = b" ".join(map(mark, self.items))
            self.objects[self.list] = source % (items, mark(self.sheet), mark("document")), b""
            self.list, self.items = None, []

    def _finish_page(self) -> None:
        value, _ = self.objects[self.sheet]
        lates = {slot.late for slot in self.slots}
        parts = [mark(f"late{self.place.late}")] if self.place.late in lates else []
        parts += [mark(len(self.objects))] if self.drawn else []
        parts += [mark(f"late{self.behind}")] if self.behind in lates else []
        value = value.replace(mark(f"late{self.place.late}"), b" ".join(parts))
        ranks = {late: rank for rank, late in enumerate(sorted(lates))}
        self.slots = [
            replace(slot, late=ranks[slot.late]) for slot in sorted(self.slots, key=lambda slot: slot.late)
        ]
        value, drawn = (
            _LATE.sub(lambda found: mark(f"late{ranks[int(found[1])]}"), source)
            for source in (value, b"\n".join(self.drawn))
        )
        if drawn:
            self.objects.append((b"<</Filter /FlateDecode/Length %s>>" % mark("length"), drawn))
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
