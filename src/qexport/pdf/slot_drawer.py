"""What fills the slots of a chunk when its place in the book is known: folios, leaders, running heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from qexport.pdf.font_file import Face, open_face

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk, PageContent, Slot
    from qexport.layout.fonts import FontFile
    from qexport.pdf.metadata import Book

LEADER_STEP = 6
"""CSS pixels from dot to dot of a leader. Dots stand on multiples of it, so that those of all lines are aligned."""

_OTHER_SIDE = {"left": "right", "center": "center", "right": "left"}


class SlotDrawer:
    """Draws the slots of all chunks of one book."""

    def __init__(self, book: Book, folios: Mapping[str, int], fonts: Mapping[str, FontFile]) -> None:
        """Take a book, the folio of each place, and the files of its fonts by their names."""
        self.book = book
        self.folios = folios
        self.fonts = fonts

    def find_text(self, anchor: str) -> str | int | None:
        """Return what a slot shows, by its `anchor`, as far as it does not follow from its page."""
        return self.book.texts.get(anchor) or self.folios.get(anchor)

    def draw_all(
        self, chunk: Chunk, content: PageContent, first_page: int
    ) -> tuple[list[bytes], dict[str, set[int]]]:
        """Return the operators that fill the slots of a chunk, by `Slot.late`, and the glyphs they draw by their font.

        Args:
            chunk: The pages.
            content: What they show (`chunk.content`).
            first_page: How many pages of the book are before them.
        """
        files = {use.key: use.file for use in content.fonts}
        drawn: dict[str, set[int]] = {}
        fillings = [
            b"\n".join(
                part
                for slot in slots
                for part in (self._draw(slot, chunk, files[slot.font], first_page, drawn), slot.after)
                if part
            )
            for _, slots in groupby(content.slots, key=lambda slot: slot.late)
        ]
        return fillings, drawn

    def _draw(
        self, slot: Slot, chunk: Chunk, file: str, first_page: int, drawn: dict[str, set[int]]
    ) -> bytes:
        """Return the content that fills a slot: a running head, or a folio and the leader up to it."""
        folio = first_page + slot.page + 1
        verso = self.book.mirrored and folio % 2 == 0
        place = _mirror(slot, chunk) if verso and slot.mcid is None else slot
        if slot.content:
            return b"%s\n/Artifact BMC\nq 1 0 0 1 %.3f 0 cm\n%s\nQ\nEMC" % (
                slot.state,
                place.x - slot.x,
                slot.content,
            )
        face = open_face(self.fonts[file])
        shown = self.book.texts.get(slot.anchor) or str(self.folios[slot.anchor] if slot.anchor else folio)
        glyphs = [face.glyphs[character] for character in shown]
        width = sum(face.advances[glyph] for glyph in glyphs) * slot.size / 1000
        x = place.x - width * {"left": 0, "center": 0.5, "right": 1}[place.align]
        opening = b"/Artifact BMC" if slot.mcid is None else b"/Span <</MCID %d>> BDC" % slot.mcid
        codes = b"".join(b"%04x" % glyph for glyph in glyphs)
        content = b"%s\n%s\nEMC" % (opening, _write_slot_text(slot, x, b"<%s> Tj" % codes))
        drawn.setdefault(slot.font, set()).update(glyphs)
        if slot.leader is not None:
            leader = _draw_leader(slot, face, x, x + width)
            content = b"/Artifact BMC\n%s\nEMC\n%s" % (leader, content)
            drawn[slot.font].update([face.glyphs["."]] if leader else [])
        return b"%s\n%s" % (slot.state, content)


def _draw_leader(slot: Slot, face: Face, left: float, right: float) -> bytes:
    """Return a row of dots from the end of a text up to what fills the slot, which is from `left` to `right`.

    The text of a line from right to left ends at the right of that.
    """
    gap = slot.size / 2
    end = slot.leader or 0.0
    start, stop = (right, end) if end > right else (end, left)
    first = int((start + gap) / LEADER_STEP) + 1
    count = int((stop - gap) / LEADER_STEP) - first
    if count < 1:
        return b""
    # TJ moves back by thousandths of the size: as much as a dot is wider than the step.
    dot = face.glyphs["."]
    between = face.advances[dot] - 1000 * LEADER_STEP / slot.size
    row = b" ".join([b"<%04x>%.2f" % (dot, between)] * count)
    return _write_slot_text(slot, first * LEADER_STEP, b"[%s] TJ" % row)


def _write_slot_text(slot: Slot, x: float, text: bytes) -> bytes:
    font = slot.font.encode()
    return b"BT /%s %.4g Tf 1 0 0 -1 %.3f %.3f Tm %s ET" % (font, slot.size, x, slot.y, text)


def _mirror(slot: Slot, chunk: Chunk) -> Slot:
    """Return a slot at the other side of the page, in coordinates that have been moved."""
    x = chunk.page_width - slot.x - (slot.width if slot.content else 0) - chunk.mirror
    return replace(slot, x=x, align=slot.align if slot.content else _OTHER_SIDE[slot.align])
