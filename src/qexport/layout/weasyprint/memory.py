"""What WeasyPrint computes anew for each document, remembered from one to the next.

The documents of a book share a style sheet, fonts and most of their structure. Laid out alone, each computes the same
styles, resolves the same percentages and prepares the same fonts again. Here some small functions of WeasyPrint are
replaced by ones that remember; nothing on the disk is changed. Each says what it remembers, why that is right and what
it gains of the 155 ms a question took, and calls what it replaced wherever its assumption does not hold: a chunk is the
same to the byte with memory and without, whatever was laid out before it (`tests/unit/test_engine_memory.py`).

All of it hangs on *kept* styles: a style of a document that is computed from the same declarations, below the same
parent, as one of a document before it has its twin here, which no document ever sees or changes.

To be imported when WeasyPrint is, by `engine`.
"""

from __future__ import annotations

import gc
import re
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cached_property, lru_cache
from hashlib import sha256
from math import inf
from typing import Any

import tinycss2
from tinyhtml5 import inputstream
from weasyprint import css
from weasyprint.css.computed_values import COMPUTER_FUNCTIONS, PHYSICAL_FUNCTIONS
from weasyprint.css.functions import check_math
from weasyprint.draw import text as draw_text
from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.html import UA_STYLESHEET
from weasyprint.layout import inline, percent
from weasyprint.pdf.stream import Font, Stream
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango
from weasyprint.text.fonts import get_hb_object_data, get_pango_font_key

from qexport.layout import fonts

MOST_STYLES = 3000
"""Kept styles. A handbook has 400 of them, at 4 kB each; where there are more, all are forgotten."""

MOST_SIZES = 100
"""Containing blocks for which a kept style knows its percentages."""

# What is replaced.
_resolve_percentages, _resolve_radii = percent.resolve_percentages, percent.resolve_radii_percentages
_min_content_width = inline.inline_min_content_width
_split_first_line = inline.split_first_line
_strut = line_break.strut
_set_styles, _style_for = css.StyleFor.set_computed_styles, css.StyleFor.__call__
_is_in_normal_flow = Box.is_in_normal_flow
_Layout = line_break.Layout
_setup, _set_text = _Layout.setup, _Layout.set_text
_get_first_line, _deactivate, _reactivate = _Layout.get_first_line, _Layout.deactivate, _Layout.reactivate

_draw_first_line = draw_text.draw_first_line
_add_font = Stream.add_font

_changed: list[tuple[Any, str, Any]] = []
"""What is replaced now: where, under which name, what stood there."""


def install() -> None:
    """Let WeasyPrint remember."""
    if not _changed:
        for holder, name, new in _changes():
            _changed.append((holder, name, None if new is None else getattr(holder, name)))
            setattr(holder, name, new)


@contextmanager
def switched_off() -> Iterator[None]:
    """Let WeasyPrint be as it comes, for the time of the block."""
    while _changed:
        setattr(*_changed.pop())
    forget()
    try:
        yield
    finally:
        install()


def forget() -> None:
    """Forget everything, as after a layout that was broken off: what is kept may be half done."""
    gc.unfreeze()  # among what is no longer looked through there may be what is forgotten
    _roots.clear()
    _count[0] = 0
    _pango_fonts.clear()
    _lines.clear()


def _changes() -> Iterator[tuple[Any, str, Any]]:
    yield css, "ComputedStyle", Computed
    yield css, "AnonymousStyle", Anonymous
    others = [entry for entry in UA_STYLESHEET.matcher.other_selectors if entry is not _USUAL.get(entry[3])]
    yield UA_STYLESHEET.matcher, "other_selectors", others
    yield css.StyleFor, "set_computed_styles", set_computed_styles
    yield css.StyleFor, "__call__", style_for
    yield from _everywhere("resolve_percentages", _resolve_percentages, resolve_percentages)
    yield from _everywhere("resolve_radii_percentages", _resolve_radii, resolve_radii_percentages)
    yield inline, "inline_min_content_width", inline_min_content_width
    yield from _everywhere("strut", _strut, strut)
    yield inline, "split_first_line", split_first_line
    yield Box, "is_in_normal_flow", is_in_normal_flow
    yield draw_text, "draw_first_line", draw_first_line
    yield Stream, "add_font", add_font
    yield inputstream, "characters_until_regex", _Expressions()
    for attribute in ("one_paragraph", "one_line", "resting", "ends", "plain"):
        yield _Layout, attribute, None
    for method in (setup, set_text, get_first_line, deactivate, reactivate):
        yield _Layout, method.__name__, method


