"""Edits that learners made in Anki → changes of the bank's texts.

    note of an export + the version it was built from + the bank → Proposal for each field that was changed

A note has HTML, the bank has plain text or Markdown: `carrying` finds the text of a changed field, which is merged
with what the bank says today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from qexport.anki.carrying import (
    Carried,
    ToMarkdown,
    canonical_html,
    describe_change,
    item_candidates,
    put_pictures_back,
    take_media_out,
    text_candidates,
    visible_text,
)
from qexport.anki.fields import EDITABLE_FIELDS, FIELD_PLACES
from qexport.anki.notes import (
    NoteShape,
    digest_note,
    digest_texts,
    find_linkable,
    notes_of,
    tags_of_note,
    without_identity,
)
from qexport.anki.package_file import NoteRow
from qexport.anki.shown_html import (
    as_list,
    as_question,
    list_lines,
    shown_blocks,
    shows_same,
    without_right_choices,
)
from qexport.bank.history import Versions, restore_question
from qexport.bank.lock import Entry, Lock
from qexport.bank.merging import Preference, merge_items, merge_texts
from qexport.bank.model import Bank, Question
from qexport.common.references import unescape_html
from qexport.common.text_input import normalise
from qexport.content.templates import Templates

MERGED_FIELDS: Mapping[str, str] = {
    "question": "Question",
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "real_world_example": "Real-World Example",
    "common_mistakes": "Common Mistakes",
    "production_scenario": "Production Scenario",
}
"""The texts of a question whose edits come back, and the fields of a note they are in."""
MERGED_NAMES: Mapping[str, str] = {
    "technology": "Technology",
    "category": "Category",
    "level": "Level",
    "difficulty": "Difficulty",
}
"""The short fields whose edits come back."""

MERGED_LISTS: Mapping[str, str] = {"choices": "Choices", "follow_ups": "Follow-up Questions"}
"""The lists whose edits come back."""

_FIELD_NAMES = {
    note: field for field, note in (*MERGED_FIELDS.items(), *MERGED_LISTS.items(), *MERGED_NAMES.items())
}
_OF_ANKI = frozenset({"marked", "leech"})
"""Tags that Anki itself sets, and takes away when a package is imported."""

_TEXT_NAMES = {note: field for field, note in MERGED_FIELDS.items()}

Value: TypeAlias = "str | int | tuple[str, ...] | None"
MergeKind: TypeAlias = Literal["taken", "ours", "conflict", "left", "unknown"]
PictureOf: TypeAlias = Callable[[str], str]
"""Returns where a picture of an export goes, seen from the bank; empty: the export does not have it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came back for one field of one question."""

    kind: MergeKind
    """What became of it: taken, ours (the bank's stays), an open conflict, left (the bank has no form for it),
    unknown (nobody knows what it was made from)."""
    id: str
    field: str
    base: Value = ""
    ours: Value = ""
    theirs: Value = ""
    merged: Value = ""
    sounds: tuple[str, ...] = ()
    """Sounds that the learner put into the field; they are left."""
    missing: tuple[str, ...] = ()
    """Pictures that the learner put into the field, and that are not in the export."""
    html: bool = False
    """`base` and `theirs` are HTML: the learner changed markup, which their text does not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """What the notes of learners may have been made from."""

    history: Versions
    """What the bank published."""
    versions: Mapping[str, Mapping[str, Any]]
    """Fields of questions by the digests of their versions, where the history lacks them."""
    decks: Mapping[tuple[str, str], tuple[bytes, ...]]
    """Fields of notes of a published deck by GUID and version, where the history lacks it."""


@dataclass(frozen=True, slots=True)
class _Base:
    """What one note was made from."""

    question: Question
    html: Mapping[str, str]
    """Of each field of the note."""


class Merger:
    """The bank as it is, and what its notes were made from."""

    def __init__(
        self,
        bank: Bank,
        lock: Lock,
        bases: Bases,
        *,
        to_markdown: ToMarkdown,
        picture: PictureOf,
    ) -> None:
        self._bank = bank
        self._bases = bases
        self._to_markdown = to_markdown
        self._picture = picture
        self._entries: dict[str, Entry] = {
            entry.guid: entry for entry in lock.notes.values() if not entry.left
        }
        self._prefix = lock.options.get("tag-prefix", "")
        formers = {former: question for question in bank.questions for former in question.former_ids}
        self._questions = {**formers, **{question.id: question for question in bank.questions}}
        self._linkable = find_linkable(bank.questions)
        self._templates = Templates()
        self._rendered: dict[str, tuple[Question, Mapping[str, str]]] = {}
        self._note_tags: dict[tuple[object, ...], str] = {}

    def proposals(self, row: NoteRow) -> Iterator[Proposal]:
        """Yield what was changed in a note. Retired notes, and those of other banks, are left alone."""
        entry = self._entries.get(row.guid)
        question = self._questions.get(entry.id) if entry else None
        if entry is None or question is None or question.status == "retired":
            return
        version = unescape_html(row.fields[FIELD_PLACES["Version"]].decode())
        tags = " ".join(sorted(row.tags.split()))
        if version == entry.version and _is_newest(row, tags, entry):
            return
        unedited = self._has_published_texts(row, version)
        if (not unedited and _is_newest(row, tags, entry)) or (unedited and tags == self._tags_of(question)):
            return
        base = self._published(question, version)
        if base is not None:
            published = self._tags_of(base)
            if tags != published:
                yield from self._tags(question, base, row.tags)
            unedited = unedited or _is_newest(row, published, entry)
        if not unedited:
            newest = self._published(question, entry.version)
            yield from self._fields(row, question, base, version, newest)

    def _has_published_texts(self, row: NoteRow, version: str) -> bool:
        """Report whether a note has the texts that were published with its version, whatever its tags are."""
        texts = digest_texts(row.fields)
        given = self._bases.decks.get((row.guid, version))
        return self._bases.history.has_note(version, texts) or (
            given is not None and texts == digest_texts(given)
        )

    def _published(self, question: Question, version: str) -> Question | None:
        """Return a version of a question that was published; None if nobody knows it."""
        said = self._bases.history.fields(version) or self._bases.versions.get(version)
        return None if said is None else restore_question(said, question)

    def _tags_of(self, question: Question) -> str:
        """Return the tags of a question's note; most of a bank share few of them."""
        key = (question.technology, question.category, question.level, question.difficulty, question.tags)
        if key not in self._note_tags:
            self._note_tags[key] = tags_of_note(question, self._prefix)
        return self._note_tags[key]

    def _fields(
        self, row: NoteRow, question: Question, base: Question | None, version: str, newest: Question | None
    ) -> Iterator[Proposal]:
        """Yield what was changed in the fields of a note.

        A field that says what the newest edition says holds no edit: it was taken before, or others made the same.
        """
        known = self._known(row, question, base, version)
        for name in EDITABLE_FIELDS:
            html = row.fields[FIELD_PLACES[name]].decode()
            theirs = canonical_html(html)
            if known is not None and theirs == canonical_html(known.html[name]):
                continue
            if self._says_today(question, known, name, theirs):
                continue
            field = _FIELD_NAMES.get(name, name)
            if known is None:
                forms = (
                    _blocks_of(question, name, each) for each in (self._html_today(question)[name], html)
                )
                _, shown, is_html = describe_change(*forms)
                yield Proposal("unknown", question.id, field, theirs=shown, html=is_html)
                continue
            media = take_media_out(theirs, canonical_html(known.html[name]))
            changes = self._carried(known, name, media)
            if changes is None:
                forms = (_blocks_of(known.question, name, html) for html in (known.html[name], theirs))
                before, after, is_html = describe_change(*forms)
                yield Proposal(
                    "left",
                    question.id,
                    field,
                    before,
                    theirs=after,
                    sounds=media.sounds,
                    missing=tuple(each for _, each, _ in media.pictures if not self._picture(each)),
                    html=is_html,
                )
                continue
            if media.sounds:
                yield Proposal("left", question.id, field, sounds=media.sounds)
            for changed, value in changes.items():
                if newest is None or value != _as_read(getattr(newest, changed)):
                    yield from _merge_field(question, known.question, changed, value)

    def _known(self, row: NoteRow, question: Question, base: Question | None, version: str) -> _Base | None:
        """Return what a note was made from, from the history or from the deck that was given for it."""
        if base is not None:
            return _Base(base, self._html(base))
        published = self._bases.decks.get((row.guid, version))
        if published is None:
            return None
        html = {name: published[place].decode() for name, place in FIELD_PLACES.items()}
        today = self._html_today(question)
        to_markdown = self._markdown_of(question)
        changes: dict[str, Any] = {}
        for name, field in _FIELD_NAMES.items():
            if canonical_html(html[name]) == canonical_html(today[name]):
                continue
            if name in MERGED_LISTS.values():
                changes[field] = next(item_candidates((), "", html[name], to_markdown), ())
            else:
                text = (to_markdown or visible_text)(html[name]).strip()
                changes[field] = _number(text) if field == "difficulty" else text
        return _Base(replace(question, **changes), html)

    def _says_today(self, question: Question, known: _Base | None, name: str, theirs: str) -> bool:
        """Report whether a field that is not as its note was made says what the newest edition would."""
        field = _TEXT_NAMES.get(name)
        if known is not None and field:
            compared = (field, "markup")
            before, now = ([getattr(each, one) for one in compared] for each in (known.question, question))
            if before == now:  # the newest edition has what the note was made from: it need not be rendered
                return False
        today = self._html_today(question)[name] if known is None else self._field_html(question, name)
        forms = (_blocks_of(question, name, each) for each in (today, theirs))
        return shows_same(*forms, is_plain=question.markup == "plain")

    def _html_today(self, question: Question) -> Mapping[str, str]:
        known = self._rendered.get(question.id)
        if known is None or known[0] is not question:
            known = self._rendered[question.id] = (question, self._html(question))
        return known[1]

    def _html(self, question: Question) -> dict[str, str]:
        (note,) = notes_of(
            replace(self._bank, questions=(question,)),
            NoteShape(),
            self._templates,
            linkable=self._linkable,
        )
        values = note.fields.split(b"\x1f")
        return {name: values[place].decode() for name, place in FIELD_PLACES.items()}

    def _field_html(self, question: Question, name: str) -> str:
        """Return one field of a question's note."""
        field = _TEXT_NAMES.get(name)
        if field and question.markup == "plain":  # each text becomes HTML without a look at the others
            others: dict[str, Any] = {each: "" for each in MERGED_FIELDS if each not in ("question", field)}
            question = replace(question, follow_ups=(), **others)
        return self._html(question)[name]

    def _markdown_of(self, question: Question) -> ToMarkdown | None:
        return None if question.markup == "plain" else self._to_markdown

    def _carried(self, base: _Base, name: str, media: Carried) -> dict[str, Value] | None:
        """Return the fields of a question that are shown as the learner has them; None if nothing is."""
        question = base.question
        before, after = (_blocks_of(question, name, html) for html in (base.html[name], media.html))
        if shows_same(before, after, is_plain=False):
            return {}
        for changes in self._candidates(question, name, before, after):
            changed = {field: _as_read(value) for field, value in changes.items()}
            if all(value == _as_read(getattr(question, field)) for field, value in changed.items()):
                continue  # only the markup was changed
            try:
                html = self._field_html(replace(question, **changes), name)
            except ValueError:  # a number that is none
                continue
            if shows_same(_blocks_of(question, name, html), after, is_plain=question.markup == "plain"):
                found = self._with_pictures(question, changes, media)
                return found and {field: _as_read(value) for field, value in found.items()}
        return None

    def _candidates(self, base: Question, name: str, before: str, after: str) -> Iterator[dict[str, Any]]:
        """Yield fields of a question that may be shown as a learner has them, from the blocks of both."""
        to_markdown = self._markdown_of(base)
        if name in MERGED_NAMES.values():
            field = _FIELD_NAMES[name]
            lines = list_lines(after) or [""]
            value = unescape_html(lines[0]).strip()
            if len(lines) == 1 and "<" not in value and self._is_name(field, value):
                yield {field: _number(value) if field == "difficulty" else value}
        elif name in MERGED_LISTS.values():
            field = _FIELD_NAMES[name]
            for items in item_candidates(getattr(base, field), before, after, to_markdown):
                if field != "choices" or len(items) == len(
                    base.choices
                ):  # or the letters of the right ones move
                    yield {field: items}
        elif field := next((each for each, other in MERGED_FIELDS.items() if other == name), ""):
            if field == "answer":
                before, after = without_right_choices(before, after)
            for text in text_candidates(getattr(base, field), before, after, to_markdown):
                if text or field not in ("question", "answer"):
                    yield {field: text}

    def _is_name(self, field: str, value: str) -> bool:
        """Report whether a short field may have this value: no learner invents a technology or a level."""
        if field == "difficulty":
            return not value or (value.isdecimal() and 1 <= int(value) <= 10)
        known = {"technology": self._bank.technologies, "level": self._bank.levels}.get(field)
        return "\n" not in value and (known is None or value in known)

    def _with_pictures(
        self, base: Question, changes: dict[str, Any], media: Carried
    ) -> dict[str, Value] | None:
        if not media.pictures:
            return changes
        if base.markup == "plain" or not all(self._picture(name) for _, name, _ in media.pictures):
            return None

        def back(value: Value) -> Value:
            if isinstance(value, tuple):
                return tuple(put_pictures_back(item, media.pictures, self._picture) for item in value)
            return (
                put_pictures_back(value, media.pictures, self._picture) if isinstance(value, str) else value
            )

        return {name: back(value) for name, value in changes.items()}

    def _tags(self, question: Question, base: Question, theirs: str) -> Iterator[Proposal]:
        """Yield a change of tags that the bank uses; all others are the learner's own."""
        published = _fold_tags(base.tags, self._prefix)
        have = {tag.casefold() for tag in theirs.split()}
        gone = {
            published[each] for each in published.keys() - have if published[each].casefold() not in _OF_ANKI
        }
        extra = have - published.keys()
        new: tuple[str, ...] = ()
        if extra:
            own = dict.fromkeys(tag for each in self._bank.questions for tag in each.tags)
            ours = _fold_tags(own, self._prefix)
            new = tuple(sorted(ours[each] for each in extra & ours.keys()))
        if not gone and not new:
            return
        merged = tuple(tag for tag in question.tags if tag not in gone)
        merged += tuple(tag for tag in new if tag not in merged)
        if merged != question.tags:
            changed = tuple(tag for tag in base.tags if tag not in gone) + new
            yield Proposal("taken", question.id, "tags", base.tags, question.tags, changed, merged)


def _blocks_of(question: Question, name: str, html: str) -> str:
    """Return a field of a question's note as it is compared."""
    blocks = shown_blocks(canonical_html(html), is_plain=question.markup == "plain")
    if name == "Question":
        return as_question(blocks)
    return as_list(blocks) if name in MERGED_LISTS.values() else blocks


def _fold_tags(tags: Iterable[str], prefix: str) -> dict[str, str]:
    """Return tags as notes have them, folded, and the tags they are."""
    bare = Question(id="x", question="x")
    one_by_one = ((tag, tags_of_note(replace(bare, tags=(tag,)), prefix)) for tag in tags)
    return {noted.casefold(): tag for tag, noted in one_by_one if noted}


def _is_newest(row: NoteRow, tags: str, entry: Entry) -> bool:
    """Report whether a note with these tags is what the newest edition has."""
    return digest_note(without_identity(row.fields), tags) == entry.digest


def decide(conflict: Proposal, side: Preference) -> Proposal:
    """Return a conflict with the words of one side where both changed the same ones; all else of both is kept."""
    sides = conflict.base, conflict.ours, conflict.theirs
    merged = _merge_values(conflict.field, *sides, side)
    if merged is _OPEN:
        return conflict
    return replace(conflict, kind="ours" if merged == conflict.ours else "taken", merged=merged)


def _merge_field(question: Question, base: Question, field: str, theirs: Value) -> Iterator[Proposal]:
    """Yield what becomes of a field that the learner changed."""
    before, ours = getattr(base, field), getattr(question, field)
    merged = _merge_values(field, before, ours, theirs, "")
    if merged is _OPEN:
        yield Proposal("conflict", question.id, field, before, ours, theirs)
    elif merged != ours:
        yield Proposal("taken", question.id, field, before, ours, theirs, merged)


_OPEN: Any = object()


def _merge_values(field: str, before: Any, ours: Any, theirs: Any, prefer: Preference) -> Any:
    """Return a field with the changes of both sides, or _OPEN for a conflict."""
    if field not in MERGED_NAMES:
        merge: Any = merge_items if isinstance(theirs, tuple) else merge_texts
        merged = merge(before, ours, theirs, prefer)
        return _OPEN if merged is None else merged
    if theirs in (ours, before):
        return ours
    if ours == before:
        return theirs
    return {"ours": ours, "theirs": theirs}.get(prefer, _OPEN)


def _as_read(value: Value) -> Value:
    """Return a value as a bank gives it back."""
    if isinstance(value, tuple):
        return tuple(normalise(item)[0].strip() for item in value)
    return normalise(value)[0].strip() if isinstance(value, str) else value


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
