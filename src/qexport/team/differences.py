"""What became of each question between two editions of a bank: values → entries → text, Markdown, JSON, HTML.

    two snapshots → differences() → as_text(), as_markdown(), as_fields(), as_html()

A snapshot is a bank or a deck. A deck knows its questions as HTML only; a bank that is compared with one is
first made into the notes of a deck, so that both speak alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Literal, TypeAlias

from qexport.anki.fields import FIELDS, MADE_BY_DECK, ON
from qexport.anki.notes import RETIRED_TAG, NoteShape, anki_search, notes_of
from qexport.bank.schema import QUESTION_FIELDS
from qexport.common.text_distance import edit_steps
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.lock import Release
    from qexport.bank.model import Bank, Question
    from qexport.content.templates import Templates

Kind: TypeAlias = Literal["added", "changed", "renumbered", "retagged", "retired"]
KINDS: tuple[Kind, ...] = ("added", "changed", "renumbered", "retagged", "retired")

MOST_TOKENS = 4_000
"""Words and marks between the first and the last change; beyond, the whole stretch counts as changed."""

CONTEXT = 6
"""Words that are shown around a change."""

MANUAL = "https://docs.ankiweb.net/importing/packaged-decks.html"
SEARCHING = "https://docs.ankiweb.net/searching.html"


# Snapshots


@dataclass(frozen=True, slots=True)
class State:
    """One question as one edition has it."""

    id: str
    question: str
    texts: Mapping[str, str]
    """Everything it says, by the name of the field."""
    tags: tuple[str, ...] = ()
    retired: bool = False
    guid: str = ""
    """What Anki knows it by; empty where that does not matter."""
    former_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One edition: a bank, or a deck made from one."""

    name: str
    """As the user named it."""
    title: str
    namespace: str = ""
    """Empty: not known, as in a deck."""
    source: str = ""
    states: tuple[State, ...] = ()
    left: frozenset[str] | None = None
    """Of a part of a bank: what left the whole; None: it is the whole, or nobody knows."""


_APART = ("id", "tags", "status", "former_ids")


def of_bank(bank: Bank, name: str) -> Snapshot:
    """Return a bank as it is written."""
    return Snapshot(
        name=name,
        title=bank.title,
        namespace=bank.namespace,
        source=bank.source,
        states=tuple(map(_state, bank.questions)),
    )


def _state(question: Question) -> State:
    texts: dict[str, str] = {}
    for each in QUESTION_FIELDS:
        value = getattr(question, each.name)
        if each.name not in _APART and value not in (None, "", ()):
            texts[each.name] = "\n".join(value) if isinstance(value, tuple) else str(value)
    return State(
        id=question.id,
        question=question.question,
        texts=texts,
        tags=tuple(sorted(question.tags)),
        retired=question.status == "retired",
        former_ids=question.former_ids,
    )


def of_bank_as_deck(bank: Bank, name: str, templates: Templates) -> Snapshot:
    """Return a bank as a deck of all its questions would say it."""
    notes = notes_of(bank, NoteShape(), templates)
    states = (state_of_note(note.guid, note.fields.decode(), note.tags) for note in notes)
    return Snapshot(
        name=name, title=bank.title, namespace=bank.namespace, source=bank.source, states=tuple(states)
    )


_MADE = ("ID", "Title", "Situation", "Language", *MADE_BY_DECK)
_FROM_FIELD = re.compile(r"(?:(.+)::)?(?:technology|category|level|difficulty)::")


def state_of_note(guid: str, fields: str, tags: str) -> State:
    """Return a question from its note: what stands in the fields, without the markup."""
    said = dict(zip(FIELDS, fields.split("\x1f"), strict=False))
    texts = {
        name: text
        for name, html in said.items()
        if name not in _MADE and not name.startswith("Spare") and (text := _words(html))
    }
    prefix = next(
        (f"{found[1]}::" for tag in tags.split() if (found := _FROM_FIELD.match(tag)) and found[1]), ""
    )
    own = (tag.removeprefix(prefix) for tag in tags.split() if not _FROM_FIELD.match(tag))
    return State(
        id=unescape(said.get("ID", "")),
        question=texts.get("Question", ""),
        texts=texts,
        tags=tuple(sorted(tag for tag in own if tag != RETIRED_TAG)),
        retired=said.get("Retired") == ON,
        guid=guid,
    )


