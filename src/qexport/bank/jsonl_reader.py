"""A bank as JSON Lines: one question a line, for banks that programs write.

A first line without `id` and `question` is the header. Keys are those of the YAML form. Everything is read as text;
validation makes numbers of what must be one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import NoReturn, TypeAlias, cast

from qexport.bank.model import RawBank, RawList, RawMapping, RawRecord, RawText, RawValue
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits, too_many_values
from qexport.common.text_input import quote

Json: TypeAlias = "str | bool | list[Json] | _Pairs | None"


class _Pairs(list[tuple[str, Json]]):
    """An object as its pairs, doubled keys and all."""


class _NotANumber(ValueError):
    pass


class _TooDeep(ValueError):
    pass


def parse_jsonl(text: str, path: str, limits: Limits = USUAL) -> RawBank:
    """Read a bank's lines, all of them, whatever is wrong with some."""
    return parse_jsonl_lines(text.split("\n"), path, limits)


def parse_jsonl_lines(lines: Iterable[str], path: str, limits: Limits = USUAL) -> RawBank:
    """Read a bank as `parse` does, from its lines one by one: all at once they take twice their size, and again."""
    problems: list[Problem] = []
    header = RawMapping(MappingProxyType({}), MappingProxyType({}), Location(path, 1))
    records: list[RawRecord] = []
    first = True
    values = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = Location(path, number)
        try:
            value = _decode_line(line.strip(), place, limits)
            values += _count_values(value, limits.depth)
        except json.JSONDecodeError as error:
            problems.append(
                Problem(
                    Location(path, number, error.colno), f"not JSON: {error.msg}", "write one object a line"
                )
            )
            continue
        except _NotANumber as error:
            problems.append(Problem(place, str(error), "write texts, numbers and lists"))
            continue
        except (_TooDeep, RecursionError):
            message = f"this is nested deeper than {limits.show('depth')}"
            problems.append(Problem(place, message, f"write it flatter; {limits.hint('depth')}"))
            continue
        if values > limits.values:
            raise too_many_values(place, limits)
        if not isinstance(value, _Pairs):
            problems.append(
                Problem(place, "this line is not an object", 'write {"id": …, "question": …, "answer": …}')
            )
            continue
        mapping = _make_mapping(value, place, problems)
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


def _decode_line(line: str, place: Location, limits: Limits) -> Json:
    """Return the value of a line, unless it would take more memory than its texts."""
    if len(line) > limits.values and sum(map(line.count, ",[{")) > limits.values:
        raise too_many_values(place, limits)
    return _DECODER.decode(line)  # type: ignore[no-any-return]


def _count_values(value: Json, deepest: int) -> int:
    """Return how many values there are in one, and it."""
    if not isinstance(value, list):
        return 1
    if not deepest:
        raise _TooDeep
    within = [pair[1] for pair in value] if isinstance(value, _Pairs) else value
    return 1 + sum(_count_values(each, deepest - 1) if isinstance(each, list) else 1 for each in within)


def _make_mapping(pairs: _Pairs, place: Location, problems: list[Problem]) -> RawMapping:
    values: dict[str, RawValue] = {}
    for key, value in pairs:
        if key in values:
            problems.append(Problem(place, f"{quote(key)} is here twice", "keep one of them"))
        elif value is not None:
            values[key] = _raw(value, place, problems)
    return RawMapping(values, dict.fromkeys(values, place), place)


def _raw(value: Json, place: Location, problems: list[Problem]) -> RawValue:
    if isinstance(value, str):
        return RawText(value, place)
    if isinstance(value, _Pairs):
        return _make_mapping(value, place, problems)
    if isinstance(value, list):
        return RawList(tuple(_raw(item, place, problems) for item in cast(list[Json], value)), place)
    return RawText({True: "true", False: "false"}.get(value, ""), place)  # type: ignore[arg-type]


def _refuse_not_a_number(name: str) -> NoReturn:
    raise _NotANumber(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_refuse_not_a_number
)
