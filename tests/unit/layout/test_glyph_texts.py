"""What a font's glyphs represent, against fontTools, which reads the same tables."""

from __future__ import annotations

from typing import Any

import pytest
from fontTools.ttLib import TTFont

from qexport.layout.fonts import FontFile, find_bundled
from qexport.layout.glyph_texts import GlyphTexts, read_glyph_texts

STYLES = {file.path.stem: file for file in find_bundled().values()}


def opened(file: FontFile) -> tuple[Any, GlyphTexts]:
    return TTFont(file.path), read_glyph_texts(file.path.read_bytes())


@pytest.mark.parametrize("name", STYLES)
def test_each_character_is_said_by_its_glyph(name: str) -> None:
    font, known = opened(STYLES[name])
    numbers = font.getReverseGlyphMap()
    wrong = [
        chr(point)
        for point, glyph in font.getBestCmap().items()
        if known.texts[numbers[glyph]] != chr(point) and (numbers[glyph], chr(point)) not in known.aliases
    ]
    assert set(wrong) <= {"\xa0", "\xad"}  # found as a space and a hyphen


def test_a_glyph_for_several_characters_has_a_code_for_each() -> None:
    font, known = opened(STYLES["SourceSerifPro-Regular"])
    mu = font.getReverseGlyphMap()["mu"]
    assert known.texts[mu] == "\u00b5"
    assert known.aliases[mu, "\u03bc"] > 60_000
    assert len(set(known.aliases.values())) == len(known.aliases)


def test_glyphs_without_a_character_say_what_their_names_say() -> None:
    font, known = opened(STYLES["SourceSerifPro-Regular"])
    numbers = font.getReverseGlyphMap()
    said = {name: known.texts.get(numbers[name]) for name in ("one.tosf", "f_f_i", "gravecmb.cap", ".notdef")}
    assert said == {"one.tosf": "1", "f_f_i": "ffi", "gravecmb.cap": "\u0300", ".notdef": None}
