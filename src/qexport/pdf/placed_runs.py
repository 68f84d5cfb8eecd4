"""Runs of chunks as they were linked in an earlier book: those that an edit did not change are copied into the file.

    chunks that follow each other, the state of the file before them → kept? → bytes of the file, and what it has

The book of 500 questions is 74 runs, of which an edit changes four: the cover's, the question's, the last, and one
more where objects of the question share a stream with those behind it. A run is kept under its place in the book, not
under a digest, so that a book is kept once: a digest of all that it was made of is in the value, and is compared.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from qexport.common.records import Record, decode_record, encode_record
from qexport.layout.chunk import FontUse
from qexport.pdf.file_writer import FilePart, PdfFile
from qexport.pdf.font_writer import FontUsed

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.scheduler import KeptValues

CHUNKS_A_RUN = 8
"""Chunks of a run."""

READ_AT_ONCE = 16
"""Runs that are read from the cache together: 1 MB."""

MOST_CHUNKS = 3000
"""Chunks of a book whose runs are kept, 30 MB: those of a larger one would push too much else out of the cache."""

FoundTexts: TypeAlias = "dict[str, str | int | None]"
"""What slots show: the name of a place → the text or the folio that was found for it."""


@dataclass
class Placed:
    """What is known of the chunks that are in the file."""

    file: PdfFile
    pages_before: int = 0
    """Pages of the book before those that are counted here."""
    annotations_before: int = 0
    page_numbers: list[int] = field(default_factory=list)
    elements: list[bytes] = field(default_factory=list)
    page_parents: list[bytes] = field(default_factory=list)
    annotation_parents: list[bytes] = field(default_factory=list)
    destinations: dict[str, bytes] = field(default_factory=dict)
    fonts_used: dict[str, FontUsed] = field(default_factory=dict)
    drawn_late: dict[str, set[int]] = field(default_factory=dict)
    """Font → glyphs."""
    below: dict[bytes, bytes] = field(default_factory=dict)
    """What is drawn below the content of some pages → its stream."""
    shown: FoundTexts = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """Pages of the book that are placed."""
        return self.pages_before + len(self.page_numbers)

    @property
    def annotations(self) -> int:
        """Annotations of the book that are placed."""
        return self.annotations_before + len(self.annotation_parents)

    def add_font(self, use: FontUse) -> None:
        """Add what is drawn with a font."""
        used = self.fonts_used.setdefault(use.key, FontUsed(use, {}, {}, {}))
        used.widths.update(use.widths)
        used.texts.update(use.texts)
        used.aliases.update(use.aliases)

    def add_drawn(self, font: str, glyphs: Sequence[int] | set[int]) -> None:
        """Add glyphs that are drawn late."""
        self.drawn_late.setdefault(font, set()).update(glyphs)


class _PlacedRun(Record, frozen=True):
    """What chunks have added to the file, and to what is known (`Placed`)."""

    part: FilePart
    page_numbers: tuple[int, ...]
    elements: tuple[bytes, ...]
    page_parents: tuple[bytes, ...]
    annotation_parents: tuple[bytes, ...]
    destinations: tuple[tuple[str, bytes], ...]
    fonts: tuple[FontUse, ...]
    drawn_late: tuple[tuple[str, tuple[int, ...]], ...]
    below: tuple[tuple[bytes, bytes], ...]
    """All that is drawn below some pages, afterwards."""


class _StoredRun(Record, frozen=True):
    """A run in the cache."""

    made_of: bytes
    """A digest of all that it was made of, but for what its slots show."""
    shown: tuple[tuple[str, str | int | None], ...]
    data: bytes
    """What it adds to the file."""
    packed: bytes
    """The rest of it."""


class KeptRuns:
    """The runs of a book, from an earlier one if they are the same."""

    def __init__(self, values: KeptValues, name: str, digests: Sequence[bytes]) -> None:
        """Take where runs are kept, a name of the book, and a digest of each of its chunks.

        Books of one name take each other's place.
        """
        self._values = values
        self._digests = digests
        self._names = [f"{name}-{number}" for number in range(-(-len(digests) // CHUNKS_A_RUN))]
        self._found: dict[str, bytes] = {}
        self._fresh: dict[str, bytes] = {}
        self._next = 0

    def place(
        self,
        chunks: Sequence[Chunk],
        done: Placed,
        facts: object,
        find_text: Callable[[str], str | int | None],
        place: Callable[[Sequence[Chunk], Placed], None],
    ) -> None:
        """Add the next chunks to a file.

        Args:
            chunks: `CHUNKS_A_RUN` of them, or those that are left.
            done: the file, and what is known of what is in it; it is added to.
            facts: all else that `place` depends on, but for what slots show; its `repr` tells it from other facts.
            find_text: returns what slots show that name a place.
            place: adds the chunks to the file, and to what is known of these alone.
        """
        number, self._next = self._next, self._next + 1
        digests = self._digests[number * CHUNKS_A_RUN : (number + 1) * CHUNKS_A_RUN]
        before = done.file.digest_state(), done.pages, done.annotations, list(done.below.items())
        state = (facts, before, digests)
        made_of = sha256(repr(state).encode()).digest()
        run = self._find(number, made_of, find_text)
        if run is None:
            run = self._make(number, made_of, chunks, done, place)
        else:
            done.file.append(run.part)
        _add_run(run, done)

    def write(self) -> None:
        """Keep what is new."""
        if self._fresh:
            self._values.keep(self._fresh)
            self._fresh = {}

    def _find(
        self, number: int, made_of: bytes, find_text: Callable[[str], str | int | None]
    ) -> _PlacedRun | None:
        if number % READ_AT_ONCE == 0:
            self._found = self._values.load(self._names[number : number + READ_AT_ONCE])
        data = self._found.pop(self._names[number], None)
        if data is None:
            return None
        kept = decode_record(data, _StoredRun)
        if (
            kept is None
            or kept.made_of != made_of
            or any(find_text(name) != text for name, text in kept.shown)
        ):
            return None
        run = decode_record(zlib.decompress(kept.packed), _PlacedRun)
        return replace(run, part=replace(run.part, data=kept.data)) if run else None

    def _make(
        self,
        number: int,
        made_of: bytes,
        chunks: Sequence[Chunk],
        done: Placed,
        place: Callable[[Sequence[Chunk], Placed], None],
    ) -> _PlacedRun:
        own = Placed(done.file, done.pages, done.annotations, below=done.below)
        done.file.begin_part()
        place(chunks, own)
        run = _PlacedRun(
            part=done.file.end_part(),
            page_numbers=tuple(own.page_numbers),
            elements=tuple(own.elements),
            page_parents=tuple(own.page_parents),
            annotation_parents=tuple(own.annotation_parents),
            destinations=tuple(own.destinations.items()),
            fonts=tuple(_as_uses(own)),
            drawn_late=tuple((font, tuple(sorted(glyphs))) for font, glyphs in own.drawn_late.items()),
            below=tuple(own.below.items()),
        )
        rest = replace(run, part=replace(run.part, data=b""))
        kept = _StoredRun(
            made_of,
            tuple(own.shown.items()),
            run.part.data,
            zlib.compress(encode_record(rest), 1),
        )
        self._fresh[self._names[number]] = encode_record(kept)
        if len(self._fresh) >= READ_AT_ONCE:
            self.write()
        return run


def _as_uses(placed: Placed) -> Iterator[FontUse]:
    """Yield what is drawn with each font, as chunks say it."""
    for used in placed.fonts_used.values():
        yield replace(
            used.use,
            widths=tuple(used.widths.items()),
            texts=tuple(used.texts.items()),
            aliases=tuple(used.aliases.items()),
        )


def _add_run(run: _PlacedRun, done: Placed) -> None:
    done.page_numbers += run.page_numbers
    done.elements += run.elements
    done.page_parents += run.page_parents
    done.annotation_parents += run.annotation_parents
    done.destinations.update(run.destinations)
    for use in run.fonts:
        done.add_font(use)
    for font, glyphs in run.drawn_late:
        done.add_drawn(font, glyphs)
    done.below.update(run.below)
