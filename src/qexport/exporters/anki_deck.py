"""The Anki deck: questions → an .apkg, one note and one card a question. The door to genanki.

    question → note's fields → rows (genanki's) in a database in memory → zip

A learner's Anki knows a note by its GUID, a note type by its number and the numbers of its fields, a deck by
its name. All of them are frozen here: what may change from edition to edition is text, tags and times.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import genanki

from qexport.editions import Edition, Stamp
from qexport.exporters import Document, Tools
from qexport.templating import SECTION_TITLES, Templates, inline, question_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qexport.question import Bank, Question

# The note type. Anki matches it by these numbers and by nothing else: another number, another order, a field
# more or less would split a learner's collection or freeze it. That is what the spare fields are for.
NOTE_TYPE_ID = 1_716_240_100
NOTE_TYPE_NAME = "Interview question (qexport)"
CARD_ID = 1_716_240_190
FIELD_IDS = {
    # Anki compares notes by their first field when it looks for duplicates: the only one sure to be unique.
    "ID": 1_716_240_101,
    # The sort field, which Anki's browser lists notes by: a learner looks for the question, not for its id.
    "Question": 1_716_240_102,
    "Answer": 1_716_240_103,
    "Deep Explanation": 1_716_240_104,
    "Real-World Example": 1_716_240_105,
    "Common Mistakes": 1_716_240_106,
    "Production Scenario": 1_716_240_107,
    "Follow-up Questions": 1_716_240_108,
    "Technology": 1_716_240_109,
    "Category": 1_716_240_110,
    "Level": 1_716_240_111,
    "Difficulty": 1_716_240_112,
    "Source": 1_716_240_113,
    "Spare 1": 1_716_240_114,
    "Spare 2": 1_716_240_115,
    "Spare 3": 1_716_240_116,
}
SORT_FIELD = 1

PROSE_FIELDS = {
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "real_world_example": "Real-World Example",
    "common_mistakes": "Common Mistakes",
    "production_scenario": "Production Scenario",
}

DAY_OF_CREATION = 1_735_689_600_000
"""2025-01-01 in milliseconds: the numbers of notes and cards are times, and one in the future is replaced."""

LONGEST_DECK_NAME = 100
"""Characters of one part of a deck's name."""


def render(edition: Edition, _options: Mapping[str, str], tools: Tools) -> Document:
    """Return the deck of an edition; the times of its notes are the lock's."""
    if edition.lock is None:
        raise ValueError("a deck takes the times of its notes from a lock")
    notes = {note.question.id: note for note in _notes(edition.bank, tools.templates)}
    chosen = [notes[question.id] for question in edition.questions]
    database = _database(edition, chosen, edition.lock.note_type, edition.lock.notes, tools.templates)
    count = len(chosen)
    return Document(
        suffix=".apkg",
        data=_zip({"collection.anki2": database, "media": b"{}"}),
        summary="1 note" if count == 1 else f"{count} notes",
    )


def note_digests(bank: Bank, tools: Tools) -> dict[str, str]:
    """Return, for each active question of a bank, the digest of all that its note exports.

    Neither the deck nor the place in it is part of that: Anki never moves a card it has, so that a new title
    would only overwrite the learners' own edits.
    """
    return {note.question.id: _digest([note.fields, note.tags]) for note in _notes(bank, tools.templates)}


def note_type_digest(tools: Tools) -> str:
    """Return the digest of all that makes the note type: its fields, templates and style."""
    return _digest(_note_type(tools.templates, Stamp("", 0)).to_json(0, None))


def _digest(content: object) -> str:
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# Notes


