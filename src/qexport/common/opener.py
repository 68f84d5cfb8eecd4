"""Paths from elsewhere → bytes: the only module that opens a file of a bank, theme, bundle or deck for reading.

A file is read if it is an ordinary one, if its real path is inside the folder it belongs to, and if it is not larger
than its limit. A pipe would wait for ever, a device may have no end, and a link may lead to anything that the user
can read.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

# O_NONBLOCK: a pipe that takes the file's place after it was looked at does not hold the program up.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

_SPECIAL_FILES = (
    (stat.S_ISDIR, "this is a folder, not a file"),
    (stat.S_ISFIFO, "this is a pipe, not an ordinary file"),
    (stat.S_ISSOCK, "this is a socket, not an ordinary file"),
    (stat.S_ISCHR, "this is a device, not an ordinary file"),
    (stat.S_ISBLK, "this is a device, not an ordinary file"),
)


class Unreadable(Exception):
    """A file may not or cannot be read; callers turn it into an error of their own."""

    def __init__(self, reason: str, *, missing: bool = False, outside: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing
        """There is no such file."""
        self.outside = outside
        """Its real path is outside the folder it belongs to."""


class TooLarge(Exception):
    """A file has more bytes than it may have."""


@contextmanager
def open_ordinary(path: Path, *, inside: Path | None = None) -> Iterator[BinaryIO]:
    """Open an ordinary file for reading.

    Args:
        path: The file, as the user or a bank named it.
        inside: The folder its real path must be in; None for a file that the user named.

    Raises:
        Unreadable: It is missing, something else than a file, or outside the folder.
    """
    try:
        if inside is not None and not is_inside(path, inside):
            raise Unreadable("this is outside its folder", outside=True)
        _refuse_other_kinds(os.stat(path))  # noqa: PTH116  before it is opened: opening a device may do something
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        reason = "a link that leads nowhere" if os.path.islink(path) else "there is no such file"  # noqa: PTH114
        raise Unreadable(reason, missing=True) from None
    except (OSError, RuntimeError, ValueError) as error:  # ValueError: a name with a NUL in it
        raise _unreadable(error) from error
    with os.fdopen(descriptor, "rb") as file:
        _refuse_other_kinds(os.fstat(descriptor))
        yield cast(BinaryIO, file)


def read_bytes(path: Path, most: int, *, inside: Path | None = None) -> bytes:
    """Return the bytes of an ordinary file.

    Args:
        path: The file, as the user or a bank named it.
        most: Bytes it may have.
        inside: The folder its real path must be in; None for a file that the user named.

    Raises:
        Unreadable: It is missing, something else than a file, outside the folder, or its disk fails.
        TooLarge: It has more than `most` bytes; none of them has been kept.
    """
    with open_ordinary(path, inside=inside) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise TooLarge
        try:
            data = file.read(most + 1 if size == 0 else size + 1)  # the files of /proc say 0
        except OSError as error:
            raise _unreadable(error) from error
    if len(data) > most:
        raise TooLarge
    return data


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether the real path of something is in the real path of a folder.

    Raises:
        OSError: One of them is a loop of links, or has a name that no system takes.
    """
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _refuse_other_kinds(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        known = (message for is_one, message in _SPECIAL_FILES if is_one(status.st_mode))
        raise Unreadable(next(known, "this is not an ordinary file"))


def _unreadable(error: Exception) -> Unreadable:
    if isinstance(error, ValueError):  # Python's own words for it differ from version to version
        return Unreadable("this cannot be read: a NUL is in its name")
    return Unreadable(f"this cannot be read: {getattr(error, 'strerror', None) or error}")
