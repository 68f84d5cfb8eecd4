"""Questions → notes: the fields and tags of each question.

    question → question_text() → fields → bytes, and a digest of them

Who a note is, the lock knows: its GUID, key and number are not here. Its digest covers what a learner would
see change: fields and tags, neither its deck nor its place in that, because Anki never moves a card it has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from qexport.anki.fields import EDITABLE_FIELDS, FIELD_PLACES, FIELDS, FILLED_LATE, ON
from qexport.anki.tags import NAMES_REMEMBERED, tags_of_note
from qexport.bank.history import version_of
from qexport.bank.identity import question_digest
from qexport.common.nameless_file import NamelessFile
from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.common.references import blank_tags
from qexport.content.choices import list_choices
from qexport.content.languages import language as language_of
from qexport.content.markdown_pictures import let_enlarge
from qexport.content.question_signs import list_known_links
from qexport.content.question_view import question_text
from qexport.content.situations import situation
from qexport.content.technology_colours import number_colour, number_technologies
from qexport.content.templates import Templates
from qexport.content.text import write_line

if TYPE_CHECKING:
    from markupsafe import Markup

    from qexport.bank.model import Bank, Question
    from qexport.content.images import Image
    from qexport.content.index_candidates import ByteStore
    from qexport.content.question_view import QuestionView

PROSE_FIELDS = {
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "real_world_example": "Real-World Example",
    "common_mistakes": "Common Mistakes",
    "production_scenario": "Production Scenario",
    "follow_ups": "Follow-up Questions",
}

EXTRA_CARDS = {"scenario": "production_scenario", "mistakes": "common_mistakes"}
"""Cards beside the one that recalls the answer, and the part of a question each of them is made from."""

MEDIA_NAME = "qexport-"
"""What names of pictures begin with: all decks of a learner share one folder of them."""


class Note(Record, frozen=True):
    """A question as Anki will know it."""

    question: Question
    read_fields: Callable[[], bytes]
    """Returns `fields`."""
    tags: str
    cards: tuple[int, ...]
    """Which templates of the note type make one, counted from 0."""
    images: tuple[Image, ...]
    sources: Mapping[str, str] | None
    """The names of its pictures by their sources in the texts; None if these cannot show any."""
    digest: str
    """Of all that is exported of the question."""
    texts: str
    """The digest of what a learner can edit in it."""
    asked: str
    """The digest of what it asks."""
    version: str
    """The digest of all that the bank says of it."""

    @property
    def fields(self) -> bytes:
        """Its fields in their order, with U+001F between them; those of FILLED_LATE are empty."""
        return self.read_fields()


def digest_note(fields: bytes, tags: str) -> str:
    """Return the digest of a note's fields and tags."""
    return sha256(b"%b\x1e%b" % (fields, tags.encode())).hexdigest()[:32]


def digest_texts(fields: Sequence[bytes]) -> str:
    """Return the digest of what a learner can edit in a note: what it is called and its switches are no part of it."""
    return sha256(b"\x1f".join(fields[FIELD_PLACES[name]] for name in EDITABLE_FIELDS)).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteShape:
    """The options that shape notes: with others, every note is another edition of itself."""

    card_types: tuple[str, ...] = ("recall",)
    """Which cards a note has, if its question has the text for them."""
    tag_prefix: str = ""
    """What stands before all tags, as a level of its own."""

    def options(self) -> dict[str, str]:
        """Return them as the lock keeps them, and as one would type them."""
        return {"card-types": ",".join(self.card_types), "tag-prefix": self.tag_prefix}


