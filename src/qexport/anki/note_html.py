"""Questions → the HTML of their notes' fields, with the pictures of today or of an earlier version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qexport.anki.fields import FIELD_PLACES
from qexport.anki.merged_pictures import FileNames
from qexport.anki.notes import NoteShape, find_linkable, may_have_pictures, notes_of
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.common.limits import USUAL, Limits
from qexport.content.templates import Templates


@dataclass(frozen=True, slots=True)
class MadeNote:
    """A note as a deck would have it."""

    html: Mapping[str, str]
    """Of each field."""
    pictures: Mapping[str, str]
    """The names of the pictures it shows by their sources, in the order of the texts."""


class NoteHtml:
    """Makes notes of the questions of one bank."""

    def __init__(self, bank: Bank, taken: Mapping[Path, str] | None = None, limits: Limits = USUAL) -> None:
        """Make nothing yet.

        Args:
            bank: Whose questions they are.
            taken: The names of pictures that are to be written, by their files.
            limits: Of texts and pictures.
        """
        self._bank = bank
        self._taken = {} if taken is None else taken
        self._limits = limits
        self._linkable = find_linkable(bank.questions)
        self._templates = Templates(limits=limits)
        self._today: dict[str, tuple[Question, MadeNote]] = {}

    def make(self, question: Question, pictures: Mapping[str, str] | None = None) -> MadeNote:
        """Return the note of a question.

        Args:
            question: Of the bank, or an earlier version of one.
            pictures: The names of pictures by their sources; None: those of the files of today.
        """
        if pictures is None:
            pictures = FileNames(Path(question.location.path).parent, self._taken, self._limits)
        (note,) = notes_of(
            replace(self._bank, questions=(question,)),
            NoteShape(),
            self._templates,
            linkable=self._linkable,
            published=pictures,
        )
        values = note.fields.split(b"\x1f")
        return MadeNote({name: values[at].decode() for name, at in FIELD_PLACES.items()}, note.sources or {})

    def today(self, question: Question) -> MadeNote:
        """Return the note of a question of the bank, which is kept."""
        known = self._today.get(question.id)
        if known is None or known[0] is not question:
            known = self._today[question.id] = (question, self.make(question))
        return known[1]

    def pictures_today(self, question: Question) -> Mapping[str, str]:
        """Return the names of the pictures that a question of the bank shows, by their sources."""
        return self.today(question).pictures if may_have_pictures(question) else {}

    def field(
        self, question: Question, note: str, name: str, pictures: Mapping[str, str] | None = None
    ) -> str:
        """Return one field of a question's note.

        Args:
            question: As for `make`.
            note: The name of the field of the note.
            name: The text of the question that the field is made of; empty: of others too.
            pictures: As for `make`.
        """
        if name and question.markup == "plain":  # each text becomes HTML without a look at the others
            others: dict[str, Any] = {each: "" for each in PROSE_SECTIONS if each != name}
            question = replace(question, follow_ups=(), **others)
        return self.make(question, pictures).html[note]
