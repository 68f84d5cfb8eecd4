"""One JSON object → the fields of a question: choices in every form, links, lists, and what is left for `extra`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qexport.bank.model import LETTERS
from qexport.importers.columns import is_wrong_choice, option_letter
from qexport.importers.source import SourceValue
from qexport.importers.table import LIST_FIELDS, add_wrong_choices, split_list

_TEXT_KEYS = ("text", "value", "answer", "option", "label", "title", "content", "name")
_RIGHT_KEYS = ("correct", "isCorrect", "is_correct", "right", "isRight")


class JsonObject(dict[str, Any]):
    """An object, with the place where it begins."""

    offset = 0


def read_fields(
    value: JsonObject, columns: Mapping[str, str], first: int
) -> tuple[dict[str, SourceValue], dict[str, SourceValue]]:
    """Return the fields of the bank that an object has, and its other values."""
    fields: dict[str, SourceValue] = {}
    extra: dict[str, SourceValue] = {}
    lettered: dict[str, str] = {}
    wrong: dict[str, tuple[str, ...]] = {}
    for key, each in value.items():
        field = columns.get(key, "")
        if field:
            _read_field(field, each, fields)
        elif isinstance(each, str) and (letter := option_letter(key)):
            lettered[letter] = each
        elif is_wrong_choice(key) and (texts := _read_choices([each] if isinstance(each, str) else each)[0]):
            wrong[key] = texts
        else:
            extra |= _flatten(key, each)
    if len(lettered) > 1 and sorted(lettered) == list(LETTERS[: len(lettered)]) and "choices" not in fields:
        fields["choices"] = tuple(lettered[letter] for letter in sorted(lettered))
    else:
        extra |= lettered
    if not add_wrong_choices(fields, [text for texts in wrong.values() for text in texts]):
        extra |= wrong
    _number_choice(fields, first)
    return fields, extra


def _read_field(field: str, value: Any, fields: dict[str, SourceValue]) -> None:
    if field == "choices":
        fields[field], right = _read_choices(value)
        if right:
            fields.setdefault("correct", right)
    elif field in ("answer", "correct") and isinstance(value, list) and _read_choices(value)[1]:
        fields["choices"], fields["correct"] = _read_choices(value)
    elif texts := _convert_value(field, value):
        fields[field] = texts


def _number_choice(fields: dict[str, SourceValue], first: int) -> None:
    """Replace a choice that is named by its number by its letter."""
    choices = fields.get("choices", ())
    for name in ("correct", "answer"):
        said = fields.get(name, "")
        text = said[0] if isinstance(said, tuple) and len(said) == 1 else said
        if (
            isinstance(text, str)
            and text.isascii()
            and text.isdigit()
            and text not in choices
            and len(text) < 3
        ):
            number = int(text) - first
            if 0 <= number < min(len(choices), len(LETTERS)):
                fields.pop(name)
                fields["correct"] = (LETTERS[number],)


def _read_choices(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return choices, and the letters of those that are marked as right."""
    if isinstance(value, str):
        return split_list("choices", value), ()
    if isinstance(value, JsonObject):
        if isinstance(value.get("text"), list):
            return tuple(map(_convert_to_text, value["text"])), ()
        return tuple(filter(None, (_convert_to_text(each) for each in value.values()))), ()
    texts: list[str] = []
    right: list[str] = []
    for each in value if isinstance(value, list) else ():
        text = _convert_to_text(each)
        if not text:
            continue
        if (
            isinstance(each, JsonObject)
            and any(each.get(key) in (True, "true", "1", "True") for key in _RIGHT_KEYS)
            and len(texts) < len(LETTERS)
        ):
            right.append(LETTERS[len(texts)])
        texts.append(text)
    return tuple(texts), tuple(right)


def _convert_to_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, JsonObject):
        return next((value[key].strip() for key in _TEXT_KEYS if isinstance(value.get(key), str)), "")
    return ""


def _convert_value(field: str, value: Any) -> SourceValue:
    if isinstance(value, list):
        return tuple(
            text
            for each in value
            if (
                text := _link_of(each)
                if field == "links" and isinstance(each, JsonObject)
                else _convert_to_text(each)
            )
        )
    if isinstance(value, JsonObject):
        return _link_of(value) if field == "links" else json.dumps(value, ensure_ascii=False)
    text = _convert_to_text(value)
    return split_list(field, text) if field in LIST_FIELDS and text else text


def _link_of(value: JsonObject) -> str:
    address = next(
        (value[key] for key in ("url", "href", "link", "address") if isinstance(value.get(key), str)), ""
    )
    title = next((value[key] for key in ("title", "name", "text") if isinstance(value.get(key), str)), "")
    return f"[{' '.join(title.split())}]({address})" if title and address else address or title


def _flatten(key: str, value: Any) -> dict[str, SourceValue]:
    """Return what is no field, as texts and lists of texts under joined names."""
    if isinstance(value, JsonObject):
        return {
            name: each
            for inner, item in value.items()
            for name, each in _flatten(f"{key}.{inner}", item).items()
        }
    if isinstance(value, list):
        texts = [
            each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
            for each in value
            if each is not None
        ]
        return {key: tuple(text for text in texts if text.strip())} if texts else {}
    return {key: text} if (text := _convert_to_text(value)) else {}
