"""What Moodle's GIFT and XML have of a bank, for their writers and their readers.

A category is a path: the technology, then the category. A slash in a name is written twice, as Moodle does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    return " ".join(name.split()).replace("/", "//")


PARTLY_RIGHT = "partly right"
"""The name, in `extra`, of answers that get a part of the points, each with its part."""


def join_feedback(answers: Sequence[tuple[str, str]]) -> str:
    """Return what a quiz says to those who choose an answer: one remark as it is, of several each with its answer.

    Args:
        answers: Pairs of an answer and its feedback, which may be empty.
    """
    told = [(text, feedback) for text, feedback in answers if feedback]
    if len({feedback for _, feedback in told}) < 2:
        return told[0][1] if told else ""
    return "\n\n".join(f"{text}: {feedback}" if text else feedback for text, feedback in told)
