"""A raw bank → a checked one, or everything that is wrong with it at once."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qexport.bank.levels import rank_of_level
from qexport.bank.model import (
    LETTERS,
    MATHS,
    Bank,
    Claims,
    Question,
    RawBank,
    RawList,
    RawMapping,
    RawText,
    RawValue,
)
from qexport.bank.schema import CLAIM_FIELDS, HEADER_FIELDS, QUESTION_FIELDS, Field
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.formats import BANK_FORMAT, describe_other_format
from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late
from qexport.common.text_input import describe_cleaning, normalise, quote
from qexport.common.wording import suggest

_HEADER, _QUESTION, _CLAIM = (
    {field.name: field for field in fields} for fields in (HEADER_FIELDS, QUESTION_FIELDS, CLAIM_FIELDS)
)


_SEEN = compile_late(
    r"[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)
"""What is not blank, though Unicode may call it a letter: Anki makes no card of a blank question."""

_ONE_TEXT = frozenset({"text", "line", "id", "choice", "flag"})
"""Kinds of fields that are one text each, as most are."""

_BCP_47 = compile_late(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def validate(raw: RawBank, limits: Limits = USUAL) -> tuple[Bank, tuple[Problem, ...]]:
    """Return the checked bank and warnings (what was cleaned out of its texts), or raise InputRefused.

    What exceeds a limit is not read on: LimitExceeded.
    """
    if len(raw.records) > limits.questions:
        message = f"{raw.path}: {len(raw.records):,} questions, and a bank has at most {limits.questions:,}"
        raise limits.make_error("questions", message, "make several banks of it")
    header = _FieldReading(raw.header, _HEADER, "the bank", limits)
    readings = [_FieldReading(record, _QUESTION, _name_of(record), limits) for record in raw.records]
    found = [
        *(problem for reading in (header, *readings) for problem in reading.problems),
        *_missing(readings),
        *_find_unanswered(readings),
        *_wrong_choices(readings),
        *_language_problems(header),
        *_unknown_names("technology", header.values.get("technologies", ()), readings),
        *_unknown_names("level", header.values.get("levels", ()), readings),
        *_shared_ids(readings),
    ]
    places = {problem.location for problem in raw.problems}  # what follows from these need not be said
    problems = [*raw.problems, *(problem for problem in found if problem.location not in places)]
    if not readings and not problems:
        place = raw.header.keys.get("questions", Location(raw.path))
        problems = [Problem(place, "the bank has no questions", "list them below `questions:`")]
    if problems:
        raise InputRefused(tuple(sorted(problems, key=lambda problem: problem.location)))
    cleaned = (reading.warning() for reading in (header, *readings))
    warnings = (*raw.warnings, *(warning for warning in cleaned if warning), *_look_alikes(readings))
    return _build_bank(raw.path, header, readings), warnings


class _FieldReading:
    """One mapping, read by a table of fields: what is right in it, and what is wrong."""

    def __init__(self, raw: RawMapping, fields: Mapping[str, Field], name: str, limits: Limits) -> None:
        self.raw = raw
        self.name = name
        self._limits = limits
        self.values: dict[str, Any] = {}
        """What is right; nothing empty."""
        self.problems: list[Problem] = []
        self.cleaned: Counter[str] = Counter()
        self.cleaned_at: Location | None = None
        self._item_places: dict[str, list[Location]] = {}
        for key, value in raw.values.items():
            if key == "format" and name == "the bank":
                self._refuse_other_format(value)
            elif key not in fields:
                hint = suggest(key, tuple(fields))
                self._complain(raw.keys[key], f"unknown key {quote(key)}", hint)
            elif (right := self._value(fields[key], value)) not in (None, "", ()):
                self.values[key] = right

    def _refuse_other_format(self, value: RawValue) -> None:
        said = value.text if isinstance(value, RawText) else "?"
        if said.strip() != str(BANK_FORMAT):
            self._complain(value.location, *describe_other_format(said, BANK_FORMAT))

    def warning(self) -> Problem | None:
        """Say how many characters were cleaned out of these texts, where it begins."""
        if self.cleaned_at is None:
            return None
        return Problem(self.cleaned_at, f"{self.name} is cleaned of {describe_cleaning(self.cleaned)}")

    def entries(self, key: str) -> Iterator[tuple[str, Location]]:
        """Yield the text, or the items of the list, that is right at `key`, each with its place."""
        value = self.values.get(key, ())
        if isinstance(value, str):
            yield value, self.raw.values[key].location
        else:
            yield from zip(value, self._item_places.get(key, ()), strict=True)

    def _complain(self, location: Location, message: str, hint: str = "") -> None:
        self.problems.append(Problem(location, message, hint))

    def _value(self, field: Field, value: RawValue) -> object:
        """Return what the field means; None where it is empty or wrong."""
        if field.kind in _ONE_TEXT:
            return self._text(field, value)
        match field.kind:
            case "texts" | "lines" | "ids":
                return self._texts(field, value)
            case "letters" | "extra" | "claims":
                readers = {"letters": self._letters, "extra": self._extra, "claims": self._claims}
                return readers[field.kind](field, value)
            case "questions":
                self._refuse_questions(value)
                return None
            case _:
                return self._number(field, value)

    def _text(self, field: Field, value: RawValue) -> str | None:
        if not isinstance(value, RawText):
            what = f"an item of {field.name}" if field.kind in ("texts", "lines", "ids") else field.name
            self._complain(value.location, f"{what} must be text")
            return None
        text, changed = normalise(value.text)
        text = text.strip()
        if changed:
            self.cleaned.update(changed)
            self.cleaned_at = self.cleaned_at or value.location
        if len(text) > getattr(self._limits, field.limit):
            longest = self._limits.show(field.limit)
            message = f"{value.location}: {self.name}: {field.name} is longer than {longest}"
            raise self._limits.make_error(field.limit, message)
        message, hint = _wrong_with(text, field)
        if message:
            self._complain(value.location, message, hint)
            return None
        return text

    def _number(self, field: Field, value: RawValue) -> int | None:
        text = self._text(field, value)
        if not text:
            return None
        number = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if number < field.lowest or (field.highest is not None and number > field.highest):
            sort = (
                "whole number" if field.highest is None else f"number from {field.lowest} to {field.highest}"
            )
            self._complain(value.location, f"{field.name} {quote(text)} is not a {sort}")
            return None
        return number

    def _texts(self, field: Field, value: RawValue) -> tuple[str, ...]:
        if isinstance(value, RawText) and not value.text.strip():
            return ()
        if not isinstance(value, RawList):
            hint = "begin each item on a line of its own with '- '"
            self._complain(value.location, f"{field.name} must be a list", hint)
            return ()
        if len(value.items) > self._limits.items:
            message = (
                f"{value.location}: {self.name}: {field.name} has more than {self._limits.show('items')}"
            )
            raise self._limits.make_error("items", message)
        texts: list[str] = []
        seen: set[str] = set()
        for item in value.items:
            text = self._text(field, item)
            if text == "":
                self._complain(item.location, f"an item of {field.name} is empty")
            elif text is not None and field.kind != "texts" and fold_id(text) in seen:
                self._complain(item.location, f"{quote(text)} is twice in {field.name}")
            elif text is not None:
                texts.append(text)
                seen.add(fold_id(text))
                self._item_places.setdefault(field.name, []).append(item.location)
        return tuple(texts)

    def _letters(self, field: Field, value: RawValue) -> tuple[str, ...]:
        """Return letters in the order of the alphabet: `b`, or a list of them."""
        listed = (
            RawList((value,), value.location) if isinstance(value, RawText) and value.text.strip() else value
        )
        letters = []
        for letter in self._texts(field, listed):
            if len(letter) == 1 and letter.casefold() in LETTERS:
                letters.append(letter.casefold())
            else:
                hint = "a is the first choice, b the second"
                self._complain(
                    value.location, f"{field.name} {quote(letter)} is not the letter of a choice", hint
                )
        return tuple(sorted(letters))

    def _extra(self, field: Field, value: RawValue) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
        if not isinstance(value, RawMapping):
            if not isinstance(value, RawText) or value.text.strip():
                self._complain(
                    value.location, f"{field.name} must be a mapping", "write `name: text` below it"
                )
            return ()
        if len(value.values) > self._limits.items:
            message = (
                f"{value.location}: {self.name}: {field.name} has more than {self._limits.show('items')}"
            )
            raise self._limits.make_error("items", message)
        pairs: list[tuple[str, str | tuple[str, ...]]] = []
        for key, kept in value.values.items():
            name, _ = normalise(key)
            if not name.strip() or "\n" in name or name != name.strip():
                hint = "a name is one line of text, without blanks around it"
                self._complain(value.keys[key], f"{field.name} has no such name: {quote(key)}", hint)
                continue
            each = replace(field, name=f"{field.name}.{name}", kind="text", limit="answer")
            if isinstance(kept, RawMapping):
                self._complain(kept.location, f"{each.name} must be text or a list of texts")
            elif isinstance(kept, RawList):
                if texts := self._texts(replace(each, kind="texts"), kept):
                    pairs.append((name, texts))
            elif text := self._text(each, kept):
                pairs.append((name, text))
        return tuple(pairs)

    def _claims(self, field: Field, value: RawValue) -> Claims | None:
        if not isinstance(value, RawMapping):
            if not isinstance(value, RawText) or value.text.strip():
                names = ", ".join(claim.name for claim in CLAIM_FIELDS)
                self._complain(value.location, f"{field.name} must be a mapping", f"its keys: {names}")
            return None
        claims = _FieldReading(value, _CLAIM, self.name, self._limits)
        self.problems += claims.problems
        self.cleaned += claims.cleaned
        self.cleaned_at = self.cleaned_at or claims.cleaned_at
        return Claims(**claims.values)

    def _refuse_questions(self, value: RawValue) -> None:
        if not isinstance(value, RawList):
            self._complain(value.location, "questions must be a list", "begin each with `- id:`")
            return
        for item in value.items:
            self._complain(item.location, "a question must be a mapping", "begin it with `- id:`")


def has_visible_text(text: str) -> bool:
    """Report whether a text has a character that is not blank."""
    return _SEEN.search(text) is not None


def _wrong_with(text: str, field: Field) -> tuple[str, str]:
    """Return what is wrong with one text and what would be right; empty where nothing is."""
    if not text:
        return (f"{field.name} is empty" if field.required else ""), ""
    if (field.required or field.answers) and field.kind == "text" and not has_visible_text(text):
        return f"{field.name} has no visible character", "write it in letters"
    if field.kind in ("line", "lines") and "\n" in text:
        return f"{field.name} must be one line", ""
    if field.kind in ("id", "ids") and not (text.isprintable() and " " not in text):
        unseen = next(character for character in text if character == " " or not character.isprintable())
        holds = "a space" if unseen == " " else f"a character that is not seen (U+{ord(unseen):04X})"
        seen = "".join(character if character.isprintable() else " " for character in text)
        return f"id {quote(text)} holds {holds}", f"for example {quote('-'.join(seen.split()))}"
    if field.kind in ("choice", "flag") and text not in field.choices:
        return _describe_unknown(field.name, text, field.choices)
    return "", ""


def _missing(readings: Iterable[_FieldReading]) -> Iterator[Problem]:
    required = [field.name for field in QUESTION_FIELDS if field.required]
    for reading in readings:
        for name in required:
            if name not in reading.raw.values:
                yield Problem(reading.raw.location, f"{reading.name} has no {name}")


def _find_unanswered(readings: Iterable[_FieldReading]) -> Iterator[Problem]:
    """Yield questions that are no drafts, and have neither an answer nor choices that are right."""
    needed = [field.name for field in QUESTION_FIELDS if field.answers]
    for reading in readings:
        status = reading.raw.values.get("status")
        if isinstance(status, RawText) and status.text.strip() == "draft":
            continue
        if "choices" in reading.raw.values and "correct" in reading.raw.values:
            continue
        for name in needed:
            value = reading.raw.values.get(name)
            hint = "write one, or leave the question out: `status: draft`"
            if value is None:
                yield Problem(reading.raw.location, f"{reading.name} has no {name}", hint)
            elif name in reading.values:
                continue
            elif isinstance(value, RawText) and not normalise(value.text)[0].strip():
                yield Problem(value.location, f"{name} is empty", hint)


def _wrong_choices(readings: Iterable[_FieldReading]) -> Iterator[Problem]:
    """Yield too many choices, and letters beyond the last of them."""
    for reading in readings:
        choices = reading.values.get("choices", ())
        if len(choices) > len(LETTERS):
            message = f"{reading.name} has {len(choices)} choices, and may have {len(LETTERS)}"
            yield Problem(reading.raw.values["choices"].location, message)
        elif not _is_wrong(reading, "choices"):
            beyond = [
                letter
                for letter in reading.values.get("correct", ())
                if letter not in LETTERS[: len(choices)]
            ]
            if beyond:
                there = (
                    f"its choices are a to {LETTERS[len(choices) - 1]}" if choices else "it has no choices"
                )
                message = f"correct {quote(beyond[0])} is the letter of no choice"
                yield Problem(reading.raw.values["correct"].location, message, there)


def _is_wrong(reading: _FieldReading, key: str) -> bool:
    """Report whether the bank has something at `key`, all of which was refused."""
    return key in reading.raw.values and key not in reading.values


def _language_problems(header: _FieldReading) -> Iterator[Problem]:
    for language, place in header.entries("language"):
        if not _BCP_47.fullmatch(language):
            yield Problem(
                place, f"language {quote(language)} is not a BCP 47 tag", "for example en, de or pt-BR"
            )


def _unknown_names(
    key: str, declared: tuple[str, ...], readings: Iterable[_FieldReading]
) -> Iterator[Problem]:
    """Yield the technologies or levels of questions that are not among the declared."""
    known = frozenset(declared)
    for name, place in (entry for reading in readings for entry in reading.entries(key)):
        if known and name not in known:
            yield Problem(place, *_describe_unknown(key, name, declared))


def _shared_ids(readings: Sequence[_FieldReading]) -> Iterator[Problem]:
    """Yield ids that two questions have, and former ids that two have.

    A former id may be the id of another question now: where ids were shifted, they are. The lock knows whether
    that is right.
    """
    for state, key in (("id", "id"), ("former id", "former_ids")):
        owners: dict[str, tuple[str, Location]] = {}
        for entry in (entry for reading in readings for entry in reading.entries(key)):
            identity, place = entry
            first = owners.setdefault(fold_id(identity), entry)
            if first is not entry:
                owner, at = first
                hint = "" if owner == identity else f"it is {quote(owner)} there, which differs only in case"
                yield Problem(place, f"{state} {quote(identity)} is taken at {at}", hint)


def _look_alikes(readings: Sequence[_FieldReading]) -> Iterator[Problem]:
    """Yield ids that a reader takes for another one: А (Cyrillic) and A, Ａ (wide) and A."""
    entries = [entry for reading in readings for entry in reading.entries("id")]
    if all(identity.isascii() for identity, _ in entries):
        return
    from qexport.bank.id_looks import as_seen, name_foreign  # not above: most ids are in ASCII

    first: dict[str, tuple[str, Location]] = {}
    for entry in entries:
        identity, place = entry
        other, at = first.setdefault(as_seen(identity), entry)
        if other != identity:
            hint = f"write both in one alphabet; it has {name_foreign(identity) or name_foreign(other)}"
            yield Problem(place, f"id {quote(identity)} looks like {quote(other)} at {at}", hint)


def fold_id(identity: str) -> str:
    """Return an id without what two ids may not differ by alone."""
    return unicodedata.normalize("NFC", identity.casefold())


def _describe_unknown(what: str, name: str, known: tuple[str, ...]) -> tuple[str, str]:
    return f"{what} {quote(name)} is unknown", suggest(name, known)


def _name_of(record: RawMapping) -> str:
    identity = record.values.get("id")
    return f"question {quote(identity.text.strip())}" if isinstance(identity, RawText) else "a question"


def _build_bank(path: str, header: _FieldReading, readings: Iterable[_FieldReading]) -> Bank:
    usual = header.values.get("markup", "plain")
    markdown = MATHS if header.values.get("math", "false") == "true" else "markdown"
    questions = tuple(
        Question(
            location=reading.raw.location,
            **{**reading.values, "markup": {"markdown": markdown}.get(markup, markup)},
        )
        for reading in readings
        for markup in [reading.values.get("markup", usual)]
    )
    return _put_under_header(path, header, questions)


def make_bank_again(raw: RawBank, questions: tuple[Question, ...], limits: Limits = USUAL) -> Bank:
    """Return the bank of checked questions under the header of a raw bank in which nothing is wrong."""
    return _put_under_header(raw.path, _FieldReading(raw.header, _HEADER, "the bank", limits), questions)


def _put_under_header(path: str, header: _FieldReading, questions: tuple[Question, ...]) -> Bank:
    said = {key: value for key, value in header.values.items() if key not in ("markup", "math")}
    title = said.get("title") or _make_title(path)
    levels = _in_order(question.level for question in questions)
    unsaid = {
        "title": title,
        "technologies": _in_order(question.technology for question in questions),
        "levels": tuple(sorted(levels, key=rank_of_level)),
    }
    return Bank(questions=questions, **{**unsaid, **said})


def _make_title(path: str) -> str:
    words = re.sub(r"[\W_]+", " ", Path(path).stem).strip()
    return words[:1].upper() + words[1:] or "Questions"


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, as they first appear."""
    return tuple(dict.fromkeys(name for name in names if name))
