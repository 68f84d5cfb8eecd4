"""Pictures of an export: those that learners put into notes, and those of the deck that they changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

from qexport.anki.merge import NewPicture
from qexport.anki.merged_pictures import FileNames
from qexport.anki.notes import MEDIA_NAME
from qexport.anki.package_media import read_media
from qexport.common.limits import Limits
from qexport.common.wording import slug
from qexport.content.images import Flaw, judge_image

if TYPE_CHECKING:
    from qexport.anki.package_file import NoteRow

FOLDER = "pictures"
"""The folder beside the bank that new pictures go into."""

_MEDIA_BEGIN = MEDIA_NAME.encode()
_DECK_PICTURE = re.compile(rb"%b([0-9a-f]{32})\.[a-z]+" % _MEDIA_BEGIN)
_SAVED_ENDINGS = {"jpeg": "jpg"}


PictureKind: TypeAlias = Literal["taken", "ours", "conflict", "left", "damaged"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the deck that a learner changed."""

    export: str
    id: str
    """The question that shows it."""
    path: Path
    """Its file; if the question shows none in its place, the name that the deck has for it."""
    kind: PictureKind
    """What became of it: taken, ours (the bank's stays), an open conflict, left (the question does not show it any
    more), damaged (what the export has is no picture)."""
    ours: PictureSize | None = None
    """Of the bank's picture, where both changed it."""
    theirs: PictureSize | None = None

    @property
    def taken(self) -> bool:
        """Whether the bank's file becomes the learner's."""
        return self.kind == "taken"


@dataclass(frozen=True, slots=True)
class PictureSize:
    """How large a picture is."""

    width: int
    """Pixels."""
    height: int
    """Pixels."""
    bytes: int


def size_of_picture(data: bytes, limits: Limits) -> PictureSize | None:
    """Return the size of a picture; None if it is none."""
    image = judge_image(data, "", limits)
    return None if isinstance(image, Flaw) else PictureSize(image.width, image.height, len(data))


class ReturnedPictures:
    """The pictures of one export, read when they are asked for."""

    def __init__(
        self, package: bytes, path: str, limits: Limits, folder: Path, taken: Mapping[Path, str]
    ) -> None:
        """Read nothing yet.

        Args:
            package: The export.
            path: Its name.
            limits: Of pictures.
            folder: Of the bank.
            taken: The names of pictures that are to be written, by their files.
        """
        self._package = package
        self.path = path
        self.limits = limits
        self.folder = folder
        self._there = FileNames(folder, taken, limits)
        self._found: dict[str, tuple[str, bytes]] = {}

    def place_of(self, name: str) -> str:
        """Return where a picture goes, seen from the bank; empty: the export has no such picture.

        Pictures are called by what they show, so that two learners' files of one name do not meet.
        """
        if name not in self._found:
            data = read_media(self._package, self.path, [name], self.limits).get(name, b"")
            image = judge_image(data, name, self.limits)
            if isinstance(image, Flaw):
                self._found[name] = ("", b"")
            else:
                kind = PurePath(image.name).suffix[1:]
                stem = slug(PurePath(name).stem)[:60] or "picture"
                digest = sha256(data).hexdigest()
                places = [
                    f"{FOLDER}/{stem}-{digest[:length]}.{_SAVED_ENDINGS.get(kind, kind)}"
                    for length in (8, 16)
                ]  # the first may have been drawn over since
                is_other = self._there.get(places[0], image.name) != image.name
                self._found[name] = (places[is_other], data)
        return self._found[name][0]

    def place_beside(self, source: str, name: str, shown: str) -> str:
        """Return where a picture goes that is not shown any more by the file that had it.

        Args:
            source: That file, seen from the bank; it stays if it has the picture by now.
            name: How notes call the picture.
            shown: How a deck calls it, by its content.
        """
        return source if self._there.get(source) == shown else self.place_of(name)

    def picture(self, name: str) -> NewPicture | None:
        """Return a picture that a note shows; None: the export has no such picture."""
        place = self.place_of(name)
        return NewPicture(place, self.name_of(self._found[name][1])) if place else None

    def name_of(self, data: bytes) -> str:
        """Return how a deck calls a picture; empty if it is none."""
        image = judge_image(data, "", self.limits)
        return "" if isinstance(image, Flaw) else image.name

    def named_in(self, text: str) -> Iterator[tuple[str, bytes]]:
        """Yield place and content of the pictures of this export that a text names."""
        for place, data in self._found.values():
            if place and f"({place})" in text:
                yield place, data

    def changed_in_place(self, rows: Sequence[NoteRow]) -> Mapping[str, bytes]:
        """Return pictures of the deck that have other bytes now, by the names of what they were."""
        named = {
            found[0].decode()
            for row in rows
            if _MEDIA_BEGIN in (fields := b"\x1f".join(row.fields))
            for found in _DECK_PICTURE.finditer(fields)
        }
        if not named:
            return {}
        files = read_media(self._package, self.path, named, self.limits)
        return {
            name.removeprefix(MEDIA_NAME): data
            for name, data in files.items()
            if sha256(data).hexdigest()[:32] != name.removeprefix(MEDIA_NAME)[:32]
        }
