"""Pictures that texts name, beside their file → beside the bank: found on the disk or in a zip, and copied along."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from qexport.bank.query import NAME_FIELDS
from qexport.common.errors import Problem
from qexport.common.limits import Limits
from qexport.common.opener import TooLarge, Unreadable, is_inside, read_bytes
from qexport.common.text_input import quote
from qexport.importers.anki_fields import picture_name
from qexport.importers.readme_lines import fenced_lines
from qexport.importers.source import FindPicture, Found, PictureFile, SourceValue

_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_PICTURE_LINK = re.compile(
    r"(!\[[^\]\n]{0,500}\]\()"
    r"(<[^<>\n]{1,500}>|[^()<>\n]{1,500}?\.(?:png|jpe?g|gif|webp|svg)|[^()\s<>]{1,500})(?=[\s)?#])",
    re.IGNORECASE,
)
_BACKTICKED = re.compile(r"(`+[^`\n]*`+)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_NO_MARKDOWN = frozenset((*NAME_FIELDS, "id", "tags", "terms"))
"""Fields that are printed as they are written: what looks like a picture there is none."""

_MOST_LOOKED_AT = 20_000
"""Files of a folder that are looked through for a picture that is named without its path."""


@dataclass(slots=True)
class FolderPictures:
    """Pictures below a folder of the disk; nothing outside of it is read."""

    root: Path
    limits: Limits
    _by_name: dict[str, Path] | None = field(default=None)

    def finder(self, file: Path) -> FindPicture:
        """Return what finds the pictures of one file: beside it, from the root, or by their names alone."""

        def find(name: str) -> PictureFile | None:
            for path in (file.parent / name, self.root / name.lstrip("/"), self._find_named(name)):
                try:
                    if path is not None and is_inside(path, self.root):
                        data = read_bytes(path, self.limits.picture, inside=self.root)
                        real = Path(os.path.realpath(path))
                        return PictureFile(str(real.relative_to(os.path.realpath(self.root))), data, real)
                except (Unreadable, TooLarge, OSError, ValueError):
                    continue
            return None

        return find

    def _find_named(self, name: str) -> Path | None:
        if "/" in name:
            return None
        if self._by_name is None:
            self._by_name = {}
            for count, path in enumerate(self._walk()):
                if count < _MOST_LOOKED_AT and path.suffix.lower() in _PICTURE_ENDINGS:
                    self._by_name.setdefault(path.name, path)
        return self._by_name.get(name)

    def _walk(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.root):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names))


def find_in_zip(data: bytes, member: str, limits: Limits) -> FindPicture:
    """Return what finds the pictures of one member of a zip."""

    def find(name: str) -> PictureFile | None:
        try:
            with ZipFile(BytesIO(data)) as archive:
                beside = normpath(str(PurePosixPath(member).parent / name))
                for wanted in (beside, normpath(name.lstrip("/"))):
                    if wanted not in archive.NameToInfo:
                        continue
                    with archive.open(wanted) as file:
                        picture = file.read(limits.picture + 1)
                    if len(picture) <= limits.picture:
                        return PictureFile(wanted, picture)
        except (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
            return None
        return None

    return find


def find_held(held: Mapping[str, bytes], otherwise: FindPicture | None) -> FindPicture:
    """Return what finds the pictures that a file holds itself, and those beside it."""

    def find(name: str) -> PictureFile | None:
        if name in held:
            return PictureFile(name, held[name])
        return otherwise(name) if otherwise else None

    return find


def bring_pictures(
    found: Sequence[Found], find: FindPicture, bank: Path, limits: Limits
) -> tuple[tuple[Found, ...], Mapping[str, bytes], tuple[Problem, ...]]:
    """Return questions whose texts name pictures as they are seen from the bank, and the files that go beside it.

    Args:
        found: As a reader returns them.
        find: Finds what their texts name.
        bank: The bank's file; what is in its folder is not copied.
        limits: `deck` of all pictures.

    Returns:
        The questions, the files by their paths from the bank's folder, and what was not found.
    """
    bringing = _Bringing(find, Path(os.path.realpath(bank.parent)), limits)
    brought = tuple(bringing.question(each) for each in found)
    return brought, bringing.files, tuple(bringing.problems)


class _Bringing:
    def __init__(self, find: FindPicture, folder: Path, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.deck
        self._find = find
        self._folder = folder
        self._names: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.problems: list[Problem] = []

    def question(self, found: Found) -> Found:
        if found.markup == "plain":
            return found
        pictured = {
            name: self._value(value, found, name)
            for name, value in found.fields.items()
            if name not in _NO_MARKDOWN and "![" in _joined_text(value)
        }
        return replace(found, fields={**found.fields, **pictured}) if pictured else found

    def _value(self, value: SourceValue, found: Found, name: str) -> SourceValue:
        if isinstance(value, tuple):
            return tuple(self._text(each, found, name) for each in value)
        return self._text(value, found, name)

    def _text(self, text: str, found: Found, name: str) -> str:
        if "![" not in text:
            return text
        lines = text.split("\n")
        fenced = fenced_lines(lines)
        return "\n".join(
            line if is_code or "![" not in line else self._line(line, found, name)
            for line, is_code in zip(lines, fenced, strict=True)
        )

    def _line(self, line: str, found: Found, name: str) -> str:
        parts = _BACKTICKED.split(line)
        parts[::2] = [
            _PICTURE_LINK.sub(lambda link: self._link(link, found, name), part) for part in parts[::2]
        ]
        return "".join(parts)

    def _link(self, link: re.Match[str], found: Found, name: str) -> str:
        written = link[2].strip("<>").strip()
        if _ELSEWHERE.match(written):
            return link[0]
        if written not in self._names:
            self._names[written] = self._bring(written, found, name)
        target = self._names[written]
        return f"{link[1]}{target}" if target else link[0]

    def _bring(self, written: str, found: Found, name: str) -> str:
        """Return how the bank names a picture; empty if it is not brought along."""
        picture = self._find(unquote(written)) or self._find(written)
        if picture is None:
            message = f"the picture {quote(written)} is not beside the file, nor below its folder"
            hint = "import the folder that has both"
            self.problems.append(Problem(found.place_of(name), message, hint))
            return ""
        if not _is_picture(picture.data):
            message = f"{quote(written)} is not a PNG, JPEG, GIF, WebP or SVG: not brought along"
            self.problems.append(Problem(found.place_of(name), message))
            return ""
        if picture.place and picture.place.is_relative_to(self._folder):
            path = picture.place.relative_to(self._folder).as_posix()
            return f"<{path}>" if re.search(r"[\s()]", path) else path
        target = picture_name(picture.name)
        if target not in self.files and self._left < len(picture.data):
            message = f"{quote(written)}: not brought along, for all pictures are {self._limits.show('deck')} at most"
            self.problems.append(Problem(found.place_of(name), message, self._limits.hint("deck")))
            return ""
        if target not in self.files:
            self._left -= len(picture.data)
        self.files[target] = picture.data
        return target


def _joined_text(value: SourceValue) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _is_picture(data: bytes) -> bool:
    return (
        data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or b"<svg" in data[:10_000].lower()
    )
