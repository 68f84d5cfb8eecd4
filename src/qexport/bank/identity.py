"""Which question of a bank is which note: by its id, by the ids it had, and by what it asks.

    questions of now + the notes of the lock → assign_notes() → the note of each question

Ids are what people write into a bank; they are inserted, shifted, swapped and used again. What a question asks
is how that is seen (bank/moves.py): the lock has a digest of it, and the history its words.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from qexport.bank.likeness import split_words
from qexport.bank.lock import Asked, Entry, Lock
from qexport.common.records import Record
from qexport.common.references import blank_tags, unescape_html

LEAST_ALIKE_QUESTIONS = 0.65
"""Share of words in common from which two questions count as one that was edited."""
UNLIKE = 0.25
"""Share of words in common below which an edited question counts as another one."""
THE_SAME = 1.5
"""Likeness of a question to the note that was published with all that the bank says of it, to the letter."""


def question_digest(html: str) -> str:
    """Return the digest of what a question asks: its words, whatever the case, the markup and the spaces."""
    text = unescape_html(blank_tags(html))
    words = " ".join(split_words(text)) or " ".join(text.split())
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Assignment(Record, kw_only=True, frozen=True):
    """The notes of a bank's questions."""

    notes: Mapping[str, Entry]
    """By the id of the question, as the lock has them; questions that are new are missing."""
    contradictions: tuple[tuple[str, str, str], ...] = ()
    """Ids whose `former_ids` contradict the lock, the former id, and why."""


def assign_notes(
    questions: Sequence[Asked], lock: Lock | None, texts: Mapping[str, str] | None = None
) -> Assignment:
    """Return which note of the lock each question is.

    A question is the note that has its id in the lock. Its `former_ids` name another note only until the lock
    knows them; then their order, or that they are removed, changes nothing.

    Args:
        questions: Every question of the bank.
        lock: The lock of the last edition, if there was one.
        texts: What published versions asked, by their digests, as far as that is known.
    """
    if lock is None:
        return Assignment(notes={}, contradictions=tuple(_find_unsettled(questions)))
    return _Assigning(questions, lock, {} if texts is None else texts).assign()


def _find_unsettled(questions: Sequence[Asked]) -> Iterable[tuple[str, str, str]]:
    """Yield former ids that are ids of other questions: without a lock nobody knows which note that is."""
    ids = {question.id for question in questions}
    for question in questions:
        for former in question.former_ids:
            if former in ids and former != question.id:
                yield question.id, former, "it is the id of another question, and there is no lock"


