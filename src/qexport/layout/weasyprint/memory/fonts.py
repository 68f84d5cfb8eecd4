"""Fonts of documents, read once in a process."""

from __future__ import annotations

from copy import copy
from hashlib import sha256
from typing import Any

import pydyf
from weasyprint.draw import text as draw_text
from weasyprint.pdf.stream import Font, Stream
from weasyprint.text.ffi import ffi, gobject
from weasyprint.text.fonts import get_hb_object_data, get_pango_font_key

from qexport.layout.glyph_texts import read_glyph_texts

_engine_draw_first_line = draw_text.draw_first_line
_add_font = Stream.add_font

MOST_SIZED_FONTS = 300
"""Fonts of a size; a handbook has 20."""

_pango_fonts: dict[int, tuple[Any, int, Any, float]] = {}
"""Address of a font → what keeps it there, WeasyPrint's key of it, a new font of WeasyPrint's, size."""


def add_font(self: Any, pango_font: Any) -> Any:
    """Give a document fonts like those of the documents before.

    To read a font copies its file and asks for its tables, so it is done once. `file_digest` is the digest of the file,
    `glyph_texts` has the text of each glyph, `glyph_widths` the widths that were asked for. A font stays the same at
    the same address as long as it is there, and it is kept there. Each document has its own list of glyphs it draws.
    """
    address = int(ffi.cast("uintptr_t", pango_font))
    if address not in _pango_fonts:
        if len(_pango_fonts) == MOST_SIZED_FONTS:
            _pango_fonts.clear()
        key, description, size = get_pango_font_key(pango_font)
        held = ffi.gc(gobject.g_object_ref(pango_font), gobject.g_object_unref)
        font = Font(pango_font, description, size)
        data = get_hb_object_data(font.hb_face)
        font.file_digest, font.glyph_texts = sha256(data).hexdigest(), read_glyph_texts(data)
        font.glyph_widths = {}
        _pango_fonts[address] = held, key, font, size
    _, key, font, size = _pango_fonts[address]
    if key not in self._fonts:
        font = self._fonts[key] = copy(font)
        font.widths, font.to_unicode, font.missing, font.aliases = {}, {}, {}, {}
    return self._fonts[key], size


def embed_no_fonts(*_: object) -> Any:
    """Return a dictionary of no fonts."""
    return pydyf.Dictionary()


def forget_fonts() -> None:
    """Forget all fonts."""
    _pango_fonts.clear()
