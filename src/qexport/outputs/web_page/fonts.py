"""The fonts of the book for a page on a screen: cut down to the characters that are there, as WOFF.

WOFF (W3C Recommendation, 1.0) is the font's tables, each deflated: no library is needed to write it.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Iterable

from qexport.layout.fonts import find_bundled
from qexport.pdf.font_file import subset_for

FACES = (
    ("Source Serif Pro", "normal", 400, "SourceSerifPro-Regular.ttf"),
    ("Source Serif Pro", "italic", 400, "SourceSerifPro-It.ttf"),
    ("Source Serif Pro", "normal", 600, "SourceSerifPro-Semibold.ttf"),
    ("Source Sans Pro", "normal", 400, "SourceSansPro-Regular.ttf"),
    ("Source Sans Pro", "normal", 600, "SourceSansPro-Semibold.ttf"),
    ("IBM Plex Mono", "normal", 400, "IBMPlexMono-Regular.ttf"),
)
"""Family, style, weight and file of what a page is set in."""

ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—’“”…·×→")
"""What the page says itself, and what is typed into it."""


def font_faces(texts: Iterable[str]) -> str:
    """Return the @font-face rules for what is in these texts, the fonts inside."""
    characters = ALWAYS.union(*texts)
    files = {file.path.name: file for file in find_bundled().values()}
    rules = []
    for family, style, weight, name in FACES:
        data = b64encode(woff(subset_for(files[name], characters))).decode()
        rules.append(
            f'@font-face{{font-family:"{family}";font-style:{style};font-weight:{weight};font-display:swap;'
            f'src:url(data:font/woff;base64,{data}) format("woff")}}\n'
        )
    return "".join(rules)


def woff(font: bytes) -> bytes:
    """Return a TrueType or OpenType font as WOFF 1.0."""
    flavour, count = font[:4], int.from_bytes(font[4:6], "big")
    entries = [struct.unpack_from(">4s3I", font, 12 + 16 * number) for number in range(count)]
    directory, tables = b"", b""
    start = 44 + 20 * count
    for tag, checksum, offset, length in sorted(entries):
        table = font[offset : offset + length]
        smaller = zlib.compress(table, 9)
        written = smaller if len(smaller) < length else table
        directory += struct.pack(">4s4I", tag, start + len(tables), len(written), length, checksum)
        tables += written + bytes(-len(written) % 4)
    whole = 12 + 16 * count + sum(length + -length % 4 for _, _, _, length in entries)
    size = start + len(tables)
    header = struct.pack(">4s4sI2HI2H5I", b"wOFF", flavour, size, count, 0, whole, 1, 0, 0, 0, 0, 0, 0)
    return header + directory + tables
