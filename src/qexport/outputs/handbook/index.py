"""The index of a handbook: its terms, and the pages of the questions they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from qexport.common.wording import shorten
from qexport.content.index_terms import IndexTerm, initial
from qexport.layout.chunk import PIXELS_PER_MM
from qexport.outputs.book.entries import anchor
from qexport.outputs.book.lists import List, ListRow
from qexport.pdf.folio_lists import Folios
from qexport.pdf.list_pages import Columns

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.outputs.book.press import Press
    from qexport.outputs.book.style import Measures

TEMPLATE = "handbook/index.html.j2"
NARROWEST_COLUMN, BETWEEN_COLUMNS = 48.0, 6.0
"""Millimetres of a column, and between two."""

FOLIO_WIDTH = 3.0
"""Ems of a page's number, and what parts it from the next."""

LONGEST_NAME = 80
"""Columns of a term; one of 300 letters, in large print, was higher than a page. What is longer ends with …"""


def index_list(press: Press, terms: Sequence[IndexTerm]) -> List:
    """Return the index as a list of the book, without its pages.

    Args:
        press: of the book.
        terms: in alphabetical order.
    """
    count, column = _choose_index_columns(press.measures)
    rows = []
    for letter, of_initial in groupby(terms, key=lambda term: initial(term.name, press.language.tag)):
        above = press.piece(
            TEMPLATE,
            piece="heading",
            heading=letter or press.language.label("signs"),
            level=2,
            column=round(column, 2),
        )
        for term in of_initial:
            row = partial(_row, code=term.code, see=shorten(term.see, LONGEST_NAME), column=round(column, 2))
            name = shorten(term.name, LONGEST_NAME)
            rows.append(ListRow(press.worded_piece(TEMPLATE, name, row), (above,)))
            if term.see_also:
                entry: dict[str, object] = {"see_also": list(term.see_also)}
                piece = press.piece(TEMPLATE, piece="row", entry=entry, column=round(column, 2))
                rows.append(ListRow(piece, (above,), goes_on=True))
    step = (column + BETWEEN_COLUMNS) * PIXELS_PER_MM * (-1 if press.language.direction == "rtl" else 1)
    return press.list_of(TEMPLATE, rows, columns=Columns(count, step))


def _choose_index_columns(measures: Measures) -> tuple[int, float]:
    """Return how many columns an index has, and the millimetres of one."""
    width = measures.frame
    count = max(1, min(3, int((width + BETWEEN_COLUMNS) / (NARROWEST_COLUMN + BETWEEN_COLUMNS))))
    return count, (width - (count - 1) * BETWEEN_COLUMNS) / count


def count_most_folios(measures: Measures) -> int:
    """Return how many pages of a term are set below each other at most: they fill about half a column."""
    _, column = _choose_index_columns(measures)
    on_line = max(1, int(column / 25.4 * 72 / (FOLIO_WIDTH * measures.size)))
    return on_line * max(1, int(measures.height / 25.4 * 72 / measures.line / 2))


def _row(name: str, *, code: bool, see: str, column: float) -> dict[str, object]:
    """Return the values of a line of the index."""
    return {"piece": "row", "entry": {"name": name, "code": code, "see": see}, "column": column}


def with_pages(
    index: List,
    terms: Sequence[IndexTerm],
    questions: Sequence[Question],
    folios: Mapping[str, int],
    kind: str,
    *,
    most: int,
) -> List:
    """Return an index with the pages of its terms.

    Args:
        index: as `index_list` makes it.
        terms: those it was made of.
        questions: of the book.
        folios: the page each place of the book is on.
        kind: of the places that terms are at (`anchor`).
        most: pages of a term in one line (`count_most_folios`); a term that has more has several lines.
    """
    anchors = {question.id: anchor(question, kind) for question in questions}
    waiting = iter(terms)
    rows: list[ListRow] = []
    for row in index.rows:
        found = () if row.goes_on else tuple(_pages(next(waiting), anchors, folios))
        rows += [
            replace(row, folios=found[start : start + most]) for start in range(0, len(found) or 1, most)
        ]
    return replace(index, rows=rows)


def _pages(term: IndexTerm, anchors: Mapping[str, str], folios: Mapping[str, int]) -> Iterator[Folios]:
    """Yield the pages of a term, each once; those of questions that ask about it are its main ones."""
    found: dict[int, tuple[str, bool]] = {}
    for id_ in term.questions:
        place = anchors[id_]
        page = folios[place]
        before = found.get(page, (place, False))
        found[page] = (place if id_ in term.main else before[0], before[1] or id_ in term.main)
    for page, (place, is_main) in sorted(found.items()):
        yield Folios(str(page), place, is_main)
