"""A bank as JSON Lines: one question a line, for banks that programs write.

A first line without `id` and `question` is the header. Keys are those of the YAML form. Everything is read as text;
validation makes numbers of what must be one.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import NoReturn, TypeAlias, cast

from qexport.errors import InputRefused, Location, Problem
from qexport.question import RawBank, RawList, RawMapping, RawRecord, RawText, RawValue
from qexport.source_text import quote

DEEPEST = 32

Json: TypeAlias = "str | bool | list[Json] | _Pairs | None"


class _Pairs(list[tuple[str, Json]]):
    """An object as its pairs, doubled keys and all."""


class _NotANumber(ValueError):
    pass


def parse(text: str, path: str) -> RawBank:
    """Read a bank's lines, all of them, whatever is wrong with some."""
    problems: list[Problem] = []
    header = RawMapping(MappingProxyType({}), MappingProxyType({}), Location(path, 1))
    records: list[RawRecord] = []
    first = True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = Location(path, number)
        try:
            value = _DECODER.decode(line.strip())
        except json.JSONDecodeError as error:
            problems.append(
                Problem(
                    Location(path, number, error.colno), f"not JSON: {error.msg}", "write one object a line"
                )
            )
            continue
        except (_NotANumber, RecursionError) as error:
            message = str(error) if isinstance(error, _NotANumber) else "this is nested too deeply"
            problems.append(Problem(place, message, "write texts, numbers and lists"))
            continue
        if not isinstance(value, _Pairs):
            problems.append(
                Problem(place, "this line is no object", 'write {"id": …, "question": …, "answer": …}')
            )
            continue
        mapping = _mapping(value, place, problems, 1)
        if first and not {"id", "question"} & set(mapping.values):
            header = mapping
        else:
            records.append(mapping)
        first = False
    if not records and not problems:
        raise InputRefused(
            (Problem(Location(path), "there is no question in this file", "write one object a line"),)
        )
    return RawBank(path, header, tuple(records), tuple(problems))


def _mapping(pairs: _Pairs, place: Location, problems: list[Problem], depth: int) -> RawMapping:
    values: dict[str, RawValue] = {}
    for key, value in pairs:
        if key in values:
            problems.append(Problem(place, f"{quote(key)} is said twice", "say it once"))
        elif value is not None:
            values[key] = _raw(value, place, problems, depth)
    return RawMapping(values, dict.fromkeys(values, place), place)


def _raw(value: Json, place: Location, problems: list[Problem], depth: int) -> RawValue:
    if isinstance(value, str):
        return RawText(value, place)
    if depth > DEEPEST:
        problems.append(Problem(place, f"this is nested deeper than {DEEPEST} levels", "write it flatter"))
        return RawText("", place)
    if isinstance(value, _Pairs):
        return _mapping(value, place, problems, depth + 1)
    if isinstance(value, list):
        return RawList(
            tuple(_raw(item, place, problems, depth + 1) for item in cast(list[Json], value)), place
        )
    return RawText({True: "true", False: "false"}.get(value, ""), place)  # type: ignore[arg-type]


def _refuse_constant(name: str) -> NoReturn:
    raise _NotANumber(f"{name} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_refuse_constant
)
