"""HTML → HTML that fits a page of paper: long words, long lines of code, wide tables.

A table is set in smaller type if needed, with broken words if even that is too wide. What comes in is templating's own
HTML, which holds no other `<` than those of its tags.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from markupsafe import Markup

from qexport.common.patterns import compile_late
from qexport.common.wording import column_width
from qexport.content.safe_html import mark_safe

LONGEST_WORD = 60
"""Characters before a word gets a place to break; without one a PDF takes quadratic time to break it."""

PIECE = 12
"""Characters from that place to the next: what a line within the word may be short of."""

MOST_PLACES = 100
TEXT_BREAK = "\u200b<span></span>"
"""Puts a very long word into pieces that are texts of their own: beside a float all of a text is looked at
for every line, so that 100,000 characters took a minute."""

TAB = 4

INDENT = 4
"""Columns that a list or a quotation takes from what is in it."""

WRAP_MARK = 2
"""Columns that the mark takes where a line of code goes on."""

COLUMN = 0.6
"""Ems of the width of a column of code (IBM Plex Mono)."""

LOOK_BACK = 20
"""Columns before the end of a line of code in which a better place to break is looked for."""


def fit_blocks(html: Markup, width: float, size: float, code: float) -> Markup:
    """Return HTML whose code and tables fit a width.

    Args:
        html: What was made of a text.
        width: Of the text, in millimetres.
        size: Of its type, in points.
        code: Of the type of code, against that of the text.
    """
    points, code_size = width * 72 / 25.4, size * code
    columns = int((points - 1.6 * code_size - 1.2) / (COLUMN * code_size))  # less the padding and the frame
    return wrapped_code(fit_tables(html, points, size), columns)


def breakable(html: Markup, longest: int = LONGEST_WORD) -> Markup:
    """Return HTML with U+200B in words of more than so many characters, where a PDF may break them.

    That is after so many, and then each `PIECE`; or before that, after a sign among the last `PIECE`.
    """
    if not re.search(rf"[\S\u00a0\u202f]{{{longest + 1}}}", html):  # words go on over a no-break space
        return html
    done = _WRAPPED_CODE.split(html)  # every second piece
    return mark_safe(
        "".join(part if at % 2 else "".join(_broken_up(part, longest)) for at, part in enumerate(done))
    )


def letters(html: Markup) -> int:
    """Return how many characters of HTML are read: those of no tag, a reference as one."""
    return len(re.sub(r"<[^>]*>", "", re.sub(r"&[^;\s]+;", "x", html)))


_TAG_OR_WORD_OR_SPACE = compile_late(r"<[^>]*>|(?:&[^;\s]+;|[^\s<]|[\u00a0\u202f])+|[^\S\u00a0\u202f]+")
_BREAKING_SPACE = compile_late(r"[^\S\u00a0\u202f]")
_INLINE_TAG = compile_late(r"</?(?:a|b|code|del|em|i|kbd|mark|s|span|strong|sub|sup|u)\b")
_CODE_OR_LIST = compile_late(
    r'<pre class="code">(?P<block>.*?)</pre>|</?(?:ul|ol|blockquote|details)\b[^>]*>', re.DOTALL
)
_WRAPPED_CODE = compile_late(
    r'(<pre class="code wrapped">.*?</pre>|<span class="source"[^>]*>[^<]*</span>)', re.DOTALL
)


def _broken_up(html: str, longest: int) -> Iterator[str]:
    length = places = 0
    for part in _TAG_OR_WORD_OR_SPACE.findall(html):
        if part.startswith("<"):
            if not _INLINE_TAG.match(part):
                length = 0
            yield part
        elif _BREAKING_SPACE.match(part):
            length = 0
            yield part
        else:
            written: list[str] = []
            sign = 0  # after so many of what is written a sign is the last
            for character in re.findall(r"&[^;\s]+;|.", part):
                if length == longest:
                    after = len(written) - sign if sign else 0
                    near = after < PIECE
                    length += (after if near else 0) - PIECE
                    places += 1
                    mark = "\u200b" if places % MOST_PLACES else TEXT_BREAK
                    written.insert(sign if sign and near else len(written), mark)
                    sign = 0
                length += 1
                written.append(character)
                if character in _GOOD_PLACES or character == "-":
                    sign = len(written)
            yield from written


def wrapped_code(html: Markup, columns: int) -> Markup:
    """Return HTML with its blocks of code in lines of at most so many columns; tabs become spaces.

    A longer line goes on in the next, which begins with `<span class="wrap"></span>`: no character, but a
    place for a mark two columns wide. Within lists and quotations there are fewer columns.
    """

    def wrap(code: str, depth: int) -> str:
        room = max(columns - INDENT * depth, columns // 2)
        lines = "\n".join(_wrapped_line(line, room) for line in code.split("\n"))
        return f'<pre class="code wrapped">{lines}</pre>'

    return _change_by_depth(_CODE_OR_LIST, html, wrap)


def _change_by_depth(pattern: re.Pattern[str], html: Markup, change: Callable[[str, int], str]) -> Markup:
    """Return HTML with each `block` of a pattern changed, by how many lists and quotations it is in."""
    depth = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal depth
        if found["block"] is None:
            depth += -1 if found[0].startswith("</") else 1
            return found[0]
        return change(found["block"], depth)

    return mark_safe(pattern.sub(replaced, str(html)))


def _wrapped_line(line: str, columns: int) -> str:
    if len(line) <= columns and line.isascii() and "\t" not in line:
        return line
    written: list[str] = []
    logical = column = 0  # in the line, and in what is left of it after the last break
    indent = _INDENT.match(line)
    hang = min(len(indent[1].expandtabs(TAB)), columns // 2) if indent else 0
    gap = sign = (0, 0)  # where in `written`, and at which column, a break is best and second best
    inked = False
    for part in re.findall(r"<[^>]*>|&[^;\s]+;|.", line):
        if part.startswith("<"):
            written.append(part)
            continue
        width = TAB - logical % TAB if part == "\t" else _width(part)
        if column + width > columns:
            near = [
                place
                for place in (gap, sign)
                if place[0] and column - place[1] <= min(LOOK_BACK, columns // 2)
            ]
            at, broken_column = near[0] if near else (len(written), column)
            moved = f' style="margin-left: {0.15 + COLUMN * hang:.2f}em"' if hang else ""
            written.insert(at, f'\n<span class="wrap"{moved}></span>')
            column += WRAP_MARK + hang - broken_column
            gap = sign = (0, 0)
        written.append(" " * width if part == "\t" else part)
        logical += width
        column += width
        inked = inked or not part.isspace()
        if inked and part in _GAPS:
            gap = len(written), column
        elif part in _BREAK_SIGNS:
            sign = len(written), column
    return "".join(written)


_INDENT = compile_late(r"(?:<[^>]*>)*([ \t]*)")
_GAPS = frozenset(" \t,;")
_BREAK_SIGNS = frozenset(":.([{)]}/")


def _width(part: str) -> int:
    return 1 if part.startswith("&") else column_width(part)


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

CODE_CHARACTER = COLUMN * 0.87
NARROW_WIDTH, WIDE_WIDTH, CAPITAL_WIDTH, OTHER_WIDTH = 0.36, 0.92, 0.72, 0.55
"""Ems of the widths of characters, each as wide as the widest of its kind in the bundled fonts, semi-bold."""

_TABLE_OR_LIST = compile_late(
    r'<div class="table">(?P<block>.*?)</div>|</?(?:ul|ol|blockquote|details)\b[^>]*>', re.DOTALL
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

    def fit(table: str, depth: int) -> str:
        return _fit_table(table, width - LIST_INDENT * depth * size, size)

    return _change_by_depth(_TABLE_OR_LIST, html, fit)


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
        return NARROW_WIDTH
    return WIDE_WIDTH if character in "mwMW@%—…" else CAPITAL_WIDTH if character.isupper() else OTHER_WIDTH


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
