"""The lock as a file: JSON with one line a note, so that two people's locks merge in git.

    text → read_lock() → Lock → write_lock() → text

What a lock says is checked like any input: it comes from version control, and from bundles of others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from qexport.bank.deck_order import HIGHEST_PLACE, deck_level, without_number
from qexport.bank.lock import Entry, Lock, LockedNoteType, Release, Stamp, is_guid
from qexport.bank.lock_conflict import has_conflict, merge_sides
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.formats import LOCK_FORMAT
from qexport.common.json_text import write_json
from qexport.common.patterns import compile_late

REPAIR = "restore it from version control, or rebuild it with --previous DECK"
_NEWER = "it was written by a newer qexport: use the program that wrote it"
_UNKNOWN_KEY = "has an unknown key"
OLDER = "update it: qexport migrate"


_SURROGATE = compile_late(r"\\u[dD][89a-fA-F]")
_DIGEST = compile_late(r"[0-9a-f]{0,64}")


# Reading


def read_lock(text: str, path: str) -> Lock:
    """Return the lock a file holds; one that is damaged or of an unknown form is refused with its lines.

    Where git left both sides of a merge, both are taken, and of a note that is in both the later one.

    Raises:
        InputRefused: with all that is wrong.
    """
    disputed: tuple[str, ...] = ()
    if has_conflict(text):
        text, disputed = merge_sides(text, path)
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
        if _SURROGATE.search(text):
            json.dumps(content, ensure_ascii=False).encode()  # half a pair could not be written again
    except json.JSONDecodeError as error:
        place = Location(path, error.lineno, error.colno)
        raise InputRefused((Problem(place, f"not JSON: {error.msg}", REPAIR),)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise InputRefused((Problem(Location(path), "not a lock file", REPAIR),)) from error

    complaints = [(key, f"{key!r} is here twice", REPAIR) for key in doubled]
    complaints.extend(_complaints(content))
    if complaints:
        lines = _lines_of_keys(text)
        problems = (Problem(Location(path, lines.get(key, 1)), said, hint) for key, said, hint in complaints)
        raise InputRefused(tuple(sorted(problems, key=lambda problem: (problem.location, problem.message))))
    return replace(_read_lock(content), disputed=disputed)


def _read_lock(content: dict[str, Any]) -> Lock:
    said = content["note_type"]
    notes = [_read_entry(birth, values) for birth, values in content["notes"].items()]
    gone = {birth: _read_entry(birth, values) for birth, values in content["left"].items()}
    for entry in notes:  # a merge of a branch that edited a question and one that removed it
        if entry.birth in gone and gone[entry.birth].left < entry.modified:
            del gone[entry.birth]
    return Lock(
        namespace=content["namespace"],
        deck_root=content["deck_root"],
        style=Stamp(**content["style"]),
        note_type=LockedNoteType(
            tuple(said["fields"]), tuple(said["cards"]), said["sort_field"], said["major"]
        ),
        notes={entry.id: entry for entry in notes if entry.birth not in gone},
        gone=gone,
        options=dict(content["options"]),
        decks=dict(content.get("decks", {})),
        release=_release(content.get("release")),
    )


def _read_entry(birth: str, said: dict[str, Any]) -> Entry:
    values = {name: value for name, value in said.items() if name in _ENTRY_FORMS}
    for name in ("names", "decks"):
        values[name] = tuple(values.get(name, ()))
    born = values.pop("born", birth)
    return Entry(**{"id": born, "birth": born, **values})


def _release(said: Any) -> Release | None:
    if said is None:
        return None
    changes = {kind: tuple(ids) for kind, ids in said["changes"].items()}
    return Release(said["number"], said["time"], changes)


# What a lock may say


def _complaints(content: object) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a lock's content, each after the key it stands at, and what to do."""
    if not isinstance(content, dict) or "format" not in content:
        yield "", "not a lock file: it has no format", REPAIR
        return
    form = content["format"]
    if form != LOCK_FORMAT or type(form) is not int:
        is_number = type(form) is int
        hint = _NEWER if is_number and form > LOCK_FORMAT else OLDER if is_number and form == 1 else REPAIR
        yield "format", f"format {repr(form)[:60]} is not known; this qexport knows {LOCK_FORMAT}", hint
        return
    for key in content.keys() - {"format", *_KEY_FORMS}:
        yield key, f"unknown key {key!r}", _NEWER
    forms = {
        part: form for part, form in _KEY_FORMS.items() if part not in _MAY_BE_MISSING or part in content
    }
    for part, (is_right, what) in forms.items():
        if not is_right(content.get(part)):
            yield part, f"{part!r} is not {what}", REPAIR
        elif part in ("notes", "left"):
            yield from _complaints_of_entries(content[part], part)


