"""Lines: where they end, found from less text and once only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from weasyprint import css
from weasyprint.layout import inline
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

from qexport.layout.weasyprint import line_ends
from qexport.layout.weasyprint.memory.pango_layouts import RememberingLayout
from qexport.layout.weasyprint.memory.styles import DependsOnPage
from qexport.layout.weasyprint.text_drawing import count_glyphs_before

_min_content_width = inline.inline_min_content_width


def inline_min_content_width(context: Any, box: Any, *others: Any, **named: Any) -> Any:
    """Measure the least a line needs only if there is a float beside it.

    `get_next_linebox`, the only one who calls it here, wants to know whether the line fits beside the floats. It
    measures each line of a page that has one, wherever that is. Beside none, the width is not looked at.
    """
    top = box.border_box_y()
    bottom = (
        top
        + inline.strut(box.style)[0]
        + (box.padding_top + box.padding_bottom + box.border_top_width + box.border_bottom_width)
    )
    for shape in context.excluded_shapes:
        if shape.position_y <= bottom and shape.position_y + shape.margin_height() >= top:
            return _min_content_width(context, box, *others, **named)
    if box.style["direction"] == "rtl":  # where it is compared with the width of the line
        return _min_content_width(context, box, *others, **named)
    return 0


PER_EM = 2.8
"""Characters an em of a line has room for, with the first word of the next line: so many are set to find its end."""

_LOOKED_AHEAD = 3
"""Characters whose kind decides whether a line may break before the first of them."""

KERNED = 0.3
"""Ems a word may be narrower than it was beside what stands before it now."""

_UNUSUAL = re.compile("[^ -~\xa1-\xac\xae-\u024f\u0370-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u22ff]")
"""What might run to the left, join others, or end a paragraph or a line by itself."""


def split_first_line(  # noqa: PLR0917  # as the engine calls it
    text: str,
    style: Any,
    context: Any,
    max_width: Any,
    justification_spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    """Find the end of a line from less text, and only once in documents that differ in little else.

    A line ends where it does whatever comes after the next word. WeasyPrint sets more text, and then once more
    to see whether that word fits, which Pango has found it does not: here both are left out where the text is of plain
    words, and there are enough of them.
    """
    kept = getattr(style, "kept", None)
    key = None
    if kept is not None and _remembering[0]:
        properties = _style_key(kept)
        if properties:
            key = properties, text, max_width, justification_spacing, is_line_start, minimum
        if key in _known_lines:
            known, *rest = _known_lines[key]
            return _like(known, style), *rest
    line = kept and _plain_line(text, style, context, max_width, justification_spacing)
    if not line:
        line = line_ends.fit_before_element(
            text, style, context, max_width, justification_spacing, is_line_start, minimum
        )
    if key is not None and style.kept is kept:
        _known_lines[key] = _like(line[0], None), *line[1:]
    return line


def _plain_line(text: str, style: Any, context: Any, max_width: Any, justification_spacing: float) -> Any:
    """Return the first line of a text; None if it is to be looked at more closely."""
    size = style["font_size"]
    if not max_width or max_width == inf or not 4 * size <= max_width:
        return None
    short = text[: int(max_width / size * PER_EM)]
    if style["white_space"] != "normal" or style["hyphens"] == "auto" or _UNUSUAL.search(short):
        return None
    layout = line_break.create_layout(short, style, context, max_width, justification_spacing)
    first_line, resume_index = layout.get_first_line()
    width, _ = line_break.line_size(first_line, style)
    is_whole = len(short) == len(text)
    if width > max_width or (resume_index is None and not is_whole):
        return None
    if resume_index is not None:
        first = short.encode()[:resume_index].decode()
        attributes = pango.pango_layout_get_log_attrs_readonly(layout.layout, ffi.NULL)
        start, end = len(first) + 1, len(short) - (0 if is_whole else _LOOKED_AHEAD)
        at = line_break.get_next_break_point(attributes[start:end]) if start < end else None
        if (at is None and not is_whole) or " " not in first[:-1]:
            return None
        rest = short[len(first) :]
        next_word = rest[:at].rstrip(" ")
        if next_word and rest[-1 if at is None else at] == " ":
            place = ffi.new("PangoRectangle *")
            pango.pango_layout_index_to_pos(layout.layout, resume_index + len(next_word.encode()), place)
            if width + place.x * FROM_UNITS < max_width + KERNED * size:
                layout.set_text(first + next_word)
                first_line, resume_index = layout.get_first_line()
                if resume_index is None:
                    first += next_word
                    resume_index = len(first.encode()) + 1
        if not justification_spacing and _is_apart(layout, first_line, len(first.rstrip(" ").encode())):
            return _as_set(layout, first_line, first.rstrip(" "), resume_index, style)
    return line_break.first_line_metrics(first_line, short, layout, resume_index, True, style)


def _as_set(layout: Any, line: Any, text: str, resume_index: int, style: Any) -> Any:
    """Return a line that is drawn from the layout it was found in, instead of being set once more by itself.

    What follows it there is left out where it is drawn.
    """
    width, height = line_break.line_size(line, style)
    baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
    layout.text, layout.resting, layout.ends = text, True, len(text.encode())
    return layout, layout.ends, resume_index, width, height, baseline


def _is_apart(layout: Any, line: Any, ends: int) -> bool:
    """Return whether a line up to a place would be as it is if nothing followed.

    The last glyph is to be as wide as by itself: a P is kerned before a space. No bundled font has a letter that is
    another one there.
    """
    if not layout.style.font_config.only_bundled:
        return False
    if not (layout.one_paragraph and layout.plain and layout.style["direction"] == "ltr"):
        return False
    run, font, glyph = line.runs[0], None, None
    while run != ffi.NULL:
        item, string = run.data.item, run.data.glyphs
        at = count_glyphs_before(ends, item, string)
        if at:
            font, glyph = item.analysis.font, string.glyphs[at - 1]
        run = run.next
    if font is None or glyph is None:
        return False
    pango.pango_font_get_glyph_extents(font, glyph.glyph, ffi.NULL, _EXTENTS)
    return bool(glyph.geometry.width == _EXTENTS.width)


_EXTENTS = ffi.new("PangoRectangle *")

_remembering = [False]
_known_lines: dict[Any, Any] = {}
"""Lines of the documents that are laid out now."""

_TEXT = (
    *sorted(name for name in css.INITIAL_VALUES if name.startswith(("font_", "hyphen"))),
    *("lang", "direction", "letter_spacing", "word_spacing", "white_space", "overflow_wrap", "word_break"),
    *("tab_size", "text_decoration_line"),
)
"""Properties that decide where lines end, and what of them is drawn."""


@contextmanager
def same_lines() -> Iterator[None]:
    """Remember lines for the time of the block, in which documents are laid out that have most of them in common."""
    _remembering[0] = True
    try:
        yield
    finally:
        _remembering[0] = False
        _known_lines.clear()


def _style_key(kept: Any) -> Any:
    """Return what tells styles of text apart; nothing where it depends on the page."""
    if kept.text is None:
        try:
            kept.text = tuple(repr(kept[name]) for name in _TEXT)
        except DependsOnPage:
            kept.text = ()
    return kept.text


def _like(layout: Any, style: Any) -> Any:
    """Return a layout of the same line for a text of this style."""
    same = RememberingLayout.__new__(RememberingLayout)
    same.__dict__.update(layout.__dict__)
    if "style" in same.__dict__:
        same.style = style
    return same


def forget_lines() -> None:
    """Forget the lines of the documents that are laid out now."""
    _known_lines.clear()
