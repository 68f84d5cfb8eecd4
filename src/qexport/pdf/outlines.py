"""Fonts with CFF outlines → fonts with those of TrueType: the only module that imports fontTools.

A PDF finds a glyph of a CFF font by a number that is in the font (its CID), one of TrueType by any table of ours. With
one kind of outlines all fonts are written alike, and a glyph that is drawn for two characters has a code for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

FINENESS = 0.5
"""Units of the font, mostly 1000 an em, that a curve may be away: a hundredth of a point in a heading."""


def with_quadratic_outlines(data: bytes) -> bytes:
    """Return a font whose outlines are those of TrueType; glyphs keep their numbers and widths."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont, newTable

    font = TTFont(BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    order = font.getGlyphOrder()
    outlines = font["CFF "].cff.topDictIndex[0].CharStrings
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, FINENESS * font["head"].unitsPerEm / 1000, reverse_direction=True))
        glyphs[name] = pen.glyph(dropImpliedOnCurves=False)
    font["loca"], table = newTable("loca"), newTable("glyf")
    font["glyf"] = table
    table.glyphOrder, table.glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        width, _ = font["hmtx"].metrics[name]
        font["hmtx"].metrics[name] = width, getattr(glyph, "xMin", 0)
    font["maxp"] = _profile(glyphs.values(), font)
    font["head"].glyphDataFormat = 0
    font["head"].indexToLocFormat = 1
    font["post"].formatType = 3.0
    for tag in ("CFF ", "VORG", "vhea", "vmtx"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "\0\1\0\0"
    written = BytesIO()
    font.save(written, reorderTables=False)
    return written.getvalue()


def _profile(glyphs: Iterable[Any], font: Any) -> Any:
    """Return the table of what a font of TrueType outlines needs at most (OpenType, maxp)."""
    from fontTools.ttLib import newTable

    drawn = [glyph for glyph in glyphs if glyph.numberOfContours > 0]
    table = newTable("maxp")
    table.tableVersion = 0x00010000
    table.numGlyphs = len(font.getGlyphOrder())
    table.maxPoints = max((len(glyph.coordinates) for glyph in drawn), default=0)
    table.maxContours = max((glyph.numberOfContours for glyph in drawn), default=0)
    table.maxZones = 1
    for name in (
        "maxCompositePoints",
        "maxCompositeContours",
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
        "maxComponentDepth",
    ):
        setattr(table, name, 0)
    return table
