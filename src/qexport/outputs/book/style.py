"""The style of a book, and what follows from it: how wide the text is, and what has room on a line.

    paper + layout + media + theme → one style sheet → its settings → measures

Measures are computed from the settings that hold at the end, so that a theme which sets `--margin-outer` or
`--text-size` has its code wrapped at the right width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qexport.common.records import Record
from qexport.content.directions import mirror_css
from qexport.content.fitting import COLUMN, LONGEST_WORD
from qexport.content.themes import join_styles, settings_of
from qexport.outputs.lengths import MM, millimetres, number, points
from qexport.outputs.paper import PAPERS, Paper

if TYPE_CHECKING:
    from qexport.outputs.document import Tools
    from qexport.outputs.options import BookOptions

MEDIA = {"screen": ("screen",), "print": ("print",), "prepress": ("print", "prepress")}
"""The style sheets of a medium."""

HEAD_CHARACTER = 0.63
"""Of the size of a running head: the width of a character, with the space between letters."""

NARROW_HEAD_CHARACTER = 0.52
"""The same in a narrow book, which has no space between letters."""

NARROW = 40
"""Characters of a line of large print: with fewer, everything around the text gives way to it."""

TEXT_CHARACTER = 0.47
"""Of the size of a text: the width of a character of the serif, measured."""

WIDE_CHARACTER = 0.72
"""Of the size of a text: the width of a wide character."""

WHITE_EDGE = 6
"""Millimetres at the edge of a page that printers leave white."""

SHORTEST_WORD = 12
"""Characters of a word that gets no place to break, however narrow its line is."""

ITEM_INDENT = 1.65
"""Ems by which the lines of a list's items are shorter."""

TITLE_PART = 0.92
"""Of the frame: what the lines of a title may take."""

QUOTES = 2
"""Characters that may be around a word: the engine breaks a word anywhere only where it begins a line alone."""

LONGEST_READABLE_LINE = 80
"""Characters of a line that is still read with ease."""

SEMIBOLD_CHARACTER = 0.5
"""Of the size of a text: the width of a character of an answer, measured."""

MORE_THAN_THREE = 3.4
"""Lines of an answer that are four as they are broken, the least that two columns share."""


class Measures(Record, frozen=True):
    """What follows from a style."""

    width: float
    """Millimetres of the text's lines."""
    height: float
    """Millimetres of the text on a page."""
    line: float
    """Points from one line to the next."""
    frame: float
    """Millimetres between the margins: the text, and the column of its labels."""
    size: float
    """Points of the text."""
    code: float
    """Size of code, of that of the text."""
    answer_inset: float
    """Millimetres by which the lines of the answer are shorter."""
    head: tuple[int, int]
    """Characters that the running heads at the left and at the right have room for."""
    longest_word: int
    """Characters of a word that is not broken."""
    longest_in_title: int
    """The same in a question's title."""
    columns: int
    """In which what explains an answer is set."""
    long_answer: int
    """Characters from which an answer is set in as many columns; 0: none is, since no line of one is too long."""

    def longest_beside(self, taken: float) -> int:
        """Return how many characters a word may have, before it gets a place to break, beside other columns of a table.

        Args:
            taken: millimetres of these.
        """
        room = int((self.frame - taken) * MM / (WIDE_CHARACTER * self.size))
        return max(SHORTEST_WORD, min(self.longest_word, room))


class Style(Record, frozen=True):
    """A style sheet, and what follows from it."""

    css: str
    measures: Measures
    setting: Callable[[str], str]
    """Gives the value of a setting, such as `--page-height`."""


def book_style(options: BookOptions, tools: Tools, styles: Sequence[str], direction: str = "ltr") -> Style:
    """Return the style of a book.

    Args:
        options: its paper, medium and print.
        tools: with the templates' style sheets, and the theme's.
        styles: names of further style sheets.
        direction: `ltr` or `rtl`, of the language.
    """
    paper = PAPERS[options.paper]
    side = _is_wide(paper, tools.styles) and not options.large_print
    source = tools.templates.source
    before = ("shared/type.css", "handbook/book.css", "shared/prose.css", *styles)
    after = [f"handbook/layout-{'side' if side else 'stacked'}.css"]
    after += [f"handbook/media-{kind}.css" for kind in MEDIA[options.media]]
    last = ["handbook/large-print.css"] if options.large_print else []  # no theme makes large print small
    sheets = [
        *((name, source(name)) for name in before),
        (f"paper {options.paper}", paper.css()),
        *((name, source(name)) for name in after),
        *tools.styles,
        *((name, source(name)) for name in last),
    ]
    narrow = False
    if options.large_print:
        sheets.append(("margins of large print", _widen_margins(settings_of(sheets))))
        setting = settings_of(sheets)
        line = _frame(setting) * MM / (TEXT_CHARACTER * points(setting("--text-size")))
        if narrow := line < NARROW:
            sheets.append((name := "handbook/large-print-narrow.css", source(name)))
    css, setting = join_styles(sheets, tools.templates.limits), settings_of(sheets)
    css = mirror_css(css) if direction == "rtl" else css
    measures = _measures(setting, side=side, large=options.large_print, narrow=narrow)
    return Style(css, measures, setting)


