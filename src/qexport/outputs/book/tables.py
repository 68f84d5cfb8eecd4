"""Tables that are wider than the page: a warning for each question that has one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qexport.bank.model import PROSE_SECTIONS
from qexport.common.errors import Problem
from qexport.common.patterns import compile_late
from qexport.common.wording import column_width

if TYPE_CHECKING:
    from qexport.bank.model import Question

HINT = "take a larger paper, or give the table fewer columns or shorter words"
_BARRED_LINES = compile_late(r"(?:^[^\n|]*\|[^\n]*(?:\n|\Z))+", re.MULTILINE)
"""Lines with a `|` one after another."""
_TABLE_RULE = compile_late(r"\|[ :]*-|-[ :]*\|")
_WIDEST_CHARACTER = 0.92
_INDENTED = 4.2
"""Ems that three lists within each other take."""
_FITTED = compile_late(r'<div class="table (smaller|broken)')


def warn_of_tables(
    questions: Iterable[Question],
    place: str,
    show: Callable[[Question], Mapping[str, Any]],
    width: float,
    size: float,
) -> tuple[Problem, ...]:
    """Return a warning for each question with a table whose words do not fit side by side in its usual type.

    Args:
        questions: Those of a document.
        place: Of the document, for what is reported: `a flash card`.
        show: Returns the view of a question that the templates of the document get. It is called for the few
            questions with a table that may be too wide: a build whose pages are cached makes no text of the others.
        width: Of the text, in millimetres.
        size: Of its type, in points.

    Returns:
        The warnings, in the order of the questions. The last one says what to do.
    """
    warnings = []
    for question in questions:
        if question.markup == "plain" or not _may_be_wide(question, width * 72 / 25.4 / size):
            continue
        found = set(_FITTED.findall("".join(_list_html(show(question)))))
        if "broken" in found:
            done = "its type is as small as can be read, and its long words are broken"
            warnings.append(
                Problem(question.location, f"{question.id}: a table is too wide for {place}: {done}")
            )
        elif found:
            message = f"{question.id}: a table is too wide for {place}: its type is smaller"
            warnings.append(Problem(question.location, message))
    return (*warnings[:-1], *(replace(last, hint=HINT) for last in warnings[-1:]))


def _may_be_wide(question: Question, room: float) -> bool:
    """Return whether a text has a table that may not fit so many ems: never false for one that does not."""
    texts = (question.question, *question.follow_ups, *(getattr(question, name) for name in PROSE_SECTIONS))
    tables = (rows[0] for text in texts if "|" in text for rows in _BARRED_LINES.finditer(text))
    return any(_TABLE_RULE.search(rows) and _measure_rows(rows) > room - _INDENTED for rows in tables)


def _measure_rows(rows: str) -> float:
    """Return how many ems the longest words of some rows take at most, side by side, with their padding."""
    longest: dict[int, int] = defaultdict(int)
    for row in rows.splitlines():
        for number, cell in enumerate(row.split("|")):
            longest[number] = max(longest[number], *map(column_width, cell.split()), 0)
    return _WIDEST_CHARACTER * sum(longest.values()) + len(longest)


def _list_html(view: Mapping[str, Any]) -> Iterable[str]:
    """Yield the texts of a view that can hold tables."""
    yield str(view.get("more", ""))
    yield str(view.get("answer", ""))  # of an entry of the cheat sheet
    yield from (str(section["html"]) for section in view.get("sections", ()))
    for each in view.get("follow_ups", ()):
        yield str(each["html"] if isinstance(each, dict) else each)
