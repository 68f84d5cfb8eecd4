"""The history: the texts of every version of a question that was published, one line a version.

It lies beside the lock and is committed with it. Each line has the digest that a note carries, and lines are
only ever added, in the order of their digests: so two people's merge in git. A version whose texts show pictures has a
line for each set of pictures that was published with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from heapq import merge
from io import BytesIO
from itertools import groupby, islice, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any

from qexport.bank.model import MOST_DIGESTS, Question
from qexport.bank.reader import HISTORY
from qexport.bank.schema import QUESTION_FIELDS
from qexport.common.json_text import write_json
from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late
from qexport.common.text_input import decode_text, read_data

_NOT_VERSIONED = frozenset({"id", "former_ids", "status"})
"""What a question is called and whether it is asked are no part of a version of its texts."""
_VERSIONED = tuple(each.name for each in QUESTION_FIELDS if each.name not in _NOT_VERSIONED)
_versioned_values = attrgetter(*_VERSIONED)

_LINE_BEGINS_IN_TEXT = (
    r'\{"version": "([0-9a-f]{16})"(?:, "note": "([0-9a-f]{16})")?(?:, "pictures": (\{[^{}\n]*\}))?'
)
_LINE_BEGINS = compile_late(_LINE_BEGINS_IN_TEXT.encode())
_HISTORY_LINE = compile_late(_LINE_BEGINS_IN_TEXT)
_OF_NOTE = frozenset({"version", "note", "pictures"})
"""What a line says of the note that was published, beside the fields of its question."""
_CONFLICT_LINE = compile_late(r"<{7}( |$)|\|{7}( |$)|={7}$|>{7}( |$)")


def history_path(lock: Path) -> Path:
    """Return where the history of a lock lies: beside it."""
    return lock.with_name(lock.name.removesuffix(".json").removesuffix(".lock") + HISTORY)


def restore_question(said: Mapping[str, Any], like: Question) -> Question:
    """Return a version of a question, with the id of a question and the place its pictures are found from."""
    names = {each.name for each in QUESTION_FIELDS}
    values = {name: _freeze(value) for name, value in said.items() if name in names}
    return Question(**{"answer": "", **values, "id": like.id, "location": like.location})


def _freeze(value: Any) -> Any:
    return tuple(map(_freeze, value)) if isinstance(value, list) else value


def fields_of(question: Question) -> dict[str, Any]:
    """Return what the bank says of a question: fields that are empty or usual are left out."""
    values = zip(_VERSIONED, _versioned_values(question), strict=True)
    said = {name: value for name, value in values if value}
    if said.get("markup") == "plain":
        del said["markup"]
    return said


@lru_cache(maxsize=MOST_DIGESTS)
def version_of(question: Question) -> str:
    """Return the digest of what the bank says of a question, which a build asks for three times.

    A field that a later version of the program adds does not change the digest of questions without it.
    """
    return sha256(_SORTED_JSON.encode(fields_of(question)).encode()).hexdigest()[:16]


_SORTED_JSON = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)


def line_of(question: Question, note: str = "", pictures: Mapping[str, str] | None = None) -> str:
    """Return the line of the history for a question as it is.

    Args:
        question: As the bank has it.
        note: The digest of the texts of the note that is published with it (16 hexadecimal digits). It lets `pull`
            know a note that nobody edited without rendering that version again. Empty: the line says none.
        pictures: The names of the pictures that are published with it (of their content) by their sources in the
            texts: their files may be others by the time an edit comes back. None: the texts cannot show any.
    """
    published = {"version": version_of(question)} | ({"note": note} if note else {})
    begin = json.dumps(published)[:-1] + ("" if pictures is None else f', "pictures": {_write(pictures)}')
    return f"{begin}, {write_json(fields_of(question))[1:]}"


def _write(pictures: Mapping[str, str]) -> str:
    """Return the pictures of a line, without braces in names, so that it is clear where they end."""
    inner = json.dumps(dict(pictures), ensure_ascii=False, sort_keys=True)[1:-1]
    return "{" + inner.replace("{", "\\u007b").replace("}", "\\u007d") + "}"


def add_lines(text: str, lines: Iterable[str]) -> str:
    """Return a history with some more lines; those it has are not added again.

    Where git left both sides of a merge, both are kept: a line says the same on either side.
    """
    added = merge_lines(text, sorted(lines))
    return text if added is None else added.decode()


def merge_lines(text: str, lines: Iterable[str]) -> bytes | None:
    """Return what `add_lines` returns in UTF-8; None: the history stays as it is.

    Args:
        text: the history.
        lines: in the order of their versions, as they are in the history: they are not sorted here, since all lines of
            10,000 questions would take 28 MB more.
    """
    there = KnownLines(text)
    added = (
        line.encode()
        for line in lines
        if (found := _HISTORY_LINE.match(line)) and not there.has(found[1], found[3])
    )
    first = list(islice(added, 1))
    before = text.split("\n")
    if not first and _are_in_order(before):
        return None
    kept = sorted(line.encode() for line in before if line.strip() and not _CONFLICT_LINE.match(line))
    written = BytesIO()
    # Of bytes in UTF-8 the order is that of the characters.
    for _, same in groupby(merge(kept, first, added, key=_cut_version), key=_cut_version):
        written.writelines(line + b"\n" for line in sorted(set(same)))
    return written.getvalue()


def _cut_version(line: bytes) -> bytes:
    """Return what a line begins with, up to the end of its version."""
    return line[: len('{"version": "0123456789abcdef"')]


def _are_in_order(lines: Sequence[str]) -> bool:
    """Return whether these are the lines of a history as `add_lines` writes it, what is behind the last one too."""
    *said, end = lines
    is_whole = not end and all(line.startswith('{"version"') for line in said)
    return is_whole and all(one < other for one, other in pairwise(said))


class KnownLines:
    """The versions that a history has lines of, with which pictures."""

    def __init__(self, text: str) -> None:
        self._pictures: dict[str, set[str]] = {}
        for line in text.split("\n"):
            if found := _HISTORY_LINE.match(line):
                self._pictures.setdefault(found[1], set()).add(found[3] or "")

    def has(self, version: str, pictures: Mapping[str, str] | str | None) -> bool:
        """Report whether there is a line of a version with these pictures (as `line_of` takes or writes them)."""
        there = self._pictures.get(version)
        if there is None or pictures is None:
            return there is not None
        return (pictures if isinstance(pictures, str) else _write(pictures)) in there


class Versions:
    """The versions that a history has: found by where their lines begin, and read when they are asked for.

    The history of a large bank is as large as several editions of it, and few lines of it are needed: its bytes (in
    UTF-8) are not decoded as a whole.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._begins: dict[bytes, int] = {}
        self._notes: dict[bytes, frozenset[bytes]] = {}
        self._pictures: dict[bytes, list[bytes | None]] = {}
        begin = 0
        while begin >= 0:
            if line := _LINE_BEGINS.match(data, begin):
                version, note, pictures = line.groups()
                if pictures or version in self._begins:
                    first: list[bytes | None] = [None] * (version in self._begins)
                    self._pictures.setdefault(version, first).append(pictures)
                self._begins[version] = begin
                if note:  # two branches of one bank may have published a version with other templates
                    self._notes[version] = self._notes.get(version, frozenset()) | {note}
            end = data.find(b"\n", begin)
            begin = end + 1 if end >= 0 else -1

    def fields(self, version: str) -> Mapping[str, Any] | None:
        """Return the fields of a question as that version has them; None if the history lacks it."""
        begin = self._begins.get(version.encode())
        if begin is None:
            return None
        end = self._data.find(b"\n", begin)
        try:
            fields = json.loads(self._data[begin : end if end >= 0 else None])
        except ValueError:
            return None  # a line that somebody damaged: that version is unknown
        return {name: value for name, value in fields.items() if name not in _OF_NOTE}

    def has_note(self, version: str, note: str) -> bool:
        """Report whether a note whose texts have this digest was published with a version."""
        return note.encode() in self._notes.get(version.encode(), ())

    def pictures(self, version: str) -> tuple[Mapping[str, str] | None, ...]:
        """Return the names of the pictures by their sources, for each time a version was published.

        None is for a line that does not say: its texts show no pictures, or an earlier program wrote it.
        """
        found: list[Mapping[str, str] | None] = []
        for written in self._pictures.get(version.encode(), [None]):
            try:
                pictures = json.loads(written or b"null")
            except ValueError:
                pictures = None
            is_whole = isinstance(pictures, dict) and all(isinstance(name, str) for name in pictures.values())
            found.append(pictures if is_whole else None)
        return tuple(found)

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self._begins)

    def __len__(self) -> int:
        return len(self._begins)


class SaidBefore(Mapping[str, str]):
    """A field of the versions that a history has, by their digests.

    It is read when a version is asked for: of a bank whose questions kept their places, none is.
    """

    def __init__(self, history: str, name: str) -> None:
        self._history = history
        self._name = name

    @cached_property
    def _versions(self) -> Versions:
        return Versions(self._history.encode())

    def __getitem__(self, version: str) -> str:
        fields = self._versions.fields(version)
        if fields is None:
            raise KeyError(version)
        return str(fields.get(self._name, ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)


def read_versions(lock: Path, limits: Limits = USUAL) -> Versions:
    """Return the versions in the history beside a lock; none if there is no history."""
    path = history_path(lock)
    data = read_data(path, limits=limits, inside=path.parent) if path.exists() else b""
    # What begins otherwise than it was written may have been saved in another encoding since.
    return Versions(data if data.startswith(b'{"version"') else decode_text(data, path).encode())
