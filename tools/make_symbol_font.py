"""Write the symbol fonts of books again: what DejaVu has of signs and the bundled fonts lack.

    .venv/bin/python -m tools.make_symbol_font /usr/share/fonts/truetype/dejavu

DejaVu (Debian: fonts-dejavu-core) is free under the licence of Bitstream Vera, which asks that a changed font has
another name. The fonts are `src/qexport/layout/symbols/*.ttf`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from qexport.layout.fonts import BUNDLED, find_bundled

OUT = Path(__file__).resolve().parent.parent / "src" / "qexport" / "layout" / "symbols"
RANGES = (
    (0x02B0, 0x02FF),  # modifier letters
    (
        0x2000,
        0x2BFF,
    ),  # punctuation, superscripts, letterlike, arrows, mathematics, technical, drawing, dingbats
    (0x1D400, 0x1D7FF),  # mathematical letters
)
FAMILIES = {"DejaVuSans.ttf": "qexport Symbols", "DejaVuSansMono.ttf": "qexport Symbols Mono"}
DATE = 3_376_684_800  # 2011-01-01, seconds since 1904: the same bytes each time


def read_characters(path: Path) -> set[int]:
    with TTFont(path) as font:
        return set(font.getBestCmap())


def cut(path: Path, characters: set[int], family: str) -> None:
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 13, 14])
    options.drop_tables += ["FFTM", "kern", "GDEF", "GPOS", "GSUB"]
    font = subset.load_font(str(path), options, dontLoadGlyphNames=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    name = font["name"]
    for number, text in {1: family, 2: "Regular", 3: family, 4: family, 6: family.replace(" ", "")}.items():
        name.setName(text, number, 3, 1, 0x409)
    font["head"].modified = font["head"].created = DATE
    font.recalcTimestamp = False
    font.save(OUT / f"{family.replace(' ', '').replace('qexport', '')}.ttf")


def main() -> int:
    folder = Path(sys.argv[1])
    texts = {file.path.name: file.path for file in find_bundled().values()}
    there = set().union(*(read_characters(texts[name]) for names in BUNDLED.values() for name in names))
    signs = {
        point
        for point in read_characters(folder / "DejaVuSans.ttf") - there
        if any(first <= point <= last for first, last in RANGES)
    }
    OUT.mkdir(exist_ok=True)
    signs.discard(0x2800)  # the empty pattern of Braille: nothing is drawn, and readers leave it out
    signs |= {0x20, 0xA0}  # Pango sets a blank after a sign in the font of the sign
    for name, family in FAMILIES.items():
        cut(folder / name, signs & read_characters(folder / name), family)
    return 0


if __name__ == "__main__":
    sys.exit(main())
