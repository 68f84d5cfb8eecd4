"""The lock: what every note of a bank was, and when it last moved.

    digests of now + the lock of before → stamp() → the lock of now, and what changed

Anki updates a note only when its time is newer than the learner's. One time for all notes would overwrite
the learner's own edits, a fixed time would update nothing; so a note's time moves exactly with its content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qexport.common.errors import InputRefused, Location, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from qexport.bank.model import Bank, Question

FORMAT = 1
"""The form of the lock's file; one that says otherwise was written by another qexport."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What something was (a digest of its content) and when it last moved (Unix seconds)."""

    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class NoteType:
    """What Anki compares before it takes a note: were any of it changed, it would take no note any more."""

    fields: tuple[str, ...]
    cards: tuple[str, ...]
    sort_field: str
    major: int = 1
    """Another one is another note type to Anki, which a learner must ask it to merge."""


@dataclass(frozen=True, slots=True)
class Release:
    """An edition that was given out under a number, and what was new in it."""

    number: int
    time: int
    """When, in Unix seconds; what moved later is not in it."""
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids by what became of them since the release before."""

    @property
    def date(self) -> str:
        """The day, as 2026-11-22."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Lock:
    """The last edition of a whole bank, whatever part of it was exported."""

    style: Stamp
    """Of the note type's style and templates."""
    note_type: NoteType
    notes: Mapping[str, Stamp]
    """Of every question in the bank, the retired ones too."""
    left: Mapping[str, int] = field(default_factory=dict)
    """Ids that are retired or gone from the bank, and when they left."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The options that shape notes, as they were."""
    release: Release | None = None
    """The last one that was given out."""

    @property
    def changed(self) -> int:
        """When the bank last changed, its notes or what is in it."""
        return max([0, *(stamp.modified for stamp in self.notes.values()), *self.left.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a lock keeps watch over, as it is now; of a whole bank."""

    notes: Mapping[str, str]
    """The digest of each question's note, the retired ones too."""
    style: str
    """The digest of the note type's style and templates."""
    note_type: NoteType
    retired: frozenset[str] = frozenset()
    former_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


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
    retired: tuple[Question, ...] = ()
    """Retired questions that pass the filters."""
    lock: Lock | None = None


def stamp(content: Content, lock: Lock | None, now: int) -> tuple[Lock, Changes]:
    """Return the lock brought up to date with a bank's content, and what changed.

    Without a lock everything is new. What moved gets the time `now`, or a second after its last time where
    the clock went backwards. An id found in the lock under one of its `former_ids` is that note, changed.
    """
    old: Mapping[str, Stamp] = {} if lock is None else lock.notes
    left = {} if lock is None else dict(lock.left)
    notes: dict[str, Stamp] = {}
    added, changed, retired, unchanged = [], [], [], []
    renumbered: set[str] = set()
    for key, digest in content.notes.items():
        formers = (former for former in content.former_ids.get(key, ()) if former not in content.notes)
        names = (key, *reversed(tuple(formers)))
        known = next((name for name in names if name in old), None)
        departures = [left.pop(name) for name in names if name in left]
        if known == key and old[key].digest == digest:
            notes[key] = old[key]
        else:
            times = [*departures, *([old[known].modified] if known is not None else [])]
            notes[key] = Stamp(digest, max([now, *(time + 1 for time in times)]))
        renumbered.update(name for name in names[1:] if name in old)

        if key in content.retired:
            left[key] = departures[0] if departures else notes[key].modified
            if known is not None and not departures:
                retired.append(key)
        elif known is None or departures:
            added.append(key)
        elif notes[key] is old.get(key):
            unchanged.append(key)
        else:
            changed.append(key)

    gone = [key for key in old if key not in notes and key not in renumbered]
    left.update((key, max(now, old[key].modified)) for key in gone if key not in left)
    retired.extend(key for key in gone if lock is not None and key not in lock.left)
    released = None if lock is None else lock.release
    after = Lock(_moved(content.style, lock, now), content.note_type, notes, left, content.options, released)
    return after, Changes(tuple(added), tuple(changed), tuple(retired), tuple(unchanged))


def _moved(style: str, lock: Lock | None, now: int) -> Stamp:
    if lock is None:
        return Stamp(style, now)
    if lock.style.digest == style:
        return lock.style
    return Stamp(style, max(now, lock.style.modified + 1))


def joined(locks: Sequence[Lock]) -> Lock:
    """Return the lock of several decks of one bank; of what is in more than one, the latest counts."""
    latest = max(locks, key=lambda lock: (lock.note_type.major, lock.style.modified))
    notes = sorted((pair for lock in locks for pair in lock.notes.items()), key=lambda pair: pair[1].modified)
    return Lock(latest.style, latest.note_type, dict(notes))


def with_note_type(now: NoteType, lock: Lock | None, path: str, *, may_change: bool) -> NoteType:
    """Return the note type that goes on with the lock's; another one is refused unless it may change."""
    if lock is None:
        return now
    changes = "; ".join(_note_type_changes(lock.note_type, now))
    if not changes:
        if may_change:
            raise UsageError(
                "--new-note-type, but the note type is what it was",
                hint="leave it out: it would only make work for learners",
            )
        return replace(now, major=lock.note_type.major)
    if may_change:
        return replace(now, major=lock.note_type.major + 1)
    message = (
        f"the note type would change: {changes}. Anki would then update none of the notes that learners have "
        f"({len(lock.notes)}), and put new ones under a second note type"
    )
    hint = (
        "build with the qexport that made this lock; or ask for --new-note-type, and tell every learner to "
        "import once with “Merge note types” on, which makes their next sync a full one"
    )
    raise InputRefused((Problem(Location(path), message, hint),))


def _note_type_changes(old: NoteType, new: NoteType) -> Iterator[str]:
    for kind, before, after in (("field", old.fields, new.fields), ("card", old.cards, new.cards)):
        yield from (f"{kind} {name!r} is added" for name in after if name not in before)
        yield from (f"{kind} {name!r} is removed" for name in before if name not in after)
        if [name for name in before if name in after] != [name for name in after if name in before]:
            yield f"the {kind}s are in another order"
    if old.sort_field != new.sort_field:
        yield f"the sort field is {new.sort_field!r} and was {old.sort_field!r}"


def read_lock(text: str, path: str) -> Lock:
    """Return the lock a file holds; one that is damaged or of an unknown form is refused with its lines.

    Where git left both sides of a merge, both are taken, and of an entry that is in both the later one: what
    the merge made of its question is then either that, or a change.
    """
    if re.search(r"^<{7} ", text, re.MULTILINE):
        text = _merged(text)
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
        json.dumps(content, ensure_ascii=False).encode()  # half a pair, as \ud800, could not be written again
    except json.JSONDecodeError as error:
        place = Location(path, error.lineno, error.colno)
        raise InputRefused((Problem(place, f"not JSON: {error.msg}", _REPAIR),)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise InputRefused((Problem(Location(path), "not a lock file", _REPAIR),)) from error

    complaints = [(key, f"{key!r} stands twice") for key in doubled]
    complaints.extend(_complaints(content))
    if complaints:
        lines = _lines_of_keys(text)
        problems = (Problem(Location(path, lines.get(key, 1)), said, _REPAIR) for key, said in complaints)
        raise InputRefused(tuple(sorted(problems, key=lambda problem: (problem.location, problem.message))))
    said = content["note_type"]
    return Lock(
        Stamp(**content["style"]),
        NoteType(tuple(said["fields"]), tuple(said["cards"]), said["sort_field"], said["major"]),
        {key: Stamp(**entry) for key, entry in content["notes"].items()},
        dict(content["left"]),
        dict(content["options"]),
        _release(content.get("release")),
    )


def _release(said: Any) -> Release | None:
    if said is None:
        return None
    changes = {kind: tuple(ids) for kind, ids in said["changes"].items()}
    return Release(said["number"], said["time"], changes)


def _merged(text: str) -> str:
    """Return the JSON of a lock in which git marked conflicts; a line that is none of a lock's stays."""
    parts: dict[str, dict[str, str]] = {"": {}, "notes": {}, "left": {}}
    strange: list[str] = []
    part = ""
    for line in _without_bases(text.splitlines()):
        if re.match(r"[<>]{7} |={7}$|[{}],?$", line):
            continue
        key, _, value = line.rstrip(",").partition(": ")
        name = key.strip('"')
        if name in ("notes", "left") and value in ("{", "{}"):
            part = name
        elif not value:
            strange.append(line)
        elif _when(value) >= _when(parts[part].get(key, "")):
            parts[part][key] = value
    entries = [f"{key}: {value}" for key, value in parts[""].items()]
    for name in ("notes", "left"):
        lines = ",\n".join(f"{key}: {value}" for key, value in parts[name].items())
        entries += [f'"{name}": {{{lines}}}']
    return "{" + ",\n".join([*entries, *strange]) + "}"


def _without_bases(lines: Iterable[str]) -> Iterator[str]:
    """Leave out what both sides of a conflict came from: from ||||||| on, up to a =======."""
    base: list[str] = []
    for line in lines:
        if base and line != "=======":
            base.append(line)
        elif line.startswith("||||||| "):
            base = [line]
        else:
            base = []
            yield line
    yield from base


def _when(value: str) -> int:
    """Return the time at the end of a line of a lock, or the number of its note type."""
    number = re.search(r"(?<![0-9])[0-9]{1,12}(?=\}?$)", value)  # not \d+, whose search takes the square
    return int(number[0]) if number else 0


_REPAIR = "take it from version control again; or delete it, and every note counts as new"


def _complaints(content: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a lock's content, each after the key it stands at."""
    if not isinstance(content, dict) or "format" not in content:
        yield "", "not a lock file: it does not say its format"
        return
    if content["format"] != FORMAT:
        yield "format", f"format {repr(content['format'])[:60]} is not known; this qexport knows {FORMAT}"
        return
    for key in content.keys() - {"format", *_FORMS}:
        yield key, f"unknown key {key!r}"
    forms = {part: form for part, form in _FORMS.items() if part != "release" or part in content}
    for part, (is_right, what) in forms.items():
        entries = content.get(part)
        if part in ("style", "note_type", "release"):
            if not is_right(entries):
                yield part, f"{part!r} is not {what}"
        elif not isinstance(entries, dict):
            yield part, f"{part!r} is missing or not a mapping"
        else:
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


def _is_note_type(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"major", "fields", "cards", "sort_field"}
        and type(entry["major"]) is int
        and 0 < entry["major"] < 1000
        and isinstance(entry["sort_field"], str)
        and all(
            isinstance(names, list) and all(isinstance(name, str) for name in names)
            for names in (entry["fields"], entry["cards"])
        )
    )


def _is_release(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"time", "changes", "number"}
        and type(entry["number"]) is int
        and 0 < entry["number"] < 1 << 32
        and _is_time(entry["time"])
        and isinstance(entry["changes"], dict)
        and all(
            isinstance(ids, list) and all(isinstance(key, str) for key in ids)
            for ids in entry["changes"].values()
        )
    )


def _is_text(entry: object) -> bool:
    return isinstance(entry, str)


_FORMS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "style": (_is_stamp, "a digest and a time"),
    "note_type": (_is_note_type, "fields, cards, a sort field and a major number"),
    "options": (_is_text, "a text"),
    "release": (_is_release, "a time, changes and a number"),
    "notes": (_is_stamp, "a digest and a time"),
    "left": (_is_time, "a time"),
}
"""The parts of a lock, and what each of them or each entry of theirs is."""


def _lines_of_keys(text: str) -> Mapping[str, int]:
    """Return the line each text in quotes stands on, the last one if there are several."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*+"', text, re.DOTALL):
        line += text.count("\n", at, found.start())
        at = found.start()
        lines[json.loads(found[0], strict=False)] = line
    return lines


def write_lock(lock: Lock) -> str:
    """Return the lock as JSON with one line an id, sorted, so that two people's locks merge in git."""
    return (
        "{\n"
        f'"format": {FORMAT},\n'
        f'"style": {_entry(lock.style)},\n'
        f'"note_type": {json.dumps(asdict(lock.note_type), ensure_ascii=False)},\n'
        f'"options": {json.dumps(dict(sorted(lock.options.items())), ensure_ascii=False)},\n'
        f"{_release_line(lock.release)}"
        f'"notes": {_lines({key: _entry(stamp) for key, stamp in lock.notes.items()})},\n'
        f'"left": {_lines({key: str(time) for key, time in lock.left.items()})}\n'
        "}\n"
    )


def _release_line(release: Release | None) -> str:
    if release is None:
        return ""
    # The number stands last: where two were made, the higher one is kept.
    said = {"time": release.time, "changes": release.changes, "number": release.number}
    return f'"release": {json.dumps(said, ensure_ascii=False)},\n'


def _entry(stamp: Stamp) -> str:
    return json.dumps({"digest": stamp.digest, "modified": stamp.modified})


def _lines(entries: Mapping[str, str]) -> str:
    lines = (f"{json.dumps(key, ensure_ascii=False)}: {entry}" for key, entry in sorted(entries.items()))
    return "{\n" + ",\n".join(lines) + "\n}" if entries else "{}"
