"""What Moodle's GIFT and XML have of a bank, for their writers and their readers.

A category is a path: the technology, then the category. A slash in a name is written twice, as Moodle does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qexport.bank.model import Question

NO_TECHNOLOGY = "–"
"""The first name of a path whose question has a category and no technology."""
QUIZ_MARK = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?(?://|<!--) qexport(?P<math> math)?\b")
"""The beginning of a file that qexport wrote: nothing in it is interpreted."""
_MOODLE_ROOT = re.compile(r"\s*(?:\$\w+\$/?)?(?:top(?:/|$))?")


def write_category(technology: str, category: str) -> str:
    """Return the path of a question's category."""
    if not category:
        return _escape_name(technology)
    return f"{_escape_name(technology or NO_TECHNOLOGY)}/{_escape_name(category)}"


def read_category(path: str) -> tuple[str, ...]:
    """Return the names of a path, outermost first, without the roots that Moodle gives it."""
    path = path[match.end() :] if (match := _MOODLE_ROOT.match(path)) else path
    names = re.split(r"(?<!/)/(?!/)", path)
    return tuple(bare for name in names if (bare := name.replace("//", "/").strip()))


def place_of_category(path: str) -> dict[str, str]:
    """Return technology and category of a path that write_category() wrote."""
    names = read_category(path)
    if not names:
        return {}
    place = {} if names[0] == NO_TECHNOLOGY else {"technology": names[0]}
    return place | ({"category": names[1]} if len(names) > 1 else {})


def _escape_name(name: str) -> str:
    """Return a name as a path has it: a slash twice, and none beside the slash between two names.

    Moodle takes blanks around a name away.
    """
    escaped = " ".join(name.split()).replace("/", "//")
    return f"{' ' * escaped.startswith('/')}{escaped}{' ' * escaped.endswith('/')}"


PARTLY_RIGHT = "partly right"
"""The name, in `extra`, of answers that get a part of the points, each with its part."""
QUIZ_TYPE = "quiz type"
"""The name, in `extra`, of what a question is in a quiz, if its fields do not show it; its value is MATCHING."""
MATCHING = "matching"
UNMATCHED = "unmatched"
"""The name, in `extra`, of answers to choose from that belong to nothing."""
QUIZ_EXTRAS = (PARTLY_RIGHT, QUIZ_TYPE, UNMATCHED)
_PAIR_LINE = re.compile(r"- (\S.*?) → (\S.*)")


@dataclass(frozen=True, slots=True)
class Matching:
    """What a matching question asks to bring together."""

    pairs: tuple[tuple[str, str], ...]
    unmatched: tuple[str, ...] = ()
    explanation: str = ""


def write_pairs(pairs: Sequence[tuple[str, str]]) -> str:
    """Return pairs as the list that the answer of a matching question is."""
    return "\n".join(f"- {left} → {right}".replace("\n", "\n  ") for left, right in pairs)


def find_matching(question: Question) -> Matching | None:
    """Return the pairs of a matching question; None if it is none, or if its answer is a list of pairs no more."""
    extra = dict(question.extra)
    if extra.get(QUIZ_TYPE) != MATCHING or question.choices:
        return None
    listed, _, explanation = question.answer.partition("\n\n")
    lines = [_PAIR_LINE.fullmatch(line) for line in listed.split("\n")]
    pairs = tuple((found[1].strip(), found[2].strip()) for found in lines if found)
    if len(pairs) < len(lines) or len(pairs) < 2 or explanation != explanation.strip():
        return None
    unmatched = extra.get(UNMATCHED, ())
    return Matching(pairs, (unmatched,) if isinstance(unmatched, str) else unmatched, explanation)


def join_feedback(answers: Sequence[tuple[str, str]]) -> str:
    """Return what a quiz says to those who choose an answer: one remark as it is, of several each with its answer.

    Args:
        answers: Pairs of an answer and its feedback, which may be empty.
    """
    told = [(text, feedback) for text, feedback in answers if feedback]
    if len({feedback for _, feedback in told}) < 2:
        return told[0][1] if told else ""
    return "\n\n".join(f"{text}: {feedback}" if text else feedback for text, feedback in told)
