"""Which question of a bank is which note: by its id, by the ids it had, and by what it asks.

    questions of now + the notes of the lock → assign_notes() → the note of each question
                                             → find_moves()   → questions that seem to have changed places

Ids are what people write into a bank; they are inserted, shifted, swapped and used again. What a question asks
is how that is seen: the lock has a digest of it, and the history its words.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from qexport.bank.likeness import gist_of, split_words
from qexport.bank.lock import Asked, Entry, Lock, Move
from qexport.bank.query import fold
from qexport.common.records import Record
from qexport.common.references import blank_tags, unescape_html

LEAST_ALIKE_QUESTIONS = 0.65
"""Share of words in common from which two questions count as one that was edited."""
LEAST_ALIKE_EXCHANGED = 0.4
"""The same for a question and a note that other questions have taken each other's ids from."""
ONE_WORD = 0.7
"""Likeness of two spellings (difflib) from which they count as one word: "clousre" and "closure" have 0.86."""
_ASKING_WORDS = frozenset(
    fold(
        """was ist sind ein eine der die das den wie warum wann wo wer welche welcher welches in und von
        que es son un una el la los las como por cual cuales cuando donde quien de y se
        qu est ce une le les quoi comment pourquoi quand ou qui quel quelle quels quelles des du et
        che cosa cos e sono il lo gli come perche dove chi quale quali di
        o sao um uma os as qual quais porque wat zijn een het hoe waarom
        что такое как почему зачем когда где кто какой какая какое какие и в co to jest sa jak dlaczego"""
    ).split()
)
"""Words that only ask, in languages that banks are written in; those of English are known to `gist_of`."""
UNLIKE = 0.25
"""Share of words in common below which an edited question counts as another one."""
THE_SAME = 1.5
"""Likeness of a question to the note that was published with all that the bank says of it, to the letter."""
MOST_SHARING_A_WORD = 50
"""Notes that have a word in common at most; a word of more says nothing about which of them it is."""


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
        return Assignment(notes={}, contradictions=tuple(_unsettled(questions)))
    return _Assigning(questions, lock, {} if texts is None else texts).assigned()


