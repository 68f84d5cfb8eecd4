"""A font file is cut down to what a book draws with it."""

from __future__ import annotations

import uharfbuzz

from qexport.layout.fonts import bundled
from qexport.pdf.font_file import open_face, subset, subset_for

SERIF = next(file for file in bundled().values() if file.path.name.startswith("SourceSerif"))


def glyph_of(data: bytes, character: str) -> int | None:
    found: int | None = uharfbuzz.Font(uharfbuzz.Face(data)).get_nominal_glyph(ord(character))
    return found


def test_a_subset_has_its_glyphs_under_their_old_numbers() -> None:
    face = open_face(SERIF)
    glyphs = face.set("12")
    data = subset(SERIF, frozenset(glyphs))
    assert len(data) < SERIF.path.stat().st_size / 4
    assert [glyph_of(data, each) for each in "12"] == list(glyphs)


def test_a_subset_for_characters_has_them_and_no_others() -> None:
    data = subset_for(SERIF, "ab")
    assert None not in (glyph_of(data, "a"), glyph_of(data, "b"))
    assert glyph_of(data, "c") is None


def test_late_texts_are_as_wide_as_their_glyphs() -> None:
    face = open_face(SERIF)
    assert face.width("12") == face.width("1") + face.width("2")
    assert [face.characters[glyph] for glyph in face.set("1–2")] == ["1", "–", "2"]
    assert face.set("x") == ()
