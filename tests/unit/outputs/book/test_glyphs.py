"""A character that no font has is reported; a theme can bring the font."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from tests.unit.outputs.handbook.handbooks import (
    BANK,
    LOOP,
    SET,
    handbook,
    pages,
)

from qexport.common.errors import InputRefused, Location, Problem

# What is told of it


def test_a_character_no_font_has_is_told_with_its_question_and_what_to_do() -> None:
    first, second = replace(SET, answer="何 and 🏭"), replace(LOOP, answer="何")
    document = handbook(first, second)
    assert document.warnings == (
        Problem(first.location, "PY-2: no font of the book has '何' (U+4F55), '🏭' (U+1F3ED)"),
        Problem(
            second.location,
            "PY-3: no font of the book has '何' (U+4F55)",
            'pip install ".[cjk]" in the checkout brings fonts that have them; or take a theme with such a font',
        ),
    )
    assert "[U+4F55] and [U+1F3ED]" in " ".join(pages(document))


def test_a_character_in_a_title_is_told_too() -> None:
    (warning,) = handbook(SET, bank=replace(BANK, title="何")).warnings
    assert str(warning) == "bank.yaml: no font of the book has '何' (U+4F55), in one of its titles"


@pytest.fixture
def with_a_font(tmp_path: Path) -> Path:
    """A theme with a font that has one character, 何, as a square."""
    builder = FontBuilder(1000)
    pen = TTGlyphPen(None)
    for point in ((100, 0), (900, 0), (900, 800), (100, 800)):
        (pen.lineTo if pen.points else pen.moveTo)(point)
    pen.closePath()
    builder.setupGlyphOrder([".notdef", "what"])
    builder.setupCharacterMap({0x4F55: "what"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "what": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "what": (1000, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Square", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    (tmp_path / "fonts").mkdir()
    builder.save(tmp_path / "fonts" / "square.ttf")
    (tmp_path / "theme.toml").write_text('description = "With a font"\nextends = "classic"\n')
    return tmp_path


def test_a_theme_can_bring_the_font_that_lacks(with_a_font: Path) -> None:
    question = replace(SET, answer="It is 何.")
    document = handbook(question, look=with_a_font)
    assert document.warnings == ()
    assert "It is 何." in " ".join(pages(document))
    with pikepdf.open(BytesIO(document.data)) as pdf:
        fonts = {
            str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()
        }
    assert any("Square" in name for name in fonts)
    assert handbook(question).warnings  # without the theme it lacks again


NO_KIND = b"".join(
    (
        b"none\xff\xff" + bytes(6),
        b"cmap" + bytes(12),
        b"head" + bytes(4) + (36).to_bytes(4, "big") + bytes(4),
        bytes(4) + bytes.fromhex("5f0f3cf5") + bytes(8),
    )
)
"""All that a font needs but its kind, and it says that it has more tables than there is room for."""


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.otf", b"OTTO", "not a TrueType or OpenType font"),
        ("a.ttf", b"", "not a TrueType or OpenType font"),
        ("a.ttf", NO_KIND, "not a TrueType or OpenType font"),
        ("a.woff2", b"wOF2", "not a TrueType or OpenType font"),
    ],
)
def test_a_font_that_cannot_be_embedded_is_refused(
    with_a_font: Path, name: str, data: bytes, message: str
) -> None:
    path = with_a_font / "fonts" / name
    path.write_bytes(data)
    with pytest.raises(InputRefused) as caught:
        handbook(SET, look=with_a_font)
    assert caught.value.problems == (
        Problem(Location(str(path)), message, "take the family's static files, each a .ttf or .otf"),
    )
