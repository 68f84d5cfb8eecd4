"""The substitutions of a font are those that fontTools reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from qexport.layout.fonts import find_bundled
from qexport.layout.glyph_forms import read_forms

FONTS = sorted(file.path for file in find_bundled().values() if "Regular" in file.path.name)


def forms_of(font: TTFont) -> Iterator[tuple[int, tuple[int, ...]]]:
    number = font.getGlyphID
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for each in lookup.SubTable:
            table = getattr(each, "ExtSubTable", each)
            if table.LookupType == 1:
                for drawn_for, glyph in table.mapping.items():
                    yield number(glyph), (number(drawn_for),)
            elif table.LookupType == 4:
                for first, ligatures in table.ligatures.items():
                    for ligature in ligatures:
                        yield number(ligature.LigGlyph), tuple(map(number, [first, *ligature.Component]))


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.name)
def test_every_substitute_is_read_with_what_it_is_drawn_for(path: Path) -> None:
    with TTFont(path) as font:
        found = read_forms(path.read_bytes(), font.reader.tables["GSUB"].offset)
        assert set(found) == set(forms_of(font))
        assert len(found) > 20
