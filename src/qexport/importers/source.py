"""What goes into a reader of foreign files, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from qexport.common.errors import Location, Problem
from qexport.common.limits import USUAL, Limits

SourceValue: TypeAlias = "str | tuple[str, ...]"
"""What a source has for a field: a text, or the items of a list."""


def as_tuple(value: SourceValue) -> tuple[str, ...]:
    """Return the items of a list; a text is its only item."""
    return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user says about the sources."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of a question → the name of a column, key or field in the source (`--map question=Front`)."""
    sheet: str = ""
    """The sheet of a workbook; empty: the first."""
    markup: str = ""
    """`plain` or `markdown`; empty: as each text looks."""
    encoding: str | None = None
    title: str = ""
    """Of a new bank; empty: as the sources call themselves."""
    shape: str = ""
    """The name of a shape (`--as`); empty: as the content looks."""


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that was found."""

    name: str
    """What tells it from others: its path in the folder or the zip."""
    data: bytes
    place: Path | None = None
    """On the disk; None: in a zip."""


FindPicture: TypeAlias = "Callable[[str], PictureFile | None]"
"""Given the path that a text has, returns the picture, or None if there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its bytes, and its text unless it is of a kind that has none."""

    path: str
    """As the user named it."""
    data: bytes
    text: str = ""
    wishes: Wishes = NO_WISHES
    limits: Limits = USUAL
    folder: tuple[str, ...] = ()
    """The names of the folders between the folder that was named and this file."""
    in_folder: bool = False
    """It was found in a folder: one of many notes, perhaps."""
    find_picture: FindPicture | None = None
    """Finds what its texts name as pictures; None: the file has its pictures in it, or can have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One question as a source has it, nothing checked."""

    location: Location
    fields: Mapping[str, SourceValue]
    """By the names of a question's fields; a number as its digits."""
    extra: Mapping[str, SourceValue] = field(default_factory=dict)
    """What the source has beyond them."""
    key: str = ""
    """What the source itself knows the question by for ever (a GUID), if it has such a thing."""
    markup: str = ""
    """`plain` or `markdown`; empty: not known."""
    has_letters: bool = False
    """What is in `correct` is letters of choices, and nothing else."""
    is_exact: bool = False
    """qexport wrote it: nothing is interpreted."""
    locate: Callable[[str], Location] | None = None
    """Returns where a field stands, if the source tells the places of fields apart."""

    def place_of(self, name: str) -> Location:
        """Return where a field stands, or the question where that is not known."""
        return self.locate(name) if self.locate and name in self.fields else self.location


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a reader took from a source, and what it left aside."""

    shape: str
    """How the source was read, in words: "CSV, columns divided by ';'"."""
    questions: tuple[Found, ...]
    part: str = ""
    """What of the source was read, if there is more: the name of a sheet."""
    header: Mapping[str, SourceValue] = field(default_factory=dict)
    """What the source says of the bank: fields of a bank's header."""
    columns: tuple[tuple[str, str], ...] = ()
    """Each column, key or field of the source, and the field of a question it became."""
    left_aside: tuple[Problem, ...] = ()
    """What did not become a part of a question, with the reason."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Files that texts name, by their paths from the bank's folder."""
    held_pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Files that the source itself holds, by the names that its texts have for them."""