def _unsettled(questions: Sequence[Asked]) -> Iterable[tuple[str, str, str]]:
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

    def assigned(self) -> Assignment:
        """Give out the notes: those that `former_ids` claim first, then by id."""
        for question in self._questions:
            if self._claims(question):
                self._claim(question)
        for question in self._questions:
            if question.id not in self._notes:
                self._take(question, self._by_id.get(question.id))
        for question in self._questions:
            if question.id not in self._notes:
                self._take(question, self._returned(question))
        return Assignment(notes=self._notes, contradictions=tuple(self._contradictions))

    def _claims(self, question: Asked) -> bool:
        """Say whether a question has former ids that the lock does not know it by.

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
        claimed = {entry.birth: entry for name in question.former_ids for entry in self._by_name[name]}
        candidates = [entry for entry in claimed.values() if own is None or entry.birth != own.birth]
        if not candidates:
            return
        best = max(
            candidates, key=lambda entry: (self._likeness(question, entry), self._fit(question, entry))
        )
        goes_on = own is not None and self._likeness(question, own) >= self._likeness(question, best)
        staying = [entry for entry in (candidates if goes_on else [best]) if self._stays(entry, question)]
        if staying:
            reason = "the lock has that as another question, which is still in the bank"
            self._contradictions.append((question.id, staying[0].id, reason))
        if staying or goes_on:
            return  # what goes on is two questions that were made one: the other one left
        if best.birth in self._taken:
            self._contradictions.append(
                (question.id, best.id, "another question has it among its former ids")
            )
            return
        self._take(question, best)

    def _stays(self, entry: Entry, other: Asked) -> bool:
        """Say whether a note is in the bank as itself, and at least as like its question as another one is."""
        holder = self._asked.get(entry.id)
        if holder is None or self._claims(holder) or self._by_id[entry.id] is not entry:
            return False
        return self._likeness(holder, entry) >= self._likeness(other, entry)

    def _fit(self, question: Asked, entry: Entry) -> int:
        return len({entry.id, *entry.names}.intersection(question.former_ids)) * 2 + (not entry.left)

    def _likeness(self, question: Asked, entry: Entry) -> float:
        if question.question == entry.question:
            return THE_SAME if question.version == _published_version(entry) else 1.0
        if not entry.question:
            return 0.0
        text = self._texts.get(_published_version(entry))
        return 0.0 if text is None else likeness(question.text, text)

    def _take(self, question: Asked, entry: Entry | None) -> None:
        if entry and entry.birth not in self._taken:
            self._notes[question.id] = entry
            self._taken.add(entry.birth)

    def _returned(self, question: Asked) -> Entry | None:
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


# Moves


def _published_version(entry: Entry) -> str:
    """Return the version that a note was published with, before another question took its id."""
    return entry.asked or entry.version


def likeness(one: str, other: str) -> float:
    """Return the share of words that two texts have in common, from 0 to 1."""
    return _part_in_common(Counter(split_words(one)), Counter(split_words(other)))


def _part_in_common(first: Counter[str], second: Counter[str]) -> float:
    either = (first | second).total()
    return (first & second).total() / either if either else 1.0


def _edited_likeness(one: str, other: str) -> float:
    """Return how alike two texts are if `List<int>`, which is four words and signs, counts as four or as one.

    Who puts another word in its place has edited one word.
    """
    return max(
        likeness(one, other), _part_in_common(Counter(fold(one).split()), Counter(fold(other).split()))
    )


def find_moves(
    questions: Sequence[Asked],
    assignment: Mapping[str, Entry],
    entries: Sequence[Entry],
    texts: Mapping[str, str],
    answers: Mapping[str, str] | None = None,
) -> tuple[Move, ...]:
    """Return the questions that seem to have taken each other's ids since the last edition, in the bank's order.

    `entries` are all notes there were; `texts` and `answers` are what their versions asked and answered, as far as
    that is known.

    First by digests: the question of Q1 is Q2's now. Then, of what is left, by the words they have in common.
    Last those ids that ask something else, without a sign of where their question went.
    """
    settled = {entry.birth for key, entry in assignment.items() if key != entry.id}
    exchanged = _exchanged(questions, assignment, entries)
    other = [
        each for each in questions if each.id in exchanged or _asks_another(each, assignment.get(each.id))
    ]
    asked = {
        entry.birth
        for question in questions
        if (entry := assignment.get(question.id))
        and question.id not in exchanged
        and not _asks_another(question, entry)
    }
    sources = [entry for entry in entries if entry.birth not in asked and entry.birth not in settled]
    found = _match_exactly(other, sources, assignment)
    found |= _match_by_words(
        [question for question in other if question.id not in found],
        [entry for entry in sources if entry.birth not in {each.birth for each in found.values()}],
        assignment,
        texts,
    )
    gone_on = {entry.birth for entry in found.values()}
    found |= _match_by_words(
        [
            each
            for each in other
            if each.id not in found and getattr(assignment.get(each.id), "birth", "") in gone_on
        ],
        [entry for entry in sources if entry.birth not in gone_on and entry.id in found],
        assignment,
        texts,
        LEAST_ALIKE_EXCHANGED,
    )
    gone_on = {entry.birth for entry in found.values()}
    moves = []
    for question in other:
        own = assignment.get(question.id)
        before = texts.get(_published_version(own), "") if own else ""
        if question.id in found:
            moves.append(Move(question.id, found[question.id].id, question.text, before))
        elif own and own.birth not in gone_on and _is_other_text(question, own, before, answers):
            moves.append(Move(question.id, question.id, question.text, before))
    moves += _handed_over(questions, assignment, texts, answers)
    return tuple(moves)


def _exchanged(
    questions: Sequence[Asked], assignment: Mapping[str, Entry], entries: Sequence[Entry]
) -> frozenset[str]:
    """Return the ids that ask what they asked, but are to the letter what another id was that asked the same.

    "What is a list?" of Go and of Rust: if the first is removed and the second gets its id, only the rest shows it.
    """
    versions = {_published_version(entry): entry for entry in entries if entry.question}
    at = {question.id: question.version for question in questions}
    found = set()
    for question in questions:
        own = assignment.get(question.id)
        was = versions.get(question.version)
        if own is None or was is None or was.birth == own.birth or own.question != was.question:
            continue
        if (
            own.id == question.id
            and _published_version(own) != question.version
            and at.get(was.id) != question.version
        ):
            found.add(question.id)
    return frozenset(found)


def _handed_over(
    questions: Sequence[Asked],
    assignment: Mapping[str, Entry],
    texts: Mapping[str, str],
    answers: Mapping[str, str] | None,
) -> Iterable[Move]:
    """Yield the questions whose `former_ids` give them the note of one that asked something else."""
    for question in questions:
        entry = assignment.get(question.id)
        if entry is None or entry.id == question.id or entry.question == question.question:
            continue
        before = texts.get(entry.asked or entry.version, "")
        if _is_other_text(question, entry, before, answers):
            yield Move(question.id, question.id, question.text, before)


def _is_other_text(question: Asked, own: Entry, before: str, answers: Mapping[str, str] | None) -> bool:
    """Say whether an id asks something else; if nobody knows what it asked, it does.

    "What is a closure?" and "What is a monad?" have most of their words in common, and none that counts; nor does
    the name of their technology. Where some that count are the same and others are not (how TCP and how UDP opens a
    connection), the answers decide; also where one asks for more (a list, and a linked list), or for a word that is
    spelt alike (a lock, and a mock). "Explain DNS" and "What is DNS, and how does it work?" have few words in common,
    and all that count.
    """
    if not before:
        return bool(own.question)
    texts = before, question.text
    first, second = (set(gist_of(text, question.technology).stems) - _ASKING_WORDS for text in texts)
    gone, new = (
        {word for word in one if not _has_word(word, other)}
        for one, other in ((first, second), (second, first))
    )
    is_unlike = likeness(question.text, before) < UNLIKE
    if is_unlike and ((gone and new) or bool(first) != bool(second)):
        return True
    answered = answers.get(_published_version(own), "") if answers is not None else ""
    is_answered = bool(answered and question.answer)
    is_answered_anew = is_answered and likeness(question.answer, answered) < UNLIKE
    if gone and new:
        return (gone, new) == (first, second) or is_answered_anew
    if is_answered:
        return is_answered_anew and (is_unlike or first != second)
    return is_unlike and gone != new


def _has_word(word: str, others: Iterable[str]) -> bool:
    """Say whether a word is among others: a misspelt one, or the short form of a long one, is the same."""
    from difflib import SequenceMatcher  # asked for of a few questions that moved

    for other in others:
        short, long = sorted((word, other), key=len)
        if len(short) >= 3 and long.startswith(short):
            return True
        is_spelt_alike = (
            len(long) - len(short) <= 1 and SequenceMatcher(None, short, long).ratio() >= ONE_WORD
        )
        if short == long or is_spelt_alike:
            return True
    return False


def _asks_another(question: Asked, entry: Entry | None) -> bool:
    return entry is None or (entry.question != question.question and entry.id == question.id)


def _match_exactly(
    questions: Sequence[Asked], sources: Sequence[Entry], assignment: Mapping[str, Entry]
) -> dict[str, Entry]:
    by_question: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sources:
        by_question[entry.question].append(entry)
    found: dict[str, Entry] = {}
    for question in questions:
        own = assignment.get(question.id)
        same = [each for each in by_question[question.question] if own is None or each.birth != own.birth]
        same.sort(key=lambda entry: _published_version(entry) != question.version)
        if same and question.question:
            found[question.id] = same[0]
            by_question[question.question].remove(same[0])
    return found


def _match_by_words(
    questions: Sequence[Asked],
    sources: Sequence[Entry],
    assignment: Mapping[str, Entry],
    texts: Mapping[str, str],
    least: float = LEAST_ALIKE_QUESTIONS,
) -> dict[str, Entry]:
    """Return the sources whose words the questions have, and clearly more of them than of their own note."""
    by_word: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sources:
        for word in set(split_words(texts.get(entry.asked or entry.version, ""))):
            by_word[word].append(entry)
    pairs = []
    for place, question in enumerate(questions):
        own = assignment.get(question.id)
        own_text = texts.get(_published_version(own)) if own and own.question else None
        at_least = least if own_text is None else max(least, likeness(question.text, own_text) + 0.2)
        shared: Counter[str] = Counter()
        entries: dict[str, Entry] = {}
        for word in set(split_words(question.text)):
            for entry in by_word[word] if len(by_word[word]) <= MOST_SHARING_A_WORD else ():
                shared[entry.birth] += 1
                entries[entry.birth] = entry
        for birth, _ in shared.most_common(10):
            entry = entries[birth]
            share = _edited_likeness(question.text, texts[_published_version(entry)])
            if share >= at_least and (own is None or own.birth != birth):
                pairs.append((-share, place, birth, question.id, entry))
    found: dict[str, Entry] = {}
    taken: set[str] = set()
    for _, _, birth, key, entry in sorted(pairs, key=lambda pair: pair[:3]):
        if key not in found and birth not in taken:
            found[key] = entry
            taken.add(birth)
    return found
