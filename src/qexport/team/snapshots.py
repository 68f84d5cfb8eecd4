"""A bank or a deck → the state of each of its questions.

A deck knows its questions as HTML only; a bank that is compared with one is first made into the notes of a
deck, so that both have the same form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qexport.anki.fields import FIELDS, MADE_BY_DECK, ON
from qexport.anki.notes import NoteShape, notes_of
from qexport.anki.tags import RETIRED_TAG
from qexport.bank.schema import QUESTION_FIELDS
from qexport.common.references import unescape_html

if TYPE_CHECKING:
    from qexport.bank.lock import Lock
    from qexport.bank.model import Bank, Question
    from qexport.content.templates import Templates


@dataclass(frozen=True, slots=True)
class State:
    """One question as one edition has it."""

    id: str
    question: str
    texts: Mapping[str, str]
    """Everything it says, by the name of the field."""
    tags: tuple[str, ...] = ()
    retired: bool = False
    guid: str = ""
    """What Anki knows it by; empty where that does not matter."""
    key: str = ""
    """What finds it in Anki; empty where nobody knows."""
    former_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One edition: a bank, or a deck made from one."""

    name: str
    """As the user named it."""
    title: str
    namespace: str = ""
    """Empty: not known, as in a deck."""
    source: str = ""
    states: tuple[State, ...] = ()
    left: frozenset[str] | None = None
    """Of a part of a bank: what left the whole; None: it is the whole, or nobody knows."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """What finds notes in Anki, by all ids they are and were known by, as far as a lock knows."""


_COMPARED_APART = ("id", "tags", "status", "former_ids")


def of_bank(bank: Bank, name: str, lock: Lock | None = None) -> Snapshot:
    """Return a bank as it is written; its lock knows which notes its questions are."""
    return _with_lock(
        Snapshot(
            name=name,
            title=bank.title,
            namespace=bank.namespace,
            source=bank.source,
            states=tuple(map(_state, bank.questions)),
        ),
        lock,
    )


def _with_lock(snapshot: Snapshot, lock: Lock | None) -> Snapshot:
    if lock is None:
        return snapshot
    keys: dict[str, str] = {}
    for entry in (*lock.gone.values(), *lock.notes.values()):
        keys |= dict.fromkeys((*entry.names, entry.id), lock.key_of(entry))
    keys |= {entry.id: lock.key_of(entry) for entry in lock.notes.values()}
    states = tuple(
        replace(state, guid=lock.notes[state.id].guid, key=keys[state.id])
        if state.id in lock.notes
        else state
        for state in snapshot.states
    )
    return replace(snapshot, namespace=snapshot.namespace or lock.namespace, states=states, keys=keys)


def _write_list_item(item: str | tuple[str, str | tuple[str, ...]]) -> str:
    """Return an item of a list, or of a question's own fields, which are pairs of a name and a text or a list."""
    if isinstance(item, str):
        return item
    name, value = item
    return f"{name}: {value if isinstance(value, str) else ', '.join(value)}"


def _state(question: Question) -> State:
    texts: dict[str, str] = {}
    for each in QUESTION_FIELDS:
        value = getattr(question, each.name)
        if each.name not in _COMPARED_APART and value not in (None, "", ()):
            texts[each.name] = (
                "\n".join(map(_write_list_item, value)) if isinstance(value, tuple) else str(value)
            )
    return State(
        id=question.id,
        question=question.question,
        texts=texts,
        tags=tuple(sorted(question.tags)),
        retired=question.status == "retired",
        former_ids=question.former_ids,
    )


def of_bank_as_deck(bank: Bank, name: str, templates: Templates, lock: Lock | None = None) -> Snapshot:
    """Return a bank as a deck of all its questions would say it."""
    notes = notes_of(bank, NoteShape(), templates)
    states = (
        replace(state_of_note("", note.fields.decode(), note.tags), former_ids=note.question.former_ids)
        for note in notes
    )
    return _with_lock(
        Snapshot(
            name=name, title=bank.title, namespace=bank.namespace, source=bank.source, states=tuple(states)
        ),
        lock,
    )


_MADE_FIELDS = ("ID", "Title", "Situation", "Language", *MADE_BY_DECK)
_FROM_FIELD = re.compile(r"(?:(.+)::)?(?:technology|category|level|difficulty)::")


def state_of_note(guid: str, fields: str, tags: str) -> State:
    """Return a question from its note: what is in the fields, without the markup."""
    said = dict(zip(FIELDS, fields.split("\x1f"), strict=False))
    texts = {
        name: text
        for name, html in said.items()
        if name not in _MADE_FIELDS and not name.startswith("Spare") and (text := _text_of_html(html))
    }
    prefix = next(
        (f"{found[1]}::" for tag in tags.split() if (found := _FROM_FIELD.match(tag)) and found[1]), ""
    )
    own = (tag.removeprefix(prefix) for tag in tags.split() if not _FROM_FIELD.match(tag))
    return State(
        id=unescape_html(said.get("ID", "")),
        question=texts.get("Question", ""),
        texts=texts,
        tags=tuple(sorted(tag for tag in own if tag != RETIRED_TAG)),
        retired=said.get("Retired") == ON,
        guid=guid,
        key=unescape_html(said.get("Key", "")),
    )


def _text_of_html(html: str) -> str:
    """Return the text of a field; blocks stand on lines of their own."""
    text = re.sub(r"<(?:br|/?(?:p|li|ul|ol|div|pre|tr|h[1-6]))\b[^>]*>", "\n", html)
    text = unescape_html(re.sub(r"<[^<>]*>", "", text))
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())
