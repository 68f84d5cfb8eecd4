"""The Anki deck: questions → an .apkg, one note a question. The door to genanki.

    notes of the bank → rows of genanki's database, in memory → zip

A learner's Anki knows a note by its GUID, a note type by its number and the numbers of its fields, a deck by
its name. All of them are frozen here: what may change from edition to edition is text, tags and times.
"""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import genanki

from qexport import __version__
from qexport.editions import Content, Edition, Lock, NoteType
from qexport.exporters import Document, Tools, anki_notes
from qexport.exporters.anki_notes import (
    FIELDS,
    MEDIA_NAME,
    PROSE_FIELDS,
    SWITCHES,
    Note,
    anki_search,
    note_options,
)
from qexport.exporters.anki_package import package_of
from qexport.selection import in_bank_order
from qexport.source_text import normalise
from qexport.templating import SECTION_TITLES, Templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qexport.options import Options
    from qexport.question import Bank, Question

# Anki matches a note type by its number, then by the numbers of its fields and cards. All cards are always in
# it: with one added later, Anki would take no note any more. Which of them a note makes, its switches say.
NOTE_TYPE_ID = 1_716_240_100
NOTE_TYPE_NAME = "Interview question (qexport)"
CARDS = {
    "recall": 1_716_240_190,
    "scenario": 1_716_240_191,
    "mistakes": 1_716_240_192,
}
SORT_FIELD = "Question"
_PLACES = {name: place for place, name in enumerate(FIELDS)}

NEEDED = [["Question"], ["Scenario Card", "Situation"], ["Mistakes Card", "Common Mistakes"]]
"""The fields that each card needs."""

LONGEST_DECK_NAME = 100
"""Characters of one level of a deck's name."""

DEEPEST_DECK = 8
"""Levels of a deck's name; Anki refuses a file with 20."""

LONGEST_SEARCH = 50
"""Retired questions that a deck's description has a search for."""


def render(edition: Edition, options: Options, tools: Tools) -> Document:
    """Return the deck of an edition; the times of its notes are the lock's."""
    if edition.lock is None:
        raise ValueError("a deck takes the times of its notes from a lock")
    retired = edition.retired if options.get("include-retired") else ()
    chosen = {question.id for question in (*edition.questions, *retired)}
    notes = [
        note
        for note in anki_notes.notes_of(edition.bank, options, tools.templates)
        if note.question.id in chosen
    ]
    anki_notes.forget()
    images = {MEDIA_NAME + image.name: image.data for note in notes for image in note.images}
    cards = sum(len(note.cards) for note in notes)
    count = len(notes)
    database = _database(edition, notes, edition.lock, options, tools.templates)
    summary = "1 note" if count == 1 else f"{count} notes"
    return Document(
        suffix=".apkg",
        data=package_of(database, images),
        summary=summary if cards == count else f"{summary}, {cards} cards",
    )


def content(bank: Bank, options: Options, tools: Tools) -> Content:
    """Return what the lock of a bank keeps watch over."""
    anki_notes.forget()  # a picture's file may be another one by now
    return Content(
        notes={note.question.id: note.digest for note in anki_notes.notes_of(bank, options, tools.templates)},
        style=style_digest(_note_type(tools.templates, 0, 1)),
        note_type=NoteType(tuple(FIELDS), tuple(CARDS), SORT_FIELD),
        retired=frozenset(question.id for question in bank.questions if question.status == "retired"),
        former_ids={question.id: question.former_ids for question in bank.questions if question.former_ids},
        options=note_options(options),
    )


def style_digest(note_type: Mapping[str, Any]) -> str:
    """Return the digest of what may change in a note type, from Anki's JSON of it."""
    style = [
        note_type["css"],
        [[card["name"], card["qfmt"], card["afmt"]] for card in note_type["tmpls"]],
    ]
    return sha256(json.dumps(style).encode()).hexdigest()[:32]


# Decks


