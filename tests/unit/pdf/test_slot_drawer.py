"""What a slot shows when its page is known: a folio, the leader up to it, a running head at its side."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.unit.pdf.small_book import BOOK

from qexport.layout.chunk import Chunk, Slot
from qexport.layout.fonts import collect_fonts
from qexport.pdf.font_file import open_face
from qexport.pdf.slot_drawer import LEADER_STEP, SlotDrawer


def draw(chunk: Chunk, slot: Slot, *, mirrored: bool = False) -> tuple[bytes, set[str]]:
    """Return what is drawn for a slot on the first page after 9 others, and the characters drawn with its font."""
    fonts = collect_fonts([])
    drawer = SlotDrawer(replace(BOOK, mirrored=mirrored), {"last": 12}, fonts)
    (filling,), drawn = drawer.draw_all(chunk, replace(chunk.content, slots=(slot,)), 9)
    face = open_face(fonts[next(use.file for use in chunk.content.fonts if use.key == slot.font)])
    return filling, {face.characters[glyph] for glyph in drawn.get(slot.font, ())}


def entry(chunk: Chunk) -> Slot:
    """Return the slot of a line of the contents that leads to the last question."""
    return next(slot for slot in chunk.content.slots if slot.anchor == "last")


def test_a_leader_has_its_dots_on_multiples_of_the_step(contents: Chunk) -> None:
    content, characters = draw(contents, entry(contents))
    leader = content.partition(b"/Artifact BMC\n")[2].partition(b"\nEMC")[0]
    found = re.search(rb"Tf 1 0 0 -1 (\S+) ", leader)
    assert found
    assert float(found[1]) % LEADER_STEP == 0
    assert characters == {"1", "2", "."}


def test_a_leader_without_room_draws_no_dot(contents: Chunk) -> None:
    slot = entry(contents)
    content, characters = draw(contents, replace(slot, leader=slot.x))
    assert b"TJ" not in content
    assert characters == {"1", "2"}


def test_a_slot_without_a_place_shows_the_page_it_is_on(contents: Chunk) -> None:
    (folio,) = [slot for slot in contents.content.slots if not slot.anchor]
    assert draw(contents, folio)[1] == {"1", "0"}


def test_a_running_head_changes_its_side_on_a_verso(contents: Chunk) -> None:
    (folio,) = [slot for slot in contents.content.slots if not slot.anchor]
    head = replace(folio, content=b"(a head)", width=20.0, align="left", x=30.0)
    there = contents.page_width - 20.0 - contents.mirror
    assert b"q 1 0 0 1 0.000 0 cm" in draw(contents, head)[0]
    assert b"q 1 0 0 1 %.3f 0 cm" % (there - 60.0) in draw(contents, head, mirrored=True)[0]
