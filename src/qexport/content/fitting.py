"""HTML → HTML that fits a page of paper: long words, long lines of code.

It is templating's own HTML that comes in, which holds no other `<` than those of its tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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


def breakable(html: Markup, longest: int = LONGEST_WORD) -> Markup:
    """Return HTML with U+200B in words of more than so many characters, where a PDF may break them."""
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
            for character in re.findall(r"&[^;\s]+;|.", part):
                if length == longest:
                    length -= PIECE
                    places += 1
                    yield "\u200b" if places % MOST_PLACES else TEXT_BREAK
                length += 1
                yield character


def wrapped_code(html: Markup, columns: int) -> Markup:
    """Return HTML with its blocks of code in lines of at most so many columns; tabs become spaces.

    A longer line goes on in the next, which begins with `<span class="wrap"></span>`: no character, but a
    place for a mark two columns wide. Within lists and quotations there are fewer columns.
    """
    depth = 0

    def wrapped(found: re.Match[str]) -> str:
        nonlocal depth
        if found["block"] is None:
            depth += -1 if found[0].startswith("</") else 1
            return found[0]
        room = max(columns - INDENT * depth, columns // 2)
        lines = "\n".join(_wrapped_line(line, room) for line in found["block"].split("\n"))
        return f'<pre class="code wrapped">{lines}</pre>'

    return mark_safe(_CODE_OR_LIST.sub(wrapped, str(html)))


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
        elif part in _SIGNS:
            sign = len(written), column
    return "".join(written)


_INDENT = compile_late(r"(?:<[^>]*>)*([ \t]*)")
_GAPS = frozenset(" \t,;")
_SIGNS = frozenset(":.([{)]}/")


def _width(part: str) -> int:
    return 1 if part.startswith("&") else column_width(part)
