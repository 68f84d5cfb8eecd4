"""What a push changes in a collection, decided before anything is sent.

    notes of the bank + notes of the collection + what was published → plan_push() → requests

A field that the learner changed stays as it is. What was published, which the note names by its version, shows who
changed what. Tags that the deck never had, the star among them, stay too. Nothing is ever deleted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from qexport.anki.fields import MADE_BY_DECK
from qexport.anki.tags import RETIRED_TAG
from qexport.common.references import unescape_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qexport.anki.connect import NoteInfo

VERSION_FIELD = "Version"
"""The field with the digest of the published version that a note was made from."""


class NoteContent(NamedTuple):
    """The fields of a note by their names, and its tags."""

    fields: Mapping[str, str]
    tags: frozenset[str]


FindPublished: TypeAlias = "Callable[[NoteInfo], NoteContent | None]"
"""Gives what a note of the collection was published as; None if that version is not known."""


class NoteChange(NamedTuple):
    """What is set in one note of the collection."""

    note: NoteInfo
    fields: Mapping[str, str]
    """New values of fields by their names."""
    new_tags: tuple[str, ...]
    old_tags: tuple[str, ...]


class OwnEdit(NamedTuple):
    """Fields that a learner changed, which stay."""

    note: NoteInfo
    kept: tuple[str, ...]
    """Names of fields that only the learner changed."""
    conflicts: tuple[str, ...]
    """Names of fields that the bank changed too."""


@dataclass(frozen=True, slots=True)
class PushPlan:
    """Everything that a push does, and what it leaves."""

    new: tuple[str, ...]
    """Keys of notes that the collection does not have."""
    changed: tuple[NoteChange, ...]
    retired: tuple[NoteInfo, ...]
    """Notes to suspend and tag: the bank does not have them any more, or as retired."""
    own_edits: tuple[OwnEdit, ...]
    unchanged: int
    """Notes in which nothing is set."""


def plan_push(
    ours: Mapping[str, NoteContent],
    theirs: Sequence[NoteInfo],
    gone: frozenset[str],
    published: FindPublished,
    suspended: frozenset[int] = frozenset(),
) -> PushPlan:
    """Decide what a push does.

    Args:
        ours: Notes to push, by their keys.
        theirs: All notes of this bank in the collection.
        gone: Keys of notes that are retired, or that left the bank.
        published: What a note was published as.
        suspended: Ids of cards that are suspended already.

    Returns:
        The plan. Notes of the collection that are neither pushed nor gone are left out of it: the deck is filtered.
    """
    changed: list[NoteChange] = []
    retired: list[NoteInfo] = []
    own_edits: list[OwnEdit] = []
    unchanged = 0
    found: set[str] = set()
    for note in theirs:
        key = note.fields.get("Key", "")
        if key in gone:
            if RETIRED_TAG not in note.tags or not suspended.issuperset(note.cards):
                retired.append(note)
            continue
        if key not in ours:
            continue
        found.add(key)
        change, edit = _compare_note(ours[key], note, published(note))
        if edit.kept or edit.conflicts:
            own_edits.append(edit)
        if change.fields or change.new_tags or change.old_tags:
            changed.append(change)
        else:
            unchanged += 1
    return PushPlan(
        new=tuple(key for key in ours if key not in found),
        changed=tuple(changed),
        retired=tuple(retired),
        own_edits=tuple(own_edits),
        unchanged=unchanged,
    )


def _compare_note(ours: NoteContent, note: NoteInfo, base: NoteContent | None) -> tuple[NoteChange, OwnEdit]:
    """Compare a note on three sides: the bank's, the collection's, and what was published."""
    fields: dict[str, str] = {}
    kept: list[str] = []
    conflicts: list[str] = []
    for name, value in ours.fields.items():
        their = note.fields.get(name)
        if their is None or their == value:
            continue
        was = base.fields.get(name) if base else None
        if name in MADE_BY_DECK or (was is not None and read_alike(their, was)):
            fields[name] = value
        elif was is not None and read_alike(value, was):
            kept.append(name)
        else:
            conflicts.append(name)
    if conflicts:
        # The note goes on naming the version that these fields come from: with the new one, a pull would take them
        # for the learner's changes of our new text, and bring our old one back.
        fields.pop(VERSION_FIELD, None)
    change = NoteChange(
        note,
        fields,
        new_tags=tuple(sorted(ours.tags.difference(note.tags))),
        old_tags=tuple(sorted((base.tags if base else frozenset()).intersection(note.tags) - ours.tags)),
    )
    return change, OwnEdit(note, tuple(kept), tuple(conflicts))


_HTML_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^>]*>")
_EMPHASIS = frozenset(
    {"b", "strong", "i", "em", "u", "s", "del", "mark", "font", "sub", "sup", "img", "code"}
)


def read_alike(one: str, other: str) -> bool:
    """Return whether two fields have the same words, and as much of each kind of emphasis.

    A later version of this program may write other markup around the same words; that is nobody's edit.
    """
    return one == other or _words_of(one) == _words_of(other)


def _words_of(html: str) -> tuple[str, Counter[str]]:
    emphasis = Counter(name for end, name in _HTML_TAG.findall(html) if not end and name.lower() in _EMPHASIS)
    return " ".join(unescape_html(_HTML_TAG.sub(" ", html)).split()), emphasis


def actions_of(plan: PushPlan) -> list[tuple[str, dict[str, object]]]:
    """Return the requests of a plan for AnkiConnect, but for its new notes, which come in a package."""
    return [*_list_actions(plan.changed), *_retirements(plan.retired)]


def _list_actions(changes: Iterable[NoteChange]) -> Iterable[tuple[str, dict[str, object]]]:
    for change in changes:
        number = change.note.number
        if change.fields:
            yield "updateNoteFields", {"note": {"id": number, "fields": dict(change.fields)}}
        if change.new_tags:
            yield "addTags", {"notes": [number], "tags": " ".join(change.new_tags)}
        if change.old_tags:
            yield "removeTags", {"notes": [number], "tags": " ".join(change.old_tags)}


def _retirements(notes: Sequence[NoteInfo]) -> Iterable[tuple[str, dict[str, object]]]:
    if notes:
        yield "suspend", {"cards": [card for note in notes for card in note.cards]}
        yield "addTags", {"notes": [note.number for note in notes], "tags": RETIRED_TAG}
