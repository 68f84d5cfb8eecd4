"""Text, drawn so that what a reader copies, searches or hears is what is written.

    line of Pango's → runs of glyphs → TJ operators, texts of glyphs, ActualText

WeasyPrint 70 takes the text of a glyph from the first place it is drawn at. If a letter is drawn with two glyphs, as ȳ
with y and a macron, the first of them gets no text: y is gone from the whole document (Kozea/WeasyPrint#2841). It
does not draw blanks between two elements either. Here each glyph has the text its font gives it (`glyph_texts`), one
drawn for another character has a code of its own, ActualText says what glyphs cannot, and blanks are drawn.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any

import pydyf
from weasyprint.draw import text as draw_text
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import get_hb_object_data

from qexport.common.records import Record
from qexport.layout.glyph_texts import DOTLESS, GlyphTexts, read_glyph_texts

MOST_GLYPHS = 20_000
"""Glyphs of a size and a width that are remembered; a handbook has 1500."""

_GLYPH = ffi.sizeof("PangoGlyphInfo") // 4
"""Numbers that a glyph is: itself, its width, how it is moved to the right and down, and flags."""

_ROUND_POSITIONS = 14802
"""The version of Pango since which sizes of fonts are right (gitlab.gnome.org/GNOME/pango/-/issues/530)."""

_LINE_ENDS = frozenset(
    pango.PANGO_GLYPH_UNKNOWN_FLAG | point for point in (0x0A, 0x0B, 0x0C, 0x0D, 0x2028, 0x2029)
)
"""What Pango sets for the end of a line in a text of one paragraph: nothing is drawn for it."""

_draw_as_weasyprint = draw_text.draw_first_line


class _GlyphRun(Record, frozen=True):
    """Glyphs of one font."""

    pango_font: Any
    font: Any
    size: float
    glyphs: array[int]
    widths: array[int]
    rights: array[int]
    downs: array[int]
    clusters: list[int]
    """For each glyph where its text begins, in bytes of the run's text."""
    text: bytes
    is_reversed: bool
    is_level: bool
    """Whether no glyph is moved up or to the side."""


def draw_first_line(stream: Any, textbox: Any, text_overflow: Any, block_ellipsis: Any, matrix: Any) -> Any:
    """Draw a line of text.

    Lines that end in an ellipsis, and glyphs that are unknown or in colour, are drawn by WeasyPrint.
    """
    runs = None
    if not textbox.text.strip("\n\r\u2028\u2029"):
        return []
    if text_overflow != "ellipsis" and block_ellipsis == "none":
        runs = _read_runs(stream, textbox)
    if runs is None:
        layout = textbox.pango_layout
        if getattr(layout, "ends", None) is not None:
            layout.resting = False
            layout.reactivate(textbox.style)
        return _draw_as_weasyprint(stream, textbox, text_overflow, block_ellipsis, matrix)
    if runs:
        stream.set_text_matrix(*matrix.values)
        writer = _GlyphWriter(stream)
        for run in runs:
            writer.write_run(run)
        writer.show()
    return []


def find_glyph_texts(font: Any) -> GlyphTexts:
    """Return what the glyphs of a font of WeasyPrint's represent."""
    known: GlyphTexts | None = font.__dict__.get("glyph_texts")
    if known is None:
        known = font.glyph_texts = read_glyph_texts(get_hb_object_data(font.hb_face))
    return known


def _read_runs(stream: Any, textbox: Any) -> list[_GlyphRun] | None:
    """Return the parts of a line in one font each; None if WeasyPrint is to draw it."""
    if textbox.style["font_size"] < 1e-6 or pango.pango_version() < _ROUND_POSITIONS:
        return None
    layout = textbox.pango_layout
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    line, _ = layout.get_first_line()
    ends = getattr(layout, "ends", None)
    whole = layout.text.encode()
    runs = []
    run = line.runs[0]
    while run != ffi.NULL:
        item, string = run.data.item, run.data.glyphs
        count = string.num_glyphs if ends is None else count_glyphs_before(ends, item, string)
        if ends is not None and not count:
            break
        numbers = array("i", ffi.buffer(string.glyphs, count * _GLYPH * 4)[:])
        glyphs = numbers[::_GLYPH]
        for place in [place for place, glyph in enumerate(glyphs) if glyph in _LINE_ENDS]:
            glyphs[place], numbers[place * _GLYPH + 1] = pango.PANGO_GLYPH_EMPTY, 0
        if min(glyphs, default=0) < 0 or max(glyphs, default=0) > pango.PANGO_GLYPH_EMPTY:
            return None
        rights, downs = numbers[2::_GLYPH], numbers[3::_GLYPH]
        font, size = stream.add_font(item.analysis.font)
        if font.bitmap or font.svg or font.png or font.colr:
            return None
        end = item.offset + item.length
        runs.append(
            _GlyphRun(
                item.analysis.font,
                font,
                size,
                glyphs,
                numbers[1::_GLYPH],
                rights,
                downs,
                list(string.log_clusters[0:count]),
                whole[item.offset : end if ends is None else min(end, ends)],
                bool(item.analysis.level % 2),
                not (any(rights) or any(downs)),
            )
        )
        run = run.next
    return runs