def notes_of(
    bank: Bank,
    shape: NoteShape,
    templates: Templates,
    kept: ByteStore | None = None,
    look: str = "",
    *,
    linkable: Mapping[str, str] | None = None,
    published: Mapping[str, str] | None = None,
) -> tuple[Note, ...]:
    """Return the notes of all questions of a bank, the retired ones too.

    Args:
        bank: whose questions they are.
        shape: the options that shape notes.
        templates: of the theme.
        kept: where the fields of notes are kept from one build to the next.
        look: a digest of all templates, for what is kept.
        linkable: the questions that texts may link to, if the bank is only a part of one; see `find_linkable`.
        published: the names of pictures by their sources, as an earlier version had them; None: those of the files.
    """
    known = find_linkable(bank.questions) if linkable is None else linkable
    makes = _NoteMaker(bank, shape, templates, known, published=published)
    if kept is None:
        return tuple(map(makes.note, bank.questions))
    labels = dict(language_of(bank.language).labels)
    common = [look, bank.language, labels, bank.source, shape.options(), asdict(templates.limits)]
    prefix = sha256(json.dumps(common).encode()).hexdigest()
    keys = {
        each.id: prefix + each.key() + ":".join(list_known_links((each,), known))
        for each in bank.questions
        if not may_have_pictures(each)
    }
    there = _KeptNotes(kept, [keys[each.id] for each in bank.questions if each.id in keys], makes)
    notes, fresh = [], {}
    for question in bank.questions:
        key = keys.get(question.id)
        note = there.note(key, question) if key else None
        if note is None:
            note = makes.note(question)
            if key and not note.images:
                fresh[key] = note
        notes.append(note)
    there.keep(fresh)
    return tuple(notes)


class _KeptNotes:
    """The notes that are kept of questions: what each was in a row of its own, and all of them but their fields in one.

    A deck that is there needs no fields, and one row instead of 10,000 is read in no time.
    """

    def __init__(self, kept: ByteStore, keys: Sequence[str], makes: _NoteMaker) -> None:
        self._kept = kept
        self._keys = keys
        self._makes = makes
        self._all = sha256("".join(keys).encode()).hexdigest()
        together = kept.load([self._all]).get(self._all) if keys else None
        self._is_together = bool(together)
        self._heads = (
            dict(zip(keys, together.split(_BETWEEN_HEADS), strict=True))
            if together
            else {key: row.rsplit(_BEFORE_FIELDS, 1)[0] for key, row in self._rows.items()}
        )

    @cached_property
    def _rows(self) -> Mapping[str, bytes]:
        return self._kept.load(self._keys)

    def note(self, key: str, question: Question) -> Note | None:
        """Return the note of a question; its fields are read when they are asked for."""
        head = self._heads.get(key)
        return _unpack_note(question, head, partial(self._read_fields, key, question)) if head else None

    def _read_fields(self, key: str, question: Question) -> bytes:
        """Return the fields of a note; they are made again if they are not there any more."""
        row = self._rows.get(key)
        return row.rsplit(_BEFORE_FIELDS, 1)[1] if row else self._makes.note(question).fields

    def keep(self, fresh: Mapping[str, Note]) -> None:
        """Keep notes that were made now."""
        heads = {**self._heads, **{key: _pack_note(note) for key, note in fresh.items()}}
        keys = iter(sorted(fresh))  # in the order of the cache's file
        while some := list(islice(keys, MOST_FIELDS_IN_MEMORY)):
            self._kept.keep({key: heads[key] + _BEFORE_FIELDS + fresh[key].fields for key in some})
        if self._keys and not self._is_together and len(heads) == len(set(self._keys)):
            self._kept.keep({self._all: _BETWEEN_HEADS.join(heads[key] for key in self._keys)})


_BETWEEN_HEADS, _BEFORE_FIELDS = b"\x1c", b"\x1d"
"""Control characters: in no text of a bank, and so in no tag."""


def find_linkable(questions: Iterable[Question]) -> dict[str, str]:
    """Return the ids of questions that texts may link to, with no place for each: a note has no page."""
    return {each.id: "" for each in questions if each.status != "draft"}


def may_have_pictures(question: Question) -> bool:
    """Return whether a question may show files, which its digest says nothing of."""
    if question.markup == "plain":
        return False
    texts = (
        *question.choices,
        *question.follow_ups,
        *(getattr(question, name) for name in PROSE_FIELDS if name != "follow_ups"),
    )
    return any("![" in text or "<img" in text.casefold() for text in (question.question, *texts))


def _pack_note(note: Note) -> bytes:
    """Return what is kept of a note beside its fields: its digests, its tags, and which cards it has."""
    cards = ",".join(map(str, note.cards))
    return (
        f"{note.digest}\x1e{note.texts}\x1e{note.asked}\x1e{note.version}\x1e{note.tags}\x1e{cards}".encode()
    )


