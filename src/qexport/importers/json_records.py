"""JSON in any shape that holds questions → questions: a list of objects, objects of lists, columns, nested.

Keys are matched as columns of a table are. What encloses a list of questions becomes category and technology.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.decoder import JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any, NoReturn

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import Limits
from qexport.common.text_input import quote
from qexport.importers.columns import (
    FIELD_NAMES,
    find_answer_column,
    fold_name,
    match_columns,
)
from qexport.importers.json_fields import JsonObject, read_fields
from qexport.importers.json_languages import find_language, in_one_language
from qexport.importers.json_search import PlacedObject, find_keys, find_objects
from qexport.importers.source import Found, Reading, Source, SourceValue
from qexport.importers.table import LIST_FIELDS

_MOST_KEYS_SHOWN = 12


class _Decoder(json.JSONDecoder):
    """JSON with numbers as their digits, doubled keys refused, and the place of each object."""

    def __init__(self) -> None:
        super().__init__(parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        self.parse_object = self._read_object
        self.scan_once = py_make_scanner(self)

    @staticmethod
    def _read_object(place: Any, strict: Any, scan: Any, _hook: Any, _pairs: Any, memo: Any) -> Any:
        offset = place[1] - 1

        def made(pairs: list[tuple[str, Any]]) -> JsonObject:
            value = JsonObject()
            for key, item in pairs:
                if key in value:
                    raise json.JSONDecodeError(f"the key {quote(key)} is here twice", place[0], offset)
                value[key] = item
            value.offset = offset
            return value

        return JSONObject(place, strict, scan, None, made, memo)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def decode(text: str, path: str, limits: Limits, *, line: int = 1) -> Any:
    """Return the value of a JSON text, its objects with their places.

    Raises:
        InputRefused: it is not JSON; with the place.
        LimitExceeded: it has more values than a bank may have.
    """
    if text.count(",") + text.count("[") + text.count("{") > limits.values:
        raise limits.make_error("values", f"{path}: more than {limits.show('values')}")
    try:
        return _Decoder().decode(text)
    except json.JSONDecodeError as error:
        place = Location(path, line + error.lineno - 1, error.colno)
        raise InputRefused((Problem(place, f"not JSON: {error.msg}", _hint(error)),)) from error
    except RecursionError as error:
        message = f"nested deeper than {limits.show('depth')}"
        raise InputRefused((Problem(Location(path, line), message, "write it flatter"),)) from error
    except ValueError as error:
        raise InputRefused((Problem(Location(path, line), f"not JSON: {error}"),)) from error


def _hint(error: json.JSONDecodeError) -> str:
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in "]}":
        return "remove the comma before it"
    if error.msg == "Extra data":
        return "if it is one object a line, it is JSON Lines: name the file .jsonl"
    return ""


def parse(source: Source) -> Reading:
    """Read one JSON value that holds questions, however deep."""
    value = decode(source.text, source.path, source.limits)
    starts = _line_starts(source.text)

    def place(offset: int) -> Location:
        from bisect import bisect_right

        line = bisect_right(starts, offset)
        return Location(source.path, line, offset - starts[line - 1] + 1)

    header = _read_header_keys(value) if isinstance(value, JsonObject) else {}
    if isinstance(value, JsonObject) and _is_own(header, value.get("questions")):
        return _read_own_keys(value["questions"], place, header, "JSON that qexport wrote")
    shape = "JSON"
    if language := find_language(value):
        value = in_one_language(value, language)
        header = {"language": language, **header}
        shape = f"JSON in several languages, of which {language} is read"
    placed = list(find_objects(value, (), source.wishes.columns, 0))
    if not placed:
        raise _unknown_keys(source, find_keys(value, _MOST_KEYS_SHOWN))
    return _reading(source, placed, place, shape, header)


def _is_own(header: Mapping[str, SourceValue], questions: Any) -> bool:
    """Report whether qexport wrote this: a bank's header, and questions under no other keys than a bank's."""
    known = {*FIELD_NAMES, "extra"}
    return (
        {"title", "language"} <= set(header)
        and isinstance(questions, list)
        and all(
            isinstance(each, JsonObject) and {"id", "question"} <= set(each) <= known for each in questions
        )
    )


def read_own_values(
    values: Sequence[Any], places: Mapping[int, Location], header: Any, shape: str
) -> Reading | None:
    """Return the questions that qexport wrote as JSON into another form; None if they are not as it writes them.

    Args:
        values: A question each, as decode() returns it.
        places: Where each is, by its identity in memory.
        header: What the bank says of itself.
        shape: How the file was read, in words.
    """
    said = _read_header_keys(header) if isinstance(header, JsonObject) else {}
    return _read_own_keys(values, places, said, shape) if _is_own(said, values) else None


def _read_own_keys(
    values: Sequence[Any], place: Any, header: Mapping[str, SourceValue], shape: str
) -> Reading:
    """Read questions under a bank's own keys, and interpret nothing."""
    found, aside = [], []
    for value in values:
        where = (
            (place.get(id(value)) or Location(""))
            if isinstance(place, dict)
            else place(getattr(value, "offset", 0))
        )
        fields: dict[str, SourceValue] = {}
        extra: dict[str, SourceValue] = {}
        for key, each in value.items() if isinstance(value, JsonObject) else ():
            if key == "extra" and isinstance(each, JsonObject):
                extra = {name: tuple(kept) if isinstance(kept, list) else kept for name, kept in each.items()}
            elif isinstance(each, list) and all(isinstance(item, str) for item in each):
                fields[key] = tuple(each)
            elif isinstance(each, str) and key in FIELD_NAMES:
                fields[key] = (each,) if key in LIST_FIELDS else each
            else:
                aside.append(Problem(where, f"{quote(key)} is not a field of a bank: left aside"))
        if fields:
            found.append(Found(location=where, fields=fields, extra=extra, is_exact=True))
    columns = tuple((name, name) for name in dict.fromkeys(key for each in found for key in each.fields))
    return Reading(
        shape=shape, questions=tuple(found), header=header, columns=columns, left_aside=tuple(aside)
    )