@dataclass(frozen=True)
class _DeckNote:
    """A question as Anki will know it."""

    question: Question
    guid: str
    number: int
    """The note's number in the database; its card has the same."""
    position: int
    """In the whole bank, from 1: new cards come in the bank's order, whichever part of it came first."""
    templates: Templates

    @cached_property
    def fields(self) -> list[str]:
        view = question_view(self.question)
        prose = {PROSE_FIELDS[section["key"]]: section["html"] for section in view["sections"]}
        values: dict[str, str] = {
            "ID": inline(view["id"], "plain"),
            "Question": view["question"],
            **prose,
            "Technology": inline(view["technology"], "plain"),
            "Category": inline(view["category"], "plain"),
            "Level": inline(view["level"], "plain"),
            "Difficulty": "" if view["difficulty"] is None else str(view["difficulty"]),
        }
        if source := view["source"]:
            shown = inline(source, "plain")
            values["Source"] = self.templates.render(
                "anki/source.html.j2", source=shown, url=view["source_url"]
            )
        if view["follow_ups"]:
            asked = self.templates.render("anki/follow_ups.html.j2", follow_ups=view["follow_ups"])
            values["Follow-up Questions"] = asked
        return [_inert(values.get(name, "")) for name in FIELD_IDS]

    @cached_property
    def tags(self) -> list[str]:
        question = self.question
        named = {"technology": question.technology, "category": question.category, "level": question.level}
        tags = [f"{name}::{slug}" for name, value in named.items() if (slug := _slug(value))]
        if question.difficulty is not None:
            tags.append(f"difficulty::{question.difficulty:02}")
        tags.extend(_tag(tag) for tag in question.tags)
        unique = {tag.casefold(): tag for tag in reversed(tags) if tag}  # Anki keeps one of Python and python
        return sorted(unique.values())


def _notes(bank: Bank, templates: Templates) -> Iterator[_DeckNote]:
    guids = {question.id: _guid(bank.namespace, question) for question in bank.questions}
    numbers = _numbers(guids.values())
    for position, question in enumerate(bank.questions, start=1):
        if question.status == "active":
            guid = guids[question.id]
            yield _DeckNote(question, guid, numbers[guid], position, templates)


def _guid(namespace: str, question: Question) -> str:
    """Return what a learner's collection knows the note by: it comes from the first id the question ever had.

    `former_ids` stand oldest first, so a renumbered question stays the note it was.
    """
    oldest = question.former_ids[0] if question.former_ids else question.id
    identity = f"{namespace}\x1f{unicodedata.normalize('NFC', oldest.strip())}"
    return sha256(identity.encode()).hexdigest()[:32]


def _numbers(guids: Iterable[str]) -> dict[str, int]:
    """Return a number for each note, the same in every export: a moment of one day, four apart.

    From the GUID and not from the position, so that editions and banks rarely claim each other's numbers.
    Four, so that a note may have more cards one day.
    """
    numbers: dict[int, str] = {}
    for guid in sorted(guids):
        moment = int(guid, 16) % 21_600_000
        while moment in numbers:
            moment += 1
        numbers[moment] = guid
    return {guid: DAY_OF_CREATION + 4 * moment for moment, guid in numbers.items()}


# Text


def _inert(html: str) -> str:
    """Return HTML in which Anki finds nothing to play, to typeset or to split at.

    Sounds, speech, LaTeX and answer boxes are marked in brackets, which a browser reads as well when they are
    written as a character reference. U+001F separates fields: one in a text makes Anki refuse the whole deck.
    """
    html = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", html)
    return re.sub(r"\[(?=/?(?:sound:|anki:|latex\]|\$\$?\])|\[type:)", "&#91;", html, flags=re.IGNORECASE)


def _slug(text: str) -> str:
    """Return a name as the last part of a tag: "Core Python" is core-python, "C++" stays c++."""
    return re.sub(r"[^\w+#.]+", "-", text.lower()).strip("-")


def _tag(text: str) -> str:
    """Return a bank's own tag as Anki takes it: no white space, no empty level."""
    words = re.sub(r"\s+", "_", text.strip())
    return "::".join(part for level in words.split("::") if (part := level.strip(":")))


# Decks


def _deck_names(root: str, technologies: Iterable[str]) -> dict[str, str]:
    """Return the deck of each technology: the same tree whatever was filtered."""
    names: dict[str, str] = {}
    written: dict[str, str] = {}
    for technology in technologies:
        part = _deck_part(technology)
        name = f"{root}::{part}" if part else root
        # To Anki, Python and python are one deck.
        names[technology] = written.setdefault(name.casefold(), name)
    return names


def _deck_part(text: str) -> str:
    """Return a text as one level of a deck's name: `::` would make two of it."""
    words = " ".join(re.sub(r"::+", ":", text).split())
    return words.strip(": ")[:LONGEST_DECK_NAME].strip(": ")


