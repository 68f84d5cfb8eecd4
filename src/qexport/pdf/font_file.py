"""Font files as the linker needs them, measured and cut down: the only module that imports HarfBuzz.

It is imported when a font is opened: a book that is there already needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache
from typing import Any

from qexport.common.records import Record
from qexport.layout.fonts import FontFile
from qexport.pdf.outlines import with_quadratic_outlines

DRAWN = "0123456789abcdef.,–- "
"""What is drawn when a book is linked: page numbers, ranges and lists of them, leaders."""


@lru_cache(maxsize=16)
def subset(file: FontFile, glyphs: frozenset[int]) -> bytes:
    """Return a font file with these glyphs alone, under their old numbers; those of the last book are remembered."""
    import uharfbuzz

    request = uharfbuzz.SubsetInput()
    request.flags = (
        uharfbuzz.SubsetFlags.RETAIN_GIDS
        | uharfbuzz.SubsetFlags.NO_HINTING
        | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    )
    request.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(sorted(glyphs))
    drop = request.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG)
    drop.update(
        int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF", b"DSIG", b"BASE", b"JSTF", b"LTSH")
    )
    data = bytes(uharfbuzz.subset(open_face(file).face, request).blob.data)
    return with_quadratic_outlines(data) if data[:4] == b"OTTO" else data


def subset_for(file: FontFile, characters: Iterable[str]) -> bytes:
    """Return a font file with the glyphs of these characters alone, hints left out.

    Kerning and ligatures stay: a browser shapes the text itself.
    """
    import uharfbuzz

    request = uharfbuzz.SubsetInput()
    request.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    request.sets(uharfbuzz.SubsetInputSets.UNICODE).update(sorted(map(ord, characters)))
    return bytes(uharfbuzz.subset(open_face(file).face, request).blob.data)


class Face(Record, frozen=True, dict=True):
    """A font file as the linker needs it. Lengths are thousandths of an em."""

    face: Any
    glyphs: Mapping[str, int]
    characters: Mapping[int, str]
    advances: Mapping[int, float]
    box: tuple[int, int, int, int]

    @cached_property
    def _known(self) -> dict[str, tuple[float, tuple[int, ...]]]:
        """Texts with their widths and glyphs: an index of 500 terms asks 11,000 times for those of a hundred folios."""
        return {}

    def _measure(self, text: str) -> tuple[float, tuple[int, ...]]:
        found = self._known.get(text)
        if found is None:
            written = text if "–" in self.glyphs else text.replace("–", "-")
            glyphs = tuple(self.glyphs[character] for character in written if character in self.glyphs)
            found = self._known[text] = sum(self.advances[glyph] for glyph in glyphs), glyphs
        return found

    def width(self, text: str) -> float:
        """Return how wide a text is that is drawn late."""
        return self._measure(text)[0]

    def set(self, text: str) -> tuple[int, ...]:
        """Return the glyphs of a text that is drawn late; a dash the font lacks is a hyphen."""
        return self._measure(text)[1]


@cache
def open_face(file: FontFile) -> Face:
    """Return what the linker needs of a font file."""
    import uharfbuzz

    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file.path)))
    font = uharfbuzz.Font(face)
    scale = 1000 / face.upem
    nominal = {character: font.get_nominal_glyph(ord(character)) for character in DRAWN}
    glyphs = {character: glyph for character, glyph in nominal.items() if glyph is not None}
    header = face.reference_table("head").data
    left, bottom, right, top = (
        round(scale * int.from_bytes(header[at : at + 2], "big", signed=True)) for at in (36, 38, 40, 42)
    )  # OpenType, table head
    return Face(
        face=face,
        glyphs=glyphs,
        characters={glyph: character for character, glyph in glyphs.items()},
        advances={glyph: font.get_glyph_h_advance(glyph) * scale for glyph in glyphs.values()},
        box=(left, bottom, right, top),
    )
