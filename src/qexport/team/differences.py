"""Two snapshots → what became of each question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from qexport.anki.search import search_for
from qexport.bank.identity import likeness, question_digest
from qexport.bank.lock import Asked, key_of
from qexport.bank.lock import Entry as NoteEntry
from qexport.bank.moves import find_moves
from qexport.common.text_distance import edit_steps
from qexport.content.languages import language as language_of
from qexport.team.snapshots import Snapshot, State

if TYPE_CHECKING:
    from qexport.content.languages import Language

ChangeKind: TypeAlias = Literal["added", "changed", "renumbered", "retagged", "retired"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("added", "changed", "renumbered", "retagged", "retired")

MOST_TOKENS = 4_000
"""Words and marks between the first and the last change; beyond, the whole stretch counts as changed."""


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
class QuestionChange:
    """What became of one question; what else is new in it is in `fields` and in its tags."""

    kind: ChangeKind
    id: str
    question: str
    former_id: str = ""
    key: str = ""
    """What finds a retired note in Anki."""
    fields: tuple[FieldChange, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What is odd about two editions as a whole: a label of languages, and the values in its places."""

    label: str
    values: Mapping[str, str]

    def word(self, words: Language) -> str:
        """Return the remark in a language."""
        return words.label(self.label, **self.values)

    def __str__(self) -> str:
        return self.word(language_of("en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that became of the questions of one edition in the next."""

    old: str
    new: str
    title: str
    source: str = ""
    entries: tuple[QuestionChange, ...] = ()
    """By their kind, then as the new edition has them."""
    unchanged: int = 0
    remarks: tuple[Remark, ...] = field(default=())
    """What is odd about the two as a whole."""

    def of_kind(self, kind: ChangeKind) -> tuple[QuestionChange, ...]:
        """Return the entries of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Return the ids by what became of them; kinds that did not happen are left out."""
        return {
            kind: tuple(each.id for each in found) for kind in CHANGE_KINDS if (found := self.of_kind(kind))
        }

    @property
    def search(self) -> str:
        """What finds the retired notes in Anki; empty where none is."""
        return search_for(entry.key for entry in self.of_kind("retired") if entry.key)

    def __str__(self) -> str:
        counts = [f"{len(ids)} {kind}" for kind, ids in self.ids().items()]
        return ", ".join([*counts, f"{self.unchanged} unchanged"])


def compare_snapshots(old: Snapshot, new: Snapshot) -> Differences:
    """Return what became of each question. A note of another id is the same one if it is known by that."""
    pairs = _pair_states(old.states, new.states)
    states = [(state, pairs.get(state.id)) for state in new.states if not state.retired]
    taken = {was.id for was in pairs.values()}
    back = {state.id for state in new.states if state.retired}
    missing = [
        state
        for state in old.states
        if not state.retired and (state.id not in taken or any(state is pairs.get(key) for key in back))
    ]
    gone = [state for state in missing if new.left is None or state.id in new.left]
    retired = {state.id: state for state in new.states if state.retired}
    entries: list[QuestionChange] = []
    for state, was in states:
        if entry := _compare_states(state, was):
            entries.append(entry)
    entries += (
        QuestionChange(
            "retired", was.id, retired.get(was.id, was).question, key=_find_note_key(was, old, new)
        )
        for was in gone
    )
    return Differences(
        old=old.name,
        new=new.name,
        title=new.title,
        source=new.source or old.source,
        entries=tuple(sorted(entries, key=lambda entry: CHANGE_KINDS.index(entry.kind))),
        unchanged=len(states) - sum(entry.kind != "retired" for entry in entries),
        remarks=tuple(
            _remarks(
                old,
                new,
                [state.id for state in missing if state not in gone],
                _list_handed_over(old, new, pairs),
            )
        ),
    )


def _find_note_key(state: State, old: Snapshot, new: Snapshot) -> str:
    """Return what finds a note in Anki: as its deck or a lock says, else as it would be born."""
    known = state.key or new.keys.get(state.id) or old.keys.get(state.id)
    namespace = old.namespace or new.namespace
    return known or (key_of(namespace, (*state.former_ids, state.id)[0]) if namespace else "")


def _pair_states(old: Sequence[State], new: Sequence[State]) -> dict[str, State]:
    """Return the old state of each new one by its id: the same note, or the same question.

    First by GUID, then by the ids that either side says it had, then by what it asks, last by its id.
    """
    pairs: dict[str, State] = {}
    left = {state.id: state for state in old}
    guids = {state.guid: state for state in old if state.guid}

    def take(state: State, was: State | None) -> None:
        if was is not None and state.id not in pairs and left.pop(was.id, None) is not None:
            pairs[state.id] = was

    for state in new:
        was = guids.get(state.guid) if state.guid else None
        if was and (was.id != state.id or question_digest(was.question) == question_digest(state.question)):
            take(state, was)  # under the same id, what it asks decides: ids may have been exchanged
    ids = {state.id: state for state in new}
    later = {former: state.id for state in old for former in state.former_ids}
    for state in new:
        for name in (*reversed(state.former_ids), later.get(state.id, "")):
            if (was := left.get(name)) and not _has_stayed(was, state, ids.get(name)):
                take(state, was)
    for key, former in _find_moved(list(left.values()), [state for state in new if state.id not in pairs]):
        take(ids[key], left.get(former))
    for state in new:
        take(state, left.get(state.id))
    return pairs


def _has_stayed(was: State, state: State, holder: State | None) -> bool:
    """Return whether an old question is still there under its id, whatever another one says of its former ids."""
    if holder is None or holder is state:
        return False
    return likeness(was.question, holder.question) >= likeness(was.question, state.question)


def _find_moved(old: Sequence[State], new: Sequence[State]) -> list[tuple[str, str]]:
    """Return the ids of questions that are under another id now, and the ids they had."""
    entries = {
        state.id: NoteEntry(
            id=state.id,
            birth=state.id,
            guid=state.id,
            number=0,
            question=question_digest(state.question),
            version=state.id,
        )
        for state in old
    }
    asked = [
        Asked(id=state.id, text=state.question, question=question_digest(state.question)) for state in new
    ]
    same = {each.id: entries[each.id] for each in asked if each.id in entries}
    texts = {state.id: state.question for state in old}
    moves = find_moves(asked, same, tuple(entries.values()), texts)
    return [(move.id, move.former) for move in moves if not move.is_reuse]


def _compare_states(state: State, was: State | None) -> QuestionChange | None:
    if was is None or was.retired:
        return QuestionChange("added", state.id, state.question)
    changed = tuple(
        FieldChange(name, word_changes(was.texts.get(name, ""), state.texts.get(name, "")))
        for name in dict.fromkeys((*state.texts, *was.texts))
        if was.texts.get(name, "") != state.texts.get(name, "")
    )
    came = tuple(tag for tag in state.tags if tag not in was.tags)
    went = tuple(tag for tag in was.tags if tag not in state.tags)
    if was.id != state.id:
        return QuestionChange("renumbered", state.id, state.question, was.id, "", changed, came, went)
    if changed:
        return QuestionChange("changed", state.id, state.question, "", "", changed, came, went)
    return (
        QuestionChange("retagged", state.id, state.question, "", "", (), came, went) if came or went else None
    )


def _list_handed_over(old: Snapshot, new: Snapshot, pairs: Mapping[str, State]) -> list[str]:
    """Return the ids whose notes asked what another id asks now: reviews follow notes."""
    guids = {state.guid: state for state in old.states if state.guid}
    asks = {was.id for was in pairs.values()}
    return [
        state.id
        for state in new.states
        if (was := guids.get(state.guid)) and was is not pairs.get(state.id) and was.id in asks
    ]


def _remarks(
    old: Snapshot, new: Snapshot, elsewhere: Sequence[str], handed_over: Sequence[str]
) -> Iterator[Remark]:
    if handed_over:
        yield Remark("remark_handed_over", {"ids": ", ".join(handed_over)})
    if elsewhere:
        yield Remark("remark_elsewhere", {"ids": ", ".join(elsewhere)})
    if old.namespace and new.namespace and old.namespace != new.namespace:
        yield Remark("remark_namespace", {"old": old.namespace, "new": new.namespace})


_WORD_OR_SIGN = re.compile(r"\w+|\s+|[^\w\s]")


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words that stayed, went and came."""
    before, after = _WORD_OR_SIGN.findall(old), _WORD_OR_SIGN.findall(new)
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
    return _join_pieces((kind, "".join(tokens)) for kind, tokens in pieces)


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


def _join_pieces(pieces: Iterable[tuple[str, str]]) -> tuple[Piece, ...]:
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
