"""The facts above a question's title: which of them stand on one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qexport.common.wording import column_width
from qexport.outputs.lengths import MM, millimetres, points

if TYPE_CHECKING:
    from qexport.bank.model import Question

FACT_DOT = " · "

CHARACTER = 0.45
"""Of the size of a label: the width of a character, measured."""

ID_CHARACTER = 0.57
"""The same in an id, which is bold and mostly of capitals and digits."""

_AFTER_ID = 1.2
_DRAWN_LEVEL = 6.6
"""Ems after an id, and of the drawing of a difficulty with the space before it (book.css)."""


def break_facts(
    question: Question, difficulty: str, frame: float, setting: Callable[[str], str]
) -> list[list[str | None]]:
    """Return the facts of a question by lines, so that no line begins or ends with what is between two of them.

    Args:
        question: whose facts they are.
        difficulty: its difficulty in words; its fact is None, since a template draws it.
        frame: millimetres of a line.
        setting: gives the value of a setting of the book's style.

    Returns:
        The facts of each line; the first is beside the id, and has none if nothing fits there.
    """
    facts: list[str | None] = [*list_facts(question)]
    label = points(setting("--label-size"))
    widths = [CHARACTER * label * column_width(fact or "") for fact in facts]
    if question.difficulty is not None:
        facts.append(None)
        widths.append(CHARACTER * label * column_width(difficulty) + _DRAWN_LEVEL * label)
    own = ID_CHARACTER * (label + 1) * column_width(question.id) + _AFTER_ID * (label + 1)
    taken = max(own, millimetres(setting("--side")) * MM)
    between = CHARACTER * label * len(FACT_DOT)
    lines: list[list[str | None]] = [[]]
    for fact, width in zip(facts, widths, strict=True):
        more = width + (between if lines[-1] else 0)
        if taken + more > frame * MM:
            lines.append([])
            taken, more = 0, width
        lines[-1].append(fact)
        taken += more
    return lines


def list_facts(question: Question) -> Sequence[str]:
    """Return technology, category and level, each once."""
    return tuple(dict.fromkeys(filter(None, (question.technology, question.category, question.level))))


def choose_head(question: Question, most: int) -> str:
    """Return the running head of a question: technology and category, or the technology alone if both are too long.

    Args:
        question: which a page begins with.
        most: characters there is room for.
    """
    whole = FACT_DOT.join(dict.fromkeys(filter(None, (question.technology, question.category))))
    return whole if column_width(whole) <= most else question.technology or whole
