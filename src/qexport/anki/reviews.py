"""Decks exported with scheduling → counts of reviews per question; nothing about a person.

Anki's log of reviews has a row an answer: its button (1: forgotten), the milliseconds it took, and its kind.
Kind 4 is set-due and forget, which are no reviews; neither is a row without a button.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from qexport.anki.package_file import Package
from qexport.bank.review_counts import ReviewCount

MANUAL_CHANGE = 4
"""The kind of a row that is no review (set-due, forget)."""


@dataclass(slots=True)
class _Tally:
    learners: int = 0
    lapses: int = 0
    again: int = 0
    times: list[int] = field(default_factory=list)


Answer = tuple[str, int, int, int]
"""GUID, button, milliseconds, kind."""


def answers_in(package: Package) -> list[Answer]:
    """Return the answers of a package, in no order: whose and when is not read."""
    rows = package.connection.execute(
        "SELECT n.guid, r.ease, r.time, r.type FROM revlog r"
        " JOIN cards c ON c.id = r.cid JOIN notes n ON n.id = c.nid WHERE r.ease > 0"
    )
    return [
        (str(guid), int(ease), int(time), int(kind))
        for guid, ease, time, kind in rows
        if kind != MANUAL_CHANGE
    ]


def count_reviews(
    exports: Sequence[Sequence[Answer]], ids: Mapping[str, str], at_least: int
) -> dict[str, ReviewCount]:
    """Return the counts of each question by its id; questions with fewer learners are left out.

    Args:
        exports: The answers of each export; one export is one learner.
        ids: The id of each note by its GUID.
        at_least: Learners a question must have.
    """
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for answers in exports:
        seen: set[str] = set()
        for guid, ease, time, kind in answers:
            if guid not in ids:
                continue
            tally = tallies[ids[guid]]
            tally.learners += guid not in seen
            seen.add(guid)
            tally.again += ease == 1
            tally.lapses += ease == 1 and kind == 1
            tally.times.append(time)
    return {
        key: ReviewCount(
            learners=tally.learners,
            reviews=len(tally.times),
            lapses=tally.lapses,
            forgotten=round(tally.again / len(tally.times), 3),
            seconds=round(median(tally.times) / 1000, 1),
        )
        for key, tally in sorted(tallies.items())
        if tally.learners >= max(1, at_least)
    }