def parse_json_lines(source: Source) -> Reading:
    """Read JSON Lines: one object a line."""
    placed: list[PlacedObject] = []
    header: Mapping[str, SourceValue] = {}
    problems: list[Problem] = []
    places: dict[int, Location] = {}
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = decode(line, source.path, source.limits, line=number)
        except InputRefused as refused:
            problems += refused.problems
            continue
        if isinstance(value, JsonObject):
            if not placed and not header and _is_header(value):
                header = _read_header_keys(value)
                continue
            places[id(value)] = Location(source.path, number, 1)
            placed.append(PlacedObject(value, ()))
        else:
            problems.append(Problem(Location(source.path, number, 1), "this line is not an object"))
    if problems:
        raise InputRefused(tuple(problems))
    if _is_own(header, [each.value for each in placed]):
        return _read_own_keys(
            [each.value for each in placed], places, header, "JSON Lines that qexport wrote"
        )
    return _reading(source, placed, places, "JSON Lines", header)


def _unknown_keys(source: Source, names: Sequence[str]) -> InputRefused:
    shown = ", ".join(map(quote, names[:_MOST_KEYS_SHOWN])) or "none"
    hint = "name it: --map question=KEY --map answer=KEY; if the questions are keys themselves, only the answer's"
    return InputRefused(
        (Problem(Location(source.path, 1, 1), f"no key is known as a question: {shown}", hint),)
    )