def _unpack_note(question: Question, data: bytes, read_fields: Callable[[], bytes]) -> Note:
    """Return the note of which `_pack_note` made these bytes."""
    digest, texts, asked, version, tags, cards = data.decode().split("\x1e")
    return Note(
        question=question,
        read_fields=read_fields,
        tags=tags,
        cards=tuple(map(int, cards.split(","))),
        images=(),
        sources=None,
        digest=digest,
        texts=texts,
        asked=asked,
        version=version,
    )


MOST_FIELDS_IN_MEMORY = 1_000
"""Notes whose fields are in memory until a deck is made: 4 MB. Those of more wait in a file."""


def _begin_store(count: int) -> Callable[[bytes], Callable[[], bytes]]:
    """Return what takes the fields of so many notes, and gives what reads them."""
    if count > MOST_FIELDS_IN_MEMORY:
        with suppress(OSError):
            return NamelessFile().store
    return lambda fields: lambda: fields


class _NoteMaker:
    """Makes notes of one bank."""

    def __init__(
        self,
        bank: Bank,
        shape: NoteShape,
        templates: Templates,
        known: Mapping[str, str],
        *,
        published: Mapping[str, str] | None = None,
    ) -> None:
        self.bank = bank
        self.shape = shape
        self.templates = templates
        self._sources: dict[str, str] = {}
        self._store = _begin_store(len(bank.questions))
        self.known = known
        self.published = published
        self._around: dict[int, list[str]] = {}
        """What the template of follow-ups has before, between and after so many of them."""
        self.chosen = [name for name in EXTRA_CARDS if name in shape.card_types]

    def note(self, question: Question) -> Note:
        """Return the note of a question."""
        made = [name for name in self.chosen if getattr(question, EXTRA_CARDS[name])]
        limits = self.templates.limits
        words = language_of(self.bank.language)
        scenario = question.production_scenario
        begin = ("production_scenario", situation(scenario, question.markup)) if scenario else None
        text = question_text(
            question,
            image_address=MEDIA_NAME,
            published=self.published,
            questions=self.known,
            maths="mathjax",
            language=words.tag,
            labels=words.labels,
            limits=limits,
            begin=begin,
        )
        values = {
            **_fields(text.view),
            "Situation": text.begin,
            "Follow-up Questions": self._list_follow_ups(text.view["follow_ups"]),
            "Source": self._write_source(question.source or self.bank.source),
            "Language": label(self.bank.language),
            **{f"{name.title()} Card": ON for name in made},
        }
        texts = [values.get(name, "") for name in FIELDS]
        html = let_enlarge(_BETWEEN_FIELDS.join(texts))
        fields = html.encode()
        if not _is_inert(html, fields):  # most notes are: that is asked once for all fields
            fields = let_enlarge(_BETWEEN_FIELDS.join(map(inert, texts))).encode()
        tags = tags_of_note(question, self.shape.tag_prefix)
        written = fields.split(b"\x1f")
        return Note(
            question=question,
            read_fields=self._store(fields),
            tags=tags,
            cards=(0, *(1 + list(EXTRA_CARDS).index(name) for name in made)),
            images=text.images,
            sources=text.sources if may_have_pictures(question) else None,
            digest=digest_note(fields, tags),
            texts=digest_texts(written),
            asked=question_digest(written[FIELD_PLACES["Question"]].decode()),
            version=version_of(question),
        )

    def _write_source(self, source: str) -> str:
        """Return a source as HTML; the template is filled once for each."""
        if source not in self._sources:
            self._sources[source] = _source(source, self.templates)
        return self._sources[source]

    def _list_follow_ups(self, follow_ups: Sequence[Markup]) -> str:
        """Return follow-ups as a list; the built-in template is filled once for each length."""
        if not follow_ups:
            return ""
        template, count = "anki/follow_ups.html.j2", len(follow_ups)
        if not self.templates.are_built_in:
            return self.templates.render(template, follow_ups=follow_ups)
        if count not in self._around:
            filled = self.templates.render(template, follow_ups=[_ANY_TEXT] * count)
            self._around[count] = filled.split(_ANY_TEXT)
        first, *others = self._around[count]
        return first + "".join(f"{each}{after}" for each, after in zip(follow_ups, others, strict=True))


