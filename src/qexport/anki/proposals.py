"""A field that a learner changed + the bank's own → what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from qexport.anki.merged_fields import MERGED_NAMES, Value
from qexport.anki.merged_pictures import PictureWords
from qexport.bank.merging import Preference, merge_items, merge_texts
from qexport.bank.model import Question
from qexport.common.text_input import normalise

MergeKind: TypeAlias = Literal["taken", "ours", "conflict", "left", "unknown"]


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
    replaced: tuple[str, ...] = ()
    """Pictures in the bank's text, as it names them, that are others now than when the note was published."""
    by_side: tuple[Value, Value] = ("", "")
    """Of a conflict: what the bank has if its own words are kept, and if the learner's are taken."""


def decide(conflict: Proposal, side: Preference) -> Proposal:
    """Return a conflict with the words of one side where both changed the same ones; all else of both is kept."""
    merged = conflict.by_side[side == "theirs"]
    return replace(conflict, kind="ours" if merged == conflict.ours else "taken", merged=merged)


def merge_field(
    question: Question, base: Question, field: str, theirs: Value, pictures: PictureWords
) -> Iterator[Proposal]:
    """Yield what becomes of a field that the learner changed.

    Args:
        question: As the bank has it.
        base: The version of it that the learner's note was made from.
        field: Of the question.
        theirs: What the learner made of it.
        pictures: Those of the three texts.
    """
    before, ours = getattr(base, field), getattr(question, field)
    sides = pictures.words(before, ours, theirs)

    def merge(prefer: Preference) -> Any:
        merged = _merge_values(field, *sides, prefer)
        return ours if merged == sides[1] else merged if merged is _OPEN else pictures.back(merged)

    merged = merge("")
    if merged is _OPEN:
        replaced = pictures.replaced_in(sides[1])
        both = merge("ours"), merge("theirs")
        yield Proposal("conflict", question.id, field, before, ours, theirs, replaced=replaced, by_side=both)
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


def as_read(value: Value) -> Value:
    """Return a value as a bank gives it back."""
    if isinstance(value, tuple):
        return tuple(normalise(item)[0].strip() for item in value)
    return normalise(value)[0].strip() if isinstance(value, str) else value


def number_of(text: str) -> int | None:
    """Return a difficulty as a bank has it; None if the text is no number."""
    return int(text) if text.isdecimal() else None
