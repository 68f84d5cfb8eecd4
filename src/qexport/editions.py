"""The lock: what every note of a bank was, and when it last moved.

    digests of now + the lock of before → stamp() → the lock of now, and what changed

Anki updates a note only when its time is newer than the learner's. One time for all notes would overwrite
the learner's own edits, a fixed time would update nothing; so a note's time moves exactly with its content.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from qexport.errors import InputRefused, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qexport.question import Bank, Question

FORMAT = 1
"""The form of the lock's file; one that says otherwise was written by another qexport."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What something was (a digest of its content) and when it last moved (Unix seconds)."""

    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class Lock:
    """The last edition of a whole bank, whatever part of it was exported."""

    note_type: Stamp
    notes: Mapping[str, Stamp]
    left: Mapping[str, int] = field(default_factory=dict)
    """Ids that are no longer in the bank, and when they left."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids by what became of them since the last edition."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"+{len(self.added)} added ~{len(self.changed)} changed "
            f"\N{MINUS SIGN}{len(self.retired)} retired ={len(self.unchanged)} unchanged"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one build makes: the chosen questions of a bank, in their order, and the words for the choice."""

    bank: Bank
    questions: tuple[Question, ...]
    title: str
    scope: str
    """The filters in words: "Python, Advanced"."""
    lock: Lock | None = None


def stamp(
    digests: Mapping[str, str],
    note_type_digest: str,
    lock: Lock | None,
    now: int,
    *,
    former_ids: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Lock, Changes]:
    """Return the lock brought up to date with the digests of a whole bank's notes, and what changed.

    Without a lock everything is new. What moved gets the time `now`, or a second after its last time where
    the clock went backwards. An id found in the lock under one of its `former_ids` is that note, changed.
    """
    old: Mapping[str, Stamp] = {} if lock is None else lock.notes
    left = {} if lock is None else dict(lock.left)
    notes: dict[str, Stamp] = {}
    renumbered: set[str] = set()
    added, changed, unchanged = [], [], []
    for key, digest in digests.items():
        names = (key, *(former for former in reversed(former_ids.get(key, ())) if former not in digests))
        known = next((name for name in names if name in old), None)
        departures = [left.pop(name) for name in names if name in left]
        if known is None:
            notes[key] = Stamp(digest, max([now, *(time + 1 for time in departures)]))
            added.append(key)
        elif known == key and old[key].digest == digest:
            notes[key] = old[key]
            unchanged.append(key)
        else:
            notes[key] = Stamp(digest, max(now, old[known].modified + 1))
            changed.append(key)
            renumbered.add(known)
    retired = tuple(key for key in old if key not in notes and key not in renumbered)
    left.update((key, max(now, old[key].modified)) for key in retired)
    changes = Changes(tuple(added), tuple(changed), retired, tuple(unchanged))
    return Lock(_moved(note_type_digest, lock, now), notes, left), changes


def _moved(note_type_digest: str, lock: Lock | None, now: int) -> Stamp:
    if lock is None:
        return Stamp(note_type_digest, now)
    if lock.note_type.digest == note_type_digest:
        return lock.note_type
    return Stamp(note_type_digest, max(now, lock.note_type.modified + 1))


def read_lock(text: str, path: str) -> Lock:
    """Return the lock a file holds; one that is damaged or of an unknown form is refused with its lines."""
    doubled: list[str] = []

    def without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key, value in pairs:
            if key in mapping:
                doubled.append(key)
            mapping[key] = value
        return mapping

    try:
        content = json.loads(text, object_pairs_hook=without_doubles)
    except json.JSONDecodeError as error:
        place = Location(path, error.lineno, error.colno)
        if conflict := re.search(r"^<{7}|^>{7}", text, re.MULTILINE):
            place = Location(path, text.count("\n", 0, conflict.start()) + 1)
            hint = "a merge left both sides here: keep one line an id, the one with the later time"
            raise InputRefused((Problem(place, "an unfinished merge", hint),)) from error
        raise InputRefused((Problem(place, f"not JSON: {error.msg}", _REPAIR),)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise InputRefused((Problem(Location(path), "not a lock file", _REPAIR),)) from error

    complaints = [(key, f"{key!r} stands twice") for key in doubled]
    complaints.extend(_complaints(content))
    if complaints:
        problems = (Problem(Location(path, _line(text, key)), said, _REPAIR) for key, said in complaints)
        raise InputRefused(tuple(sorted(problems, key=lambda problem: (problem.location, problem.message))))
    return Lock(
        Stamp(**content["note_type"]),
        {key: Stamp(**entry) for key, entry in content["notes"].items()},
        dict(content["left"]),
    )


_REPAIR = "take it from version control again; or delete it, and every note counts as new"


def _complaints(content: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a lock's content, each after the key it stands at."""
    if not isinstance(content, dict) or "format" not in content:
        yield "", "not a lock file: it does not say its format"
        return
    if content["format"] != FORMAT:
        yield "format", f"format {content['format']!r} is not known; this qexport knows {FORMAT}"
        return
    for key in content.keys() - {"format", "note_type", "notes", "left"}:
        yield key, f"unknown key {key!r}"
    if not _is_stamp(content.get("note_type")):
        yield "note_type", "'note_type' is not a digest and a time"
    for part, is_right, what in (("notes", _is_stamp, "a digest and a time"), ("left", _is_time, "a time")):
        entries = content.get(part)
        if not isinstance(entries, dict):
            yield part, f"{part!r} is missing or not a mapping"
            continue
        for key, entry in entries.items():
            if not is_right(entry):
                yield key, f"{key!r} in {part!r} is not {what}"


def _is_stamp(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"digest", "modified"}
        and isinstance(entry["digest"], str)
        and _is_time(entry["modified"])
    )


def _is_time(entry: object) -> bool:
    return type(entry) is int and 0 <= entry < 1 << 32


def _line(text: str, key: str) -> int:
    """Return the line a key stands on, the last one if there are several."""
    at = max(text.rfind(json.dumps(key, ensure_ascii=escaped)) for escaped in (False, True)) if key else 0
    return text.count("\n", 0, max(at, 0)) + 1


def write_lock(lock: Lock) -> str:
    """Return the lock as JSON with one line an id, sorted, so that two people's locks merge in git."""
    return (
        "{\n"
        f'"format": {FORMAT},\n'
        f'"note_type": {_entry(lock.note_type)},\n'
        f'"notes": {_lines({key: _entry(stamp) for key, stamp in lock.notes.items()})},\n'
        f'"left": {_lines({key: str(time) for key, time in lock.left.items()})}\n'
        "}\n"
    )


def _entry(stamp: Stamp) -> str:
    return json.dumps({"digest": stamp.digest, "modified": stamp.modified})


def _lines(entries: Mapping[str, str]) -> str:
    lines = (f"{json.dumps(key, ensure_ascii=False)}: {entry}" for key, entry in sorted(entries.items()))
    return "{\n" + ",\n".join(lines) + "\n}" if entries else "{}"