def _reading(
    source: Source, placed: Sequence[PlacedObject], place: Any, shape: str, header: Mapping[str, SourceValue]
) -> Reading:
    names = list(dict.fromkeys(key for each in placed for key in each.value))
    columns = match_columns(names, source.wishes.columns) if placed else {}
    if "question" not in columns.values():
        raise _unknown_keys(source, names)
    if listed := _find_answers_to_choose(placed, columns):
        columns[listed] = "choices"
    if name := find_answer_column(names, columns):
        columns[name] = "answer"
    expertise = _levels_of_expertise(placed, columns)
    first = _first_choice(placed, columns)
    found, aside = [], []
    for each in placed:
        where = place[id(each.value)] if isinstance(place, dict) else place(each.value.offset)
        fields, extra = read_fields(each.value, columns, first)
        if listed and isinstance(only := fields.get("choices"), tuple) and len(only) == 1:
            fields = {**fields, "answer": only[0]}  # there is nothing to choose from
            del fields["choices"]
            fields.pop("correct", None)
        if expertise and (level := expertise.get(str(fields.get("level", "")))):
            fields["level"] = level
        for name, text in zip(("category", "technology"), reversed(each.names), strict=False):
            fields.setdefault(name, text)
        if each.key and "id" not in fields:
            fields["id"] = each.key
        if "question" not in fields:
            aside.append(Problem(where, "an object without a question: left aside"))
            continue
        found.append(Found(location=where, fields=fields, extra=extra))
    shown_columns = tuple((name, columns.get(name) or "extra") for name in names)
    return Reading(
        shape=shape, questions=tuple(found), header=header, columns=shown_columns, left_aside=tuple(aside)
    )


def _levels_of_expertise(placed: Sequence[PlacedObject], columns: Mapping[str, str]) -> dict[str, str]:
    """Return what the numbers of a level mean, if they are 0 to 2 or 1 to 3."""
    column = next((name for name, field in columns.items() if field == "level"), "")
    said = {
        each.value[column] for each in placed if column in each.value and isinstance(each.value[column], str)
    }
    names = ("Beginner", "Intermediate", "Advanced")
    for first in (0, 1):
        numbers = [str(first + step) for step in range(3)]
        if said and said <= set(numbers) and len(said) > 1:
            return dict(zip(numbers, names, strict=True))
    return {}


def _find_answers_to_choose(placed: Sequence[PlacedObject], columns: Mapping[str, str]) -> str:
    """Return the key of the choices where a list is called `answers` and `answer` is a number or a text in it."""
    if "choices" in columns.values():
        return ""
    key = next((name for each in placed for name in each.value if fold_name(name) == "answers"), "")
    names = [name for name, field in columns.items() if field in ("answer", "correct") and name != key]
    if not key or not names:
        return ""
    for each in placed:
        answers, said = each.value.get(key), each.value.get(names[0])
        is_named = isinstance(said, str) and isinstance(answers, list) and (said.isdigit() or said in answers)
        if not is_named:
            return ""
    return key


def _first_choice(placed: Sequence[PlacedObject], columns: Mapping[str, str]) -> int:
    """Return the number of the first choice where answers are numbers: 0, unless one is beyond the last but one."""
    names = [name for name, field in columns.items() if field in ("answer", "correct")]
    listed = next((name for name, field in columns.items() if field == "choices"), "")
    for each in placed:
        choices = each.value.get(listed)
        for name in names:
            said = each.value.get(name)
            if isinstance(choices, list) and isinstance(said, str) and said == str(len(choices)):
                return 1
    return 0


_HEADER_KEYS = (
    "title",
    "namespace",
    "language",
    "source",
    "author",
    "licence",
    "cover_image",
    "terms",
    "quotes",
    "markup",
    "math",
    "technologies",
    "levels",
)


def _is_header(value: JsonObject) -> bool:
    return not {"id", "question"} & set(value) and {"title", "namespace"} & set(value) != set()


def _read_header_keys(value: JsonObject) -> dict[str, SourceValue]:
    header: dict[str, SourceValue] = {}
    for key in _HEADER_KEYS:
        if isinstance(each := value.get(key), str) and each.strip():
            header[key] = each.strip()
        elif isinstance(each, list) and all(isinstance(item, str) for item in each) and each:
            header[key] = tuple(each)
    claims = value.get("claims")
    if isinstance(claims, JsonObject):
        header |= {f"claims.{key}": each for key, each in claims.items() if isinstance(each, str)}
    return header


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
