"""Questions of a YAML bank without an id → the same file with ids, every other character as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qexport.bank import yaml_reader
from qexport.bank.id_making import make_id
from qexport.bank.model import RawMapping, RawText
from qexport.bank.yaml_editor import contents_of
from qexport.bank.yaml_writer import bare_or_quoted
from qexport.common.errors import InputRefused, Problem
from qexport.common.limits import USUAL, Limits


@dataclass(frozen=True, slots=True)
class Filled:
    """A bank's text in which every question has an id."""

    text: str
    given: tuple[tuple[int, str], ...]
    """The line of each question that got an id, and the id."""


def fill_ids(text: str, path: str, limits: Limits = USUAL) -> Filled:
    """Return a bank's text with an id for every question that has none.

    Args:
        text: YAML, with `\\n` at the ends of lines.
        path: For errors.
        limits: Of a bank.

    Raises:
        InputRefused: the file is no bank, or a question is not in block style.
    """
    raw = yaml_reader.parse_yaml(text, path, limits)
    if raw.problems:
        raise InputRefused(raw.problems)
    taken = {name.casefold() for record in raw.records for name in _list_known_ids(record)}
    lines = text.split("\n")
    given: list[tuple[int, str]] = []
    inserted: dict[int, str] = {}
    for record in raw.records:
        asked = record.values.get("question")
        if "id" in record.values or not isinstance(asked, RawText):
            continue
        key = make_id(asked.text, taken)
        taken.add(key.casefold())
        at, column = record.location.line - 1, record.location.column - 1
        if not re.fullmatch(r"\s*(?:- +)+", lines[at][:column]):
            hint = "write it in block style, `- id: …` and its fields below each other"
            raise InputRefused((Problem(record.location, "an id cannot be put into this question", hint),))
        inserted[at] = f"{lines[at][:column]}id: {bare_or_quoted(key)}\n{' ' * column}{lines[at][column:]}"
        given.append((record.location.line, key))
    filled = "\n".join(inserted.get(number, line) for number, line in enumerate(lines))
    expected = contents_of(raw)
    by_line = dict(given)
    for record, said in zip(raw.records, expected[1:], strict=True):
        if "id" not in said and record.location.line in by_line:
            said["id"] = by_line[record.location.line]
    again = yaml_reader.parse_yaml(filled, path, limits)
    if again.problems or [*map(_sort_by_key, contents_of(again))] != [*map(_sort_by_key, expected)]:
        hint = "write the questions in block style"
        raise InputRefused((Problem(raw.header.location, "ids cannot be put into this file", hint),))
    return Filled(filled, tuple(given))


def _sort_by_key(values: dict[str, object]) -> list[tuple[str, object]]:
    return sorted(values.items(), key=lambda pair: pair[0])


def _list_known_ids(record: RawMapping) -> list[str]:
    named = record.values.get("id")
    return [named.text.strip()] if isinstance(named, RawText) else []
