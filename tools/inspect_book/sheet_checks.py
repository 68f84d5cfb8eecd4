"""Checks of quiz, cheat sheet and flash cards: what holds for any sheet of paper."""

from __future__ import annotations

from collections.abc import Iterator

from tools.inspect_book.book import Book, bare
from tools.inspect_book.layout_checks import find_overlaps
from tools.inspect_book.order import PAPERS, Order
from tools.inspect_book.records import MM, Finding

EDGE = 4 * MM
"""Points from the edge of the paper that printers leave blank."""


def find_what_is_outside_of_sheets(book: Book, order: Order) -> Iterator[Finding]:
    """Pages have the size of the paper; no text is at their edge, or upon another."""
    width, height = (
        order.page_size if order.output == "quiz" else (MM * each for each in PAPERS[order.options.paper])
    )
    if order.output == "cheatsheet":
        width, height = height, width  # it lies on its long edge
    for page in book.pages:
        if abs(page.width - width) > 0.1 or abs(page.height - height) > 0.1:
            yield Finding("outside", page.number, f"{page.width:.1f} × {page.height:.1f} pt")
        for run in page.runs:
            away = min(run.left, run.bottom, page.width - run.right, page.height - run.top)
            if away < EDGE and run.text.strip():
                yield Finding("outside", page.number, f"{run} is {away / MM:.1f} mm from the edge")
        yield from find_overlaps(page)


def find_boxes_for_glyphs(book: Book, order: Order) -> Iterator[Finding]:
    """No font draws its box for what it lacks."""
    for font in book.fonts_without_glyph:
        yield Finding("glyphs", 0, f"{font} draws a box for what it lacks")


def find_lost_titles(book: Book, order: Order) -> Iterator[Finding]:
    """Every question is read whole; on quiz and cheat sheet its answer, too.

    A long question goes on on another card: what is printed around the cards stands between its pieces.
    """
    text = bare(book.root.text)
    if order.output == "flash-cards":
        text += bare("".join(each.text for each in book.root.walk() if each.tag == "H1"))
    for question in order.questions:
        if question.markup != "plain":
            continue
        answers = [] if order.output == "flash-cards" else question.answer.split("\n")
        for each in [*question.question.split("\n"), *answers]:
            if bare(each) not in text:
                yield Finding("texts", 0, f"{question.id}: {each[:40]!r} is not whole")


def find_untagged(book: Book, order: Order) -> Iterator[Finding]:
    """All that is drawn is tagged, or an artifact."""
    yield from book.untagged
