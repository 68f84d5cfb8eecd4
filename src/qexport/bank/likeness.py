"""What a question asks, and which other questions answer it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from qexport.bank.model import Question
from qexport.bank.query import fold
from qexport.common.patterns import compile_late
from qexport.common.records import Record

_WORD_OR_SIGNS = compile_late(r"[^\W_]+|[=<>+*/&|^%$#@~!]+")
_WITHOUT_SPACES = compile_late(r"([\u3040-\u30ff\u3400-\u9fff])")  # Chinese and Japanese: a sign is a word


def split_words(text: str) -> list[str]:
    """Return the words of a text, and its signs, in one case."""
    text = fold(text)
    if not text.isascii():
        text = _WITHOUT_SPACES.sub(r" \1 ", text)
    return _WORD_OR_SIGNS.findall(text)


_QUESTION_WORDS = frozenset(split_words("how why when where which who"))
_COMPARING = frozenset(
    split_words(
        "between compare compared comparison differ differs different difference differences versus vs"
    )
)
_DIRECTED = frozenset(split_words("to into from over than before after"))
"""Between these, order is meaning: list to tuple is not tuple to list."""
_SAYS_NOTHING = frozenset(
    split_words(
        """a about also am an and any are as at be been being by can care common could d define describe did
        do does each elaborate example explain explanation for from give happen has have how i if in into is
        it its know like ll main many me mean meant most much name need of on one or our please re s should
        show so some t tell term than that the their them then there these they this to under understand us
        use used useful uses using usually ve want was we were what when where which who why will with word
        work would you your"""
    )
)
MOST_COMPARED = 50
"""Questions that are compared with each other at most: what more of them share is a habit, not a subject."""


REMEMBERED = 8_192
"""Texts whose gist is remembered: `build --watch` asks for those of the whole bank again at every edit."""


class Gist(Record, frozen=True):
    """What a question asks, without the words of asking, and in which ways it asks."""

    stems: tuple[str, ...]
    """In order, without those of the technology."""
    ways: frozenset[str]
    directed: bool
    all: frozenset[str]
    """Without order, with those of the technology."""

    def asks_as(self, other: Gist) -> bool:
        """Whether one asks in all the ways the other does: what and why, and what."""
        return self.ways <= other.ways or other.ways <= self.ways


@lru_cache(maxsize=REMEMBERED)
def gist_of(text: str, technology: str = "") -> Gist:
    """Return the gist of a question; its technology is asked about whether or not the question names it."""
    words = split_words(text)
    kept = [stem_of(word) for word in words if word not in _SAYS_NOTHING and word not in _COMPARING] or words
    named = frozenset(map(stem_of, split_words(technology)))
    ways = _QUESTION_WORDS.intersection(words) | ({"what"} if "what" in words else set())
    compared = {"difference"} if not _COMPARING.isdisjoint(words) else set()
    directed = not _DIRECTED.isdisjoint(words) or _WITHOUT_SPACES.search(text) is not None
    return Gist(
        stems=tuple(stem for stem in kept if stem not in named),
        ways=frozenset(ways or {"what"}) | compared,
        directed=directed,
        all=named.union(kept),
    )


def stem_of(word: str) -> str:
    """Return a word without the s of a plural, roughly."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")


_ASKED_TERM = compile_late(r"what(?:'s| is| are) (?:an? |the )?(.{2,60}?)(?: and | in |[^\w\s'-]|$)")
_DEFINED = compile_late(
    r"(?:an? |the )?(.{2,60}?)(?: \([^)]{1,40}\))?"
    r" (?:is (?:an?|the|one|when|how|what)|are (?!not|usually|often|also)|means|refers to)\b"
)


def answered_follow_ups(questions: Sequence[Question]) -> dict[tuple[str, int], tuple[Question, ...]]:
    """Return (id, number of a follow-up) → the questions that answer it, the first ones first.

    Those that ask the same too; that compare what it compares; whose subject they define. Words in common are
    not enough: of 60 questions in a bank that held all the words of another, 50 did not answer it.
    """
    answered = [question for question in questions if question.answer]
    gists = [gist_of(question.question) for question in answered]
    asking, comparing, defining = _index_of_answers(answered, gists)
    answers: dict[tuple[str, int], tuple[Question, ...]] = {}
    said: dict[int, frozenset[str]] = {}
    """The stems of a question and its answer, which several follow-ups may look for."""
    for question in questions:
        for number, follow_up in enumerate(question.follow_ups):
            gist = gist_of(follow_up)
            found = {at for at in asking[gist.all][:MOST_COMPARED] if gist.ways <= gists[at].ways}
            if "difference" in gist.ways and len(gist.all) > 1:
                found |= set.intersection(*(set(comparing[stem][:MOST_COMPARED]) for stem in gist.all))
            if subject := _asked_subject(follow_up):
                for at in defining[subject][:MOST_COMPARED]:
                    if at not in said:
                        said[at] = gists[at].all.union(map(stem_of, split_words(answered[at].answer)))
                    if gist.all <= said[at]:
                        found.add(at)
            if others := tuple(answered[at] for at in sorted(found) if answered[at] is not question):
                answers[question.id, number] = others
    return answers


_Index: TypeAlias = defaultdict[object, list[int]]


def _index_of_answers(answered: Sequence[Question], gists: Sequence[Gist]) -> tuple[_Index, _Index, _Index]:
    """Where the answers are: by all the stems of the question, by each it compares, by what is defined."""
    asking, comparing, defining = _Index(list), _Index(list), _Index(list)
    for index, (question, gist) in enumerate(zip(answered, gists, strict=True)):
        asking[gist.all].append(index)
        for stem in gist.all if "difference" in gist.ways else ():
            comparing[stem].append(index)
        if subject := _defined_subject(question.answer[:200]):
            defining[subject].append(index)
    return asking, comparing, defining


@lru_cache(maxsize=REMEMBERED)
def _asked_subject(follow_up: str) -> tuple[str, ...]:
    """Return what a follow-up asks to be defined; empty if it asks for something else."""
    asked = _ASKED_TERM.match(fold(follow_up))
    return _subject(asked[1]) if asked else ()


@lru_cache(maxsize=REMEMBERED)
def _defined_subject(beginning: str) -> tuple[str, ...]:
    """Return what an answer that begins so defines; empty if it defines nothing."""
    defined = _DEFINED.match(fold(beginning))
    return _subject(defined[1]) if defined else ()


def _subject(phrase: str) -> tuple[str, ...]:
    return tuple(map(stem_of, split_words(phrase)))