def _deck_numbers(names: Iterable[str]) -> dict[str, int]:
    """Return a number for each deck. Anki knows decks by name, but two in a file must not share a number."""
    numbers: dict[int, str] = {}
    for name in sorted(names):
        number = (1 << 30) + int(sha256(name.encode()).hexdigest(), 16) % ((1 << 30) - 1000)
        while number in numbers:
            number += 1
        numbers[number] = name
    return {name: number for number, name in numbers.items()}


def _description(edition: Edition, templates: Templates) -> str:
    bank = edition.bank
    source_url = bank.source if bank.source.startswith(("http://", "https://")) else ""
    return templates.render(
        "anki/description.html.j2",
        title=edition.title,
        count=len(edition.questions),
        total=bank.claims.questions or len(bank.questions),
        scope=edition.scope,
        source=bank.source,
        url=source_url,
    )


# The note type


def _note_type(templates: Templates, stamp: Stamp) -> _NoteType:
    def mustache(name: str) -> dict[str, str]:
        return {"when": f"{{{{#{name}}}}}", "text": f"{{{{{name}}}}}", "end": f"{{{{/{name}}}}}"}

    field = {name: mustache(name) for name in FIELD_IDS}
    folded = [
        {"key": key, "title": title, **field[PROSE_FIELDS.get(key, "Follow-up Questions")]}
        for key, title in SECTION_TITLES.items()
        if key != "answer"
    ]
    return _NoteType(
        NOTE_TYPE_ID,
        NOTE_TYPE_NAME,
        fields=[
            {"id": number, "name": name, "font": "Arial", **(_SPARE if name.startswith("Spare") else {})}
            for name, number in FIELD_IDS.items()
        ],
        templates=[
            {
                "id": CARD_ID,
                "name": "Recall",
                "qfmt": templates.render("anki/front.html.j2", field=field),
                "afmt": templates.render("anki/back.html.j2", field=field, folded=folded),
            }
        ],
        css=templates.source("anki/card.css"),
        sort_field_index=SORT_FIELD,
        modified=stamp.modified,
    )


_SPARE = {"collapsed": True, "description": "for a later edition of this deck"}


class _NoteType(genanki.Model):  # type: ignore[misc]
    # genanki would find out with a template engine which fields a card cannot be without; it is the question.
    _req = ((0, "any", (1,)),)

    def __init__(self, *args: object, modified: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.modified = modified

    def to_json(self, _timestamp: float, _deck_id: int | None) -> dict[str, Any]:
        """Return Anki's JSON of the note type, with its own time and without a deck of its own."""
        return {**super().to_json(self.modified, None), "originalId": NOTE_TYPE_ID}


class _Note(genanki.Note):  # type: ignore[misc]
    def _check_invalid_html_tags_in_fields(self) -> None:
        """Trust the fields: genanki's check takes quadratic time, and what it looks for is escaped."""


# The file


def _database(
    edition: Edition,
    notes: list[_DeckNote],
    note_type_stamp: Stamp,
    stamps: Mapping[str, Stamp],
    templates: Templates,
) -> bytes:
    """Return the collection as SQLite's bytes; genanki's rows, written in one go and without a file."""
    note_type = _note_type(templates, note_type_stamp)
    root = _deck_part(edition.title) or "Questions"
    names = _deck_names(root, dict.fromkeys(note.question.technology for note in notes))
    numbers = _deck_numbers({root, *names.values()})
    description = _description(edition, templates)
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    genanki.Package([]).write_to_db(cursor, 0, iter(()))
    decks = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
    for name, number in sorted(numbers.items()):
        decks[str(number)] = genanki.Deck(number, name, description if name == root else "").to_json()
    models = {str(NOTE_TYPE_ID): note_type.to_json(0, None)}
    cursor.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(decks), json.dumps(models)))
    for note in notes:
        question = note.question
        row = _Note(note_type, note.fields, tags=note.tags, guid=note.guid, due=note.position)
        deck = numbers[names[question.technology]]
        row.write_to_db(cursor, stamps[question.id].modified, deck, iter((note.number, note.number)))
    connection.commit()
    connection.execute("VACUUM")
    database = bytearray(connection.serialize())
    connection.close()
    # SQLite notes in the header how often the file was written and by which version of itself.
    database[24:28] = database[92:96] = (1).to_bytes(4)
    database[96:100] = (3_040_000).to_bytes(4)
    return bytes(database)


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip that is the same wherever and whenever it is made."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()
