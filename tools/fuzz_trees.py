"""Changes of JSON and XML that keep them well-formed: tree → another tree → bytes.

Changed letter by letter, nine of ten such inputs end in their parser, and the reader behind it is never tried.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from tools.fuzz_mutations import LARGEST_TEXT, strange_text

_KEYS = (
    *("question", "q", "front", "answer", "answers", "a", "choices", "options", "correct", "correct_answer"),
    *(
        "incorrect_answers",
        "distractors",
        "option_a",
        "option_b",
        "A",
        "B",
        "title",
        "text",
        "value",
        "label",
    ),
    *("isCorrect", "name", "topic", "category", "level", "difficulty", "tags", "links", "url", "href", "id"),
    *("questions", "items", "data", "extra", "status", "markup", "math", "namespace", "language", "claims"),
    *("technologies", "levels", "follow_ups", "former_ids", "explanation", "1", "What is it?", ""),
)
_TEXTS = (
    "a",
    "b",
    "What is it?",
    "x?",
    "a list",
    "1",
    "2",
    "0",
    "true",
    "TODO",
    "active",
    "draft",
    "markdown",
)
_DEEP = (1, 1, 2, 3, 20, 70, 300)
"""How many levels a value is put into: the readers' own bounds are 64 and the interpreter's stack."""


def mutate_json(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change the values, keys and nesting of a JSON text; one that is none is replaced."""
    value, spare = (_load_or_make(rng, each) for each in (data, rng.choice(others or (data,))))
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        value = _other_value(rng, value, spare)
    if rng.random() < 0.05:
        for _ in range(rng.choice(_DEEP)):
            value = [value] if rng.random() < 0.5 else {rng.choice(_KEYS): value}
    try:
        text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, None, 2)))
    except RecursionError:
        return data
    return text.encode("utf-8", "replace") if len(text) <= LARGEST_TEXT else data


