"""Bare paragraphs of answers + the known questions → whose answers they are.

A page stripped to its paragraphs has neither ids nor headings, so only the texts themselves can tell. A
paragraph is recognised by being equal, else by being much alike, else by its place between others of one
question. So one that is missing, changed or too many spoils its own block and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from qexport.bank.model import PROSE_SECTIONS, Question, RawText
from qexport.common.text_distance import most_similar

LEAST_ALIKE_PARAGRAPHS = 75
"""Per cent: versions of one paragraph are above it, paragraphs on one subject about 50."""
_LONGEST_COMPARED = 20_000
"""Characters; comparing takes the square of them."""

_Place: TypeAlias = tuple[int, int]
"""Which question, and which of its paragraphs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A known paragraph and what it is now: another text is a change, None a gap."""

    section: str
    text: str
    paragraph: RawText | None


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs that belong together."""

    paragraphs: tuple[RawText, ...]
    question: Question | None = None
    """Whose answers they are; None: of no known question."""
    pairs: tuple[Pair, ...] = ()
    surplus: tuple[RawText, ...] = ()
    is_shuffled: bool = False


@dataclass(slots=True)
class _ParagraphRun:
    """Neighbouring paragraphs of one question, by their positions; the first and the last are recognised."""

    question: int
    positions: list[int]
    seen: set[int]
    first: int
    last: int
    """Numbers within the question."""


def find_blocks(paragraphs: Sequence[RawText], questions: Sequence[Question]) -> list[Block]:
    """Part paragraphs into blocks, in their order."""
    known = [tuple(_paragraphs_of(question)) for question in questions]
    labels = _labels(paragraphs, known)
    runs = _join_paragraphs(labels, known)
    _share_gaps(runs, known, len(labels))
    found = {
        run.positions[0]: _block(run, questions[run.question], known[run.question], paragraphs, labels)
        for run in runs
    }
    owned = {at for run in runs for at in run.positions}
    strangers: list[int] = []
    for at in range(len(paragraphs) + 1):
        is_stranger = at < len(paragraphs) and at not in owned
        if strangers and (not is_stranger or len(strangers) == len(PROSE_SECTIONS)):
            found[strangers[0]] = Block(tuple(paragraphs[position] for position in strangers))
            strangers = []
        if is_stranger:
            strangers.append(at)
    return [found[at] for at in sorted(found)]


def _paragraphs_of(question: Question) -> Iterator[tuple[str, str]]:
    """Yield section and text of each paragraph."""
    for section in PROSE_SECTIONS:
        lines = (line.strip() for line in getattr(question, section).split("\n"))
        yield from ((section, line) for line in lines if line)


def _labels(paragraphs: Sequence[RawText], known: Sequence[Sequence[tuple[str, str]]]) -> list[_Place | None]:
    """Recognise paragraphs by their texts alone."""
    places: dict[str, dict[_Place, None]] = {}
    for at, texts in enumerate(known):
        for number, (_, text) in enumerate(texts):
            places.setdefault(text, {})[at, number] = None
    candidates = [places.get(paragraph.text, {}) for paragraph in paragraphs]
    labels: list[_Place | None] = []
    for at, paragraph in enumerate(paragraphs):
        before = labels[-1] if labels else None
        following = candidates[at + 1] if at + 1 < len(candidates) else {}
        expected = (before[0], before[1] + 1) if before else None
        if candidates[at]:
            by_next = (place for place in candidates[at] if (place[0], place[1] + 1) in following)
            is_expected = expected is not None and expected in candidates[at]
            labels.append(expected if is_expected else next(by_next, next(iter(candidates[at]))))
        elif len(paragraph.text) <= _LONGEST_COMPARED:
            alike = most_similar(paragraph.text, places, at_least=LEAST_ALIKE_PARAGRAPHS)
            labels.append(None if alike is None else next(iter(places[alike])))
        else:
            labels.append(None)
    return labels


def _join_paragraphs(
    labels: Sequence[_Place | None], known: Sequence[Sequence[object]]
) -> list[_ParagraphRun]:
    """Join what is recognised as of one question, with all between."""
    runs: list[_ParagraphRun] = []
    for at, label in enumerate(labels):
        if label is None:
            continue
        question, number = label
        run = runs[-1] if runs else None
        is_whole = run is not None and len(run.seen) == len(known[run.question])
        if run is None or run.question != question or (is_whole and number == 0):
            runs.append(_ParagraphRun(question, [at], {number}, number, number))
        else:
            run.positions += range(run.positions[-1] + 1, at + 1)
            run.seen.add(number)
            run.last = number
    return runs


def _share_gaps(runs: Sequence[_ParagraphRun], known: Sequence[Sequence[object]], count: int) -> None:
    """Give what nobody recognised to the neighbours that lack as much; blocks of five are others' answers."""
    for left, right in pairwise([None, *runs, None]):
        begin = left.positions[-1] + 1 if left else 0
        end = right.positions[0] if right else count
        tail = (
            sum(number not in left.seen for number in range(left.last + 1, len(known[left.question])))
            if left
            else 0
        )
        head = sum(number not in right.seen for number in range(right.first)) if right else 0
        size = end - begin
        if size > tail + head and size % len(PROSE_SECTIONS) == 0:
            continue
        if left:
            left.positions += range(begin, min(begin + tail, end))
        if right:
            right.positions[:0] = range(max(end - head, begin + min(tail, size)), end)


def _block(
    run: _ParagraphRun,
    question: Question,
    known: Sequence[tuple[str, str]],
    paragraphs: Sequence[RawText],
    labels: Sequence[_Place | None],
) -> Block:
    """Pair the paragraphs of a run with the known ones."""
    slots: dict[int, int] = {}
    for at in run.positions:
        label = labels[at]
        if label is not None:
            number = label[1]
            is_equal = paragraphs[at].text == known[number][1]
            if number not in slots or (is_equal and paragraphs[slots[number]].text != known[number][1]):
                slots[number] = at
    unknown = [at for at in run.positions if labels[at] is None]
    for number in range(len(known)):
        if number not in slots:
            after = max((at for other, at in slots.items() if other < number), default=-1)
            before = min((at for other, at in slots.items() if other > number), default=len(paragraphs))
            fitting = next((at for at in unknown if after < at < before), None)
            if fitting is not None:
                slots[number] = fitting
                unknown.remove(fitting)
    used = set(slots.values())
    order = [slots[number] for number in sorted(slots)]
    return Block(
        paragraphs=tuple(paragraphs[at] for at in run.positions),
        question=question,
        pairs=tuple(
            Pair(section, text, paragraphs[slots[number]] if number in slots else None)
            for number, (section, text) in enumerate(known)
        ),
        surplus=tuple(paragraphs[at] for at in run.positions if at not in used),
        is_shuffled=order != sorted(order),
    )