class _Assigning:
    def __init__(self, questions: Sequence[Asked], lock: Lock, texts: Mapping[str, str]) -> None:
        self._questions = questions
        self._asked = {question.id: question for question in questions}
        self._texts = texts
        gone = [entry for entry in lock.gone.values() if not entry.namespace]
        gone.sort(key=lambda entry: entry.left)
        self._by_id = {entry.id: entry for entry in gone} | dict(lock.notes)
        self._by_name: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in (*gone, *lock.notes.values()):
            for name in (entry.id, *entry.names):
                self._by_name[name].append(entry)
        self._notes: dict[str, Entry] = {}
        self._taken: set[str] = set()
        self._contradictions: list[tuple[str, str, str]] = []

    def assign(self) -> Assignment:
        """Give out the notes: those that `former_ids` claim first, then by id."""
        for question in self._questions:
            if self._claims(question):
                self._claim(question)
        for question in self._questions:
            if question.id not in self._notes:
                self._take(question, self._by_id.get(question.id))
        for question in self._questions:
            if question.id not in self._notes:
                self._take(question, self._find_returned(question))
        return Assignment(notes=self._notes, contradictions=tuple(self._contradictions))

    def _claims(self, question: Asked) -> bool:
        """Return whether a question has former ids that the lock does not know it by.

        Where ids are shifted again and again, one id was that of many notes: then what they ask decides.
        """
        own = self._by_id.get(question.id)
        if own is None or not {own.id, *own.names}.issuperset(question.former_ids):
            return bool(question.former_ids)
        others = (self._by_id.get(former) for former in question.former_ids)
        likeness = self._likeness(question, own)
        return any(
            other and self._likeness(question, other) > likeness for other in others if other is not own
        )

    def _claim(self, question: Asked) -> None:
        own = self._by_id.get(question.id)
        candidates = self._find_named(question, own)
        if not candidates:
            return
        best = max(candidates, key=lambda entry: self._match(question, entry))
        goes_on = own is not None and self._likeness(question, own) >= self._likeness(question, best)
        staying = [entry for entry in (candidates if goes_on else [best]) if self._stays(entry, question)]
        if staying:
            self._refuse(question, staying[0])
        if staying or goes_on:
            return  # what goes on is two questions that were made one: the other one left
        if best.birth in self._taken:
            self._contradictions.append(
                (question.id, best.id, "another question has it among its former ids")
            )
            return
        self._take(question, best)

    def _find_named(self, question: Asked, own: Entry | None) -> list[Entry]:
        """Return the notes that the former ids of a question name, without its own.

        An id can have been that of several notes, one after another. If the last of them is free, it is meant, and
        not an earlier one that is in the bank under another id.
        """
        named: dict[str, Entry] = {}
        for name in question.former_ids:
            last = self._by_id.get(name)
            is_free = last is not None and not self._stays(last, question)
            for entry in self._by_name[name]:
                if own is not None and entry.birth == own.birth:
                    continue
                if entry is last or not (is_free and self._stays(entry, question)):
                    named[entry.birth] = entry
        return list(named.values())

    def _refuse(self, question: Asked, entry: Entry) -> None:
        """Refuse a former id of a note that is in the bank as another question."""
        if entry.id in question.former_ids:
            reason = "the lock has that as another question, which is still in the bank"
            self._contradictions.append((question.id, entry.id, reason))
            return
        former = next(name for name in question.former_ids if name in entry.names)
        reason = f"the lock has that as an earlier id of {entry.id}, which is still in the bank"
        self._contradictions.append((question.id, former, reason))

    def _stays(self, entry: Entry, other: Asked) -> bool:
        """Return whether a note is in the bank as itself, and at least as like its question as another one is."""
        holder = self._asked.get(entry.id)
        if holder is None or self._claims(holder) or self._by_id[entry.id] is not entry:
            return False
        return self._likeness(holder, entry) >= self._likeness(other, entry)

    def _match(self, question: Asked, entry: Entry) -> tuple[float, int, bool, bool, float]:
        """Return how well a note fits a question that names it: by its words, and if those say nothing, by its ids."""
        likeness = self._likeness(question, entry)
        ids = len({entry.id, *entry.names}.intersection(question.former_ids))
        is_last = entry.id in question.former_ids
        return likeness if likeness >= UNLIKE else 0.0, ids, is_last, not entry.left, likeness

    def _likeness(self, question: Asked, entry: Entry) -> float:
        if question.question == entry.question:
            return THE_SAME if question.version == find_published_version(entry) else 1.0
        if not entry.question:
            return 0.0
        text = self._texts.get(find_published_version(entry))
        return 0.0 if text is None else likeness(question.text, text)

    def _take(self, question: Asked, entry: Entry | None) -> None:
        if entry and entry.birth not in self._taken:
            self._notes[question.id] = entry
            self._taken.add(entry.birth)

    def _find_returned(self, question: Asked) -> Entry | None:
        """Return the note that left the bank after it was renumbered, if the question is back under a name it had."""
        left = [entry for entry in self._by_name[question.id] if entry.id not in self._asked]
        return next(
            (entry for entry in left if self._likeness(question, entry) >= LEAST_ALIKE_QUESTIONS), None
        )


def birth_name(question: Asked, taken: set[str]) -> str:
    """Return what a new note is born as; `taken` are the births of all others, folded."""
    first = question.former_ids[0] if question.former_ids else question.id
    birth = first = unicodedata.normalize("NFC", first)
    number = 2
    while birth.casefold() in taken:
        birth = f"{first}~{number}"
        number += 1
    return birth


# How alike questions are


def find_published_version(entry: Entry) -> str:
    """Return the version that a note was published with, before another question took its id."""
    return entry.asked or entry.version


def likeness(one: str, other: str) -> float:
    """Return the share of words that two texts have in common, from 0 to 1."""
    return part_in_common(Counter(split_words(one)), Counter(split_words(other)))


def part_in_common(first: Counter[str], second: Counter[str]) -> float:
    """Return the share that two collections of words have in common, from 0 to 1."""
    either = (first | second).total()
    return (first & second).total() / either if either else 1.0
