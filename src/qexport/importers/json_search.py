"""Where in a JSON value there are objects that may be questions, and what encloses them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qexport.importers.columns import field_of, fold_name, is_asked
from qexport.importers.json_fields import JsonObject


@dataclass(frozen=True, slots=True)
class PlacedObject:
    """An object that may be a question, and what encloses it."""

    value: JsonObject
    names: tuple[str, ...]
    key: str = ""


_PLAIN_NAMES = frozenset({"questions", "items", "data", "results", "cards", "entries", "records"})
"""Keys of lists that name no subject."""


def find_objects(
    value: Any, names: tuple[str, ...], wishes: Mapping[str, str], depth: int
) -> Iterator[PlacedObject]:
    """Yield the objects that hold a question, with the names of what encloses them."""
    if depth > _DEEPEST:
        return
    if _is_table(value):
        yield from _rows_of_table(value, (), names)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, str) and is_asked(each):
                yield PlacedObject(JsonObject(question=each), names)
            else:
                yield from find_objects(each, names, wishes, depth + 1)
    elif isinstance(value, JsonObject):
        head = next((value[key] for key in _HEADS if _is_list_of_texts(value.get(key))), None)
        rows = next((each for each in value.values() if _is_table(each)), None) if head else None
        if head and rows:
            yield from _rows_of_table(rows, head, names)
        elif _is_columnar(value, wishes):
            yield from _rows_of_columns(value, names)
        elif _has_question(value, wishes):
            yield PlacedObject(value, names)
        else:
            yield from _within(value, names, wishes, depth)


_HEADS = ("columns", "header", "headers", "fields")
"""Keys of the names of columns, beside rows."""


def _is_list_of_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(each is None or isinstance(each, str) for each in value)
    )


def _is_table(value: Any) -> bool:
    """Report whether a list is rows of texts: `[["Why?", "So."], ["How?", "Thus."]]`."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(map(_is_list_of_texts, value))
        and len({len(row) for row in value}) == 1
    )


def _rows_of_table(
    rows: Sequence[Sequence[str | None]], head: Sequence[str], names: tuple[str, ...]
) -> Iterator[PlacedObject]:
    """Yield the rows of a table by the names of its columns: those beside it, in its first row, or else by numbers."""
    if not head and any(field_of(each or "") == "question" for each in rows[0]):
        head, rows = [each or "" for each in rows[0]], rows[1:]
    if not head:
        head = ["question", "answer"] if len(rows[0]) == 2 else [str(at) for at in range(1, len(rows[0]) + 1)]
    for row in rows:
        yield PlacedObject(JsonObject(zip(head, row, strict=False)), names)


def _within(
    value: JsonObject, names: tuple[str, ...], wishes: Mapping[str, str], depth: int
) -> Iterator[PlacedObject]:
    """Yield the questions inside an object that is none itself."""
    own = _own_name(value)
    texts = [each for each in value.values() if isinstance(each, str)]
    # {"q1": "Why?", "q2": "How?"}: a map of ids to questions
    is_map = len(texts) > 1 and sum(map(is_asked, texts)) * 2 > len(texts) and not any(map(is_asked, value))
    for key, each in value.items():
        if isinstance(each, JsonObject) and _has_question(each, wishes):
            yield PlacedObject(each, names, "" if key.isdigit() else key)
        elif isinstance(each, str) and is_map and is_asked(each):
            named = JsonObject(question=each)
            named.offset = value.offset
            yield PlacedObject(named, names, "" if key.isdigit() else key)
        elif isinstance(each, JsonObject) and _is_answer(each, wishes):
            pair = JsonObject({"question": key, **each})
            pair.offset = each.offset
            yield PlacedObject(pair, names)
        elif isinstance(each, str) and is_asked(key):
            pair = JsonObject(question=key, answer=each)
            pair.offset = value.offset
            yield PlacedObject(pair, names)
        elif isinstance(each, list | JsonObject):
            name = own if fold_name(key) in _PLAIN_NAMES else key
            yield from find_objects(each, (*names, name) if name else names, wishes, depth + 1)


_DEEPEST = 64


def _own_name(value: JsonObject) -> str:
    """Return what an object that holds a list calls itself."""
    for key in ("category", "topic", "title", "name", "section", "subject"):
        if isinstance(name := value.get(key), str) and name.strip():
            return name.strip()
    return ""


def _has_question(value: JsonObject, wishes: Mapping[str, str]) -> bool:
    wished = wishes.get("question", "")
    if wished:
        return wished in value
    return (
        any(field_of(key) == "question" and isinstance(each, str | dict) for key, each in value.items())
        and any(isinstance(each, str) for key, each in value.items() if field_of(key) == "question")
        and not (_is_title_of_list(value))
    )


def _is_answer(value: JsonObject, wishes: Mapping[str, str]) -> bool:
    """Report whether an object has the answer to what its key says: `{"Router": {"definition": "…"}}`."""
    wished = wishes.get("answer", "")
    named = [key for key, each in value.items() if isinstance(each, str) and not is_asked(key)]
    return wished in named if wished else any(field_of(key) == "answer" for key in named)


def find_keys(value: Any, most: int) -> list[str]:
    """Return keys of the objects in a JSON value, the deepest last, each once."""
    waiting = deque([value])
    keys: dict[str, None] = {}
    while waiting and len(keys) < most:
        each = waiting.popleft()
        if isinstance(each, JsonObject):
            keys |= dict.fromkeys(each)
        waiting.extend(
            each.values() if isinstance(each, JsonObject) else each if isinstance(each, list) else ()
        )
    return list(keys)[:most]


def _is_title_of_list(value: JsonObject) -> bool:
    """Report whether the only question of an object is its title, above a list."""
    keys = [key for key, each in value.items() if isinstance(each, str) and field_of(key) == "question"]
    return all(fold_name(key) == "title" for key in keys) and any(
        isinstance(each, list) and each and isinstance(each[0], JsonObject) for each in value.values()
    )


def _is_columnar(value: JsonObject, wishes: Mapping[str, str]) -> bool:
    asked = wishes.get("question") or next((key for key in value if field_of(key) == "question"), "")
    column = value.get(asked)
    return (
        isinstance(column, list | JsonObject)
        and bool(column)
        and all(isinstance(each, str) for each in (column.values() if isinstance(column, dict) else column))
        and any(
            isinstance(other, type(column)) and len(other) == len(column)
            for key, other in value.items()
            if key != asked
        )
    )


def _rows_of_columns(value: JsonObject, names: tuple[str, ...]) -> Iterator[PlacedObject]:
    columns = {
        key: list(each.values()) if isinstance(each, dict) else each
        for key, each in value.items()
        if isinstance(each, list | dict)
    }
    for number in range(max(map(len, columns.values()))):
        row = JsonObject({key: each[number] for key, each in columns.items() if number < len(each)})
        row.offset = value.offset
        yield PlacedObject(row, names)