class _Tree:
    """The decks of an edition: the same tree, whatever was filtered."""

    def __init__(self, root: list[str], options: Options) -> None:
        self.depth = int(str(options.get("deck-depth", 1)))
        parts = [part for level in root if (part := _deck_part(level))]
        if parts and parts[0].casefold() == "default":
            parts[0] += " deck"  # every collection has one of that name, which is Anki's own
        self.root = tuple(parts[: DEEPEST_DECK - self.depth]) or ("Questions",)
        self._written: dict[str, str] = {}
        self.root_name = self._name(self.root)

    def deck_of(self, question: Question) -> str:
        """Return the name of the deck that a question is in."""
        levels = (question.technology, question.category)[: self.depth]
        return self._name((*self.root, *(part for level in levels if (part := _deck_part(level)))))

    def numbers(self) -> dict[str, int]:
        """Return a number for each deck. Anki knows them by name, but two must not share a number."""
        numbers: dict[int, str] = {}
        for name in sorted(self._written.values()):
            number = (1 << 30) + int(sha256(name.encode()).hexdigest(), 16) % ((1 << 30) - 1000)
            while number in numbers:
                number += 1
            numbers[number] = name
        return {name: number for number, name in numbers.items()}

    def _name(self, parts: tuple[str, ...]) -> str:
        name = parts[0] if len(parts) == 1 else f"{self._name(parts[:-1])}::{parts[-1]}"
        return self._written.setdefault(name.casefold(), name)  # to Anki, Python and python are one deck


def _deck_part(text: str) -> str:
    """Return a text as one level of a deck's name: `::` would make two of it."""
    words = " ".join(re.sub(r"::+", ":", normalise(text)[0]).split())
    return words.strip(": ")[:LONGEST_DECK_NAME].strip(": ")


def _description(edition: Edition, lock: Lock, count: int, options: Options, templates: Templates) -> str:
    bank = edition.bank
    dated = str(options.get("dated", ""))
    left = sorted(lock.left)
    return templates.render(
        "anki/description.html.j2",
        title=edition.title,
        release=str(options.get("release", "")),
        date=dated or datetime.fromtimestamp(lock.changed, UTC).strftime("%Y-%m-%d"),
        made_with=f"qexport {__version__}",
        count=len(edition.questions),
        total=bank.claims.questions or sum(question.status == "active" for question in bank.questions),
        retired=count - len(edition.questions),
        scope=edition.scope,
        source=bank.source,
        url=bank.source if re.fullmatch(r"https?://\S+", bank.source) else "",
        search=anki_search(left) if len(left) <= LONGEST_SEARCH else "",
        news=[{"kind": kind, "ids": _some(ids)} for kind, ids in lock.release.changes.items()]
        if lock.release
        else [],
    )


def _some(ids: Sequence[str]) -> str:
    """Return ids as a text of bearable length."""
    more = len(ids) - LONGEST_SEARCH
    return ", ".join(ids[:LONGEST_SEARCH]) + (f" and {more} more" if more > 0 else "")


def _places(bank: Bank, order: str) -> dict[str, int]:
    """Return the place of each question among new cards, counted in the whole bank from 1.

    So the order is the same whichever part of the bank a learner has imported first.
    """
    questions = in_bank_order(bank)
    if order == "id":
        questions.sort(key=lambda question: (question.id.casefold(), question.id))
    elif order == "difficulty":
        questions.sort(key=lambda question: 11 if question.difficulty is None else question.difficulty)
    return {question.id: place for place, question in enumerate(questions, start=1)}


# The note type