def _complaints_of_entries(entries: Mapping[str, object], part: str) -> Iterator[tuple[str, str, str]]:
    for birth, entry in entries.items():
        for complaint in _entry_complaints(birth, entry, part):
            hint = _NEWER if complaint.startswith(_UNKNOWN_KEY) else REPAIR
            yield birth, f"{birth!r} in {part!r} {complaint}", hint
    if part == "notes":
        yield from _find_shared(entries)


def _entry_complaints(birth: str, entry: object, part: str) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "is not a mapping"
        return
    if not _is_lock_id(str(entry.get("born", birth))):
        yield "is not an id"
    for name in sorted(entry.keys() - _ENTRY_FORMS.keys()):
        yield f"{_UNKNOWN_KEY} {name!r}"
    needed = {"guid", "number", "modified", *(("left",) if part == "left" else ())}
    for name in sorted(needed - entry.keys()):
        yield f"has no {name}"
    for name, value in entry.items():
        if name in _ENTRY_FORMS and not _ENTRY_FORMS[name][0](value):
            yield f"has a {name} that is not {_ENTRY_FORMS[name][1]}"


def _find_shared(notes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield notes that have the id, the GUID or the number of another one."""
    for name in ("id", "guid", "number"):
        owners: dict[object, str] = {}
        for birth, entry in notes.items():
            if isinstance(entry, dict):
                value = entry.get(name, birth if name == "id" else None)
                if isinstance(value, (str, int)) and (owner := owners.setdefault(value, birth)) != birth:
                    yield birth, f"{birth!r} has the {name} of {owner!r}", REPAIR


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 32


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 10_000 and value.isprintable()


def _is_lock_id(value: object) -> bool:
    return _is_line(value) and " " not in str(value)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_lock_id, value))


def _is_stamp(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"digest", "modified"}
        and isinstance(value["digest"], str)
        and _is_time(value["modified"])
    )


def _is_note_type(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"major", "fields", "cards", "sort_field"}
        and type(value["major"]) is int
        and 0 < value["major"] < 1000
        and isinstance(value["sort_field"], str)
        and all(
            isinstance(names, list) and all(isinstance(name, str) for name in names)
            for names in (value["fields"], value["cards"])
        )
    )


def _is_release(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"time", "changes", "number"}
        and type(value["number"]) is int
        and 0 < value["number"] < 1 << 32
        and _is_time(value["time"])
        and isinstance(value["changes"], dict)
        and all(
            isinstance(ids, list) and all(isinstance(key, str) for key in ids)
            for ids in value["changes"].values()
        )
    )


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_deck_level(text: str) -> bool:
    return text == deck_level(text) != ""


def _are_deck_names(value: object) -> bool:
    return isinstance(value, dict) and all(
        key.isprintable()
        and isinstance(name, str)
        and name.isprintable()
        and _is_deck_level(without_number(name))
        for key, name in value.items()
    )


_KeyForm = tuple[Callable[[object], bool], str]

_KEY_FORMS: Mapping[str, _KeyForm] = {
    "namespace": (_is_line, "a line of text"),
    "deck_root": (_is_line, "a line of text"),
    "style": (_is_stamp, "a digest and a time"),
    "note_type": (_is_note_type, "fields, cards, a sort field and a major number"),
    "options": (_are_texts, "a mapping of texts"),
    "decks": (_are_deck_names, "a mapping of decks to their names"),
    "release": (_is_release, "a time, changes and a number"),
    "notes": (_is_mapping, "a mapping"),
    "left": (_is_mapping, "a mapping"),
}
"""The parts of a lock, and what each of them is."""
_MAY_BE_MISSING = ("decks", "release")

_ENTRY_FORMS: Mapping[str, _KeyForm] = {
    "born": (_is_lock_id, "an id"),
    "id": (_is_lock_id, "an id"),
    "guid": (lambda value: isinstance(value, str) and is_guid(value), "a GUID"),
    "number": (lambda value: type(value) is int and 0 <= value < 1 << 53, "a number"),
    "place": (lambda value: type(value) is int and 0 < value <= HIGHEST_PLACE, "a place of a new card"),
    "names": (_are_ids, "a list of ids"),
    "namespace": (_is_line, "a line of text"),
    "question": (_is_digest, "a digest"),
    "version": (_is_digest, "a digest"),
    "asked": (_is_digest, "a digest"),
    "digest": (_is_string, "a text"),
    "decks": (_are_ids, "a list of names"),
    "departed": (
        lambda value: (
            isinstance(value, dict) and all(map(_is_lock_id, value)) and all(map(_is_time, value.values()))
        ),
        "a mapping of names to times",
    ),
    "left": (_is_time, "a time"),
    "modified": (_is_time, "a time"),
}
"""What a line of a note may say, in the order it is written; the time that decides a merge is last."""


def _lines_of_keys(text: str) -> Mapping[str, int]:
    """Return the line each text in quotes stands on, the last one if there are several."""
    lines: dict[str, int] = {}
    line, at = 1, 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*+"', text, re.DOTALL):
        line += text.count("\n", at, found.start())
        at = found.start()
        lines[json.loads(found[0], strict=False)] = line
    return lines


# Writing


def write_lock(lock: Lock) -> str:
    """Return the lock as JSON with one line a note, sorted by what they were born as.

    The lock, which does not change, remembers it.
    """
    remembered: dict[str, str] = lock.__dict__
    if "written" not in remembered:
        remembered["written"] = _form_lock(lock)
    return remembered["written"]


def _form_lock(lock: Lock) -> str:
    note_type = {
        "fields": list(lock.note_type.fields),
        "cards": list(lock.note_type.cards),
        "sort_field": lock.note_type.sort_field,
        "major": lock.note_type.major,
    }
    return (
        "{\n"
        f'"format": {LOCK_FORMAT},\n'
        f'"namespace": {write_json(lock.namespace)},\n'
        f'"deck_root": {write_json(lock.deck_root)},\n'
        f'"style": {write_json({"digest": lock.style.digest, "modified": lock.style.modified})},\n'
        f'"note_type": {write_json(note_type)},\n'
        f'"options": {write_json(dict(sorted(lock.options.items())))},\n'
        f"{_decks_line(lock.decks)}"
        f"{_release_line(lock.release)}"
        f'"notes": {_write_entries({entry.birth: _write_entry(entry) for entry in lock.notes.values()})},\n'
        f'"left": {_write_entries({key: _write_entry(entry) for key, entry in lock.gone.items()})}\n'
        "}\n"
    )


def _decks_line(decks: Mapping[str, str]) -> str:
    return f'"decks": {write_json(dict(sorted(decks.items())))},\n' if decks else ""


def _release_line(release: Release | None) -> str:
    if release is None:
        return ""
    # The number stands last: where two were made, the higher one is kept.
    said = {"time": release.time, "changes": release.changes, "number": release.number}
    return f'"release": {write_json(said)},\n'


def _write_entry(entry: Entry) -> str:
    said: dict[str, object] = {}
    if entry.namespace:  # it is gone for good
        said["born"] = entry.birth
    if entry.id != entry.birth:
        said["id"] = entry.id
    values = zip(_FIELDS_WRITTEN, _field_values(entry), strict=True)
    said |= {name: value for name, value in values if value or name in _ALWAYS_FIELDS_WRITTEN}
    if entry.departed:
        said["departed"] = dict(sorted(entry.departed.items()))
    return write_json(said)


_FIELDS_WRITTEN = tuple(name for name in _ENTRY_FORMS if name not in ("born", "id"))
_field_values = attrgetter(*_FIELDS_WRITTEN)
_ALWAYS_FIELDS_WRITTEN = ("guid", "number", "modified")


def _write_entries(entries: Mapping[str, str]) -> str:
    lines = (f"{write_json(key)}: {entry}" for key, entry in sorted(entries.items()))
    return "{\n" + ",\n".join(lines) + "\n}" if entries else "{}"