def _words(html: str) -> str:
    """Return the text of a field; blocks stand on lines of their own."""
    text = re.sub(r"<(?:br|/?(?:p|li|ul|ol|div|pre|tr|h[1-6]))\b[^>]*>", "\n", html)
    text = unescape(re.sub(r"<[^>]*>", "", text))
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


# Differences


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went, or came."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What is new in one field of a question."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one question; what else is new in it stands in `fields` and in its tags."""

    kind: Kind
    id: str
    question: str
    former_id: str = ""
    fields: tuple[FieldChange, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that became of the questions of one edition in the next."""

    old: str
    new: str
    title: str
    source: str = ""
    entries: tuple[Entry, ...] = ()
    """By their kind, then as the new edition has them."""
    unchanged: int = 0
    remarks: tuple[str, ...] = field(default=())
    """What is odd about the two as a whole."""

    def of_kind(self, kind: Kind) -> tuple[Entry, ...]:
        """Return the entries of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Return the ids by what became of them; kinds that did not happen are left out."""
        return {kind: tuple(each.id for each in found) for kind in KINDS if (found := self.of_kind(kind))}

    @property
    def search(self) -> str:
        """What finds the retired notes in Anki; empty where none is."""
        return anki_search(entry.id for entry in self.of_kind("retired"))

    def __str__(self) -> str:
        counts = [f"{len(ids)} {kind}" for kind, ids in self.ids().items()]
        return ", ".join([*counts, f"{self.unchanged} unchanged"])


def differences(old: Snapshot, new: Snapshot) -> Differences:
    """Return what became of each question. A note of another id is the same one if it is known by that."""
    before = _Known(old.states)
    states = [(state, before.take(state)) for state in new.states if not state.retired]
    missing = [state for state in before.left() if not state.retired]
    gone = [state for state in missing if new.left is None or state.id in new.left]
    retired = {state.id: state for state in new.states if state.retired}
    entries: list[Entry] = []
    for state, was in states:
        if entry := _entry(state, was):
            entries.append(entry)
    entries += (Entry("retired", was.id, retired.get(was.id, was).question) for was in gone)
    return Differences(
        old=old.name,
        new=new.name,
        title=new.title,
        source=new.source or old.source,
        entries=tuple(sorted(entries, key=lambda entry: KINDS.index(entry.kind))),
        unchanged=len(states) - sum(entry.kind != "retired" for entry in entries),
        remarks=tuple(_remarks(old, new, [state.id for state in missing if state not in gone])),
    )


class _Known:
    """The questions of the old edition, each to be found once: by its id, its GUID, or an id it had."""

    def __init__(self, states: Iterable[State]) -> None:
        self._left = {state.id: state for state in states}
        self._guids = {state.guid: state.id for state in self._left.values() if state.guid}

    def take(self, state: State) -> State | None:
        for name in (state.id, self._guids.get(state.guid, ""), *reversed(state.former_ids)):
            if name in self._left:
                return self._left.pop(name)
        return None

    def left(self) -> Iterable[State]:
        return self._left.values()


def _entry(state: State, was: State | None) -> Entry | None:
    if was is None or was.retired:
        return Entry("added", state.id, state.question)
    changed = tuple(
        FieldChange(name, word_changes(was.texts.get(name, ""), state.texts.get(name, "")))
        for name in dict.fromkeys((*state.texts, *was.texts))
        if was.texts.get(name, "") != state.texts.get(name, "")
    )
    came = tuple(tag for tag in state.tags if tag not in was.tags)
    went = tuple(tag for tag in was.tags if tag not in state.tags)
    if was.id != state.id:
        return Entry("renumbered", state.id, state.question, was.id, changed, came, went)
    if changed:
        return Entry("changed", state.id, state.question, "", changed, came, went)
    return Entry("retagged", state.id, state.question, "", (), came, went) if came or went else None


def _remarks(old: Snapshot, new: Snapshot, elsewhere: Sequence[str]) -> Iterator[str]:
    if elsewhere:
        yield f"not retired, but no longer in this part of the bank: {', '.join(elsewhere)}"
    if old.namespace and new.namespace and old.namespace != new.namespace:
        yield (
            f"the namespace was {old.namespace!r} and is {new.namespace!r} now: to Anki every note is a new one"
        )


_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words that stayed, went and came."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    went, came = before[start : len(before) - end], after[start : len(after) - end]
    pieces = [
        ("same", before[:start]),
        *_middle(went, came),
        ("same", before[len(before) - end :]),
    ]
    return _joined((kind, "".join(tokens)) for kind, tokens in pieces)