def count_glyphs_before(ends: int, item: Any, string: Any) -> int:
    """Return how many glyphs of a run come before a place in its line."""
    count: int = string.num_glyphs
    while count and item.offset + string.log_clusters[count - 1] >= ends:
        count -= 1
    return count


class _GlyphWriter:
    """Writes runs into a content stream, the glyphs of one font in as few operators as possible."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.shown = ""
        self.left = 0.0
        """How far what follows moves to the left, in thousandths of an em."""
        self.font: Any = None

    def show(self) -> None:
        """Show the glyphs that wait."""
        self._move()
        if self.shown:
            self.stream.show_text(self.shown.replace("><", ""))
        self.shown = ""

    def write_run(self, run: _GlyphRun) -> None:
        """Write the glyphs of a run, with what they represent."""
        if run.pango_font != self.font:
            self.font = run.pango_font
            self.show()
            self.stream.set_font_size(run.font.hash, run.size)
        known = find_glyph_texts(run.font)
        if not run.is_reversed and run.is_level and _says(known, run.glyphs, run.text):
            self._write(run, range(len(run.glyphs)), run.glyphs)
            return
        for is_told, pieces in _pieces(known, run):
            if is_told:
                text = pydyf.String("".join(piece.text for piece in pieces))
                self.show()
                self.stream.begin_marked_content("Span", pydyf.Dictionary({"ActualText": text}))
            for piece in pieces:
                self._write(run, piece.places, piece.codes)
            if is_told:
                self.show()
                self.stream.end_marked_content()

    def _write(self, run: _GlyphRun, places: Any, codes: Any) -> None:
        """Write glyphs under their codes, each moved as Pango has it."""
        _record_glyphs(self.stream, run, places, codes)
        own = run.font.widths
        if run.is_level and pango.PANGO_GLYPH_EMPTY not in codes:
            widths = map(run.widths.__getitem__, places)
            written = map(_write_glyph, repeat(run.size), codes, widths, map(own.__getitem__, codes))
            self._move()
            shown = f"<{''.join(written)}"
            self.shown += shown[:-1] if shown[-1] == "<" else f"{shown}>"
            return
        for place, code in zip(places, codes, strict=True):
            self._write_moved(run, place, code)

    def _write_moved(self, run: _GlyphRun, place: int, code: int) -> None:
        width = run.widths[place]
        if code == pango.PANGO_GLYPH_EMPTY:
            self.left -= width * 1000 * FROM_UNITS / run.size
            return
        right, rise = run.rights[place] / run.size, run.downs[place] / 1000
        kerning = run.font.widths[code] + right - width * 1000 * FROM_UNITS / run.size
        if rise:
            self.show()
            self.stream.set_text_rise(-rise)
            self.left -= right
            self._move()
            self.shown += f"<{code:04x}>"
            self.show()
            self.stream.set_text_rise(0)
        else:
            self.left -= right
            self._move()
            self.shown += f"<{code:04x}>"
        self.left += kerning

    def _move(self) -> None:
        """Write how far what follows moves."""
        if int(self.left):
            self.shown += str(int(self.left))
        self.left = 0


def _record_glyphs(stream: Any, run: _GlyphRun, places: Any, codes: Any) -> None:
    """Note for the font what it draws: codes, their texts and widths."""
    font, known = run.font, find_glyph_texts(run.font)
    if all(map(font.widths.__contains__, codes)):
        return
    # By glyph and size; all documents with this font share them (`memory.fonts`).
    widths = font.__dict__.setdefault("glyph_widths", {})
    for place, code in dict(zip(reversed(places), reversed(codes), strict=True)).items():
        glyph = run.glyphs[place]
        if code in font.widths or glyph == pango.PANGO_GLYPH_EMPTY:
            continue
        if code != glyph:
            font.__dict__.setdefault("aliases", {})[code] = glyph
        font.to_unicode.setdefault(code, known.texts.get(code, ""))
        width = widths.get((glyph, run.size))
        if width is None:
            pango.pango_font_get_glyph_extents(run.pango_font, glyph, stream.ink_rect, stream.logical_rect)
            width = round(stream.logical_rect.width * 1000 * FROM_UNITS / run.size)
            widths[glyph, run.size] = width
        font.widths[code] = width


def _says(known: GlyphTexts, glyphs: array[int], text: bytes) -> bool:
    """Return whether glyphs have the texts that, one after the other, are this text."""
    return "".join(map(known.texts.get, glyphs, repeat(""))) == text.decode()


class _GlyphCluster(Record, frozen=True):
    """A cluster: glyphs that belong together for some characters."""

    places: list[int]
    text: str
    codes: list[int]
    says: bool
    """Whether the texts of its codes are its text, and nothing of it is moved to the side."""


def _pieces(known: GlyphTexts, run: _GlyphRun) -> Iterator[tuple[bool, list[_GlyphCluster]]]:
    """Yield clusters together that are written with the same ActualText, or with none.

    One that is moved to the side takes the next one along: readers find a gap after a mark, which is drawn above the
    letter before it, and make a space of it.
    """
    told: list[_GlyphCluster] = []
    for places, text in _clusters(run):
        glyphs = [run.glyphs[place] for place in places]
        codes = _find_codes(known, glyphs, text, is_reversed=run.is_reversed)
        is_moved = (
            not run.is_reversed
            and any(map(unicodedata.combining, text))
            and any(run.rights[place] for place in places)
        )
        piece = _GlyphCluster(places, text, codes or glyphs, codes is not None and not is_moved)
        if piece.says and not told:
            yield False, [piece]
        elif piece.says or run.is_reversed:
            yield True, [*told, piece]
            told = []
        else:
            told.append(piece)
    if told:
        yield True, told


def _clusters(run: _GlyphRun) -> Iterator[tuple[list[int], str]]:
    """Yield the places of the glyphs that belong together for some characters, and these, in the order of drawing."""
    starts = sorted(set(run.clusters))
    ends = dict(zip(starts, [*starts[1:], len(run.text)], strict=True))
    places: list[int] = []
    for place, start in enumerate(run.clusters):
        places.append(place)
        if place + 1 == len(run.clusters) or run.clusters[place + 1] != start:
            yield places, run.text[start : ends[start]].decode()
            places = []


def _find_codes(known: GlyphTexts, glyphs: list[int], text: str, *, is_reversed: bool) -> list[int] | None:
    """Return the codes of glyphs if their texts are this text; None if it has to be said otherwise."""
    text = "".join(character for character in text if not _is_ignorable(character))
    drawn = [glyph for glyph in glyphs if glyph != pango.PANGO_GLYPH_EMPTY]
    if not drawn or (not text and len(drawn) == 1):
        return glyphs
    said = "".join(known.texts.get(glyph, "") for glyph in (reversed(drawn) if is_reversed else drawn))
    if said == text or (text.isspace() and said.isspace()):
        return glyphs
    if len(drawn) == len(glyphs) == 1 and (drawn[0], text) in known.aliases:
        return [known.aliases[drawn[0], text]]
    dotted = DOTLESS.get(said[:1], "")
    if dotted and len(drawn) == len(glyphs) and not is_reversed and text == dotted + said[1:]:
        return [known.aliases[glyphs[0], dotted], *glyphs[1:]]
    return None


def _is_ignorable(character: str) -> bool:
    """Return whether a character is not drawn: what may break, join or direct, and selectors of variants."""
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


@lru_cache(MOST_GLYPHS)
def _write_glyph(size: float, code: int, width: int, own: int) -> str:
    """Return a glyph, and how far what follows moves to the left."""
    kerning = int(own - width * 1000 * FROM_UNITS / size)
    return f"{code:04x}>{kerning}<" if kerning else f"{code:04x}"
