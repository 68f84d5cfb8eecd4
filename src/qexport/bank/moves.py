"""Which questions of a bank seem to have changed places: by what they ask, and what the notes of the lock asked.

questions of now + their notes (bank/identity.py) → find_moves() → questions under ids of others
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from qexport.bank.identity import (
    LEAST_ALIKE_QUESTIONS,
    UNLIKE,
    find_published_version,
    likeness,
    part_in_common,
)
from qexport.bank.likeness import gist_of, split_words
from qexport.bank.lock import Asked, Entry, Move
from qexport.bank.query import fold

LEAST_ALIKE_EXCHANGED = 0.4
"""Share of words in common that is enough where other questions have taken each other's ids."""
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
MOST_SHARING_A_WORD = 50
"""Notes that have a word in common at most; a word of more says nothing about which of them it is."""


def _edited_likeness(one: str, other: str) -> float:
    """Return how alike two texts are if `List<int>`, which is four words and signs, counts as four or as one.

    Who puts another word in its place has edited one word.
    """
    return max(likeness(one, other), part_in_common(Counter(fold(one).split()), Counter(fold(other).split())))


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
    exchanged = _find_exchanged(questions, assignment, entries)
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
    sources = [  # not what was new in an edition that nobody has decided about
        entry
        for entry in entries
        if entry.question and entry.birth not in asked and entry.birth not in settled
    ]
    found = _match_exactly(other, sources, assignment, exchanged)
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
        before = texts.get(find_published_version(own), "") if own else ""
        if question.id in found:
            moves.append(Move(question.id, found[question.id].id, question.text, before))
        elif own and own.birth not in gone_on and _is_other_text(question, own, before, answers):
            moves.append(Move(question.id, question.id, question.text, before))
    moves += _handed_over(questions, assignment, texts, answers)
    return tuple(moves)


def _find_exchanged(
    questions: Sequence[Asked], assignment: Mapping[str, Entry], entries: Sequence[Entry]
) -> frozenset[str]:
    """Return the ids that ask what they asked, but are to the letter what another id was that asked the same.

    "What is a list?" of Go and of Rust: if the first is removed and the second gets its id, only the rest shows it.
    Ids whose old question went on to such an id, or to a new one, are among them.
    """
    versions = {find_published_version(entry): entry for entry in entries if entry.question}
    at = {question.id: question.version for question in questions}
    found = set()
    gone_on = set()
    for question in questions:
        own = assignment.get(question.id)
        was = versions.get(question.version)
        if was is None or at.get(was.id) == question.version or was.question != question.question:
            continue
        if own is None:
            gone_on.add(was.birth)
        elif was.birth != own.birth and _is_otherwise(question, own) and own.question == was.question:
            found.add(question.id)
            gone_on.add(was.birth)
    for question in questions:
        own = assignment.get(question.id)
        if (
            own
            and own.birth in gone_on
            and _is_otherwise(question, own)
            and own.question == question.question
        ):
            found.add(question.id)
    return frozenset(found)


def _is_otherwise(question: Asked, own: Entry) -> bool:
    """Return whether a question has the id that its note was published with, and is not to the letter what that was."""
    return own.id == question.id and find_published_version(own) != question.version


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
    """Return whether an id asks something else; if nobody knows what it asked, it does.

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
    answered = answers.get(find_published_version(own), "") if answers is not None else ""
    is_answered = bool(answered and question.answer)
    is_answered_anew = is_answered and likeness(question.answer, answered) < UNLIKE
    if gone and new:
        return (gone, new) == (first, second) or is_answered_anew
    if is_answered:
        return is_answered_anew and (is_unlike or first != second)
    return is_unlike and gone != new


def _has_word(word: str, others: Iterable[str]) -> bool:
    """Return whether a word is among others: a misspelt one, or the short form of a long one, is the same."""
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
    questions: Sequence[Asked],
    sources: Sequence[Entry],
    assignment: Mapping[str, Entry],
    exchanged: frozenset[str],
) -> dict[str, Entry]:
    """Return the sources that asked what the questions ask: first those that are the same to the letter.

    Of many that ask the same ("What is the output?"), only what is the same to the letter shows which is which. Of two
    that do, one asked nothing else, and of the other nobody has decided yet what it goes on as: that is the second.
    """
    by_question: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(sources, key=lambda each: bool(each.asked)):
        by_question[entry.question].append(entry)
    found: dict[str, Entry] = {}
    for to_the_letter in (True, False):
        for question in questions:
            if (
                not question.question
                or question.id in found
                or (question.id in exchanged and not to_the_letter)
            ):
                continue
            own = assignment.get(question.id)
            same = [each for each in by_question[question.question] if own is None or each.birth != own.birth]
            if to_the_letter:
                same = [each for each in same if find_published_version(each) == question.version]
            if same:
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
        own_text = texts.get(find_published_version(own)) if own and own.question else None
        at_least = least if own_text is None else max(least, likeness(question.text, own_text) + 0.2)
        shared: Counter[str] = Counter()
        entries: dict[str, Entry] = {}
        for word in set(split_words(question.text)):
            for entry in by_word[word] if len(by_word[word]) <= MOST_SHARING_A_WORD else ():
                shared[entry.birth] += 1
                entries[entry.birth] = entry
        for birth, _ in shared.most_common(10):
            entry = entries[birth]
            share = _edited_likeness(question.text, texts[find_published_version(entry)])
            if share >= at_least and (own is None or own.birth != birth):
                pairs.append((-share, place, birth, question.id, entry))
    found: dict[str, Entry] = {}
    taken: set[str] = set()
    for _, _, birth, key, entry in sorted(pairs, key=lambda pair: pair[:3]):
        if key not in found and birth not in taken:
            found[key] = entry
            taken.add(birth)
    return found
