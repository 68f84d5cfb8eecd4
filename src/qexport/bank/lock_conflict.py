"""A lock in which git marked a conflict → the text of a lock that has what both branches have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.patterns import compile_late

_TWO_LOCKS = "these are two locks: keep the one whose decks learners have, and remove the other"
_ANY_MARK = compile_late(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)
_CONFLICT_MARK = compile_late(r"(<{7})(?: |$)|(\|{7})(?: |$)|(={7})$|(>{7})(?: |$)")


def has_conflict(text: str) -> bool:
    """Report whether a text has marks of a conflict in it, whole or cut off."""
    return _ANY_MARK.search(text) is not None


def merge_sides(text: str, path: str) -> tuple[str, tuple[str, ...]]:
    """Return the JSON of both sides, and the ids under which they published different questions.

    Raises:
        InputRefused: the conflict is cut off, or the two sides are the locks of two banks.
    """
    merging = _LockMerging(text, path)
    return merging.merge(), tuple(merging.disputed)


class _LockMerging:
    """A lock in which git marked conflicts, taken from both sides; a line that is none of a lock's stays."""

    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._parts: dict[str, dict[str, str]] = {"": {}, "notes": {}, "left": {}}
        self.disputed: list[str] = []
        self._problems: list[Problem] = []

    def merge(self) -> str:
        """Return the JSON of both sides."""
        strange: list[str] = []
        part = ""
        for number, line in self._without_marks():
            if re.match(r"[{}],?$", line):
                continue
            found = re.match(r'("(?:[^"\\]|\\.)*+"): (.*)', line.rstrip(","))
            key, value = found.groups() if found else (line, "")
            name = key.strip('"')
            if name in ("notes", "left") and value in ("{", "{}"):
                part = name
            elif not value:
                strange.append(line)
            else:
                self._take(part, key, value, number)
        if self._problems:
            raise InputRefused(tuple(self._problems))
        entries = [f"{key}: {value}" for key, value in self._parts[""].items()]
        for name in ("notes", "left"):
            lines = ",\n".join(f"{key}: {value}" for key, value in self._parts[name].items())
            entries += [f'"{name}": {{{lines}}}']
        return "{" + ",\n".join([*entries, *strange]) + "}"

    def _take(self, part: str, key: str, value: str, number: int) -> None:
        entries = self._parts[part]
        old = entries.get(key)
        if old is not None and key in ('"namespace"', '"deck_root"') and old != value:
            names = " and ".join(each if each.isprintable() else ascii(each) for each in (old, value))
            message = f"the branches published the bank under two names: {names}"
            self._problems.append(Problem(Location(self._path, number), message, _TWO_LOCKS))
        if old is not None and part == "notes" and _question_in(old) != _question_in(value):
            self.disputed.append(json.loads(key) if key.startswith('"') and key.endswith('"') else key)
        if old is not None and key == '"decks"':
            with suppress(
                ValueError, TypeError, RecursionError
            ):  # what is none of JSON's is refused when all is read
                value = json.dumps(json.loads(old) | json.loads(value), ensure_ascii=False)
        if _when(value) >= _when(old or ""):
            entries[key] = value

    def _without_marks(self) -> Iterator[tuple[int, str]]:
        """Yield the lines of both sides with their numbers, without what both came from."""
        side = ""
        opened = 0
        for number, line in enumerate(self._lines, start=1):
            mark = _CONFLICT_MARK.match(line)
            if mark is None:
                if side != "|":
                    yield number, line
                continue
            sign = mark[0].strip()[0]
            if (sign, side) in (("<", ""), ("|", "<"), ("=", "<"), ("=", "|"), (">", "=")):
                side = "" if sign == ">" else sign
                opened = number if sign == "<" else opened
            else:
                self._refuse(number, line)
        if side:
            self._refuse(opened, self._lines[opened - 1])

    def _refuse(self, number: int, line: str) -> None:
        message = f"a conflict of git that is cut off: {line[:20]!r} has no counterpart"
        hint = "merge again: git checkout --merge the file, then build"
        self._problems.append(Problem(Location(self._path, number), message, hint))


def _question_in(value: str) -> str:
    found = re.search(r'"question": "([0-9a-f]*)"', value)
    return found[1] if found else ""


def _when(value: str) -> int:
    """Return the time at the end of a line of a lock, or the number of its note type."""
    number = re.search(r"(?<![0-9])[0-9]{1,12}(?=\}?$)", value)  # not \d+, whose search takes the square
    return int(number[0]) if number else 0
