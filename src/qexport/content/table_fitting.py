"""HTML → HTML whose tables fit a page: in smaller type if needed, with broken words if even that is too wide.

It is templating's own HTML that comes in, which holds no other `<` than those of its tags.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from markupsafe import Markup

from qexport.common.patterns import compile_late
from qexport.common.wording import column_width
from qexport.content.safe_html import mark_safe

TABLE_SIZE = 0.92
"""Ems: the type of a table against its text (`shared/prose.css`)."""

SMALLEST_TYPE = 6.5
"""Points: what a reader of print can still read (`inspect_book`, check `size`)."""

LARGE_TYPE = 16.0
"""Points: of large print, whose tables have the size of the text and never a smaller one."""

CELL_PADDING = 1.0
"""Ems beside the text of a table's cell."""

LIST_INDENT = 1.4
"""Ems that a list or a quotation takes from what is in it."""

SHORTEST_PIECE = 2.0
"""Ems: if columns are narrower than this, words break anywhere."""

CODE_CHARACTER = 0.6 * 0.87
NARROW, WIDE, CAPITAL, OTHER = 0.36, 0.92, 0.72, 0.55
"""Ems of the widths of characters, each as wide as the widest of its kind in the bundled fonts, semi-bold."""

_BLOCK = compile_late(
    r'<div class="table">(?P<table>.*?)</div>|</?(?:ul|ol|blockquote|details)\b[^>]*>', re.DOTALL
)
_ROW = compile_late(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = compile_late(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)
_OPEN_CELL = compile_late(r"(<t[dh]\b[^>]*>)(.*?)(?=</t[dh]>)", re.DOTALL)
_PART = compile_late(r"<[^>]*>|&[^;\s]+;|.", re.DOTALL)
_GOOD_PLACES = frozenset("_./:=&;")


def fit_tables(html: Markup, width: float, size: float) -> Markup:
    """Return HTML whose tables fit a width.

    Args:
        html: What was made of a text.
        width: Of the text, in points.
        size: Of its type, in points.

    Returns:
        The HTML. A table whose longest words do not fit side by side is `class="table smaller"`, with a size of its
        own; one whose words do not fit even in the smallest type is `class="table broken"`.
    """
    if '<div class="table">' not in html:
        return html
    depth = 0

    def fit(found: re.Match[str]) -> str:
        nonlocal depth
        if found["table"] is None:
            depth += -1 if found[0].startswith("</") else 1
            return found[0]
        return _fit_table(found["table"], width - LIST_INDENT * depth * size, size)

    return mark_safe(_BLOCK.sub(fit, str(html)))


def _fit_table(table: str, width: float, size: float) -> str:
    base = 1.0 if size >= LARGE_TYPE else TABLE_SIZE
    floor = LARGE_TYPE if size >= LARGE_TYPE else SMALLEST_TYPE
    smallest = min(base, floor / size)  # ems of the text
    longest: dict[int, float] = defaultdict(float)
    for row in _ROW.findall(table):
        for number, cell in enumerate(_CELL.findall(row)):
            longest[number] = max(longest[number], *map(_measure_word, _list_words(cell)), 0.0)
    needed = sum(longest.values()) + CELL_PADDING * len(longest)  # ems of the table
    scale = width / size / needed if needed else base
    if scale >= base:
        return f'<div class="table">{table}</div>'
    if scale >= smallest:
        return f'<div class="table smaller" style="font-size: {scale:.3f}em">{table}</div>'
    room = width / size / smallest - CELL_PADDING * len(longest)
    piece = _find_longest_piece(list(longest.values()), room)
    style = f' style="font-size: {smallest:.3f}em"' if smallest < base else ""
    if piece < SHORTEST_PIECE:
        return f'<div class="table broken anywhere"{style}>{table}</div>'
    broken = _OPEN_CELL.sub(lambda cell: cell[1] + _break_words(cell[2], piece), table)
    return f'<div class="table broken"{style}>{broken}</div>'


def _list_words(cell: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield the words of a cell: their characters, and whether each is code."""
    word: list[tuple[str, bool]] = []
    code = 0
    for part in _PART.findall(cell):
        if part.startswith("<"):
            code += {"<code": 1, "</cod": -1}.get(part[:5], 0)
            if part.startswith("<br"):
                yield word
                word = []
        elif part.isspace() and part not in "\u00a0\u202f":
            yield word
            word = []
        else:
            word.append((part, code > 0))
            if part in "-\u200b\u00ad" or column_width(part) == 2:  # a line may end here
                yield word
                word = []
    yield word


def _measure_word(word: list[tuple[str, bool]]) -> float:
    return sum(_measure(part, is_code=is_code) for part, is_code in word)


def _measure(part: str, *, is_code: bool) -> float:
    """Return the width of a character in ems of the table."""
    character = "x" if part.startswith("&") and len(part) > 1 else part
    if is_code:
        return CODE_CHARACTER * column_width(character)
    if column_width(character) != 1:
        return float(column_width(character)) / 2
    if character in "iljtfrI.,:;'|!()[]{}-":
        return NARROW
    return WIDE if character in "mwMW@%—…" else CAPITAL if character.isupper() else OTHER


def _find_longest_piece(longest: list[float], room: float) -> float:
    """Return the width to which longer words have to be broken so that all columns have room."""
    left, columns = room, len(longest)
    for word in sorted(longest):
        if word * columns > left:
            return left / columns
        left -= word
        columns -= 1
    return max(longest)


def _break_words(cell: str, piece: float) -> str:
    """Return a cell with U+200B in words that are wider than a piece; after a sign, if there is one near."""
    written: list[str] = []
    width = 0.0
    code = 0
    place, place_width = 0, 0.0  # in `written`, and the width after it, of the last good place
    for part in _PART.findall(cell):
        if part.startswith("<"):
            code += {"<code": 1, "</cod": -1}.get(part[:5], 0)
            width = 0.0 if part.startswith("<br") else width
            written.append(part)
            continue
        own = _measure(part, is_code=code > 0)
        if part.isspace() and part not in "\u00a0\u202f":
            width = place_width = 0.0
            place = 0
            written.append(part)
            continue
        if width + own > piece:
            if place:
                written.insert(place, "\u200b")
                width = place_width
            else:
                written.append("\u200b")
                width = 0.0
            place, place_width = 0, 0.0
        written.append(part)
        width += own
        place_width += own if place else 0.0
        if part in _GOOD_PLACES or part in "-\u200b":
            place, place_width = len(written), 0.0
    return "".join(written)
