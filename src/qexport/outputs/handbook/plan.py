"""What a handbook is made of: which pages it needs besides its questions, and which questions share a page.

Pages that would say nothing are left out, and lists that would say the same are printed once. Whether a question fills
a page is estimated from its text: to lay it out for that would take as long as the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import ceil
from typing import TYPE_CHECKING

from qexport.bank.model import PROSE_SECTIONS
from qexport.common.records import Record
from qexport.content.fitting import COLUMN

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.outputs.book.parts import Part
    from qexport.outputs.book.style import Measures
    from qexport.outputs.handbook import HandbookOptions

FLOWING = 26
"""Questions that are laid out together at most where they flow: half a page is lost from one such group to the next."""

FILLS = 0.7
"""Of a page: a question that is at least as long begins one."""

SHORT_ONES = 0.68
"""Of a page: where questions are on average shorter, all of a part flow, the few long ones among them too."""

SMALL_BOOK = 3
"""Questions of a book that has no contents, no index and no page on how to read it."""

LARGE_PART = 8
"""Questions of a part that has a page of its own; the contents have those of a smaller one."""

MANY_RATED = 20
"""Questions of a book that lists them by difficulty, too: the contents show it beside each."""

TEXT_CHARACTER_WIDTH = 0.46
"""Of the size of the text: the width of a character."""

CODE_LINE_HEIGHT = 1.35
"""Of the size of code: what is from one line to the next."""

LABEL_LINES, GAP_LINES, OPENING_LINES, PICTURE_LINES, ITEM_LINES = 1.0, 1.1, 7.0, 20.0, 0.25
"""Lines that a label above its text takes, the gap before a section, a question's title and what is around it,
a picture, and the gap after an item."""


class Matter(Record, frozen=True):
    """Which pages a book has besides its questions."""

    reading: bool
    contents: bool
    difficulties: bool
    index: bool
    progress: bool
    opened: frozenset[str]
    """Anchors of the parts that have a page of their own."""


def plan_matter(
    questions: Sequence[Question], parts: Sequence[Part], terms: int, options: HandbookOptions
) -> Matter:
    """Return which pages a book needs.

    Args:
        questions: of the book.
        parts: of the book.
        terms: how many entries its index would have.
        options: how it is to be.
    """
    is_large = len(questions) > SMALL_BOOK
    rated = [question.difficulty for question in questions if question.difficulty is not None]
    fields = (
        "deep_explanation",
        "real_world_example",
        "common_mistakes",
        "production_scenario",
        "follow_ups",
    )
    says_much = any(getattr(question, each) for question in questions for each in fields)
    return Matter(
        reading=is_large and says_much,
        contents=is_large,
        difficulties=len(rated) >= MANY_RATED and len(set(rated)) > 1 and not options.economy,
        index=is_large and terms >= FEWEST_TERMS,
        progress=options.progress or (options.hides_answers and is_large),
        opened=frozenset(
            part.anchor
            for part in parts
            if part.title and len(parts) > 1 and len(part.questions) >= LARGE_PART and not options.economy
        ),
    )


FEWEST_TERMS = 12
"""Entries of an index; with fewer the contents say as much."""


def group_questions(
    questions: Sequence[Question], options: HandbookOptions, measures: Measures
) -> Iterator[Sequence[Question]]:
    """Yield questions that are laid out together: one that fills most of a page alone, shorter ones in a row."""
    if options.flow or options.economy:
        yield from _split_evenly(questions, FLOWING)
    elif options.one_per_page:
        yield from ([question] for question in questions)
    else:
        pages = {question.id: estimate_pages(question, measures) for question in questions}
        if sum(pages[each.id] for each in questions) < SHORT_ONES * len(questions):
            yield from _split_evenly(questions, FLOWING)
            return
        for fills, run in groupby(questions, key=lambda each: pages[each.id] >= FILLS):
            together = tuple(run)
            yield from ([each] for each in together) if fills else _split_evenly(together, FLOWING)


ROOM = 4
"""Ruled lines of 8 mm for each question where several share a page."""

FULL = 0.85
"""Of a page: what questions that share one may take, or their answers."""


def pair_pages(questions: Sequence[Question], measures: Measures) -> Iterator[Sequence[Question]]:
    """Yield questions that share a page to be asked on, and the next one to be answered on."""
    run: list[Question] = []
    asked = told = 0.0
    for question in questions:
        lines = (
            OPENING_LINES
            + LABEL_LINES
            + sum(GAP_LINES + _estimate_lines(text, _on_line(measures)) for text in question.follow_ups)
        )
        height = lines * measures.line / 72 * 25.4 + ROOM * 8
        if run and max(asked + height / measures.height, told + estimate_pages(question, measures)) > FULL:
            yield run
            run, asked, told = [], 0.0, 0.0
        run.append(question)
        asked += height / measures.height
        told += estimate_pages(question, measures)
    if run:
        yield run


SPREADS = 3
"""Groups of questions that are looked at: for fewer of two pages each, no page is added to keep them open."""


def fill_spreads(lengths: Sequence[int]) -> bool:
    """Return whether groups of questions begin with some that fill two pages each.

    Args:
        lengths: pages of each group up to the end of the part.
    """
    run = lengths[:SPREADS]
    return len(run) > 1 and all(length == 2 for length in run)


def _on_line(measures: Measures) -> float:
    """Return how many characters a line has."""
    return measures.width / 25.4 * 72 / (TEXT_CHARACTER_WIDTH * measures.size)


def estimate_pages(question: Question, measures: Measures) -> float:
    """Return how many pages a question takes, as its text tells."""
    on_line = _on_line(measures)
    lines = OPENING_LINES + (1 if measures.width < measures.frame else 2) * 0.5
    above = 0 if measures.width < measures.frame else LABEL_LINES
    for key in PROSE_SECTIONS:
        if text := getattr(question, key):
            part = 0.9 if key == "answer" else 1
            prose, code = _part_code(text) if question.markup == "markdown" else (text, [])
            lines += GAP_LINES + above + _estimate_lines(prose, on_line * part)
            lines += _count_code_lines(code, on_line * part, measures)
    if question.follow_ups:
        lines += (
            GAP_LINES
            + above
            + sum(_estimate_lines(text, on_line) + ITEM_LINES for text in question.follow_ups)
        )
    return lines * measures.line / (measures.height / 25.4 * 72)


def _estimate_lines(text: str, on_line: float) -> float:
    return sum(
        PICTURE_LINES if paragraph.lstrip().startswith("![") else max(0.5, ceil(len(paragraph) / on_line))
        for paragraph in text.split("\n")
    )


def _part_code(text: str) -> tuple[str, list[str]]:
    """Return Markdown without its blocks of code between fences, and the lines of these; no fence is printed."""
    prose: list[str] = []
    code: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if mark in (("```", "~~~") if not fence else (fence,)):
            fence = "" if fence else mark
        else:
            (code if fence else prose).append(line)
    return "\n".join(prose), code


def _count_code_lines(code: Sequence[str], on_line: float, measures: Measures) -> float:
    """Return how many lines of text are as high as lines of code, of which long ones are broken."""
    characters = on_line * TEXT_CHARACTER_WIDTH / (COLUMN * measures.code)
    count = sum(max(1, ceil(len(line) / characters)) for line in code)
    return count * CODE_LINE_HEIGHT * measures.code * measures.size / measures.line


NEARLY_FULL = (0.985, 1.1)
"""Of a page: a question of an estimated length between these mostly fits on one if its gaps are smaller. Of the 54
questions of the benchmarks three are estimated so, and need it; no other does. With text 257 mm high, not 262, fifteen
were, of which eleven needed it, and no other did."""

SPARED = 0.6
"""Ems of the text that a smaller gap above a section saves at least."""


def expect_squeeze(question: Question, measures: Measures) -> int:
    """Return what smaller gaps would save of a question that seems to need them, in CSS pixels; else 0.

    The question is laid out with these first: to find out by laying it out with the usual ones takes twice as long.
    """
    least, most = NEARLY_FULL
    if not least <= estimate_pages(question, measures) <= most:
        return 0
    sections = sum(1 for key in (*PROSE_SECTIONS, "follow_ups") if getattr(question, key))
    return int(sections * SPARED * measures.size * 96 / 72)


def _split_evenly(questions: Sequence[Question], most: int) -> Iterator[Sequence[Question]]:
    """Yield questions in as few groups as can be, of about the same size."""
    count = -(-len(questions) // most)
    for start, end in pairwise(len(questions) * number // count for number in range(count + 1)):
        yield questions[start:end]
