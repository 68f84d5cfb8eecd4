"""Decks exported with scheduling → counts of reviews per question; nothing about a person.

Anki's log of reviews has a row for each answer: its number (milliseconds since 1970), its card, its button (1:
forgotten), the milliseconds it took, and its kind. Kind 4 is set-due and forget, which are no reviews; neither is a row
without a button. Two exports that have a row in common are of one collection: two learners do not answer the same card
in the same millisecond, with the same button and after the same time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple, TypeAlias

from qexport.anki.package_file import Package
from qexport.bank.review_counts import ReviewCount

MANUAL_CHANGE = 4
"""The kind of a row that is no review (set-due, forget)."""


class Answer(NamedTuple):
    """One answer of a learner."""

    guid: str
    """Of the note."""
    button: int
    milliseconds: int
    """How long it took."""
    kind: int


Answers: TypeAlias = "Mapping[tuple[int, int], Answer]"
"""Answers by the number of the row and that of the card."""


@dataclass(slots=True)
class _QuestionTally:
    learners: int = 0
    lapses: int = 0
    again: int = 0
    times: list[int] = field(default_factory=list)


def read_answers(package: Package, guids: Collection[str]) -> tuple[Answers, AbstractSet[int]]:
    """Return the answers to notes of the bank, and a digest of each row of the log, those of other notes too.

    Args:
        package: An export.
        guids: GUIDs of the notes of the bank.
    """
    answers: dict[tuple[int, int], Answer] = {}
    marks: set[int] = set()
    rows = package.connection.execute(
        "SELECT r.id, r.cid, n.guid, r.ease, r.time, r.type FROM revlog r"
        " JOIN cards c ON c.id = r.cid JOIN notes n ON n.id = c.nid WHERE r.ease > 0"
    )
    for number, card, guid, ease, time, kind in rows:
        answer = Answer(str(guid), int(ease), int(time), int(kind))
        if answer.kind == MANUAL_CHANGE:
            continue
        place = int(number), int(card)
        marks.add(hash((place, answer.button, answer.milliseconds)))
        if answer.guid in guids:
            answers[place] = answer
    return answers, marks


class Learners:
    """Which exports are of one learner: those that have a row in common."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        """The place of the first export that has a row, by the digest of the row."""
        self._learners: list[int] = []
        """The learner of each export, known by the place of the learner's first one."""

    def add(self, marks: AbstractSet[int]) -> None:
        """Add an export by the digests of its rows; it may show that earlier ones are of one learner."""
        place = len(self._learners)
        same = {self._learners[self._seen[mark]] for mark in marks & self._seen.keys()}
        learner = min(same, default=place)
        self._learners = [*(learner if each in same else each for each in self._learners), learner]
        for mark in marks:
            self._seen.setdefault(mark, place)

    @property
    def groups(self) -> list[list[int]]:
        """The places of the exports of each learner, in the order in which they were added."""
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for place, learner in enumerate(self._learners):
            groups[learner].append(place)
        return list(groups.values())


def count_reviews(
    learners: Sequence[Sequence[Answers]], ids: Mapping[str, str], at_least: int
) -> dict[str, ReviewCount]:
    """Return the counts of each question by its id; questions with fewer learners are left out.

    Args:
        learners: The answers in each export of each learner; one that several of them have counts once.
        ids: The id of each note by its GUID.
        at_least: Learners a question must have.
    """
    tallies: defaultdict[str, _QuestionTally] = defaultdict(_QuestionTally)
    for exports in learners:
        answers = {place: answer for export in exports for place, answer in export.items()}
        for guid in {answer.guid for answer in answers.values()} & ids.keys():
            tallies[ids[guid]].learners += 1
        for answer in answers.values():
            if answer.guid not in ids:
                continue
            tally = tallies[ids[answer.guid]]
            tally.again += answer.button == 1
            tally.lapses += answer.button == 1 and answer.kind == 1
            tally.times.append(answer.milliseconds)
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
