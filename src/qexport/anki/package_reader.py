"""A published deck → the lock it was made with, for a bank whose lock is lost; and its notes, to be compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from qexport.anki.fields import FIELD_PLACES, FIELDS, NOTE_TYPE_ID, ON, is_deck_note_type
from qexport.anki.notes import digest_note, without_identity
from qexport.anki.package_file import NoteRow, Package, open_package, refuse_package
from qexport.anki.package_file import NoteType as PackedNoteType
from qexport.bank.deck_order import HIGHEST_PLACE, deck_key, deck_level, without_number
from qexport.bank.identity import question_digest
from qexport.bank.lock import Entry, Lock, LockedNoteType, Stamp, is_guid, key_of
from qexport.common.limits import USUAL, Limits
from qexport.common.references import unescape_html

if TYPE_CHECKING:
    from qexport.bank.model import Bank

_LATEST_TIME = (1 << 32) - 1


def lock_of(package: bytes, path: str, bank: Bank, limits: Limits = USUAL) -> Lock:
    """Return the lock from which a deck of this bank was made, as far as the deck can tell.

    A bank that states no namespace is looked for by its ids. Questions that the deck does not have are not in
    the lock: they will count as new.

    Raises:
        InputRefused: the package is none, or no note of it is of this bank.
    """
    with open_package(package, path, limits) as opened:
        rows, note_types = opened.read(_ours)
    namespace = _namespace_of(rows, bank)
    entries = [entry for row in rows if (entry := _make_lock_entry(row, namespace))]
    if not entries:
        raise refuse_package(
            path,
            f"no note of it is of the bank {bank.namespace or bank.title!r}",
            "a deck is known by its bank's namespace: name one that was made from this bank",
        )
    majors = {(row.note_type - NOTE_TYPE_ID) // 1000 + 1: row.note_type for row in rows}
    packed = note_types[majors[max(majors)]]
    cards = tuple(name.lower() for name, _, _ in packed.cards)
    sort_field = packed.fields[packed.sort_field]
    notes = {entry.id: entry for entry in entries}  # the later one, where an id was used again
    return Lock(
        namespace=namespace,
        deck_root=_root_of(rows) or bank.title,
        style=Stamp(_digest_style(packed), min(max(packed.modified, 0), _LATEST_TIME)),
        note_type=LockedNoteType(packed.fields, cards, sort_field, max(majors)),
        notes=notes,
        decks=_deck_names(rows),
        gone={
            entry.birth: _mark_departed(entry) for entry in entries if notes[entry.id].birth != entry.birth
        },
    )


def notes_in(package: bytes, path: str, limits: Limits = USUAL) -> tuple[tuple[str, str, str], ...]:
    """Return GUID, fields and tags of every note of qexport's in a deck, in the order of their ids."""
    with open_package(package, path, limits) as opened:
        rows, _ = opened.read(_ours)
    if not rows:
        raise refuse_package(path, "no note in it is of a deck that qexport made")
    place = FIELD_PLACES["ID"]
    notes = [(row.guid, b"\x1f".join(row.fields).decode(), row.tags, row.fields[place]) for row in rows]
    return tuple((guid, fields, tags) for guid, fields, tags, _ in sorted(notes, key=lambda note: note[3]))


def _ours(package: Package) -> tuple[Sequence[NoteRow], Mapping[int, PackedNoteType]]:
    """Return the notes of qexport's, and the note types."""
    rows = [
        row for row in package.notes() if is_deck_note_type(row.note_type) and len(row.fields) >= len(FIELDS)
    ]
    note_types = package.note_types()
    if any(row.note_type not in note_types for row in rows):
        raise ValueError("a note of no type")
    for note_type in {row.note_type for row in rows}:
        packed = note_types[note_type]
        if not 0 <= packed.sort_field < len(packed.fields):
            raise ValueError("a note type without its sort field")
    return rows, note_types


def _read_note_field(row: NoteRow, name: str) -> str:
    return unescape_html(row.fields[FIELD_PLACES[name]].decode())


