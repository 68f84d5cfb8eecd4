"""Results → files: each is whole, or as it was before. Only this module writes what the user asked for."""

from __future__ import annotations

import os
import re
import secrets
import stat
import unicodedata
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qexport.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
_LONGEST_SLUG = 80


def slug(text: str, *, otherwise: str = "questions") -> str:
    """Make a file name's stem of `text`: `a-z`, `0-9` and `-`, at most 80 bytes, good on every system.

    `otherwise` is the stem of a text of which nothing is left (日本語).
    """
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_LONGEST_SLUG].strip("-") or otherwise
    return f"{stem}-{otherwise}" if stem in _WINDOWS_DEVICES else stem


def check_names(paths: Iterable[Path]) -> None:
    """Refuse file names that do harm where they are opened; meant to be asked before the work is done."""
    for path in paths:
        name = path.name.casefold()
        if name == "collection.apkg" or (name.startswith("backup-") and name.endswith(".apkg")):
            raise UsageError(
                f"{path}: Anki takes a file of this name for a whole collection, and offers to replace "
                "the learner's own with it",
                hint="choose another file name with --name",
            )


def write(path: Path, data: bytes) -> None:
    """Write one file, or raise OutputError and leave what stood there."""
    write_all({path: data})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write several files, or raise OutputError and leave each as it was.

    Every content is complete and on the disk, beside its target, before the first takes its place.
    A file keeps its mode; a symlink stays one, and what it leads to is written.
    """
    check_names(contents)
    staged: list[_Staged] = []
    try:
        for path, data in contents.items():
            with _errors_of(path):
                target, mode = _target(path)
                temporary = target.parent / f".qexport-{secrets.token_hex(6)}.tmp"
                staged.append(_Staged(path, target, temporary))  # first, so that nothing can leave it behind
                _write_through(temporary, data, mode)
        for path, target, temporary in staged:
            with _errors_of(path):
                temporary.replace(target)
    finally:
        for _, _, temporary in staged:
            with suppress(OSError):
                temporary.unlink()
    for folder in sorted({entry.target.parent for entry in staged}):
        _sync_folder(folder)


class _Staged(NamedTuple):
    path: Path
    """As the user wrote it."""
    target: Path
    """Where that leads."""
    temporary: Path
    """Where its new content waits."""


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _target(path: Path) -> tuple[Path, int | None]:
    """Follow symlinks, make the folder; return the real place and the mode of the file there, if any."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{path}: cannot be written: {path.parent} is not a folder") from None
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target, None
    if stat.S_ISDIR(mode):
        raise OutputError(f"{path}: cannot be written: a folder of this name is there")
    if not stat.S_ISREG(mode):
        raise OutputError(f"{path}: cannot be written: it is not an ordinary file")
    return target, stat.S_IMODE(mode)


def _write_through(path: Path, data: bytes, mode: int | None) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        path.chmod(mode)


def _sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system can: the files are in place already."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
