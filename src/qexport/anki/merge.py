"""Edits that learners made in Anki → changes of the bank's texts.

    note of an export + the version it was built from + the bank → Proposal for each field that was changed

A note has HTML, the bank has plain text or Markdown: `carrying` finds the text of a changed field, which is merged
with what the bank says today.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from qexport.anki.carrying import (
    Carried,
    ToMarkdown,
    canonical_html,
    describe_change,
    item_candidates,
    put_pictures_back,
    take_media_out,
    text_candidates,
)
from qexport.anki.fields import EDITABLE_FIELDS, FIELD_PLACES
from qexport.anki.merged_fields import (
    MERGED_FIELDS,
    MERGED_LISTS,
    MERGED_NAMES,
    NAMES_IN_BANK,
    TEXT_NAMES,
    Value,
)
from qexport.anki.merged_pictures import PictureWords, pair_pictures, pictures_in
from qexport.anki.note_html import NoteHtml
from qexport.anki.notes import digest_note, without_identity
from qexport.anki.package_file import NoteRow
from qexport.anki.proposals import Proposal, as_read, merge_field, number_of
from qexport.anki.published_notes import Bases, PublishedNote, PublishedNotes
from qexport.anki.shown_html import (
    as_list,
    as_question,
    list_lines,
    shown_blocks,
    shows_same,
    without_right_choices,
)
from qexport.anki.tags import tags_of_note
from qexport.bank.lock import Entry, Lock
from qexport.bank.model import Bank, Question
from qexport.common.references import unescape_html


class NewPicture(NamedTuple):
    """A picture that a learner put into a note."""

    place: str
    """Where it goes, seen from the bank."""
    name: str
    """What a deck calls it, by its content."""


PictureOf: TypeAlias = Callable[[str], NewPicture | None]
"""Returns a picture of an export; None: the export does not have it."""


_OF_ANKI = frozenset({"marked", "leech"})
"""Tags that Anki itself sets, and takes away when a package is imported."""


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """Where the bank has a picture that a note was published with."""

    id: str
    """The question that showed it."""
    name: str
    """The name of the picture then."""
    path: Path | None
    """Its file today; None if the question shows nothing in its place."""
    source: str
    """The file as the question's text has it."""
    now: str
    """The name of the picture in that file."""
    shown: Collection[str]
    """The names of all pictures that the question shows today, or in the newest edition."""
    former: str = ""
    """The file that the text named then, if it names another one now, with another picture."""


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
        notes: NoteHtml,
    ) -> None:
        self._bank = bank
        self._published = PublishedNotes(bases, notes, to_markdown)
        self._to_markdown = to_markdown
        self._picture = picture
        self._entries: dict[str, Entry] = {
            entry.guid: entry for entry in lock.notes.values() if not entry.left
        }
        self._prefix = lock.options.get("tag-prefix", "")
        formers = {former: question for question in bank.questions for former in question.former_ids}
        self._questions = {**formers, **{question.id: question for question in bank.questions}}
        self._notes = notes
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
        unedited = self._published.has_texts(row, version)
        if (not unedited and _is_newest(row, tags, entry)) or (unedited and tags == self._tags_of(question)):
            return
        base = self._published.version(question, version)
        if base is not None:
            published = self._tags_of(base)
            if tags != published:
                yield from self._tags(question, base, row.tags)
            unedited = unedited or _is_newest(row, published, entry)
        if not unedited:
            yield from self._fields(row, question, base, version, entry.version)

    def places_of_pictures(self, row: NoteRow, names: Collection[str]) -> Iterator[PicturePlace]:
        """Yield where the bank has pictures that a note shows.

        Args:
            row: The note.
            names: Of the pictures, as the deck calls them.
        """
        entry = self._entries.get(row.guid)
        question = self._questions.get(entry.id) if entry else None
        if entry is None or question is None or question.status == "retired":
            return
        version = unescape_html(row.fields[FIELD_PLACES["Version"]].decode())
        known = self._published.note(row, question, self._published.version(question, version), version)
        today = self._notes.pictures_today(question)
        then = known.pictures if known else {}
        pairs = pair_pictures(then, today)
        folder = Path(question.location.path).parent
        newest = self._published.pictures(entry.version)
        shown = frozenset(name for each in (today, *newest) if each for name in each.values())
        in_note = dict.fromkeys(pictures_in(b"".join(row.fields).decode()))
        for name in (each for each in in_note if each in names):
            same = [source for source, now in today.items() if now == name]
            for source in same or pairs.get(name, ()):
                former = "" if same or source in then else next(old for old in then if then[old] == name)
                yield PicturePlace(question.id, name, folder / source, source, today[source], shown, former)
            if not same and not pairs.get(name):
                yield PicturePlace(question.id, name, None, "", "", shown)

    def _tags_of(self, question: Question) -> str:
        """Return the tags of a question's note; most of a bank share few of them."""
        key = (question.technology, question.category, question.level, question.difficulty, question.tags)
        if key not in self._note_tags:
            self._note_tags[key] = tags_of_note(question, self._prefix)
        return self._note_tags[key]

    def _fields(
        self, row: NoteRow, question: Question, base: Question | None, version: str, newest: str
    ) -> Iterator[Proposal]:
        """Yield what was changed in the fields of a note.

        A field that says what the newest edition says holds no edit: it was taken before, or others made the same.
        """
        known = self._published.note(row, question, base, version)
        latest = self._published.version(question, newest)
        for name in EDITABLE_FIELDS:
            html = row.fields[FIELD_PLACES[name]].decode()
            theirs = canonical_html(html)
            if known is not None and theirs == canonical_html(known.html[name]):
                continue
            if self._says_today(question, known, name, theirs):
                continue
            field = NAMES_IN_BANK.get(name, name)
            if known is None:
                forms = (
                    _blocks_of(question, name, each)
                    for each in (self._notes.today(question).html[name], html)
                )
                _, shown, is_html = describe_change(*forms)
                yield Proposal("unknown", question.id, field, theirs=shown, html=is_html)
                continue
            media = take_media_out(theirs, canonical_html(known.html[name]))
            changes = self._carry_fields(known, name, media)
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
            new = dict(filter(None, (self._picture(each) for _, each, _ in media.pictures)))
            words = PictureWords(known.pictures, self._notes.pictures_today(question), new)
            pictures = self._published.pictures(newest)
            for changed, value in changes.items():
                said = latest and as_read(getattr(latest, changed))
                if latest is None or not words.was_published(value, said, pictures):
                    yield from merge_field(question, known.question, changed, value, words)

    def _says_today(self, question: Question, known: PublishedNote | None, name: str, theirs: str) -> bool:
        """Report whether a field that is not as its note was made says what the newest edition would."""
        field = TEXT_NAMES.get(name)
        if known is not None and field:
            compared = (field, "markup")
            before, now = ([getattr(each, one) for one in compared] for each in (known.question, question))
            if before == now:  # the newest edition has what the note was made from: it need not be rendered
                return False
        today = self._notes.today(question).html[name] if known is None else self._field_html(question, name)
        forms = (_blocks_of(question, name, each) for each in (today, theirs))
        return shows_same(*forms, is_plain=question.markup == "plain")

    def _field_html(self, question: Question, name: str, pictures: Mapping[str, str] | None = None) -> str:
        """Return one field of a question's note."""
        return self._notes.field(question, name, TEXT_NAMES.get(name, ""), pictures)

    def _markdown_of(self, question: Question) -> ToMarkdown | None:
        return None if question.markup == "plain" else self._to_markdown

    def _carry_fields(self, base: PublishedNote, name: str, media: Carried) -> dict[str, Value] | None:
        """Return the fields of a question that are shown as the learner has them; None if nothing is."""
        question = base.question
        before, after = (_blocks_of(question, name, html) for html in (base.html[name], media.html))
        if shows_same(before, after, is_plain=False):
            return {}
        for changes in self._candidates(question, name, before, after):
            changed = {field: as_read(value) for field, value in changes.items()}
            if all(value == as_read(getattr(question, field)) for field, value in changed.items()):
                continue  # only the markup was changed
            try:
                html = self._field_html(replace(question, **changes), name, base.pictures)
            except ValueError:  # a number that is none
                continue
            if shows_same(_blocks_of(question, name, html), after, is_plain=question.markup == "plain"):
                found = self._with_pictures(question, changes, media)
                return found and {field: as_read(value) for field, value in found.items()}
        return None

    def _candidates(self, base: Question, name: str, before: str, after: str) -> Iterator[dict[str, Any]]:
        """Yield fields of a question that may be shown as a learner has them, from the blocks of both."""
        to_markdown = self._markdown_of(base)
        if name in MERGED_NAMES.values():
            field = NAMES_IN_BANK[name]
            lines = list_lines(after) or [""]
            value = unescape_html(lines[0]).strip()
            if len(lines) == 1 and "<" not in value and self._is_name(field, value):
                yield {field: number_of(value) if field == "difficulty" else value}
        elif name in MERGED_LISTS.values():
            field = NAMES_IN_BANK[name]
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
        found = {name: self._picture(name) for _, name, _ in media.pictures}
        places = {name: each.place for name, each in found.items() if each}
        if base.markup == "plain" or len(places) < len(found):
            return None

        def back(value: Value) -> Value:
            if isinstance(value, tuple):
                return tuple(put_pictures_back(item, media.pictures, places) for item in value)
            return put_pictures_back(value, media.pictures, places) if isinstance(value, str) else value

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
