"""Fonts with CFF outlines in a PDF: as those of TrueType."""

from __future__ import annotations

from io import BytesIO

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from qexport.layout.fonts import FontFile
from qexport.layout.script_fonts import find_script_fonts
from qexport.pdf.font_file import subset


@pytest.fixture(scope="module")
def japanese() -> FontFile:
    (file,) = find_script_fonts(["問"], "ja")
    return file


def test_a_glyph_keeps_its_number_its_width_and_its_form(japanese: FontFile) -> None:
    before = TTFont(japanese.path)
    names = [before.getBestCmap()[ord(character)] for character in "問あ々、A"]
    numbers = [before.getGlyphID(name) for name in names]
    data = subset(japanese, frozenset(numbers))
    after = TTFont(BytesIO(data))
    assert data[:4] == b"\0\1\0\0"
    assert {"glyf", "loca", "head", "hhea", "hmtx", "maxp"} <= set(after.keys())
    assert "CFF " not in after
    for name, number in zip(names, numbers, strict=True):
        other = after.getGlyphName(number)
        assert after["hmtx"][other][0] == before["hmtx"][name][0]
        boxes, areas = [], []
        for font, glyph in ((before, name), (after, other)):
            glyphs = font.getGlyphSet()
            box, area = BoundsPen(glyphs), AreaPen(glyphs)
            glyphs[glyph].draw(box)
            glyphs[glyph].draw(area)
            boxes.append(box.bounds)
            areas.append(abs(area.value))
        assert boxes[1] == pytest.approx(boxes[0], abs=1)
        assert areas[1] == pytest.approx(areas[0], rel=0.005)


def test_the_same_glyphs_make_the_same_bytes(japanese: FontFile) -> None:
    first = subset(japanese, frozenset([5, 9]))
    subset.cache_clear()
    assert subset(japanese, frozenset([9, 5])) == first
