"""Reading a bank again after an edit: only the questions that the edit touched are parsed and checked.

    old text, new text → lines that differ → the questions around them → parsed alone → between the others

Used by processes that build again and again, on one file of YAML in which nothing is wrong and nothing odd. Whenever
the questions around an edit, taken alone, might mean something else than in their file, the whole file is read: the
result is always the same, and so is every message.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from qexport.bank import reader
from qexport.bank.model import Bank, Question, RawBank
from qexport.bank.validation import fold_id, make_bank_again, validate
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.formats import YAML_ENDINGS
from qexport.common.limits import Limits
from qexport.common.memory import Memory
from qexport.common.records import Record
from qexport.common.text_input import read_text

IN_MEMORY = 4
"""Times the characters of its text: what a bank that was read takes in memory."""

_ENDS_DOCUMENT = ("---", "...", "%")
"""Beginnings of lines that mean something to YAML wherever they are."""


class ReadFile(Record, frozen=True):
    """A file, and what was last read from it."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    """The line of each question's dash, counted from 0."""
    column: int
    """Of the dashes, counted from 0."""
    raw: RawBank
    """With its header; its records are not looked at again."""
    bank: Bank


def read_again(
    path: Path, memory: Memory, *, encoding: str | None, limits: Limits
) -> tuple[Bank, tuple[Problem, ...]]:
    """Read and check a bank as `reader.read` and `validate` do, most of it from what is remembered."""
    if path.suffix.lower() not in YAML_ENDINGS or not path.is_file():
        return validate(reader.read(path, encoding=encoding, limits=limits), limits)
    text = read_text(path, encoding=encoding, limits=limits)
    key = ("bank", path, encoding, limits)
    before = cast("ReadFile | None", memory.find(key))
    lines = tuple(text.split("\n"))
    file = _reread(before, lines, limits) if before and text.count("\n") <= limits.values else None
    if file is None:
        raw = reader.parse_bank(text, str(path), limits)
        bank, warnings = validate(raw, limits)
        if warnings:
            return bank, warnings
        file = _note_places(lines, raw, bank)
        if file is None:
            return bank, ()
    memory.remember(key, file, IN_MEMORY * len(text))
    return file.bank, ()


def _note_places(lines: tuple[str, ...], raw: RawBank, bank: Bank) -> ReadFile | None:
    """Return where the questions begin; None if that is not at dashes in one column."""
    starts = tuple(record.location.line - 1 for record in raw.records)
    column = _dash(lines[starts[0]]) if starts else -1
    if column < 0 or any(_dash(lines[start]) != column for start in starts):
        return None
    return ReadFile(lines, starts, column, replace(raw, records=()), bank)


def _dash(line: str) -> int:
    """Return the column of the dash that a line begins with; -1 if it begins with something else."""
    column = len(line) - len(line.lstrip(" "))
    return column if line.startswith("- ", column) else -1


def _reread(before: ReadFile, lines: tuple[str, ...], limits: Limits) -> ReadFile | None:
    """Return the file with these lines, from what it was before; None if it has to be read as a whole."""
    same_before, same_after = _common_ends(before.lines, lines)
    if same_before == len(lines) == len(before.lines):
        return before
    first = bisect_left(before.starts, same_before) - 1
    following = bisect_left(before.starts, len(before.lines) - same_after)
    if first < 0:
        return None
    moved = len(lines) - len(before.lines)
    begin = before.starts[first]
    end = before.starts[following] + moved if following < len(before.starts) else len(lines)
    piece = lines[begin:end]
    if not piece or any(line.startswith(_ENDS_DOCUMENT) for line in piece):
        return None
    found = _read_piece(before, begin, piece, limits)
    if found is None:
        return None
    fresh, starts = found
    questions = (
        *before.bank.questions[:first],
        *fresh,
        *(_move(each, moved) for each in before.bank.questions[following:]),
    )
    if len(questions) > limits.questions or not _are_apart(questions):
        return None
    return ReadFile(
        lines=lines,
        starts=(*before.starts[:first], *starts, *(each + moved for each in before.starts[following:])),
        column=before.column,
        raw=before.raw,
        bank=make_bank_again(before.raw, questions, limits),
    )


def _common_ends(one: Sequence[str], two: Sequence[str]) -> tuple[int, int]:
    """Return how many lines two texts have in common at the beginning, and at the end beside these."""
    most = min(len(one), len(two))
    before = next((at for at in range(most) if one[at] != two[at]), most)
    rest = most - before
    after = next((at for at in range(rest) if one[-1 - at] != two[-1 - at]), rest)
    return before, after


def _read_piece(
    before: ReadFile, begin: int, piece: Sequence[str], limits: Limits
) -> tuple[tuple[Question, ...], tuple[int, ...]] | None:
    """Return the questions of some lines, and where they begin; None if these lines may not be read alone."""
    text = "\n" * (begin - 1) + "questions:\n" + "\n".join(piece) + "\n"
    try:
        raw = reader.parse_bank(text, before.raw.path, limits)
        bank, warnings = validate(replace(raw, header=before.raw.header), limits)
    except (InputRefused, LimitExceeded):
        return None
    starts = tuple(record.location.line - 1 for record in raw.records)
    if warnings or raw.problems or raw.warnings or raw.header.values or not starts or starts[0] != begin:
        return None
    if any(_dash(piece[start - begin]) != before.column for start in starts):
        return None
    return bank.questions, starts


def _move(question: Question, lines: int) -> Question:
    """Return a question that stands some lines further down."""
    place = question.location
    return (
        replace(question, location=Location(place.path, place.line + lines, place.column))
        if lines
        else question
    )


def _are_apart(questions: Sequence[Question]) -> bool:
    """Report whether no two ids, and no two former ids, are the same or might look so."""
    ids = [question.id for question in questions]
    former = [fold_id(each) for question in questions for each in question.former_ids]
    if not all(map(str.isascii, ids)):
        return False
    return len(set(map(fold_id, ids))) == len(ids) and len(set(former)) == len(former)
