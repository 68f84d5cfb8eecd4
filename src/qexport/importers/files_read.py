"""Files and folders that the user names → sources, in a fixed order; what cannot be read is a problem."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.text_input import decode_text
from qexport.importers.picture_sources import FolderPictures, find_in_zip
from qexport.importers.registry import READABLE_ENDINGS, is_readable_name
from qexport.importers.signs import ZIP, has_member, name_other_kind
from qexport.importers.source import Source, Wishes

_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
_MOST_FOLDER_FILES = 10_000
_DEEPEST_ZIP = 1
"""Zips within zips that are opened."""


def read_sources(
    paths: Sequence[Path], wishes: Wishes, limits: Limits
) -> tuple[list[Source], tuple[Problem, ...]]:
    """Return the files that are named, and those in folders that are named, with their contents.

    Returns:
        The sources, and what in a folder was passed over, with the reason.

    Raises:
        InputRefused: a file cannot be read, or is in another encoding.
        LimitExceeded: a file is too large.
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    passed: list[Problem] = []
    for path in paths:
        if path.is_dir():
            found: list[tuple[Path, tuple[str, ...]]] = list(_walk_folder(path, (), passed))
            if not found:
                message = "no file in this folder has an ending of a kind that is read"
                hint = f"these are read: {' '.join(READABLE_ENDINGS)}; or name the file"
                problems.append(Problem(Location(str(path)), message, hint))
        else:
            found = [(path, ())]
        pictures = FolderPictures(path if path.is_dir() else path.parent, limits)
        for each, folder in found:
            try:
                read = _read_one_file(each, folder, wishes, limits, passed, in_folder=each != path)
                sources += [
                    source if source.find_picture else replace(source, find_picture=pictures.finder(each))
                    for source in read
                ]
            except InputRefused as refused:
                if each != path:
                    passed += refused.problems
                else:
                    problems += refused.problems
    if problems:
        raise InputRefused(tuple(problems))
    return sources, tuple(passed)


def _walk_folder(
    folder: Path, names: tuple[str, ...], passed: list[Problem]
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the files in a folder and in its folders, by name, with the names of the folders between."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        passed.append(Problem(Location(str(folder)), f"this cannot be read: {error.strerror}"))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_symlink() and not path.exists():
            passed.append(Problem(Location(str(path)), "a link that leads nowhere"))
        elif entry.is_symlink():
            passed.append(Problem(Location(str(path)), "a link: passed over", "name what it leads to"))
        elif entry.is_dir():
            yield from _walk_folder(path, (*names, entry.name), passed)
        elif is_readable_name(entry.name):
            yield path, names


def _read_one_file(
    path: Path,
    folder: tuple[str, ...],
    wishes: Wishes,
    limits: Limits,
    passed: list[Problem],
    *,
    in_folder: bool,
) -> list[Source]:
    data = _read_source_bytes(path, limits)
    kind, hint = name_other_kind(data)
    if kind:
        raise InputRefused((Problem(Location(str(path)), f"{kind}: this is not read", hint),))
    if data.startswith(ZIP):
        source = Source(str(path), data, "", wishes, limits, folder, in_folder)
        if has_member(source, "collection.anki2") or has_member(source, "xl/workbook"):
            return [source]
        return list(_archive(path, data, wishes, limits, passed))
    if len(data) > limits.file:
        hint = "divide it into smaller files"
        raise limits.make_error("file", f"{path}: the file is larger than {limits.show('file')}", hint)
    text = decode_text(data, path, encoding=wishes.encoding)
    return [Source(str(path), data, text.removeprefix("\ufeff"), wishes, limits, folder, in_folder)]


def _read_source_bytes(path: Path, limits: Limits) -> bytes:
    most = max(limits.file, limits.deck)
    try:
        return read_bytes(path, most)
    except Unreadable as error:
        raise InputRefused((Problem(Location(str(path)), error.reason),)) from error
    except TooLarge:
        raise limits.make_error("deck", f"{path}: the file is larger than {limits.show('deck')}") from None


def _archive(
    path: Path, data: bytes, wishes: Wishes, limits: Limits, passed: list[Problem]
) -> Iterator[Source]:
    """Yield the files of a zip of notes, as Notion exports one; nothing is unpacked to a disk."""
    yield from _read_members(str(path), data, wishes, limits, passed=passed, left=[limits.deck], depth=0)


def _read_members(
    path: str,
    data: bytes,
    wishes: Wishes,
    limits: Limits,
    *,
    passed: list[Problem],
    left: list[int],
    depth: int,
) -> Iterator[Source]:
    """Yield the files of a zip, and those of zips in it: Notion packs a large export twice.

    As in a folder, a file in another encoding is noted and the others are read.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
            if len(entries) > _MOST_FOLDER_FILES:
                raise limits.make_error("deck-files", f"{path}: more than {limits.show('deck-files')} in it")
            for entry in entries:
                inner = PurePosixPath(entry.filename)
                is_zip = inner.suffix.lower() == ".zip" and depth < _DEEPEST_ZIP
                if entry.is_dir() or entry.flag_bits & 1 or inner.name.startswith("."):
                    continue
                if not is_zip and (not is_readable_name(inner.name) or "__MACOSX" in inner.parts):
                    continue
                most = min(
                    left[0],
                    limits.deck if is_zip else limits.file,
                    limits.deck_ratio * max(entry.compress_size, 4096),
                )
                with archive.open(entry) as file:
                    unpacked = file.read(most + 1)
                if len(unpacked) > most:
                    message = f"{path}: {entry.filename} is more than {limits.show('deck-ratio')} as large as packed"
                    raise limits.make_error("deck-ratio", message)
                left[0] -= len(unpacked)
                name = f"{path}/{entry.filename}"
                if is_zip:
                    yield from _read_members(
                        name, unpacked, wishes, limits, passed=passed, left=left, depth=depth + 1
                    )
                elif not unpacked.startswith(ZIP):
                    try:
                        text = decode_text(unpacked, Path(name), encoding=wishes.encoding)
                    except InputRefused as refused:
                        passed += refused.problems
                        continue
                    text = text.removeprefix("\ufeff")
                    find = find_in_zip(data, entry.filename, limits)
                    yield Source(name, unpacked, text, wishes, limits, inner.parts[:-1], True, find)
    except (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error) as error:
        raise InputRefused((Problem(Location(path), "this is not a zip, or a damaged one"),)) from error
