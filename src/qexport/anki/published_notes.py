"""What the notes of learners were made from: versions of questions, with the pictures they had then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from qexport.anki.carrying import ToMarkdown, canonical_html, item_candidates, visible_text
from qexport.anki.fields import FIELD_PLACES
from qexport.anki.merged_fields import MERGED_LISTS, NAMES_IN_BANK
from qexport.anki.merged_pictures import ANY_NAMES, choose_pictures, guess_pictures, pictures_in
from qexport.anki.note_html import NoteHtml
from qexport.anki.notes import MEDIA_NAME, digest_texts, may_have_pictures
from qexport.anki.package_file import NoteRow
from qexport.anki.proposals import number_of
from qexport.bank.history import Versions, restore_question
from qexport.bank.model import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """What the notes of learners may have been made from."""

    history: Versions
    """What the bank published."""
    versions: Mapping[str, Mapping[str, Any]]
    """Fields of questions by the digests of their versions, where the history lacks them."""
    decks: Mapping[tuple[str, str], tuple[bytes, ...]]
    """Fields of notes of a published deck by GUID and version, where the history lacks it."""


@dataclass(frozen=True, slots=True)
class PublishedNote:
    """What one note was made from."""

    question: Question
    html: Mapping[str, str]
    """Of each field of the note."""
    pictures: Mapping[str, str]
    """The names of the pictures that the note showed, by their sources."""


class PublishedNotes:
    """Finds what the notes of learners were made from."""

    def __init__(self, bases: Bases, notes: NoteHtml, to_markdown: ToMarkdown) -> None:
        self._bases = bases
        self._notes = notes
        self._to_markdown = to_markdown

    def has_texts(self, row: NoteRow, version: str) -> bool:
        """Report whether a note has the texts that were published with its version, whatever its tags are."""
        texts = digest_texts(row.fields)
        given = self._bases.decks.get((row.guid, version))
        return self._bases.history.has_note(version, texts) or (
            given is not None and texts == digest_texts(given)
        )

    def version(self, question: Question, version: str) -> Question | None:
        """Return a version of a question that was published; None if nobody knows it."""
        said = self._bases.history.fields(version) or self._bases.versions.get(version)
        return None if said is None else restore_question(said, question)

    def pictures(self, version: str) -> tuple[Mapping[str, str] | None, ...]:
        """Return the pictures of a version, for each time it was published (`Versions.pictures`)."""
        return self._bases.history.pictures(version)

    def note(
        self, row: NoteRow, question: Question, base: Question | None, version: str
    ) -> PublishedNote | None:
        """Return what a note was made from, from the history or from the deck that was given for it.

        Args:
            row: The note.
            question: Its question as the bank has it today.
            base: The version of it that the note was made from, if it is known.
            version: The digest of that version.
        """
        shown = {name: row.fields[place].decode() for name, place in FIELD_PLACES.items()}
        if base is not None:
            return self._with_pictures_of(base, version, shown)
        published = self._bases.decks.get((row.guid, version))
        if published is None:
            return None
        html = {name: published[place].decode() for name, place in FIELD_PLACES.items()}
        then = self._with_guessed_pictures(question, html)
        to_markdown = None if question.markup == "plain" else self._to_markdown
        changes: dict[str, Any] = {}
        pictures = dict(then.pictures)
        for name, field in NAMES_IN_BANK.items():
            if canonical_html(html[name]) == canonical_html(then.html[name]):
                continue
            pictures |= {f"{MEDIA_NAME}{each}": each for each in pictures_in(html[name])}
            if name in MERGED_LISTS.values():
                changes[field] = next(item_candidates((), "", html[name], to_markdown), ())
            else:
                text = (to_markdown or visible_text)(html[name]).strip()
                changes[field] = number_of(text) if field == "difficulty" else text
        return PublishedNote(replace(question, **changes), html, pictures)

    def _with_pictures_of(self, base: Question, version: str, shown: Mapping[str, str]) -> PublishedNote:
        """Return a version of a question with the pictures that it had when a note was made of it."""
        made = self._notes.make(base)
        if not may_have_pictures(base):
            return PublishedNote(base, made.html, {})
        names = pictures_in("".join(shown.values()))
        pictures = choose_pictures(self.pictures(version), names, made.pictures)
        if pictures is None:
            return self._with_guessed_pictures(base, shown)
        made = self._notes.make(base, pictures)
        return PublishedNote(base, made.html, made.pictures)

    def _with_guessed_pictures(self, question: Question, shown: Mapping[str, str]) -> PublishedNote:
        """Return a question with the pictures that are in their places in the fields of a note."""
        made = self._notes.make(question)
        if may_have_pictures(question):
            places = self._notes.make(question, ANY_NAMES)
            guessed = guess_pictures(places.html, tuple(places.pictures), shown, made.pictures)
            made = self._notes.make(question, guessed)
        return PublishedNote(question, made.html, made.pictures)