def _is_wide(paper: Paper, styles: Sequence[tuple[str, str]]) -> bool:
    """Return whether labels stand beside the text: as the theme says by their width, or else as the paper says."""
    side = settings_of(styles)("--side")
    return millimetres(side) > 0 if side else paper.wide


def _widen_margins(setting: Callable[[str], str]) -> str:
    """Return settings that keep the running heads and folios of large print away from the edge."""
    gap, head = millimetres(setting("--head-gap")), points(setting("--head-size"))
    least = {"top": WHITE_EDGE + gap + 1.07 * head / MM, "bottom": WHITE_EDGE + gap + 1.07 * (head + 1) / MM}
    wider = [
        f"--margin-{side}: {margin:.1f}mm"
        for side, margin in least.items()
        if millimetres(setting(f"--margin-{side}")) < margin
    ]
    return f":root {{ {'; '.join(wider)} }}"


def _frame(setting: Callable[[str], str]) -> float:
    """Return the millimetres between the margins."""
    page = millimetres(setting("--page-size").split()[0])
    return page - millimetres(setting("--margin-inner")) - millimetres(setting("--margin-outer"))


def _measures(setting: Callable[[str], str], *, side: bool, large: bool, narrow: bool) -> Measures:
    frame = _frame(setting)
    width = frame - millimetres(setting("--side"))
    height = millimetres(setting("--page-height"))
    height -= millimetres(setting("--margin-top")) + millimetres(setting("--margin-bottom"))
    text_size = points(setting("--text-size"))
    size = text_size * (1 if large else number(setting("--text-scale")))
    code = 1 if large else points(setting("--code-size"), em=1)
    inset = (1.4 if side else 2.8) * text_size + 3.2  # the padding and the bars beside it, in points
    head = NARROW_HEAD_CHARACTER if narrow else HEAD_CHARACTER
    characters = int(frame * MM / (head * points(setting("--head-size"))))
    columns = max(1, int(number(setting("--columns"))))
    column = (width - (columns - 1) * millimetres(setting("--column-gap"))) / columns
    long_answer = _long_answer(width - inset / MM, columns, setting) if columns > 1 else 0
    if large:
        in_text = in_title = min(LONGEST_WORD, int(width * MM / (WIDE_CHARACTER * size)))
    else:
        within = width - inset / MM
        if long_answer:
            within = (within - (columns - 1) * millimetres(setting("--column-gap"))) / columns
        room = min(column, within) * MM - ITEM_INDENT * size
        in_text = count_characters(room, COLUMN * code * size)
        title = COLUMN * code * points(setting("--title-size"), em=size)
        in_title = count_characters(TITLE_PART * frame * MM, title)
    return Measures(
        width=width,
        height=height,
        line=points(setting("--line"), em=size),
        frame=frame,
        size=size,
        code=code,
        answer_inset=inset / MM,
        head=(characters * 3 // 5, characters * 2 // 5),
        longest_word=in_text,
        longest_in_title=in_title,
        columns=columns,
        long_answer=long_answer,
    )


def _long_answer(width: float, columns: int, setting: Callable[[str], str]) -> int:
    """Return from how many characters an answer is set in columns: there, it has four lines to divide."""
    character = SEMIBOLD_CHARACTER * points(setting("--text-size")) / MM
    if width / character <= LONGEST_READABLE_LINE:
        return 0
    column = (width - (columns - 1) * millimetres(setting("--column-gap"))) / columns
    return int(MORE_THAN_THREE * column / character)


def count_characters(room: float, character: float) -> int:
    """Return how many characters a word may have before it gets a place to break.

    Args:
        room: points of a line.
        character: points of a character.
    """
    return max(SHORTEST_WORD, min(LONGEST_WORD, int(room / character) - QUOTES))
