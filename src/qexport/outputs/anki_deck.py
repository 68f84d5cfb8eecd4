"""The Anki deck: questions → an .apkg, one note a question. The door to genanki.

    notes of the bank → rows of genanki's database, in memory → zip

A learner's Anki knows a note by its GUID, a note type by its number and the numbers of its fields, a deck by
its name. All of them are frozen here: what may change from edition to edition is text, tags and times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.anki import notes as anki_notes
from qexport.anki.collection import collection
from qexport.anki.fields import FIELDS, SORT_FIELD
from qexport.anki.note_type import CARDS, note_type, style_digest
from qexport.anki.notes import MEDIA_NAME, note_options
from qexport.anki.package_writer import package_of
from qexport.bank.lock import Content, Edition, NoteType
from qexport.bank.selection import without_drafts
from qexport.outputs.registry import Document, Tools

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.outputs.options import Options


def render(edition: Edition, options: Options, tools: Tools) -> Document:
    """Return the deck of an edition; the times of its notes are the lock's."""
    if edition.lock is None:
        raise ValueError("a deck takes the times of its notes from a lock")
    retired = edition.retired if options.get("include-retired") else ()
    chosen = {question.id for question in (*edition.questions, *retired)}
    notes = [
        note
        for note in anki_notes.notes_of(without_drafts(edition.bank), options, tools.templates)
        if note.question.id in chosen
    ]
    anki_notes.forget()
    images = {MEDIA_NAME + image.name: image.data for note in notes for image in note.images}
    cards = sum(len(note.cards) for note in notes)
    count = len(notes)
    database = collection(edition, notes, edition.lock, options, tools.templates)
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
        style=style_digest(note_type(tools.templates, 0, 1)),
        note_type=NoteType(tuple(FIELDS), tuple(CARDS), SORT_FIELD),
        retired=frozenset(question.id for question in bank.questions if question.status == "retired"),
        former_ids={question.id: question.former_ids for question in bank.questions if question.former_ids},
        options=note_options(options),
    )
