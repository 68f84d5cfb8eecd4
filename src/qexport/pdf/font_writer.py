"""Fonts in a PDF: each embedded once, subset to all that is drawn with it."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qexport.layout.chunk import FontUse, pdf_string
from qexport.layout.fonts import FontFile
from qexport.pdf.file_writer import PdfFile
from qexport.pdf.font_file import open_face


class FontUsed(NamedTuple):
    """A font, and what all chunks together draw with it."""

    use: FontUse
    widths: dict[int, int]
    texts: dict[int, str]
    aliases: dict[int, int]

    @property
    def glyphs(self) -> frozenset[int]:
        """What is drawn."""
        return frozenset(self.aliases.get(code, code) for code in self.texts)


def write_font(used: FontUsed, source: FontFile, subset: tuple[int, bytes], pdf: PdfFile) -> bytes:
    """Write a font, subset to what is drawn with it (`pack_subsets`); return a reference to it."""
    use, widths, texts, aliases = used
    length, packed = subset
    file = pdf.add_compressed(packed, b"/Length1 %d" % length)
    name = use.name.encode("ascii")
    box = b" ".join(b"%d" % number for number in open_face(source).box)
    descriptor = pdf.add(
        b"<</Type /FontDescriptor/FontName /%s/FontFamily %s/Flags %d/FontBBox [%s]/ItalicAngle %d"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %s>>"
        % (
            name,
            pdf_string(use.family),
            use.flags,
            box,
            use.italic_angle,
            use.ascent,
            use.descent,
            use.ascent,
            file,
        )
    )
    advances = b" ".join(b"%d [%d]" % pair for pair in sorted(widths.items()))
    to_glyphs = pdf.add_stream(_write_cid_to_gid(texts, aliases)) if aliases else b"/Identity"
    descendant = pdf.add(
        b"<</Type /Font/Subtype /CIDFontType2/BaseFont /%s/CIDSystemInfo <</Registry (Adobe)/Ordering (Identity)"
        b"/Supplement 0>>/CIDToGIDMap %s/W [%s]/FontDescriptor %s>>" % (name, to_glyphs, advances, descriptor)
    )
    unicode = pdf.add_stream(write_to_unicode(texts))
    return pdf.add(
        b"<</Type /Font/Subtype /Type0/BaseFont /%s/Encoding /Identity-H/DescendantFonts [%s]/ToUnicode %s>>"
        % (name, descendant, unicode)
    )


def _write_cid_to_gid(codes: Iterable[int], aliases: Mapping[int, int]) -> bytes:
    """Return the glyph of each code, two bytes each (ISO 32000-1, 9.7.4.2, table 117)."""
    glyphs = array("H", bytes(2 * (max(codes) + 1)))
    for code in codes:
        glyphs[code] = aliases.get(code, code)
    if sys.byteorder == "little":
        glyphs.byteswap()
    return glyphs.tobytes()


def write_to_unicode(texts: Mapping[int, str]) -> bytes:
    """Return the CMap that tells readers what characters glyphs represent (ISO 32000-1, 9.10.3)."""
    pairs = [
        b"<%04x> <%s>" % (glyph, text.encode("utf-16-be").hex().encode())
        for glyph, text in sorted(texts.items())
    ]
    blocks = []
    for start in range(0, len(pairs), 100):  # at most 100 pairs a block
        block = pairs[start : start + 100]
        blocks.append(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)))
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        b"%s\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend" % b"\n".join(blocks)
    )
