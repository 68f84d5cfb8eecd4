"""JSON whose texts are in several languages → the same JSON in one of them, the others beside it under their names.

`{"question": {"en": "Why?", "fr": "Pourquoi ?"}}` becomes `{"question": "Why?", "question.fr": "Pourquoi ?"}`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Any

from qexport.importers.columns import option_letter
from qexport.importers.json_fields import JsonObject

_CODES = """
    en de fr es it pt nl sv da nb fi pl cs sk hu ro bg el ru uk tr ar he fa ur hi bn ta te th vi ms ja ko zh ca eu gl hr
    sr sl lt lv et ka hy az kk uz
"""
_LANGUAGE_CODES = frozenset(_CODES.split())
"""Codes of ISO 639-1 that are not also English words or common keys, as `id`, `no` and `is` are."""


def find_language(value: Any) -> str:
    """Return the language that most texts of a JSON value are in, by keys that name it; empty if none does."""
    counts = Counter(code for each in _find_translated(value) for code in each)
    return counts.most_common(1)[0][0] if counts else ""


def in_one_language(value: Any, language: str) -> Any:
    """Return a JSON value with each text in one language; other languages follow under `key.language`."""
    chosen, others = _split_languages(value, language)
    if isinstance(chosen, list) and others:  # a list of questions that are texts
        chosen = [
            _with_others("question", *_split_languages(each, language)) if _is_translated(each) else text
            for each, text in zip(value, chosen, strict=True)
        ]
    return chosen


def _split_languages(value: Any, language: str) -> tuple[Any, dict[str, Any]]:
    """Return a value in one language, and by their codes what it is in others, unless an object in it has that."""
    if _is_translated(value):
        code = language if language in value else next(iter(value))
        return value[code], {other: text for other, text in value.items() if other != code}
    if isinstance(value, list):
        parts = [_split_languages(each, language) for each in value]
        codes = dict.fromkeys(code for _, others in parts for code in others)
        return [chosen for chosen, _ in parts], {
            code: [others.get(code, chosen) for chosen, others in parts] for code in codes
        }
    if not isinstance(value, JsonObject):
        return value, {}
    split = {key: _split_languages(each, language) for key, each in value.items()}
    if all(map(option_letter, value)):  # choices by their letters
        codes = dict.fromkeys(code for _, others in split.values() for code in others)
        chosen = JsonObject({key: text for key, (text, _) in split.items()})
        return chosen, {
            code: JsonObject({key: others.get(code, text) for key, (text, others) in split.items()})
            for code in codes
        }
    chosen = JsonObject()
    chosen.offset = value.offset
    for key, (text, others) in split.items():
        chosen.update(
            _with_others(
                key, text, {code: each for code, each in others.items() if f"{key}.{code}" not in value}
            )
        )
    return chosen, {}


def _with_others(key: str, text: Any, others: Mapping[str, Any]) -> JsonObject:
    return JsonObject({key: text, **{f"{key}.{code}": each for code, each in others.items()}})


def _is_translated(value: Any) -> bool:
    """Report whether an object is one text in two or more languages."""
    return (
        isinstance(value, JsonObject)
        and len(value) > 1
        and all(re.split("[-_]", code)[0] in _LANGUAGE_CODES for code in value)
        and all(isinstance(text, str | list) for text in value.values())
    )


def _find_translated(value: Any) -> Iterator[JsonObject]:
    waiting = deque([value])
    while waiting:
        each = waiting.popleft()
        if _is_translated(each):
            yield each
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, JsonObject):
            waiting += each.values()
