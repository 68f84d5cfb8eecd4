"""A bank's file with some fields changed in place: its bytes, whatever format, mark and ends of lines it has."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from qexport.bank import jsonl_reader
from qexport.bank.yaml_editor import (
    Edit,
    EditedValue,
    contents_of,
    edit_yaml,
    expected_contents,
    id_of,
    refuse_file,
)
from qexport.common.errors import InputRefused
from qexport.common.limits import USUAL, Limits

_EditText = Callable[[str, str, Sequence[Edit], Limits], str]


def edit_file(
    data: bytes,
    path: Path,
    edits: Sequence[Edit],
    limits: Limits = USUAL,
    lines: Mapping[str, int] | None = None,
) -> bytes:
    """Return the bytes of a bank's file with some fields changed.

    Args:
        data: The file in UTF-8, as it is. A byte order mark and the ends of its lines are kept.
        path: Its path, for messages; its ending says which format it has.
        edits: At most one for each question and field. An unknown question is refused.
        limits: What reading it may cost.
        lines: The line each question of this file begins in, counted from 1, by its id, if the file has just been
            read: then only the lines of edited questions are read again, which a large bank is grateful for.

    Raises:
        InputRefused: the file is not valid, has no such question, or cannot be edited in place.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8, and only UTF-8 is edited in place"
        raise refuse_file(str(path), message, "save the file as UTF-8") from error
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    written = data.removeprefix(mark)
    plain = written.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    is_json = path.suffix.lower() == ".jsonl"
    edit: _EditText = edit_json_lines if is_json else edit_yaml
    edited = _edit_windows(plain, str(path), edits, limits, lines, is_json=is_json) if lines else None
    if edited is None:
        edited = edit(plain.decode(), str(path), edits, limits).encode()
    if plain != written:
        edited = _with_ends(plain.decode(), edited.decode(), _ends_of_lines(written.decode())).encode()
    return mark + edited


def _edit_windows(
    data: bytes, path: str, edits: Sequence[Edit], limits: Limits, starts: Mapping[str, int], *, is_json: bool
) -> bytes | None:
    """Edit each question as if its lines were all of the bank; None if they cannot be read alone.

    In block style an item of a list ends where the next dash begins, whatever is written in it, if it can be
    read alone. Other styles cannot be read so, and are left to the editor of whole files.
    """
    by_id: defaultdict[str, list[Edit]] = defaultdict(list)
    for each in edits:
        by_id[each.id].append(each)
    if not by_id.keys() <= starts.keys():
        return None
    lines = data.split(b"\n")
    ordered = sorted({*starts.values(), len(lines) + 1})
    following = dict(pairwise(ordered))
    edit: _EditText = edit_json_lines if is_json else edit_yaml
    above = "" if is_json else "questions:\n"
    for key in sorted(by_id, key=starts.__getitem__, reverse=True):
        first = starts[key] - 1
        last = first + 1 if is_json else following[starts[key]] - 1
        if not is_json and not lines[first].lstrip().startswith(b"- "):
            return None
        window = above + b"\n".join(lines[first:last]).decode()
        try:
            edited = edit(window, path, by_id[key], limits)
        except InputRefused:
            return None
        lines[first:last] = edited.removeprefix(above).encode().split(b"\n")
    return b"\n".join(lines)


# JSON Lines


def edit_json_lines(text: str, path: str, edits: Sequence[Edit], limits: Limits = USUAL) -> str:
    """Return a bank of JSON Lines in which some fields are changed; all else stays as it is, to the byte."""
    before = jsonl_reader.parse_jsonl(text, path, limits)
    if before.problems:
        raise InputRefused(before.problems)
    expected = expected_contents(before, edits, path)
    lines = text.split("\n")
    places = {id_of(record): record.location.line - 1 for record in before.records}
    places[""] = before.header.location.line - 1
    for edit in edits:
        lines[places[edit.id]] = _with_value(lines[places[edit.id]], edit.field, edit.value)
    edited = "\n".join(lines)
    if contents_of(jsonl_reader.parse_jsonl(edited, path, limits)) != expected:
        raise refuse_file(path, "this cannot be changed in place", "change it by hand")
    return edited


def _with_value(line: str, key: str, value: EditedValue) -> str:
    """Return the line of an object with another value at a key, which is added at the end if it is new."""
    spans = list(_spans(line))
    written = json.dumps(value, ensure_ascii=line.isascii())
    for place, (name, start, begin, end) in enumerate(spans):
        if name != key:
            continue
        if value is not None:
            return line[:begin] + written + line[end:]
        if place + 1 < len(spans):
            return line[:start] + line[spans[place + 1][1] :]
        return line[: spans[place - 1][3] if place else start] + line[end:]
    if value is None:
        return line
    _, start, begin, end = spans[-1]
    colon = ": " if line[begin - 1].isspace() else ":"
    comma = ", " if colon == ": " else ","
    return f"{line[:end]}{comma}{json.dumps(key, ensure_ascii=line.isascii())}{colon}{written}{line[end:]}"


def _spans(line: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield each key of an object, where it starts, and where its value begins and ends."""
    decoder = json.JSONDecoder()
    at = line.index("{") + 1
    while (start := _next(line, at)) < len(line) and line[start] == '"':
        key, at = decoder.raw_decode(line, start)
        begin = _next(line, _next(line, at) + 1)
        _, at = decoder.raw_decode(line, begin)
        yield key, start, begin, at
        at = _next(line, at) + 1


def _next(line: str, at: int) -> int:
    while at < len(line) and line[at] in " \t\n\r":
        at += 1
    return at


# Ends of lines


def _ends_of_lines(text: str) -> list[str]:
    """Return how each line ends; the last has no end."""
    return [line[len(line.rstrip("\r\n")) :] for line in _split_lines(text)]


def _split_lines(text: str) -> Iterator[str]:
    """Yield lines with their ends; only \\n, \\r\\n and \\r end one."""
    line = ""
    for part in text.splitlines(keepends=True):
        line += part
        if part.endswith(("\n", "\r")):
            yield line
            line = ""
    yield line


def _with_ends(plain: str, edited: str, ends: Sequence[str]) -> str:
    """Return the lines with the ends they had; new ones end as most do."""
    usual = max(("\n", "\r\n", "\r"), key=ends.count)
    if set(ends) <= {usual, ""}:
        return edited.replace("\n", usual)
    before, after = plain.split("\n"), edited.split("\n")
    kept = [usual] * len(after)
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            kept[block.b + offset] = ends[block.a + offset] or usual
    return "".join(line + end for line, end in zip(after[:-1], kept, strict=False)) + after[-1]
