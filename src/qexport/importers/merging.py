"""What a source says now + what it said at the last import + what the bank says → what is new, changed, in conflict.

The base of each field is a digest in `<bank>.imports.json`, written beside the bank by every import. So an edit in
the bank is kept, a change in the source arrives, and only where both changed there is a conflict.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from qexport.bank.id_making import make_id
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.formats import IMPORTS_FORMAT
from qexport.importers.assembling import Assembled
from qexport.importers.choice_letters import fold_text

SOURCE_FIELDS = (
    "question",
    "choices",
    "correct",
    "technology",
    "category",
    "level",
    "difficulty",
    *PROSE_SECTIONS,
    "follow_ups",
    "links",
    "tags",
    "source",
)
"""What a source says of a question; the rest is the bank's own."""

_TEXTS = frozenset(("question", "choices", "follow_ups", *PROSE_SECTIONS))
"""Fields that are written in a markup."""

_LONG_ENOUGH = 40
"""Characters of an answer that make it a question's own."""


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """One question as it was imported last."""

    key: str
    """What the source knows it by; empty: nothing."""
    origin: str
    """The name of the source's file, below the folder that was named, and of its sheet if it has several."""
    fields: Mapping[str, str]
    """Field → digest of its value."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that changed in the source and in the bank."""

    id: str
    field: str
    ours: object
    theirs: object
    location: Location
    """In the source."""


@dataclass(frozen=True, slots=True)
class Update:
    """A field that takes the source's value."""

    id: str
    field: str
    before: object
    value: object
    location: Location


@dataclass(slots=True)
class Merge:
    """What an import does to a bank."""

    new: list[Question] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    known: int = 0
    """Questions that the bank has already, whatever changed in them."""
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)
    """Ids whose question the source does not have any more."""
    base: dict[str, ImportedQuestion] = field(default_factory=dict)
    """What the next import compares with."""


def digest_value(value: object) -> str:
    """Return a short digest of a field's value; empty for an empty one."""
    if value in ("", (), None):
        return ""
    if isinstance(value, str) and len(value) > _LONG_ENOUGH:
        return _compute_digest(value)
    return _digest_short(value)


def _compute_digest(value: object) -> str:
    return sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


_digest_short = lru_cache(4096)(_compute_digest)
"""Of names, numbers and tags, which many questions share."""


def merge(
    bank: Bank | None,
    incoming: Sequence[Assembled],
    base: Mapping[str, ImportedQuestion],
    origins: Sequence[str],
) -> Merge:
    """Return what changes in a bank when questions come in.

    Args:
        bank: The bank there is; None: a new one.
        incoming: From the sources, in their order, with their own ids or none.
        base: What was imported last, by id.
        origins: The name of each incoming question's source.
    """
    return _SourceMerging(bank, base).merge(incoming, origins)


