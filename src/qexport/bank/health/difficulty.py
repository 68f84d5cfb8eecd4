"""Difficulties that do not fit what learners remember, judged by the counts of reviews beside the bank."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from qexport.bank.health.findings import Finding
from qexport.bank.model import Bank
from qexport.bank.query import count_of

_EASY = 3
"""Up to this difficulty a question counts as easy."""
_HARD = 8
"""From this difficulty on a question counts as hard."""
_OFTEN_FORGOTTEN = 0.4
"""Share of reviews forgotten from which an easy question is doubted, if it is twice the usual share as well."""
_SELDOM = 0.1
"""Share of reviews forgotten up to which a hard question is doubted, if it is half the usual share as well."""
_LEAST = 10
"""Reviews that a question must have: fewer say nothing."""


def find_misjudged_difficulties(bank: Bank) -> Iterator[Finding]:
    """Yield easy questions that are often forgotten, and hard ones that hardly ever are."""
    counts = dict(bank.reviews)
    counted = [(each, count) for each in bank.questions if (count := count_of(each, counts))]
    counted = [(each, count) for each, count in counted if count.reviews >= _LEAST]
    if not counted:
        return
    usual = median(count.forgotten for _, count in counted)
    for question, count in counted:
        rated = question.difficulty
        if rated is None:
            continue
        is_hard = rated <= _EASY and count.forgotten >= max(_OFTEN_FORGOTTEN, 2 * usual)
        is_easy = rated >= _HARD and usual > 0 and count.forgotten <= min(_SELDOM, usual / 2)
        if is_hard or is_easy:
            yield Finding(
                kind="difficulty",
                message=f"{question.id} is rated {rated}, and {count.forgotten:.0%} of {count.reviews} reviews "
                f"were forgotten; {usual:.0%} is usual in this bank",
                hint=f"rate it {'higher' if is_hard else 'lower'}, or look at its text",
                location=question.location,
                ids=(question.id,),
            )