def _middle(went: list[str], came: list[str]) -> list[tuple[str, list[str]]]:
    if max(len(went), len(came)) > MOST_TOKENS:
        return [("gone", went), ("new", came)]
    numbers: dict[str, int] = {}  # which it compares faster than words
    before, after = ([numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (went, came))
    pieces: list[tuple[str, list[str]]] = []
    for what, start, end, new_start, new_end in edit_steps(before, after):
        if what == "equal":
            pieces.append(("same", went[start:end]))
        else:
            pieces.append(("gone", went[start:end]))
            pieces.append(("new", came[new_start:new_end]))
    return pieces


def _joined(pieces: Iterable[tuple[str, str]]) -> tuple[Piece, ...]:
    """Put together what belongs together: a space alone between two changes is part of them."""
    parts = [(kind, text) for kind, text in pieces if text]
    joined: list[Piece] = []
    gone = new = ""
    for at, (kind, text) in enumerate(parts):
        if kind == "same" and (text.strip() or not (gone or new) or at == len(parts) - 1):
            joined += [piece for piece in (Piece("gone", gone), Piece("new", new)) if piece.text]
            joined.append(Piece("same", text))
            gone = new = ""
        else:
            gone += text if kind in ("gone", "same") else ""
            new += text if kind in ("new", "same") else ""
    return (*joined, *(piece for piece in (Piece("gone", gone), Piece("new", new)) if piece.text))


# In words


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Leave of what stayed only the words around the changes."""
    short = []
    for number, piece in enumerate(pieces):
        words = piece.text.split()
        head = [] if number == 0 else words[:CONTEXT]
        tail = [] if number == len(pieces) - 1 else words[-CONTEXT:]
        if piece.kind != "same" or len(words) <= len(head) + len(tail) + 1:
            short.append(Piece(piece.kind, re.sub(r"\s+", " ", piece.text)))
            continue
        text = " ".join([*head, "…", *tail])
        before = " " if head and piece.text[:1].isspace() else ""
        after = " " if tail and piece.text[-1:].isspace() else ""
        short.append(Piece("same", f"{before}{text}{after}"))
    return tuple(short)


def field_name(name: str) -> str:
    """Return what a reader calls a field: `deep_explanation` and `Deep Explanation` are "Deep explanation"."""
    return name.replace("_", " ").replace("-", " ").capitalize().replace("Follow ups", "Follow-ups")


def as_text(found: Differences) -> Iterator[str]:
    """Yield lines for a terminal; words that went stand in [- -], those that came in {+ +}."""
    signs = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
    yield f"{found.old} → {found.new}: {found}"
    yield from (f"  {remark}" for remark in found.remarks)
    for kind in KINDS:
        if entries := found.of_kind(kind):
            yield ""
            yield kind
        for entry in entries:
            was = f" (was {entry.former_id})" if entry.former_id else ""
            yield f"  {entry.id}{was}  {_on_one_line(entry.question)}"
            for change in entry.fields:
                pieces = ((signs[piece.kind], piece.text) for piece in shortened(change.pieces))
                said = "".join(f"{opening}{text}{closing}" for (opening, closing), text in pieces)
                yield f"    {field_name(change.field)}: {said.strip()}"
            if tags := _tags(entry):
                yield f"    Tags: {tags}"
    if found.search:
        yield f"  to find them in Anki's browser: {found.search}"


def _tags(entry: Entry) -> str:
    return " ".join([*(f"−{tag}" for tag in entry.tags_removed), *(f"+{tag}" for tag in entry.tags_added)])


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def as_fields(found: Differences) -> dict[str, object]:
    """Return what JSON says of it."""
    counts: dict[str, int] = {kind: len(found.of_kind(kind)) for kind in KINDS}
    return {
        "old": found.old,
        "new": found.new,
        "title": found.title,
        "counts": {**counts, "unchanged": found.unchanged},
        "remarks": list(found.remarks),
        "search": found.search,
        "entries": [
            {
                "kind": entry.kind,
                "id": entry.id,
                "former_id": entry.former_id,
                "question": entry.question,
                "fields": {
                    change.field: [[piece.kind, piece.text] for piece in change.pieces]
                    for change in entry.fields
                },
                "tags_added": list(entry.tags_added),
                "tags_removed": list(entry.tags_removed),
            }
            for entry in found.entries
        ],
    }


_HEADINGS = {
    "added": "New questions",
    "changed": "Changed",
    "renumbered": "Renumbered",
    "retagged": "Other tags",
    "retired": "Retired",
}


def as_html(found: Differences, templates: Templates, *, language: str = "en") -> str:
    """Return a page that needs nothing beside it."""
    parts = [
        {"heading": _HEADINGS[kind], "entries": list(map(_shown, entries))}
        for kind in KINDS
        if (entries := found.of_kind(kind))
    ]
    return templates.render(
        "bundle/differences.html.j2",
        language=language,
        title=found.title,
        summary=str(found),
        remarks=list(found.remarks),
        steps=[[{"text": text, "link": link} for text, link in step] for step in _steps(found)],
        search=found.search,
        parts=parts,
    )


def _shown(entry: Entry) -> dict[str, object]:
    """Return an entry as its template takes it."""
    changes = [
        {
            "field": field_name(change.field),
            "pieces": [{"kind": each.kind, "text": each.text} for each in shortened(change.pieces)],
        }
        for change in entry.fields
    ]
    names = {"id": entry.id, "former_id": entry.former_id, "question": entry.question}
    return {**names, "changes": changes, "tags": _tags(entry)}


# Release notes


def as_markdown(found: Differences, heading: str = "") -> str:
    """Return release notes: what to do in Anki, then what is new."""
    lines = [f"## {heading or _literal(f'{found.title}: what is new')}", "", f"{found}.", ""]
    lines += (f"Mind: {_literal(remark)}.\n" for remark in found.remarks)
    lines += ["### In Anki", ""]
    for number, step in enumerate(_steps(found), 1):
        said = "".join(f"[{_literal(text)}]({link})" if link else _literal(text) for text, link in step)
        lines.append(f"{number}. {said}")
    if found.search:
        lines += ["", "   " + _code(found.search)]
    for kind in KINDS:
        entries = found.of_kind(kind)
        lines += ["", f"### {_HEADINGS[kind]}", ""] if entries else []
        for entry in entries:
            lines += _markdown_entry(entry)
    if re.fullmatch(r"https?://[^\s()<>]+", found.source):
        lines += ["", f"The questions are from <{found.source}>."]
    return "\n".join(lines) + "\n"


def first_notes(title: str, source: str, count: int, heading: str) -> str:
    """Return the notes of a first release, before which there was nothing."""
    nothing = Differences(old="", new="", title=title, source=source)
    notes = as_markdown(nothing, heading)
    return notes.replace(f"{nothing}.", f"The first edition: {quantity(count, 'question')}.", 1)


def _markdown_entry(entry: Entry) -> Iterator[str]:
    was = f" (was {_literal(entry.former_id)})" if entry.former_id else ""
    yield f"- **{_literal(entry.id)}**{was} {_literal(_on_one_line(entry.question))}"
    signs = {"same": "", "gone": "~~", "new": "**"}
    for change in entry.fields:
        said = "".join(_marked(each.text, signs[each.kind]) for each in shortened(change.pieces))
        yield f"  - {field_name(change.field)}: {said.strip()}"
    if tags := _tags(entry):
        yield f"  - Tags: {_literal(tags)}"


def _marked(text: str, sign: str) -> str:
    """Put signs around the words; between a sign and a word Markdown allows no space."""
    words = text.strip()
    if not sign or not words:
        return _literal(text)
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    return f"{before}{sign}{_literal(words)}{sign}{after}"


def _literal(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]#|~!])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    longest = max([0, *map(len, re.findall("`+", text))])
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _steps(found: Differences) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield what a learner has to do, as pieces of text and where they link to."""
    yield (
        ("In Anki: File › Import, choose the .apkg of this edition (", ""),
        ("how", MANUAL),
        ("). Do not remove the old deck: notes you have are brought up to date, and your reviews stay.", ""),
    )
    kinds: Counter[str] = Counter(entry.kind for entry in found.entries)
    if kinds["retired"]:
        what = "it" if kinds["retired"] == 1 else "them"
        yield (
            ("Anki removes nothing by itself. To find what is retired, open Browse, ", ""),
            ("search", SEARCHING),
            (f" for the line below, and suspend or delete {what}.", ""),
        )


def with_release(notes: str, before: str) -> str:
    """Return the file of all release notes with those of a new release on top."""
    head = "# Release notes\n\n"
    return head + notes + ("\n" + before.removeprefix(head) if before else "")


def release_heading(release: Release) -> str:
    """Return what a release is called over its notes."""
    return f"Edition {release.number} · {release.date}"