def _note_type(templates: Templates, modified: int, major: int) -> dict[str, Any]:
    """Return Anki's JSON of the note type."""

    def mustache(name: str) -> dict[str, str]:
        names = {"text": name, "when": f"#{name}", "unless": f"^{name}", "end": f"/{name}"}
        return {part: f"{{{{{words}}}}}" for part, words in names.items()}

    field = {name: mustache(name) for name in FIELDS}
    sections = [
        {"key": key, "title": title, **field[PROSE_FIELDS[key]]} for key, title in SECTION_TITLES.items()
    ]
    cards = []
    for name, number in CARDS.items():
        front, back = (
            templates.render(f"anki/{name}_{side}.html.j2", field=field, sections=sections)
            for side in ("front", "back")
        )
        cards.append({"id": number, "name": name.title(), "qfmt": front, "afmt": back})
    number = NOTE_TYPE_ID + 1000 * (major - 1)
    note_type = _Model(
        number,
        NOTE_TYPE_NAME if major == 1 else f"{NOTE_TYPE_NAME} {major}",
        fields=[{"id": each, "name": name, "font": "Arial", **_field(name)} for name, each in FIELDS.items()],
        templates=cards,
        css=templates.source("anki/card.css"),
        sort_field_index=_PLACES[SORT_FIELD],
    )
    return {**note_type.to_json(modified, None), "originalId": number}


def _field(name: str) -> dict[str, object]:
    """Return what Anki's editor does with a field that is not for reading."""
    if name in SWITCHES:
        return {"collapsed": True, "excludeFromSearch": True, "description": "set by the deck"}
    if name.startswith("Spare"):
        return {"collapsed": True, "description": "for a later edition of this deck"}
    return {}


class _Model(genanki.Model):  # type: ignore[misc]
    # genanki would find out with a template engine which fields a card cannot be without.
    _req = tuple((card, "all", [_PLACES[name] for name in names]) for card, names in enumerate(NEEDED))


# The file


def _database(
    edition: Edition, notes: list[Note], lock: Lock, options: Options, templates: Templates
) -> bytes:
    """Return the collection as SQLite's bytes: genanki's tables, filled in one go and without a file.

    The notes are used up, to have no more of a big deck in memory than that.
    """
    root = str(options.get("deck-root", "")).split("::")
    tree = _Tree(root if any(map(_deck_part, root)) else [edition.bank.title], options)
    decks_of = {note.guid: tree.deck_of(note.question) for note in notes}
    deck_numbers = tree.numbers()
    description = _description(edition, lock, len(notes), options, templates)
    places = _places(edition.bank, str(options.get("new-order", "bank")))
    note_type = _note_type(templates, lock.style.modified, lock.note_type.major)

    # With ":memory:" there would be three of it for a moment when SQLite hands it over.
    connection = sqlite3.connect("file:deck?vfs=memdb", uri=True)
    connection.execute("PRAGMA page_size = 16384")  # on a page of 4096 lies one note, and much of nothing
    cursor = connection.cursor()
    genanki.Package([]).write_to_db(cursor, 0, iter(()))
    decks = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
    for name, deck in sorted(deck_numbers.items()):
        about = description if name == tree.root_name else ""
        decks[str(deck)] = genanki.Deck(deck, name, about).to_json()
    number = note_type["id"]
    models = {number: note_type}
    cursor.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(decks), json.dumps(models)))

    def note_rows() -> Iterator[tuple[object, ...]]:
        place = _PLACES[SORT_FIELD]
        while notes:  # which frees each when it is written
            note = notes.pop()
            fields = note.fields
            listed = fields.split(b"\x1f", place + 1)[place].decode()
            modified = lock.notes[note.question.id].modified
            yield (note.number, note.guid, number, modified, -1, f" {note.tags} ", fields, listed, 0, 0, "")

    def card_rows() -> Iterator[tuple[object, ...]]:
        for note in notes:
            deck = deck_numbers[decks_of[note.guid]]
            modified = lock.notes[note.question.id].modified
            place = places[note.question.id]
            for card in note.cards:
                yield (note.number + card, note.number, deck, card, modified, -1, 0, 0, place, *[0] * 8, "")

    notes.sort(key=lambda note: note.number)  # in the order of their rows, which then lie close together
    cursor.executemany("INSERT INTO cards VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", card_rows())
    notes.reverse()
    cursor.executemany("INSERT INTO notes VALUES (?,?,?,?,?,?, CAST(? AS TEXT), ?,?,?,?)", note_rows())
    connection.commit()
    database = connection.serialize()
    connection.close()
    return database