def number_colours(bank: Bank) -> dict[str, str]:
    """Return the number of the colour of each technology, as COLOUR has it; empty for no technology."""
    numbers = number_technologies(bank)
    return {"": "", **{name: str(number_colour(number)) for name, number in numbers.items()}}


def with_identity(fields: bytes, key: str, namespace: str, version: str, colour: str = "") -> bytes:
    """Return the fields of a note with those that identify it, and the number of its technology's colour."""
    return b"\x1f".join(values_with_identity(fields, key, namespace, version, colour))


def values_with_identity(
    fields: bytes, key: str, namespace: str, version: str, colour: str = ""
) -> list[bytes]:
    """Return what `with_identity` joins: the value of each field."""
    values = fields.split(b"\x1f")
    values[_KEY_PLACE] = _write_name(key)
    values[_BANK_PLACE] = _remember_name(namespace)
    values[_VERSION_PLACE] = _write_name(version)
    values[_COLOUR_PLACE] = _remember_name(colour)
    return values


def _write_name(text: str) -> bytes:
    return inert(label(text)).encode()


_remember_name = lru_cache(maxsize=NAMES_REMEMBERED)(_write_name)


_KEY_PLACE, _BANK_PLACE, _VERSION_PLACE, _COLOUR_PLACE = (FIELD_PLACES[name] for name in FILLED_LATE)


def without_identity(fields: Sequence[bytes]) -> bytes:
    """Return the fields of a note as they count for its digest."""
    values = list(fields[: len(FIELDS)])
    for name in FILLED_LATE:
        values[FIELD_PLACES[name]] = b""
    return b"\x1f".join(values)


# Fields


def _fields(view: QuestionView) -> dict[str, str]:
    values: dict[str, str] = {PROSE_FIELDS[section["key"]]: section["html"] for section in view["sections"]}
    return values | {
        "ID": label(view["id"]),
        "Title": _strip_html(view["asked"]),
        "Question": view["question"],
        "Choices": list_choices(view["choices"]),
        "Technology": label(view["technology"]),
        "Category": label(view["category"]),
        "Level": label(view["level"]),
        "Difficulty": "" if view["difficulty"] is None else str(view["difficulty"]),
        "Retired": ON if view["retired"] else "",
    }


def _strip_html(html: str) -> str:
    """Return the line of a question as text: Anki's browser shows the sort field without markup."""
    return " ".join(blank_tags(str(html)).split()) or html  # of Markup, each word would be Markup


def _source(source: str, templates: Templates) -> str:
    if not source:
        return ""
    url = source if re.fullmatch(r"https?://\S+", source) else ""
    return templates.render("anki/source.html.j2", source=write_line(source, "plain"), url=url)


def label(text: str) -> str:
    """Return a name as HTML; quotes stay, so that a search for `Python's` finds it."""
    text = text.strip()
    return text if text.isalnum() else escape(text, quote=False)  # as most names and numbers are


_ANY_TEXT = "\ue000"
"""A private character in the place of a text: no bank's text is looked for it."""


def _is_inert(html: str, data: bytes) -> bool:
    """Return whether `inert` leaves each of the joined fields of a note, which is also given in UTF-8, as it is."""
    if "[" in html and _ACTIVE.search(html):
        return False
    # To cut controls out of bytes takes a hundredth of the time of a search for them.
    return len(data) - len(data.translate(None, _CONTROL_BYTES)) == len(FIELDS) - 1


def inert(html: str) -> str:
    """Return HTML in which Anki finds nothing to play, to typeset or to split at.

    Sounds, speech, LaTeX and answer boxes are marked in brackets, which a browser reads as well when they are
    written as a character reference. U+001F separates fields: one in a text makes Anki refuse the whole deck.
    """
    if not html.isprintable():  # a line break is not either
        html = _CONTROLS.sub("", html)
    return _ACTIVE.sub("&#91;", html) if "[" in html else html


_BETWEEN_FIELDS = "\x1f"
_CONTROL_BYTES = bytes(each for each in (*range(0x20), 0x7F) if each not in b"\t\n")
_CONTROLS = compile_late(r"[\x00-\x08\x0b-\x1f\x7f]")
_ACTIVE = compile_late(r"\[(?=/?(?:sound:|anki:|latex\]|\$\$?\])|\[type:)", re.IGNORECASE)
