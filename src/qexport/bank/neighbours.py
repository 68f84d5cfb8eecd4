"""Two locks side by side: two locks of one bank, a namespace that was copied, a bank that was split or joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qexport.bank.lock import Entry, Lock, LockedContent
from qexport.common.errors import Location, Problem

LEAST_SHARED = 3
"""Questions of another bank from which a bank counts as a part of it."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another lock in the folder of a lock."""

    path: str
    lock: Lock


def neighbour_problems(path: object, lock: Lock, neighbours: Sequence[Neighbour]) -> Iterator[Problem]:
    """Yield what learners of two decks would run into."""
    for other in neighbours:
        if other.lock.namespace == lock.namespace:
            yield from _one_namespace(str(path), lock, other)
        else:
            yield from _taken_over(str(path), lock, other)


def same_questions(content: LockedContent, lock: Lock) -> int:
    """Return how many questions of a bank the lock of another one has under the same ids; 0 if they are few."""
    shared = [question for question in content.questions if question.id in lock.notes]
    same = sum(lock.notes[question.id].question == question.question for question in shared)
    is_most = same * 2 >= len(lock.notes) or same * 2 >= len(content.questions)
    return same if is_most else 0


def _one_namespace(path: str, lock: Lock, other: Neighbour) -> Iterator[Problem]:
    theirs = {entry.birth: entry for entry in _list_entries(other.lock)}
    shared = [entry for entry in _list_entries(lock) if entry.birth in theirs]
    if not shared:
        return  # one bank in two files
    differing = [entry for entry in shared if entry.question != theirs[entry.birth].question]
    if len(differing) * 2 > len(shared):
        message = (
            f"{other.path} has the same namespace {lock.namespace!r} and other questions under the same ids "
            f"({_quote_ids(differing)}): learners of both decks see one overwrite the other"
        )
        hint = "give the bank that is newer a namespace of its own, before anybody has its deck"
    else:
        message = (
            f"{other.path} is a lock of the same bank ({len(shared)} notes): each has times of its own, so that "
            "what one deck changed the other does not update"
        )
        hint = "keep one lock, and build all decks of the bank with it"
    yield Problem(Location(path), message, hint)


def _taken_over(path: str, lock: Lock, other: Neighbour) -> Iterator[Problem]:
    """Report questions that another bank published, and has no more: it was split, or joined with this one."""
    here = {entry.question: entry for entry in lock.notes.values() if entry.question and not entry.left}
    taken = [entry for entry in other.lock.left if entry.question in here]
    if len(taken) < LEAST_SHARED:
        return
    message = (
        f"{len(taken)} questions left {other.path} and are in this bank now ({_quote_ids(taken)}): learners get them "
        "as new notes, and their reviews stay with the old ones"
    )
    hint = (
        f"to keep reviews, keep them in one bank and make its parts with filters; or build this one with "
        f"namespace: {other.lock.namespace} and the ids they had, if nobody has its deck yet"
    )
    yield Problem(Location(path), message, hint)


def _list_entries(lock: Lock) -> tuple[Entry, ...]:
    return (*lock.notes.values(), *(entry for entry in lock.gone.values() if not entry.namespace))


def _quote_ids(entries: Sequence[Entry]) -> str:
    ids = [entry.id for entry in entries]
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(ids[:3]) + more
