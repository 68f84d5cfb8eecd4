"""A bank as a revision in git has it. Git is asked for objects only: nothing of theirs is run or fetched."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank import reader
from qexport.bank.reader import IMPORTERS
from qexport.common.errors import InputRefused, LimitExceeded, Location, MachineLacks, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import decode_text, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qexport.bank.model import RawBank

_TIMEOUT = 60
"""Seconds for one answer of git's."""


@dataclass(frozen=True, slots=True)
class WorkTree:
    """A work tree of git."""

    top: Path
    """Its top folder, absolute and without symlinks."""
    digest: str
    """What names its objects: sha1 or sha256."""


def find_work_tree(folder: Path) -> WorkTree | None:
    """Return the work tree that a folder is in, as git finds it; None if it is in none, or git is not installed."""
    try:
        found = _git(folder, "rev-parse", "--show-toplevel", "--show-object-format")
    except (InputRefused, MachineLacks):
        return None
    top, _, digest = os.fsdecode(found).removesuffix("\n").rpartition("\n")
    # A git older than 2.25 repeats the option that it does not know; it had only sha1.
    return WorkTree(Path(os.path.realpath(top)), "sha256" if digest == "sha256" else "sha1")


def bank_at(revision: str, path: str, *, folder: Path = Path(), limits: Limits = USUAL) -> RawBank:
    """Return the bank that a revision has at a path.

    The path is from the top of the repository that `folder` is in, or, if it begins with ./, from `folder`.
    """
    name = f"{revision}:{path}"
    number = _read_object(name, folder)
    kind = _git(folder, "cat-file", "-t", number).decode().strip()
    if kind == "blob":
        if Path(path).suffix.lower() not in IMPORTERS:
            raise _refuse_revision(name, f"a bank is a {' or '.join(IMPORTERS)} file, or a folder of them")
        return reader.parse_bank(_decode_output(number, name, folder, limits), name, limits)
    entries = _git(folder, "ls-tree", "-z", number).decode("utf-8", "surrogateescape").split("\0")
    found = sorted(
        (file, words.split()[2])
        for words, _, file in (entry.partition("\t") for entry in entries if entry)
        if words.split()[1] == "blob" and reader.is_bank_file(file)
    )

    def read(file: str, blob: str) -> RawBank:
        return reader.parse_bank(
            _decode_output(blob, f"{name}/{file}", folder, limits), f"{name}/{file}", limits
        )

    return reader.join_files([partial(read, file, blob) for file, blob in found], name)


def text_at(revision: str, path: str, *, folder: Path = Path(), limits: Limits = USUAL) -> str:
    """Return the text of a file as a revision has it."""
    name = f"{revision}:{path}"
    return _decode_output(_read_object(name, folder), name, folder, limits)


def last_change(pattern: str, path: str, *, folder: Path) -> str:
    """Return the commit that last changed a line like `pattern` in a file; empty where there is none."""
    try:
        return _git(folder, "log", "-1", "--format=%H", f"-G{pattern}", "--", path).decode().strip()
    except InputRefused:
        return ""  # no repository, or no commit in it


def has_tag(name: str, *, folder: Path) -> bool:
    """Return whether the repository that a folder is in has a tag of this name.

    Raises:
        InputRefused: The folder is in no repository.
    """
    return bool(_git(folder, "tag", "--list", name).strip())


def commit_and_tag(paths: Sequence[Path], tag: str, message: str, *, folder: Path) -> None:
    """Commit some files as they are, whatever else is staged, and make an annotated tag of the commit.

    Raises:
        InputRefused: Git refuses, for example for want of a name and an address of the committer.
    """
    names = [os.path.relpath(path, folder) for path in paths]
    _git(folder, "add", "--", *names)
    _git(folder, "commit", "--quiet", "--only", "-m", message, "--", *names)
    _git(folder, "tag", "--annotate", "-m", message, "--", tag)


def _read_object(name: str, folder: Path) -> str:
    """Return the number of an object, which no option can be taken for."""
    number = b""
    if re.match(r"[^-:]", name):
        try:
            number = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
        except InputRefused as refused:
            if refused.problems[0].message != "git found nothing":
                raise
    if not (found := number.decode().strip()):
        hint = (
            "git show REVISION:PATH must show it; PATH is from the top of the repository, or begins with ./"
        )
        raise _refuse_revision(name, "git knows no such revision with this file", hint)
    return found


def _decode_output(number: str, name: str, folder: Path, limits: Limits) -> str:
    if int(_git(folder, "cat-file", "-s", number)) > limits.file:
        raise limits.make_error("file", f"{name}: the file is larger than {limits.show('file')}")
    return decode_text(_git(folder, "cat-file", "blob", number), Path(name))


def _git(folder: Path, *words: str) -> bytes:
    """Return what git answers; it neither asks, nor pages, nor fetches what a partial clone lacks."""
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "--no-pager", *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        raise MachineLacks("git is not installed", hint="it is needed to compare revisions") from error
    except ValueError as error:  # a NUL among the words
        raise _refuse_revision(words[-1], "git found nothing") from error
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(f"git did not answer within {_TIMEOUT} seconds") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise _refuse_revision(words[-1], f"git says: {quote(said)}" if said else "git found nothing")
    return done.stdout


def _refuse_revision(name: str, message: str, hint: str = "") -> InputRefused:
    return InputRefused((Problem(Location(name), message, hint),))
