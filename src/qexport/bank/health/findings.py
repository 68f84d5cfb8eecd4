"""What the checks report: their kinds, and a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qexport.bank.model import Question
from qexport.common.errors import Location

FINDING_KINDS: Mapping[str, str] = {
    "incomplete": "fewer questions, technologies or levels than the bank's source claims",
    "gap": "a technology, level or difficulty without questions, where some could be expected",
    "missing-section": "questions without a part that most of the bank's questions have",
    "near-duplicate": "two questions that ask the same, or have the same answer",
    "look-alike-technology": "two technologies written almost alike",
    "look-alike-category": "two categories written almost alike",
    "look-alike-level": "two levels written almost alike",
    "look-alike-tag": "two tags written almost alike",
    "answered-follow-up": "a follow-up question that another question of the bank answers",
    "placeholder": "a text that still waits to be written: TODO, “Answer here”, “see above”",
    "short-answer": "an answer of a few words in a bank whose answers are long",
    "lost-commas": "English text with hardly any comma",
    "difficulty": "a difficulty that does not fit how often learners forget the question",
    "doubled-punctuation": "?? or ,, after a word",
    "unbalanced": "a parenthesis without its other half, a code block without end",
    "mojibake": "text that was read in a wrong encoding: â€™ for ’",
    "stray-character": "characters that nobody sees or no font has",
    "html-leftover": "HTML that would be shown as text: &nbsp;, <br>",
}
"""What can be found, in the order in which it is reported, each with its explanation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the keeper of a bank may want to look at; `ids` are the questions it is about."""

    kind: str
    message: str
    hint: str
    location: Location
    ids: tuple[str, ...] = ()


def finding_fields(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON has it."""
    place = finding.location
    return {
        "kind": finding.kind,
        "message": finding.message,
        "hint": finding.hint,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "ids": list(finding.ids),
    }


def ids_of(questions: Iterable[Question]) -> tuple[str, ...]:
    """Return the ids of questions."""
    return tuple(question.id for question in questions)


def some_of(ids: Sequence[str]) -> str:
    """Return the first five ids in a message, and how many more there are."""
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def quote_briefly(text: str) -> str:
    """Return a text of the bank in a message: on one line, in quotation marks, at most 80 characters."""
    flat = " ".join(text.split())
    return f"“{flat if len(flat) <= 80 else flat[:79] + '…'}”"
