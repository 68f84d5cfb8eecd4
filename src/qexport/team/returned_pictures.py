"""Pictures of an export: those that learners put into notes, and those of the deck that they changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from qexport.anki.notes import MEDIA_NAME
from qexport.anki.package_media import read_media
from qexport.common.limits import Limits
from qexport.common.wording import slug
from qexport.content.images import Flaw, Image, judge_image, read_image
from qexport.content.question_view import question_images

if TYPE_CHECKING:
    from qexport.anki.package_file import NoteRow
    from qexport.bank.model import Bank, Question

FOLDER = "pictures"
"""The folder beside the bank that new pictures go into."""

_MEDIA_BEGIN = MEDIA_NAME.encode()
_DECK_PICTURE = re.compile(rb"%b([0-9a-f]{32})\.[a-z]+" % _MEDIA_BEGIN)
_NAMED = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)\s>]+)|<img\b[^>]*\bsrc=[\"']([^\"']+)", re.IGNORECASE)
_SAVED_ENDINGS = {"jpeg": "jpg"}


class ReturnedPictures:
    """The pictures of one export, read when they are asked for."""

    def __init__(self, package: bytes, path: str, limits: Limits) -> None:
        self._package = package
        self._path = path
        self._limits = limits
        self._found: dict[str, tuple[str, bytes]] = {}

    def place_of(self, name: str) -> str:
        """Return where a picture goes, seen from the bank; empty: the export has no such picture.

        Pictures are called by what they show, so that two learners' files of one name do not meet.
        """
        if name not in self._found:
            data = read_media(self._package, self._path, [name], self._limits).get(name, b"")
            image = judge_image(data, name, self._limits)
            if isinstance(image, Flaw):
                self._found[name] = ("", b"")
            else:
                kind = PurePath(image.name).suffix[1:]
                stem = slug(PurePath(name).stem)[:60] or "picture"
                digest = sha256(data).hexdigest()[:8]
                self._found[name] = (f"{FOLDER}/{stem}-{digest}.{_SAVED_ENDINGS.get(kind, kind)}", data)
        return self._found[name][0]

    def name_of(self, data: bytes) -> str:
        """Return how a deck calls a picture; empty if it is none."""
        image = judge_image(data, "", self._limits)
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
        files = read_media(self._package, self._path, named, self._limits)
        return {
            name.removeprefix(MEDIA_NAME): data
            for name, data in files.items()
            if sha256(data).hexdigest()[:32] != name.removeprefix(MEDIA_NAME)[:32]
        }


def files_of_pictures(bank: Bank, names: Mapping[str, bytes], limits: Limits) -> dict[str, tuple[str, Path]]:
    """Return the question and the file of each picture that was changed, as far as the bank still shows it."""
    found: dict[str, tuple[str, Path]] = {}
    if not names:
        return found
    for question in bank.questions:
        if any(image.name in names for image in question_images(question, limits)):
            for path, image in _files_of(question, limits):
                if image.name in names:
                    found.setdefault(image.name, (question.id, path))
    return found


def _files_of(question: Question, limits: Limits) -> Iterator[tuple[Path, Image]]:
    folder = Path(question.location.path).parent
    texts = (
        question.question,
        question.answer,
        question.deep_explanation,
        question.real_world_example,
        question.common_mistakes,
        question.production_scenario,
        *question.follow_ups,
        *question.choices,
    )
    for text in texts:
        for found in _NAMED.finditer(text):
            source = found[1] or found[2]
            image = read_image(folder, source, limits)
            if isinstance(image, Image):
                yield folder / source, image
