"""The times in a lock, and what brings them back after a clock that was ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qexport.bank.lock import SPACING, Entry, Lock


def latest_time(lock: Lock) -> int:
    """Return the latest time that a lock has of its notes, of what left, and of its release; in Unix seconds."""
    return max(_times(lock), default=0)


def _times(lock: Lock) -> Iterator[int]:
    for entry in (*lock.notes.values(), *lock.gone.values()):
        yield from (entry.modified, entry.left, *entry.departed.values())
    if lock.release:
        yield lock.release.time


def bring_times_back(lock: Lock, now: int) -> Lock:
    """Return a lock in which no time of a note, of what left or of the release is later than now.

    Numbers of notes are times too: those that are ahead become free ones before now.
    """
    taken = {entry.number for entry in (*lock.notes.values(), *lock.gone.values())}

    def bring_back(entry: Entry) -> Entry:
        number = entry.number
        if number > now * 1000:
            number = now * 1000 - SPACING
            while number in taken:
                number -= SPACING
            taken.add(number)
        return replace(
            entry,
            number=number,
            modified=min(entry.modified, now),
            left=min(entry.left, now),
            departed={deck: min(time, now) for deck, time in entry.departed.items()},
        )

    release = lock.release
    return replace(
        lock,
        notes={key: bring_back(entry) for key, entry in lock.notes.items()},
        gone={key: bring_back(entry) for key, entry in lock.gone.items()},
        release=replace(release, time=min(release.time, now)) if release else None,
    )