def _namespace_of(rows: Sequence[NoteRow], bank: Bank) -> str:
    """Return the bank's namespace; if it states none, that of the notes that have most of its ids.

    If all of its ids are new, it is that of the notes that ask most of what it asks.
    """
    if bank.namespace:
        return bank.namespace
    ids = {question.id for question in bank.questions}
    ids |= {former for question in bank.questions for former in question.former_ids}
    found = Counter(_read_note_field(row, "Bank") for row in rows if _read_note_field(row, "ID") in ids)
    if not found:
        asked = {question_digest(escape(question.question)) for question in bank.questions}
        found.update(
            _read_note_field(row, "Bank")
            for row in rows
            if question_digest(row.fields[FIELD_PLACES["Question"]].decode()) in asked
        )
    return found.most_common(1)[0][0] if found else ""


def _make_lock_entry(row: NoteRow, namespace: str) -> Entry | None:
    """Return the entry of a note of this bank."""
    key = _read_note_field(row, "Key")
    birth = key.rpartition("@")[0]
    if _read_note_field(row, "Bank") != namespace or not birth or key != key_of(namespace, birth):
        return None
    current = _read_note_field(row, "ID").strip()
    modified = min(max(row.modified, 0), _LATEST_TIME)
    fields = without_identity(row.fields)
    if not _is_note_id(current) or not _is_note_id(birth) or not is_guid(row.guid):
        return None
    return Entry(
        id=current,
        birth=birth,
        guid=row.guid,
        number=min(max(row.number, 0), (1 << 53) - 1),
        place=row.place if 0 < row.place <= HIGHEST_PLACE else 0,
        names=(birth,) if birth != current else (),
        question=question_digest(row.fields[FIELD_PLACES["Question"]].decode()),
        version=_read_version(_read_note_field(row, "Version")),
        digest=digest_note(fields, row.tags),
        left=modified if _read_note_field(row, "Retired") == ON else 0,
        modified=modified,
    )


def _is_note_id(text: str) -> bool:
    return bool(text) and text.isprintable() and " " not in text


def _read_version(text: str) -> str:
    return text if len(text) == 16 and all(digit in "0123456789abcdef" for digit in text) else ""


def _mark_departed(entry: Entry) -> Entry:
    return replace(entry, left=entry.left or entry.modified)


def _root_of(rows: Sequence[NoteRow]) -> str:
    """Return the name of the deck that all others are in: without the levels of technology and category."""
    roots: Counter[str] = Counter()
    for row in rows:
        roots["::".join(_split_deck(row)[0])] += 1
    return roots.most_common(1)[0][0] if roots else ""


def _deck_names(rows: Sequence[NoteRow]) -> dict[str, str]:
    """Return the names of subdecks as a lock has them."""
    names: dict[str, Counter[str]] = {}
    for row in rows:
        path: list[str] = []
        for part, name in _split_deck(row)[1]:
            path.append(part)
            names.setdefault(deck_key(path), Counter())[name] += 1
    return {key: counted.most_common(1)[0][0] for key, counted in names.items()}


def _split_deck(row: NoteRow) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the levels of the root of a note's deck; and its technology and category with the levels named so."""
    levels = row.deck.split("::")
    technology, category = (deck_level(_read_note_field(row, name)) for name in ("Technology", "Category"))
    for parts in ((technology, category), (technology,)):
        root, below = levels[: -len(parts)], levels[-len(parts) :]
        if root and all(map(_is_level_of, below, parts)):
            return root, list(zip(parts, below, strict=True))
    if category and not technology and len(levels) > 1 and _is_level_of(levels[-1], category):
        return levels[:-1], [("", ""), (category, levels[-1])]
    return levels, []


def _is_level_of(level: str, part: str) -> bool:
    """Report whether a level of a deck's name is that of a technology or category; one without has a number."""
    plain = without_number(level)
    return part.casefold() in (level.casefold(), plain.casefold()) if part else plain != level


def _digest_style(packed: PackedNoteType) -> str:
    style = [packed.css, [[name, front, back] for name, front, back in packed.cards]]
    return sha256(json.dumps(style).encode()).hexdigest()[:32]
