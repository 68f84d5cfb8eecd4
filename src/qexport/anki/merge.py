"""Edits that learners made in Anki → changes of the bank's texts.

    note of an export + the version it was built from + the bank → Proposal for each field that was changed

A note has HTML, the bank has plain text or Markdown. A change of words is carried over into the text of the
version, which is then made into HTML again: only if that is exactly what the learner has is the change taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import unescape
from typing import Any, Literal, TypeAlias

from qexport.anki.fields import FIELD_PLACES
from qexport.anki.notes import NoteShape, notes_of
from qexport.anki.package_file import NoteRow
from qexport.bank.lock import Lock
from qexport.bank.merging import apply_hunks, hunks_of, merge_texts, tokens_of
from qexport.bank.model import Bank, Question
from qexport.common.text_distance import edit_steps
from qexport.content.templates import Templates

MERGED_FIELDS: Mapping[str, str] = {
    "question": "Question",
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "real_world_example": "Real-World Example",
    "common_mistakes": "Common Mistakes",
    "production_scenario": "Production Scenario",
}
"""The fields of a question whose edits come back, and the fields of a note they are in."""

_FIELDS_OF_LISTS = ("Choices", "Correct", "Follow-up Questions", "Links", "Extra")
"""Fields that are made from lists: edits of them are reported, and left."""

MergeKind: TypeAlias = Literal["taken", "ours", "conflict", "left", "unknown"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came back for one field of one question."""

    kind: MergeKind
    """What became of it: taken, ours (the bank's stays), an open conflict, left (the bank has no form for it),
    unknown (nobody knows what it was made from)."""
    id: str
    field: str
    base: str = ""
    ours: str = ""
    theirs: str = ""
    merged: str = ""


class Merger:
    """The bank as it is, and what its notes were made from."""

    def __init__(self, bank: Bank, lock: Lock, versions: Mapping[str, Mapping[str, Any]]) -> None:
        self._bank = bank
        self._versions = versions
        self._ids = {entry.guid: key for key, entry in lock.notes.items() if not entry.left}
        self._gone = {entry.guid for entry in lock.left}
        self._questions = {question.id: question for question in bank.questions}
        self._templates = Templates()

    def is_new(self, row: NoteRow) -> bool:
        """Say whether a note is none that the bank ever published."""
        return row.guid not in self._ids and row.guid not in self._gone

    def proposals(self, row: NoteRow) -> Iterator[Proposal]:
        """Yield what was changed in a note. Retired notes are left alone."""
        key = self._ids.get(row.guid)
        question = self._questions.get(key or "")
        if question is None:
            return
        now = self._html(question)
        version = unescape(row.fields[FIELD_PLACES["Version"]].decode())
        said = self._versions.get(version)
        base = self._question_of(question, said) if said is not None else None
        before = self._html(base) if base else {}
        for name in (*MERGED_FIELDS.values(), *_FIELDS_OF_LISTS):
            theirs = canonical_html(row.fields[FIELD_PLACES[name]].decode())
            if theirs in (canonical_html(now[name]), canonical_html(before.get(name, now[name]))):
                continue
            field = next((each for each, other in MERGED_FIELDS.items() if other == name), "")
            if base is None:
                yield Proposal("unknown", question.id, field or name, theirs=_squeeze_visible(theirs))
            elif not field or (text := self._carried(base, field, theirs)) is None:
                yield Proposal(
                    "left",
                    question.id,
                    field or name,
                    _squeeze_visible(before[name]),
                    theirs=_squeeze_visible(theirs),
                )
            else:
                yield from _merge_field(question, base, field, text)

    def _question_of(self, question: Question, said: Mapping[str, Any]) -> Question:
        """Return the version of a question that was published."""
        names = {each.name for each in fields(Question)}
        values = {name: _frozen(value) for name, value in said.items() if name in names}
        return Question(**{"answer": "", **values, "id": question.id, "location": question.location})

    def _html(self, question: Question) -> dict[str, str]:
        (note,) = notes_of(replace(self._bank, questions=(question,)), NoteShape(), self._templates)
        values = note.fields.split(b"\x1f")
        return {name: values[place].decode() for name, place in FIELD_PLACES.items()}

    def _carried(self, base: Question, field: str, theirs: str) -> str | None:
        """Return the text that becomes exactly their HTML; None if there is none."""
        text: str = getattr(base, field)
        before = self._html(base)[MERGED_FIELDS[field]]
        for candidate in (_carry_over(text, before, theirs), _visible(theirs).strip()):
            if candidate and canonical_html(self._html_of(base, field, candidate)) == theirs:
                return candidate
        return None

    def _html_of(self, base: Question, field: str, text: str) -> str:
        changed: Any = {field: text}
        return self._html(replace(base, **changed))[MERGED_FIELDS[field]]


def _merge_field(question: Question, base: Question, field: str, theirs: str) -> Iterator[Proposal]:
    before, ours = getattr(base, field), getattr(question, field)
    merged = merge_texts(before, ours, theirs)
    if merged is None:
        yield Proposal("conflict", question.id, field, before, ours, theirs)
    elif merged != ours:
        yield Proposal("taken", question.id, field, before, ours, theirs, merged)


def _carry_over(text: str, before: str, after: str) -> str | None:
    """Return a source text with the words changed that differ between two states of its HTML."""
    source, shown, wanted = tokens_of(text), tokens_of(_visible(before)), tokens_of(_visible(after))
    places = _align_words(source, shown)
    changed = []
    for hunk in hunks_of(shown, wanted):
        start = places.get(hunk.start) if hunk.start < len(shown) else len(source)
        end = places.get(hunk.end - 1) if hunk.end > hunk.start else None
        if start is None or (hunk.end > hunk.start and end is None):
            return None
        changed.append(replace(hunk, start=start, end=start if end is None else end + 1))
    return "".join(apply_hunks(source, changed))


def _align_words(source: Sequence[str], shown: Sequence[str]) -> dict[int, int]:
    """Return where in the source each shown word is."""
    numbers: dict[str, int] = {}
    old, new = ([numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (source, shown))
    places: dict[int, int] = {}
    for what, start, end, new_start, _ in edit_steps(old, new):
        if what == "equal":
            places |= {new_start + offset: start + offset for offset in range(end - start)}
    return places


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def canonical_html(html: str) -> str:
    """Return HTML without what Anki's editor adds and nobody sees."""
    text = html.replace("\r", "").replace("\xa0", " ").replace("&nbsp;", " ").replace("<br />", "<br>")
    text = re.sub(r"(?:<br>|\s)+$", "", text)
    return _unescape_quotes(text)


def _unescape_quotes(html: str) -> str:
    """Return HTML in which quotes are written as themselves, as Anki's editor writes them."""
    return html.replace("&quot;", '"').replace("&#34;", '"').replace("&#39;", "'").replace("&#x27;", "'")


def _visible(html: str) -> str:
    """Return the text of HTML, with its line breaks."""
    text = re.sub(r"<br>", "\n", html)
    text = re.sub(r"</p>\s*<p>", "\n\n", text)
    return unescape(re.sub(r"<[^>]*>", "", text))


def _squeeze_visible(html: str) -> str:
    return " ".join(_visible(html).split())
