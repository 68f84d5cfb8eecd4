"""A font file is cut down to what a book draws with it."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
import uharfbuzz

from qexport.layout.cache import ChunkCache
from qexport.layout.fonts import FontFile, find_bundled
from qexport.layout.scheduler import Scheduler
from qexport.pdf import font_file
from qexport.pdf.font_file import DRAWN, Face, _ask_harfbuzz, open_face, pack_subsets, subset, subset_for

SERIF = next(file for file in find_bundled().values() if file.path.name.startswith("SourceSerif"))


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


@pytest.mark.parametrize("file", find_bundled().values(), ids=lambda file: file.path.name)
def test_a_font_is_measured_as_harfbuzz_measures_it(file: FontFile) -> None:
    face = open_face(file)
    data = file.path.read_bytes()
    font = uharfbuzz.Font(uharfbuzz.Face(data))
    glyphs = {each: glyph_of(data, each) for each in DRAWN}
    assert face.glyphs == {each: glyph for each, glyph in glyphs.items() if glyph is not None}
    scale = 1000 / font.face.upem
    assert face.advances == {glyph: font.get_glyph_h_advance(glyph) * scale for glyph in face.glyphs.values()}


def test_harfbuzz_measures_fonts_that_are_not_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    file = FontFile(SERIF.path, "a theme's")
    asked = []

    def ask(each: FontFile) -> Face:
        asked.append(each)
        return _ask_harfbuzz(each)

    monkeypatch.setattr(font_file, "_ask_harfbuzz", ask)
    assert open_face(file) == open_face(SERIF)
    assert asked == [file]


def test_a_subset_is_kept_and_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = Scheduler(ChunkCache(tmp_path)).values("subset")
    wanted = [(SERIF, frozenset((0, 20))), (SERIF, frozenset((0, 21))), (SERIF, frozenset((0, 20)))]
    first = pack_subsets(wanted, values)
    assert [(length, zlib.decompress(packed)) for length, packed in first] == [
        (len(data), data) for data in (subset(*each) for each in wanted)
    ]
    monkeypatch.setattr(font_file, "subset", None)
    assert pack_subsets(wanted, values) == first
