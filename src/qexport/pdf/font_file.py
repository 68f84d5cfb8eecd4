"""Font files as the linker needs them, measured and cut down: the only module that imports HarfBuzz.

HarfBuzz takes 20 ms to import. What is drawn late in a bundled font is measured without it, from the tables cmap, head,
hhea and hmtx of the OpenType specification; other fonts may have these in forms that only HarfBuzz knows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qexport.common.records import Record
from qexport.layout.fonts import FontFile, find_bundled
from qexport.layout.glyph_forms import read_short
from qexport.layout.glyph_texts import read_characters
from qexport.pdf.file_writer import compress
from qexport.pdf.outlines import with_quadratic_outlines

if TYPE_CHECKING:
    from qexport.layout.scheduler import KeptValues

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
    data = bytes(uharfbuzz.subset(_read_face(file), request).blob.data)
    return with_quadratic_outlines(data) if data[:4] == b"OTTO" else data


def subset_for(file: FontFile, characters: Iterable[str]) -> bytes:
    """Return a font file with the glyphs of these characters alone, hints left out.

    Kerning and ligatures stay: a browser shapes the text itself.
    """
    import uharfbuzz

    request = uharfbuzz.SubsetInput()
    request.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    request.sets(uharfbuzz.SubsetInputSets.UNICODE).update(sorted(map(ord, characters)))
    return bytes(uharfbuzz.subset(_read_face(file), request).blob.data)


@lru_cache(maxsize=16)
def _read_face(file: FontFile) -> Any:
    """Return a font file as HarfBuzz knows it."""
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file.path)))


class Face(Record, frozen=True, dict=True):
    """A font file as the linker needs it. Lengths are thousandths of an em."""

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
    return _read_tables(file) if file.digest in find_bundled() else _ask_harfbuzz(file)


def _read_tables(file: FontFile) -> Face:
    """Return what the tables of a font say."""
    data = file.path.read_bytes()
    tables = {
        data[at : at + 4]: int.from_bytes(data[at + 8 : at + 12], "big")
        for at in range(12, 12 + 16 * read_short(data, 4), 16)
    }
    head, widths = tables[b"head"], tables[b"hmtx"]
    scale = 1000 / read_short(data, head + 18)
    last_width = read_short(data, tables[b"hhea"] + 34) - 1
    known = read_characters(data, tables[b"cmap"])
    glyphs = {character: known[ord(character)] for character in DRAWN if ord(character) in known}
    advances = {
        glyph: read_short(data, widths + 4 * min(glyph, last_width)) * scale for glyph in glyphs.values()
    }
    return _make_face(glyphs, advances, data[head : head + 54], scale)


def _ask_harfbuzz(file: FontFile) -> Face:
    """Return what HarfBuzz says of a font."""
    import uharfbuzz

    face = _read_face(file)
    font = uharfbuzz.Font(face)
    scale = 1000 / face.upem
    found = {character: font.get_nominal_glyph(ord(character)) for character in DRAWN}
    glyphs = {character: glyph for character, glyph in found.items() if glyph is not None}
    advances = {glyph: font.get_glyph_h_advance(glyph) * scale for glyph in glyphs.values()}
    return _make_face(glyphs, advances, face.reference_table("head").data, scale)


def _make_face(glyphs: Mapping[str, int], advances: Mapping[int, float], head: bytes, scale: float) -> Face:
    left, bottom, right, top = (round(scale * each) for each in struct.unpack_from(">4h", head, 36))
    return Face(
        glyphs=glyphs,
        characters={glyph: character for character, glyph in glyphs.items()},
        advances=advances,
        box=(left, bottom, right, top),
    )


# --- kept subsets ------------------------------------------------------------------------------------------------


def pack_subsets(
    wanted: Sequence[tuple[FontFile, frozenset[int]]], kept: KeptValues | None
) -> list[tuple[int, bytes]]:
    """Return the subsets of font files: how long each is, and its data as a PDF holds it.

    Args:
        wanted: font files, each with its glyphs.
        kept: where subsets are kept; None: nowhere.
    """
    writer = zlib.ZLIB_RUNTIME_VERSION
    names = [
        sha256(repr((file.digest, sorted(glyphs), writer)).encode()).hexdigest() for file, glyphs in wanted
    ]
    packed = kept.load(names) if kept else {}
    fresh = {}
    for name, each in zip(names, wanted, strict=True):
        if name not in packed:
            data = subset(*each)
            packed[name] = fresh[name] = len(data).to_bytes(4, "big") + compress(data)
    if kept and fresh:
        kept.keep(fresh)
    return [(int.from_bytes(packed[name][:4], "big"), packed[name][4:]) for name in names]
