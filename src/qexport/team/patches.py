"""Changed files → one patch that `git apply` takes, in any folder of the work tree they are in."""

from __future__ import annotations

import os
import zlib
from base64 import b85encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import new as new_digest
from pathlib import Path

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import read_data
from qexport.team.git import WorkTree, find_work_tree


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, and where it is applied."""

    data: bytes
    """Empty if nothing changes."""
    folder: Path
    """The absolute path of the folder that the paths in the patch begin at."""
    is_work_tree: bool
    """Whether this folder is the top of a work tree of git."""


def write_patch(changes: Mapping[Path, bytes], bank: Path, limits: Limits = USUAL) -> Patch:
    """Return what makes some files of the files that are there.

    Paths begin at the top of the work tree that the bank is in, or at the bank's own folder if it is in none. Each part
    has the header `diff --git`: git applies such a part from the top, whichever folder it is called in, but takes the
    paths of parts without it from the current folder (git-apply, parse_git_diff_header and prefix_patch in apply.c).

    Args:
        changes: New contents by path: texts, and pictures.
        bank: The bank's file or folder.
        limits: How large a file may be.

    Raises:
        InputRefused: One of the files is outside that folder.
    """
    home = Path(os.path.realpath(bank if bank.is_dir() else bank.parent))
    tree = find_work_tree(home)
    top = tree.top if tree else home
    parts: list[bytes] = []
    # What a symlink leads to is what a pull without --patch writes.
    for real, path in sorted((Path(os.path.realpath(path)), path) for path in changes):
        if not real.is_relative_to(top):
            where = "the work tree of git" if tree else "the bank's folder"
            problem = Problem(Location(str(path)), f"outside {where}, {top}", "pull without --patch")
            raise InputRefused((problem,))
        before = read_data(path, limits=limits) if path.exists() else None
        parts += _file_part(os.fsencode(real.relative_to(top).as_posix()), before, changes[path], tree)
    return Patch(b"".join(parts), top, tree is not None)


def _file_part(name: bytes, old: bytes | None, data: bytes, tree: WorkTree | None) -> Iterator[bytes]:
    """Yield the part of one file, its name as it is from the top."""
    before, after = _quote_name(b"a/" + name), _quote_name(b"b/" + name)
    yield b"diff --git %b %b\n" % (before, after)
    if old is not None and not (_is_binary(old) or _is_binary(data)):
        end = b"\t" if b" " in name else b""  # else git ends the name at the blank
        yield b"--- %b%b\n+++ %b%b\n" % (before, end, after, end)
        yield from _hunks(old.decode(), data.decode())
        return
    yield b"new file mode 100644\n" if old is None else b""
    digest = tree.digest if tree else "sha1"
    yield f"index {_object_name(old, digest)}..{_object_name(data, digest)}\n".encode()
    yield from _binary_hunk(data)


def _quote_name(name: bytes) -> bytes:
    """Return a name as git quotes unusual ones: `core.quotePath` in git-config."""
    signs = {b'"': b'\\"', b"\\": b"\\\\"}
    parts = (bytes((byte,)) for byte in name)
    quoted = b"".join(
        signs.get(each) or (each if b" " <= each <= b"~" else b"\\%03o" % each[0]) for each in parts
    )
    return name if quoted == name else b'"%b"' % quoted


def _is_binary(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return b"\0" in data


def _hunks(before: str, after: str) -> Iterator[bytes]:
    lines = unified_diff(_lines(before), _lines(after))
    for line in list(lines)[2:]:  # behind the names
        yield (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n").encode()


def _lines(text: str) -> list[str]:
    """Return the lines as git counts them: only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _binary_hunk(data: bytes) -> Iterator[bytes]:
    """Yield a file as git writes those that are no texts: packed, and in letters (gitformat-pack, git-diff)."""
    yield b"GIT binary patch\nliteral %d\n" % len(data)
    packed = zlib.compress(data, 9)
    for start in range(0, len(packed), 52):
        piece = packed[start : start + 52]
        length = chr(ord("A") + len(piece) - 1) if len(piece) <= 26 else chr(ord("a") + len(piece) - 27)
        yield length.encode() + b85encode(piece, pad=True) + b"\n"
    yield b"\n"


def _object_name(data: bytes | None, digest: str) -> str:
    made = new_digest(digest, usedforsecurity=False)
    if data is None:
        return "0" * (2 * made.digest_size)
    made.update(b"blob %d\0%b" % (len(data), data))
    return made.hexdigest()
