"""The glyph substitutions of a font, from its GSUB table.

    font file → (glyph, glyphs that it is drawn for), …

A letter of Arabic has a form for each place in a word, a syllable of Devanagari a glyph of its own. Their names often
say nothing, or the font has none; but the table says which glyphs they are drawn for. Substitutions of one glyph by
another and of several by one are read (types 1 and 4), whatever feature asks for them (OpenType specification, GSUB).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator


def read_forms(data: bytes, gsub: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return each substitute with what it is drawn for, in the order of the table.

    Args:
        data: a font file.
        gsub: where its table GSUB begins.
    """
    lookups = gsub + read_short(data, gsub + 8)
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for lookup in _offsets(data, lookups, lookups):
        kind = read_short(data, lookup)
        for place in _offsets(data, lookup + 4, lookup):
            if kind == 7:  # a wider offset to one of another type
                inner, at = (
                    read_short(data, place + 2),
                    place + int.from_bytes(data[place + 4 : place + 8], "big"),
                )
            else:
                inner, at = kind, place
            if inner == 1:
                found.update(dict.fromkeys(_read_singles(data, at)))
            elif inner == 4:
                found.update(dict.fromkeys(_read_ligatures(data, at)))
    return tuple(found)


def _read_singles(data: bytes, at: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    covered = list(_read_coverage(data, at + read_short(data, at + 2)))
    if read_short(data, at) == 1:
        delta = read_short(data, at + 4)
        yield from (((glyph + delta) % 0x10000, (glyph,)) for glyph in covered)
    else:
        others = struct.unpack_from(f">{read_short(data, at + 4)}H", data, at + 6)
        yield from ((other, (glyph,)) for glyph, other in zip(covered, others, strict=False))


def _read_ligatures(data: bytes, at: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    covered = _read_coverage(data, at + read_short(data, at + 2))
    for first, group in zip(covered, _offsets(data, at + 4, at), strict=False):
        for place in _offsets(data, group, group):
            glyph, count = read_short(data, place), read_short(data, place + 2)
            yield glyph, (first, *struct.unpack_from(f">{count - 1}H", data, place + 4))


def _read_coverage(data: bytes, at: int) -> Iterator[int]:
    kind, count = read_short(data, at), read_short(data, at + 2)
    if kind == 1:
        yield from struct.unpack_from(f">{count}H", data, at + 4)
    else:
        for first, last, _ in struct.iter_unpack(">3H", data[at + 4 : at + 4 + 6 * count]):
            yield from range(first, last + 1)


def _offsets(data: bytes, at: int, base: int) -> list[int]:
    """Return the places that a counted list of offsets names."""
    return [base + offset for offset in struct.unpack_from(f">{read_short(data, at)}H", data, at + 2)]


def read_short(data: bytes, at: int) -> int:
    """Return the number of two bytes at a place of a font file."""
    return int.from_bytes(data[at : at + 2], "big")