def _load_or_make(rng: random.Random, data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return _make_value(rng, 4)


def _other_value(rng: random.Random, value: Any, spare: Any) -> Any:
    """Return a value that differs in one place, near or deep."""
    if value and isinstance(value, list) and rng.random() < 0.8:
        return _other_list(rng, value, spare)
    if value and isinstance(value, dict) and rng.random() < 0.8:
        return _other_object(rng, value, spare)
    made = _make_value(rng, 3)
    return rng.choice(([value], {rng.choice(_KEYS): value}, spare, made, made))


def _other_list(rng: random.Random, value: list[Any], spare: Any) -> list[Any]:
    at = rng.randrange(len(value))
    before, behind = value[:at], value[at + 1 :]
    match rng.randrange(6):
        case 0:
            return before + behind
        case 1:
            return [*before, value[at], value[at], *behind]
        case 2:
            return rng.sample(value, len(value))
        case _:
            return [*before, _other_value(rng, value[at], spare), *behind]


def _other_object(rng: random.Random, value: dict[str, Any], spare: Any) -> dict[str, Any]:
    key = rng.choice(list(value))
    match rng.randrange(6):
        case 0:
            return {name: each for name, each in value.items() if name != key}
        case 1:
            return {rng.choice(_KEYS) if name == key else name: each for name, each in value.items()}
        case 2:
            return value | {rng.choice(_KEYS): _make_value(rng, 2)}
        case _:
            return value | {key: _other_value(rng, value[key], spare)}


def _make_value(rng: random.Random, depth: int) -> Any:
    match rng.randrange(12 if depth else 9):
        case 0:
            return rng.choice((None, True, False, 0, 1, -1, 3, 10**30, 1.5, 3.10))
        case 1 | 2:
            return strange_text(rng)
        case number if number < 9:
            return rng.choice(_TEXTS)
        case 9:
            return [_make_value(rng, depth - 1) for _ in range(rng.randrange(5))]
        case 10:
            return {rng.choice(_KEYS): _make_value(rng, depth - 1) for _ in range(rng.randrange(6))}
        case _:
            asked = {"question": rng.choice(("What is it?", strange_text(rng))), "answer": "It."}
            return asked | {rng.choice(_KEYS): _make_value(rng, depth - 1)}


_KINDS = (
    *("category", "description", "multichoice", "truefalse", "shortanswer", "numerical", "essay", "matching"),
    *("ddwtos", "ordering", "cloze", "gapselect", ""),
)
_TAGS = (
    *("question", "name", "text", "questiontext", "answer", "feedback", "generalfeedback", "subquestion"),
    *("tags", "tag", "idnumber", "category", "graderinfo", "tolerance", "single", "file", "dragbox", "p"),
)
_ATTRIBUTES = ("type", "fraction", "format", "name", "encoding")
_VALUES = (
    *_KINDS,
    *("html", "plain_text", "markdown", "moodle_auto_format", "100", "50", "33.33333", "-25", "0", "nan"),
    *("1e999", "base64"),
)
_IN_TEXT = (
    *(
        "<p>x</p>",
        "<pre>a\n b</pre>",
        "<table><tr><td>a</td></tr></table>",
        "<ul><li>a<ul><li>b",
        "<b>",
        "a < b",
    ),
    *("$course$/Go/Basics", "$course$/top/a//b", "[[1]] and [[2]]", "@@PLUGINFILE@@/a.png", "true", "FALSE"),
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def mutate_xml(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change the elements, attributes and texts of a Moodle XML file; one that is no XML is replaced by another."""
    for tried in (data, rng.choice(others or (data,)), (others or (data,))[0]):
        try:
            root = ET.fromstring(tried)  # noqa: S314  made by ourselves, without entities
            break
        except (ET.ParseError, ValueError, LookupError):
            continue
    else:
        root = ET.Element("quiz")
        root.extend(_make_question(rng) for _ in range(3))
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        _change_element(rng, root)
    head = rng.choice(("", "", "", "<!-- qexport -->", "<!-- qexport math -->"))
    try:
        written = head + _write_element(rng, root)
    except RecursionError:
        return data
    return written.encode("utf-8", "replace") if len(written) <= LARGEST_TEXT else data


def _change_element(rng: random.Random, root: ET.Element) -> None:
    parents = [each for each in root.iter() if len(each)] or [root]
    parent = rng.choice(parents)
    child = rng.choice(list(parent)) if len(parent) else parent
    match rng.randrange(9):
        case 0 if len(parent):
            parent.remove(child)
        case 1:
            parent.insert(rng.randrange(len(parent) + 1), deepcopy(rng.choice(list(root.iter()))))
        case 2:
            child.tag = rng.choice(_TAGS)
        case 3:
            child.set(rng.choice(_ATTRIBUTES), rng.choice((*_VALUES, strange_text(rng))))
        case 4:
            root.append(_make_question(rng))
        case 5:
            for _ in range(rng.choice(_DEEP)):
                inner = ET.SubElement(child, rng.choice(_TAGS))
                child = inner
            child.text = _make_text(rng)
        case _:
            rng.choice(list(root.iter())).text = _make_text(rng)


def _make_text(rng: random.Random) -> str:
    return rng.choice((*_TEXTS, *_IN_TEXT, *_VALUES, *(strange_text(rng) for _ in range(12))))


def _make_question(rng: random.Random) -> ET.Element:
    question = ET.Element("question", {"type": rng.choice(_KINDS)})
    for tag in ("name", "questiontext", *rng.choices(_TAGS, k=rng.randrange(8))):
        element = ET.SubElement(question, tag)
        if rng.random() < 0.5:
            element.set(rng.choice(_ATTRIBUTES), rng.choice(_VALUES))
        within = ET.SubElement(element, "text") if rng.random() < 0.9 else element
        within.text = _make_text(rng)
        if tag == "subquestion" and rng.random() < 0.9:
            answer = ET.SubElement(element, "answer")
            ET.SubElement(answer, "text").text = _make_text(rng)
    return question


def _write_element(rng: random.Random, element: ET.Element) -> str:
    """Return an element as text; half the texts are in CDATA, as Moodle writes them."""
    attributes = "".join(
        f" {name}={quoteattr(_NOT_XML.sub('', value))}" for name, value in element.attrib.items()
    )
    text = _NOT_XML.sub("", element.text or "")
    within = f"<![CDATA[{text}]]>" if text and "]]>" not in text and rng.random() < 0.5 else escape(text)
    below = "".join(_write_element(rng, each) for each in element)
    return f"<{element.tag}{attributes}>{within}{below}</{element.tag}>{escape(_NOT_XML.sub('', element.tail or ''))}"
