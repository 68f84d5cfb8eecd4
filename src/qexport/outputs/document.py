"""What outputs make, and what they work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.common.records import Record, made_by
from qexport.content.templates import Templates
from qexport.layout.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qexport.anki.notes import Note
    from qexport.common.errors import Problem
    from qexport.common.limits import Limits


class Document(Record, frozen=True):
    """A finished output: its bytes, the ending of its file's name, and its size in a reader's words."""

    suffix: str
    data: bytes
    summary: str
    amounts: Mapping[str, float] = made_by(dict)
    """What the summary counts, by the label of a language that says it: `size_pages`."""
    warnings: tuple[Problem, ...] = ()
    beside: tuple[Document, ...] = ()
    """Further files that belong to it: the answers of a quiz, a sheet for calibration."""
    folios: Mapping[str, int] = made_by(dict)
    """The page of each question's answer, by the question's id; other documents may refer to it."""


class Tools(Record, frozen=True):
    """What outputs work with."""

    templates: Templates
    styles: tuple[tuple[str, str], ...] = ()
    """The theme's own style sheets, as (name, text)."""
    look: str = ""
    """A digest of all templates and style sheets."""
    scheduler: Scheduler = made_by(Scheduler)
    folios: Mapping[str, int] = made_by(dict)
    """The page of each question's answer in the handbook of the same build."""
    file_names: Mapping[str, str] = made_by(dict)
    """The first file of each output of the same build, by the output's name; a page can link to those beside it."""
    earlier: Callable[[str, int], bytes] = lambda _suffix, _size: b""
    """Gives the file an earlier build wrote with this ending of its name, if it has as many bytes; else nothing."""
    notes: tuple[Note, ...] = ()
    """The notes of the whole bank, for an output that needs the lock."""

    @property
    def limits(self) -> Limits:
        """How much texts and templates may ask for."""
        return self.templates.limits