_RARE = frozenset(("marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"))
"""Pseudo-elements the engine's own style sheet gives to every element."""

_USUAL = {
    entry[3]: entry
    for entry in UA_STYLESHEET.matcher.other_selectors
    if entry[3] in _RARE and not entry[0].__code__.co_names  # it looks at nothing: `::marker`
}
"""What the engine's own style sheet says of them: test, specificity, order, name, declarations and layer."""


def set_computed_styles(  # noqa: PLR0917  # as the engine calls it
    self: Any,
    element: Any,
    parent: Any,
    root: Any = None,
    pseudo_type: str | None = None,
    base_url: Any = None,
    target_collector: Any = None,
) -> None:
    """Leave styles that few elements need until they are asked for: each element was given six such."""
    if pseudo_type in _USUAL:
        cascaded = self._cascaded_styles[element, pseudo_type] = _with_usual(
            pseudo_type, self._cascaded_styles.get((element, pseudo_type), {})
        )
        if "anchor" not in cascaded:
            self.__dict__.setdefault("later", {})[element, pseudo_type] = cascaded
            return
    elif element is root:
        self.root, self.base_url = root, base_url
    _set_styles(self, element, parent, root, pseudo_type, base_url, target_collector)


def style_for(self: Any, element: Any, pseudo_type: str | None = None) -> Any:
    """Compute a style that was left."""
    if pseudo_type in _USUAL:
        styles = self._computed_styles
        if (element, pseudo_type) not in styles and (element, None) in styles:
            later = self.__dict__.get("later", {})
            cascaded = later.get((element, pseudo_type)) or _with_usual(pseudo_type, {})
            self._cascaded_styles[element, pseudo_type] = cascaded
            _set_styles(self, element, element, self.root, pseudo_type, self.base_url)
            del self._cascaded_styles[element, pseudo_type]
    return _style_for(self, element, pseudo_type)