class _SourceMerging:
    def __init__(self, bank: Bank | None, base: Mapping[str, ImportedQuestion]) -> None:
        self._questions = {each.id.casefold(): each for each in (bank.questions if bank else ())}
        self._taken = set(self._questions)
        for each in bank.questions if bank else ():
            self._taken.update(former.casefold() for former in each.former_ids)
        self._base = {key: each for key, each in base.items() if key.casefold() in self._questions}
        self._by_key: dict[str, str] = {}
        for key, known in self._base.items():
            if known.key:  # of two notes with one key, the first; the other is found by its text
                self._by_key.setdefault(known.key, key)
        self._by_asked: dict[str, list[str]] = {}
        self._by_answer: dict[str, list[str]] = {}
        for key, imported in self._base.items():
            self._by_asked.setdefault(imported.fields.get("question", ""), []).append(key)
            self._by_answer.setdefault(imported.fields.get("answer", ""), []).append(key)
        self._by_text: dict[str, list[str]] = {}
        for question in self._questions.values():
            self._by_text.setdefault(fold_text(question.question), []).append(question.id)
        self._matched: set[str] = set()
        self._incoming: Counter[str] = Counter()
        """How many incoming questions have a text, by its digest."""
        self.result = Merge(base=dict(self._base))

    def merge(self, incoming: Sequence[Assembled], origins: Sequence[str]) -> Merge:
        matches: list[str] = [""] * len(incoming)
        self._incoming = Counter(digest_value(each.question.question) for each in incoming)
        for finder in (
            (self._same_but_moved, self._same, self._same_text, self._same_answer) if self._questions else ()
        ):
            for place, each in enumerate(incoming):
                if not matches[place] and (found := finder(each)):
                    matches[place] = found
                    self._matched.add(found)
        reserved = self._taken | {each.question.id.casefold() for each in incoming if each.question.id}
        for place, each in enumerate(incoming):
            if matches[place]:
                self._compare(matches[place], each, origins[place])
            else:
                self._add(each, origins[place], reserved)
        read = set(origins)
        self.result.gone = [
            key for key, each in self._base.items() if each.origin in read and key not in self._matched
        ]
        return self.result

    def _same_but_moved(self, each: Assembled) -> str:
        """Return the question whose text comes under an id that was another's: a source that counts its rows."""
        if each.key or not each.question.id:
            return ""
        asked = digest_value(each.question.question)
        known = self._questions.get(each.question.id.casefold())
        before = self._base.get(known.id) if known else None
        if before is not None and before.fields.get("question") == asked:
            return ""
        named = self._by_asked.get(asked, [])
        return self._free(named[0]) if len(named) == 1 == self._incoming[asked] else ""

    def _same(self, each: Assembled) -> str:
        """Return the question that the source's own key or id names."""
        if each.key and (key := self._by_key.get(each.key)):
            return self._free(key)
        if each.question.id and (known := self._questions.get(each.question.id.casefold())):
            return self._free(known.id)
        return ""

    def _same_text(self, each: Assembled) -> str:
        """Return the question whose text was imported so, or is so in the bank."""
        named = self._by_asked.get(digest_value(each.question.question), [])
        named = [*named, *self._by_text.get(fold_text(each.question.question), [])]
        same = [key for key in named if key not in self._matched]
        exact = [key for key in same if self._is_alike(key, each)]
        return (exact or same or [""])[0]

    def _same_answer(self, each: Assembled) -> str:
        """Return the question whose answer was imported so: the source's question was reworded."""
        if len(each.question.answer) < _LONG_ENOUGH:
            return ""
        named = self._by_answer.get(digest_value(each.question.answer), [])
        free = [key for key in named if key not in self._matched]
        return free[0] if len(named) == 1 and free else ""

    def _free(self, key: str) -> str:
        return "" if key in self._matched else key

    def _is_alike(self, key: str, each: Assembled) -> bool:
        known = self._base.get(key)
        if known is None:
            return self._questions[key.casefold()].answer == each.question.answer
        return known.fields.get("answer", "") == digest_value(each.question.answer)

    def _compare(self, key: str, each: Assembled, origin: str) -> None:
        ours = self._questions[key.casefold()]
        base = self._base.get(key)
        fields = {name: digest_value(getattr(each.question, name)) for name in SOURCE_FIELDS}
        kept = dict(fields)
        is_changed = False
        for name in SOURCE_FIELDS:
            mine, theirs = getattr(ours, name), getattr(each.question, name)
            before = base.fields.get(name, "") if base else None
            if mine == theirs or before == fields[name]:
                continue
            if before is None and theirs in ("", (), None):
                continue  # the bank has more than the source
            is_changed = True
            if before is not None and digest_value(mine) == before:
                self.result.updates.append(Update(key, name, mine, theirs, each.locate(name)))
            else:
                self.result.conflicts.append(Conflict(key, name, mine, theirs, each.locate(name)))
                kept[name] = before or ""
        if (
            ours.status == "draft"
            and each.question.status != "draft"
            and any(
                update.id == key and update.field in ("answer", "correct") for update in self.result.updates
            )
        ):
            self.result.updates.append(Update(key, "status", "draft", "", each.question.location))
        self._update_markup(key, ours, each)
        self.result.known += 1
        self.result.unchanged += not is_changed
        self.result.base[key] = ImportedQuestion(
            each.key, origin, {name: value for name, value in kept.items() if value}
        )

    def _update_markup(self, key: str, ours: Question, each: Assembled) -> None:
        """Take Markdown as the markup of a plain question if texts in Markdown were taken."""
        taken = {update.field for update in self.result.updates if update.id == key}
        is_disputed = any(conflict.id == key for conflict in self.result.conflicts)
        if ours.markup == "plain" != each.question.markup and taken & _TEXTS and not is_disputed:
            self.result.updates.append(
                Update(key, "markup", ours.markup, each.question.markup, each.question.location)
            )

    def _add(self, each: Assembled, origin: str, reserved: set[str]) -> None:
        key = each.question.id
        if not key or key.casefold() in self._taken:
            key = make_id(each.question.question, reserved)
        self._taken.add(key.casefold())
        reserved.add(key.casefold())
        question = replace(each.question, id=key)
        self.result.new.append(question)
        fields = {name: digest_value(value) for name in SOURCE_FIELDS if (value := getattr(question, name))}
        self.result.base[key] = ImportedQuestion(each.key, origin, fields)


# The file beside the bank


def write_imports(base: Mapping[str, ImportedQuestion]) -> str:
    """Return the text of `<bank>.imports.json`."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    lines = [
        encode({key: {"key": each.key, "from": each.origin, "fields": each.fields}})[1:-1]
        for key, each in base.items()
    ]
    body = ",\n".join(f"    {line}" for line in lines)
    return (
        f'{{\n  "form": {IMPORTS_FORMAT},\n  "questions": {{\n{body}\n  }}\n}}\n'
        if lines
        else f'{{\n  "form": {IMPORTS_FORMAT},\n  "questions": {{}}\n}}\n'
    )


def read_imports(text: str, path: str) -> dict[str, ImportedQuestion]:
    """Return what was imported last, or refuse a file that says it otherwise."""
    try:
        said: Any = json.loads(text)
        questions: Any = said["questions"] if said["form"] == IMPORTS_FORMAT else None
        return {
            str(key): ImportedQuestion(str(each["key"]), str(each["from"]), _read_field_texts(each["fields"]))
            for key, each in questions.items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        hint = "delete it: the next import then shows what differs as conflicts"
        raise InputRefused((Problem(Location(path), "this is not what an import wrote", hint),)) from error


def _read_field_texts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in fields.items()}
