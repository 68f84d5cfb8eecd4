"""Glyphs and their fonts, written as they were written before."""

from __future__ import annotations

from array import array
from copy import copy
from functools import lru_cache
from hashlib import sha256
from typing import Any

from weasyprint.draw import text as draw_text
from weasyprint.pdf.stream import Font, Stream
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango
from weasyprint.text.fonts import get_hb_object_data, get_pango_font_key

from qexport.layout.weasyprint.memory.pango_layouts import count_glyphs_before

_draw_first_line = draw_text.draw_first_line
_add_font = Stream.add_font

MOST_FONTS = 300
"""Fonts of a size; a handbook has 20."""

MOST_GLYPHS = 20_000
"""Glyphs of a size and a width; a handbook has 1500."""

_pango_fonts: dict[int, tuple[Any, int, Any, float]] = {}
"""Address of a font → what keeps it there, WeasyPrint's key of it, a new font of WeasyPrint's, size."""

_GLYPH = ffi.sizeof("PangoGlyphInfo") // 4
"""Numbers that a glyph is: itself, its width, how it is moved to the right and down, and flags."""


def add_font(self: Any, pango_font: Any) -> Any:
    """Give a document fonts like those of the documents before.

    Reading a font copies its file and asks for its tables; which file it is, `file_digest` tells. A font stays the same
    at the same address as long as it is there, and it is kept there. What a document notes of it (glyphs and their
    widths) is its own.
    """
    address = int(ffi.cast("uintptr_t", pango_font))
    if address not in _pango_fonts:
        if len(_pango_fonts) == MOST_FONTS:
            _pango_fonts.clear()
        key, description, size = get_pango_font_key(pango_font)
        held = ffi.gc(gobject.g_object_ref(pango_font), gobject.g_object_unref)
        font = Font(pango_font, description, size)
        font.file_digest = sha256(get_hb_object_data(font.hb_face)).hexdigest()
        _pango_fonts[address] = held, key, font, size
    _, key, font, size = _pango_fonts[address]
    if key not in self._fonts:
        font = self._fonts[key] = copy(font)
        font.widths, font.to_unicode, font.missing = {}, {}, {}
    return self._fonts[key], size


def draw_first_line(stream: Any, textbox: Any, text_overflow: Any, block_ellipsis: Any, matrix: Any) -> Any:
    """Write glyphs as they were written before.

    How one is written depends on its width here, which the text around it may change, and on its own. Lines that end in
    an ellipsis, run to the left, have glyphs that are moved, unknown or in colour are drawn as usual.
    """
    runs = None
    if text_overflow != "ellipsis" and block_ellipsis == "none" and textbox.text.strip():
        runs = _plain_runs(stream, textbox)
    if runs is None:
        if textbox.pango_layout.ends is not None:
            textbox.pango_layout.resting = False
            textbox.pango_layout.reactivate(textbox.style)
        return _draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
    stream.set_text_matrix(*matrix.values)
    shown = ""
    previous = None
    for item, clusters, font, size, glyphs, widths in runs:
        if item.analysis.font != previous:
            previous = item.analysis.font
            if shown:
                stream.show_text(shown)
            shown = ""
            stream.set_font_size(font.hash, size)
        own = font.widths
        for glyph in dict.fromkeys(glyphs):
            if glyph not in font.to_unicode:
                at = glyphs.index(glyph)
                end = item.length if at == len(glyphs) - 1 else clusters[at + 1]
                text = textbox.pango_layout.text.encode()[item.offset :]
                font.to_unicode[glyph] = text[clusters[at] : end].decode()
            if glyph not in own:
                pango.pango_font_get_glyph_extents(previous, glyph, stream.ink_rect, stream.logical_rect)
                own[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
        written = [
            _written(size, glyph, width, own[glyph]) for glyph, width in zip(glyphs, widths, strict=True)
        ]
        shown += f"<{''.join(written)}"
        shown = shown[:-1] if shown[-1] == "<" else f"{shown}>"
    stream.show_text(shown)
    return []


def _plain_runs(stream: Any, textbox: Any) -> list[tuple[Any, ...]] | None:
    """Return the parts of a line in one font, None if there is more to any of them than glyphs and their widths."""
    if textbox.style["font_size"] < 1e-6 or pango.pango_version() < 14802:
        return None
    pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
    line, _ = textbox.pango_layout.get_first_line()
    ends = textbox.pango_layout.ends
    runs = []
    run = line.runs[0]
    while run != ffi.NULL:
        item, string = run.data.item, run.data.glyphs
        count = string.num_glyphs if ends is None else count_glyphs_before(ends, item, string)
        if ends is not None and not count:
            break
        numbers = array("i", ffi.buffer(string.glyphs, count * _GLYPH * 4)[:])
        glyphs = numbers[::_GLYPH]
        if item.analysis.level % 2 or any(numbers[2::_GLYPH]) or any(numbers[3::_GLYPH]):
            return None
        if min(glyphs, default=0) < 0 or max(glyphs, default=0) >= pango.PANGO_GLYPH_EMPTY:
            return None
        font, size = stream.add_font(item.analysis.font)
        if font.bitmap or font.svg or font.png or font.colr:
            return None
        runs.append((item, string.log_clusters, font, size, glyphs, numbers[1::_GLYPH]))
        run = run.next
    return runs


@lru_cache(MOST_GLYPHS)
def _written(size: float, glyph: int, width: int, own: int) -> str:
    """Return a glyph, and how far what follows moves to the left."""
    kerning = own + 0.0 - width * 1000 * FROM_UNITS / size
    return f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}"


def forget_fonts() -> None:
    """Forget all fonts."""
    _pango_fonts.clear()