def _with_usual(pseudo_type: str | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what applies to a pseudo-element: what other style sheets say, and the engine's own."""
    _, specificity, _, _, (declarations, _) = _USUAL[pseudo_type]
    usual = {
        name: (value, (css.declaration_precedence("user agent", importance), inf, specificity))
        for name, value, importance in declarations
    }
    return {**usual, **said}  # any other is weightier


def _everywhere(name: str, old: Any, new: Callable[..., Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield every module of WeasyPrint that knows a function by its name."""
    for path, holder in list(sys.modules.items()):
        if path.startswith("weasyprint") and getattr(holder, name, None) is old:
            yield holder, name, new


# -- styles -----------------------------------------------------------------------------------------------------------

_roots: dict[Any, Any] = {}
"""Kept styles of root elements; each knows those below it."""

_count = [0]

_LOGICAL = frozenset(
    function(block="ttb", inline=direction)
    for function in PHYSICAL_FUNCTIONS.values()
    for direction in ("ltr", "rtl")
)
"""Properties that go by the direction of writing."""

_SIZES = frozenset(
    f"{kind}_{side}" for kind in ("margin", "padding") for side in ("top", "right", "bottom", "left")
)

_ALONE = _SIZES | {"anchor", "counter_increment", "counter_reset", "counter_set", "overflow"}
"""Properties a style may be given by layout without any other of its properties being another for it."""


_PLAIN = (
    frozenset(css.INITIAL_VALUES) - frozenset(COMPUTER_FUNCTIONS) - frozenset(PHYSICAL_FUNCTIONS) - {"anchor"}
)

_SPECIFIED = frozenset(("position", "float", "display"))
"""Properties whose specified values a style keeps, too."""

_KEYWORDS = ("inherit", "initial")

_set = dict.__setitem__


class _DependsOnPage(BaseException):
    """A value is measured in the size of a document's first page. No Exception: WeasyPrint passes over those."""


class _NoPage(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise _DependsOnPage


class _Memory:
    """What is known of a kept style."""

    kept = None
    """It has no twin itself."""
    square = strut = layout = flows = text = None

    plain_of = -1

    @property
    def plain(self) -> dict[str, Any]:
        """What is known that nothing else is computed from, nor from anything but the parent."""
        if self.plain_of != len(self):  # type: ignore[arg-type]
            self.plain_of = len(self)  # type: ignore[arg-type]
            self._plain = {key: self[key] for key in self.keys() & _PLAIN}  # type: ignore[attr-defined, index]
        return self._plain

    @cached_property
    def sizes(self) -> dict[Any, dict[str, Any]]:
        return {}

    @cached_property
    def anonymous_style(self) -> Any:
        return _KeptAnonymous(self)


class _KeptAnonymous(_Memory, css.AnonymousStyle):  # type: ignore[misc]
    pass


class _Kept(_Memory, css.ComputedStyle):  # type: ignore[misc]
    """A style that no document sees."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.own = _taken_from_parent(self.cascaded)
        self.below: dict[Any, Any] = {}
        self.depends_on_page = False

    def __missing__(self, key: str) -> Any:
        if self.depends_on_page:
            raise _DependsOnPage
        try:
            return super().__missing__(key)
        except _DependsOnPage:
            self.clear()
            self.depends_on_page = True
            raise


class Computed(css.ComputedStyle):  # type: ignore[misc]
    """A style of a document, which takes its values from a kept one: 23 ms.

    A style is a function of its parent's, of the declarations that apply, and of the document's base address, fonts and
    page size. The first four are what a kept style is found by: declarations by their identity, as those of a style
    sheet that is read once are the same objects, which the kept style holds. What depends on the page is not kept.

    It stays the document's own object, with the values that layout gives to it. From then on it computes what it still
    lacks as usual, unless nothing else depends on what it was given.
    """

    kept: Any = None
    own: frozenset[str] = frozenset()
    resized = False
    """Whether layout has given it other margins or padding."""

    def __init__(  # noqa: PLR0917  # as the engine calls it
        self,
        parent_style: Any,
        cascaded: dict[str, Any],
        pseudo_type: Any,
        root_style: Any,
        base_url: Any,
        font_config: Any,
        initial_page_sizes: Any,
    ) -> None:
        super().__init__(
            parent_style, cascaded, pseudo_type, root_style, base_url, font_config, initial_page_sizes
        )
        if parent_style is None:
            parent, root, below = None, css.InitialStyle(font_config), _roots
        else:
            parent, root = parent_style.kept, root_style.kept
            if parent is None or root is None:
                return
            below = parent.below
        key = (
            pseudo_type,
            base_url,
            id(font_config),
            0 if parent is None else id(root),
            *_signature(cascaded),
        )
        kept = below.get(key)
        if kept is None:
            _count[0] += 1
            if _count[0] > MOST_STYLES:
                forget()  # styles of the document at hand keep theirs
            kept = _Kept(parent, cascaded, pseudo_type, root, base_url, font_config, _NoPage())
            below[key] = kept
        if kept.depends_on_page or kept.own is None:
            return
        self.kept = kept
        self.own = kept.own
        self.specified = kept.specified
        if not kept.own:
            self.update(kept.plain)
        place = cascaded["anchor"][0] if "anchor" in cascaded else None
        if isinstance(place, str) and place in _KEYWORDS:
            self.own = kept.own | {"anchor"}
        else:
            _set(self, "anchor", place)
        if not kept.own.isdisjoint(_SIZES):
            self.resized = True

    def copy(self) -> Any:
        same = super().copy()
        same.compute()  # layout makes copies to change them
        return same

    def compute(self) -> None:
        """Compute from now on what is lacking."""
        if self.kept is not None:
            self.kept = None
            self.specified = self.specified.copy()

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in _ALONE:
            self.compute()
        elif key in _SIZES:
            self.resized = True
        _set(self, key, value)

    def __missing__(self, key: str) -> Any:
        kept = self.kept
        if kept is None:
            return super().__missing__(key)
        if key in self.own:
            self.compute()
            value = super().__missing__(key)
            self.kept = kept
            return value
        try:
            value = kept[key]
        except _DependsOnPage:
            self.compute()
            return super().__missing__(key)
        if key in _SPECIFIED and self.specified is not kept.specified:
            self.specified = kept.specified | self.specified
        _set(self, key, value)
        return value


class Anonymous(css.AnonymousStyle):  # type: ignore[misc]
    """A style of an anonymous box, which takes its values from that of the kept parent."""

    kept: Any = None
    resized = False

    def __init__(self, parent_style: Any) -> None:
        super().__init__(parent_style)
        if parent_style.kept is not None:
            self.kept = parent_style.kept.anonymous_style
            self.update(self.kept.plain)

    def copy(self) -> Any:
        same = super().copy()
        same.kept = None
        return same

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in _ALONE:
            self.kept = None
        elif key in _SIZES:
            self.resized = True
        _set(self, key, value)

    def __missing__(self, key: str) -> Any:
        kept = self.kept
        if kept is None or self.parent_style.kept is not kept.parent_style:
            self.kept = None
            return super().__missing__(key)
        try:
            value = kept[key]
        except _DependsOnPage:
            self.kept = None
            return super().__missing__(key)
        _set(self, key, value)
        return value


def _signature(cascaded: Mapping[str, Any]) -> list[Any]:
    """Return what declarations are told from others by, as long as both are there.

    An element's language and its id are no declarations of the style sheet: a language is told by its value, and an id
    is never kept.
    """
    signature: list[Any] = []
    for name, (value, _) in cascaded.items():
        if name == "anchor":
            continue
        signature.append(name)
        signature.append(value if name == "lang" and _is_language(value) else id(value))
    if not _LOGICAL.isdisjoint(cascaded):  # the weightier of `margin-left` and `margin-inline-start` counts
        signature += [weight for _, weight in cascaded.values()]
    return signature


def _is_language(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(word, str) for word in value)


def _taken_from_parent(cascaded: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the properties that are taken from the parent though they are not inherited: layout may have given it
    others. None if it cannot be known which these are.
    """
    own = set()
    for name, (value, _) in cascaded.items():
        if value == "inherit" and name not in css.INHERITED:
            if name in _LOGICAL:
                return None
            own.add(name)
        elif isinstance(value, css.Pending):
            if any(map(_says_inherit, value.tokens)):
                return None
        elif name.startswith("__") and not isinstance(value, str) and any(map(_says_inherit, value)):
            return None
    return frozenset(own)


def _says_inherit(token: Any) -> bool:
    return "inherit" in tinycss2.serialize([token]).lower()


# -- percentages ------------------------------------------------------------------------------------------------------

_RESOLVED = (
    *sorted(_SIZES),
    *(f"{bound}{size}" for bound in ("", "min_", "max_") for size in ("width", "height")),
    *(f"border_{side}_width" for side in ("top", "right", "bottom", "left")),
)
_RADII = tuple(
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)
_SQUARE = dict.fromkeys(_RADII, (0, 0))


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Give a box the lengths that a box of the same style had in a containing block of this size: 14 ms.

    They depend on nothing else, but for borders that collapse, and what is calculated from percentages and the size of
    the page. Where layout gave the style another margin, they are not what they are in the kept style.
    """
    style = box.style
    kept = getattr(style, "kept", None)
    if kept is None or style.resized or style["border_collapse"] == "collapse" or not isinstance(box, Box):
        _resolve_percentages(box, containing_block)
        return
    if isinstance(containing_block, Box):
        size = containing_block.width, containing_block.height, isinstance(box, PageBox)
    else:
        size = *containing_block, isinstance(box, PageBox)
    found = kept.sizes.get(size)
    if found is not None:
        box.__dict__.update(found)
        return
    _resolve_percentages(box, containing_block)
    if (
        style.kept is kept
        and len(kept.sizes) < MOST_SIZES
        and not any(check_math(style[name]) for name in _RESOLVED)
    ):
        kept.sizes[size] = {name: box.__dict__[name] for name in _RESOLVED}


def resolve_radii_percentages(box: Any) -> None:
    """Give a box square corners if its style has no others: 3 ms."""
    style = box.style
    kept = getattr(style, "kept", None)
    if kept is None or not isinstance(box, Box):
        _resolve_radii(box)
        return
    if kept.square is None and all((0, "px") in style[name] for name in _RADII) and style.kept is kept:
        kept.square = True
    if kept.square:
        box.__dict__.update(_SQUARE)
    else:
        _resolve_radii(box)


def is_in_normal_flow(self: Any) -> Any:
    """Say what is said of all boxes of this style: 2 ms. Where layout gives it a position, there is no kept one."""
    style = self.style
    kept = getattr(style, "kept", None)
    if kept is None:
        return _is_in_normal_flow(self)
    if kept.flows is None:
        kept.flows = _is_in_normal_flow(self)
    return kept.flows


# -- lines -------------------------------------------------------------------------------------------------------------


def inline_min_content_width(context: Any, box: Any, *others: Any, **named: Any) -> Any:
    """Measure the least a line needs only if there is a float beside it: 17 ms.

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

_AHEAD = 3
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
    words, and there are enough of them. A build took 7 % fewer instructions.
    """
    kept = getattr(style, "kept", None)
    key = None
    if kept is not None and _remembering[0]:
        properties = _text_of(kept)
        if properties:
            key = properties, text, max_width, justification_spacing, is_line_start, minimum
        if key in _lines:
            known, *rest = _lines[key]
            return _like(known, style), *rest
    line = kept and _plain_line(text, style, context, max_width, justification_spacing)
    if not line:
        line = _split_first_line(
            text, style, context, max_width, justification_spacing, is_line_start, minimum
        )
    if key is not None and style.kept is kept:
        _lines[key] = _like(line[0], None), *line[1:]
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
        start, end = len(first) + 1, len(short) - (0 if is_whole else _AHEAD)
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
    """Say whether a line up to a place would be as it is if nothing followed.

    The last glyph is to be as wide as by itself: a P is kerned before a space. No bundled font has a letter that is
    another one there.
    """
    if not (layout.one_paragraph and layout.plain and layout.style["direction"] == "ltr") or fonts.added():
        return False
    run, font, glyph = line.runs[0], None, None
    while run != ffi.NULL:
        item, string = run.data.item, run.data.glyphs
        at = _glyphs_before(ends, item, string)
        if at:
            font, glyph = item.analysis.font, string.glyphs[at - 1]
        run = run.next
    if font is None or glyph is None:
        return False
    pango.pango_font_get_glyph_extents(font, glyph.glyph, ffi.NULL, _EXTENTS)
    return bool(glyph.geometry.width == _EXTENTS.width)


def _glyphs_before(ends: int, item: Any, string: Any) -> int:
    """Return how many glyphs of a run stand before a place in its line."""
    count: int = string.num_glyphs
    while count and item.offset + string.log_clusters[count - 1] >= ends:
        count -= 1
    return count


_EXTENTS = ffi.new("PangoRectangle *")

_remembering = [False]
_lines: dict[Any, Any] = {}
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
        _lines.clear()


def _text_of(kept: Any) -> Any:
    """Return what tells styles of text apart; nothing where it depends on the page."""
    if kept.text is None:
        try:
            kept.text = tuple(repr(kept[name]) for name in _TEXT)
        except _DependsOnPage:
            kept.text = ()
    return kept.text


def _like(layout: Any, style: Any) -> Any:
    """Return a layout of the same line for a text of this style."""
    same = _Layout.__new__(_Layout)
    same.__dict__.update(layout.__dict__)
    if "style" in same.__dict__:
        same.style = style
    return same


# -- fonts ------------------------------------------------------------------------------------------------------------

ffi.cdef(
    "PangoLayout * pango_layout_copy (PangoLayout *src); void * g_object_ref (void *object);"
    "void pango_layout_index_to_pos (PangoLayout *layout, int index, PangoRectangle *pos);"
)

_PARAGRAPHS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def strut(style: Any) -> Any:
    """Return the strut that was found for this style: 5 ms, for the key WeasyPrint finds it by is long."""
    kept = getattr(style, "kept", None)
    if kept is None:
        return _strut(style)
    found = kept.strut
    if found is None:
        found = _strut(style)
        if style.kept is kept:  # no length of it was measured in the page
            kept.strut = found
    return found


def setup(self: Any, style: Any) -> None:
    """Copy the empty layout that was prepared for this style: 11 ms.

    It is made of the style and the fonts alone. A copy shares the context, which nobody changes, and has its own
    attributes.
    """
    kept = getattr(style, "kept", None)
    if kept is None:
        _setup(self, style)
        return
    if kept.layout is None:
        empty = _Layout.__new__(_Layout)
        _setup(empty, style)
        if style.kept is not kept:  # a length of it was measured in the page
            _setup(self, style)
            return
        pango.pango_layout_set_single_paragraph_mode(empty.layout, True)
        plain = not style["word_spacing"] and style["letter_spacing"] in ("normal", 0)
        if plain and style["overflow_wrap"] in ("anywhere", "break-word"):
            attributes = pango.pango_layout_get_attributes(empty.layout)
            if attributes == ffi.NULL:
                attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
            pango.pango_attr_list_insert(attributes, pango.pango_attr_insert_hyphens_new(False))
            pango.pango_layout_set_attributes(empty.layout, attributes)
        kept.layout = {**empty.__dict__, "style": None, "plain": plain, "one_paragraph": True}
    self.__dict__.update(kept.layout)
    self.style = style
    self.ends = None
    self.layout = ffi.gc(pango.pango_layout_copy(kept.layout["layout"]), gobject.g_object_unref)


def set_text(self: Any, text: str, justify: bool = False) -> None:
    """Set a text that has no attributes of its own, as it will be drawn: 4 ms.

    Where words may break anywhere, WeasyPrint says for each text that this leaves no hyphens. The empty layout says so
    for all. And a text of one paragraph is set in the mode it is drawn in: else it would be shaped again for that.
    """
    one = self.__dict__.get("one_paragraph")
    if one is not None and (_PARAGRAPHS.search(text) is None) is not one:
        pango.pango_layout_set_single_paragraph_mode(self.layout, not one)
        self.one_paragraph = not one
    self.one_line = None
    if not self.plain or (justify and self.justification_spacing):
        _set_text(self, text, justify)
        return
    end = text.find("\n")
    self.text = text = text if end < 0 else text[: end + 2]
    pango.pango_layout_set_text(self.layout, text.encode().replace(b"\0", b""), -1)
    if "\t" in text:
        self.set_tabs()


def get_first_line(self: Any) -> Any:
    """Note whether it is the only one."""
    line, index = _get_first_line(self)
    self.one_line = index is None
    return line, index


def deactivate(self: Any) -> None:
    """Keep the layout of a line that is to be drawn as it is: 8 ms, to shape it again.

    Nothing of it would be other: it is one line, one paragraph, and its spaces are not stretched.
    """
    if self.one_paragraph and self.one_line and not (self.resting or self.justification_spacing):
        self.resting = True
    else:
        _deactivate(self)


def reactivate(self: Any, style: Any) -> None:
    """Take up the layout that was kept."""
    if not (self.resting and self.__dict__.get("style") is style):
        _reactivate(self, style)


# -- drawing ----------------------------------------------------------------------------------------------------------

MOST_FONTS = 300
"""Fonts of a size; a handbook has 20."""

MOST_GLYPHS = 20_000
"""Glyphs of a size and a width; a handbook has 1500."""

_pango_fonts: dict[int, tuple[Any, int, Any, float]] = {}
"""Address of a font → what keeps it there, WeasyPrint's key of it, a new font of WeasyPrint's, size."""

_GLYPH = ffi.sizeof("PangoGlyphInfo") // 4
"""Numbers that a glyph is: itself, its width, how it is moved to the right and down, and flags."""


def add_font(self: Any, pango_font: Any) -> Any:
    """Give a document fonts like those of the documents before: 3 ms.

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
    """Write glyphs as they were written before: 6 ms.

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
        count = string.num_glyphs if ends is None else _glyphs_before(ends, item, string)
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


# -- parsing ----------------------------------------------------------------------------------------------------------


class _Expressions(dict[tuple[Any, bool], re.Pattern[str]]):
    """What the parser looks for next, as it means to keep it: 3 ms.

    It builds each expression anew for each word, since it keeps it under itself instead of the characters.
    """

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        self[key] = re.compile(f"[{'' if opposite else '^'}{listed}]+")
        return self[key]
