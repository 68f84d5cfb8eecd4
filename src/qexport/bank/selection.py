"""Filters → the questions they leave: one language for every command and output."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import TypeAlias

from qexport.bank.model import Bank, Question
from qexport.bank.query import (
    NAME_FIELDS,
    Clause,
    Condition,
    Conditions,
    count_of,
    difficulties,
    no_review_counts,
    parse_query,
    unknown,
)
from qexport.bank.review_counts import REVIEW_FIELDS
from qexport.common.errors import NothingSelected, UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record
from qexport.common.text_input import quote
from qexport.common.wording import quantity


class Filters(Record, kw_only=True, frozen=True):
    """What the user asked for: any of the values within a field, all of the fields together.

    In names and ids `*` matches anything, in ids `?` and `[…]` too, as in a shell. Empty: has none.
    """

    technology: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    difficulty: tuple[str, ...] = ()
    """Each `8`, `7-9`, `>=8`, `<=7`, `>6` or `<9`."""
    id: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Ids of what must not be there, whatever else says so."""
    text: tuple[str, ...] = ()
    """All must be found, literally but for case, accents, curly quotes and the length of spaces."""
    where: str = ""
    """A query, as `query` describes it."""
    sort: str = "bank"
    """`bank`, `id`, `difficulty`, `level`, or a count of reviews; a `-` before it turns it round."""
    limit: int | None = None
    sample: int | None = None
    """So many, spread over technologies and levels, in the order of `sort`."""
    seed: int = 0
    include_drafts: bool = False
    """Questions that are not answered yet may pass, too."""


def select(bank: Bank, filters: Filters, limits: Limits = USUAL) -> tuple[Question, ...]:
    """Return the active questions that pass, and drafts if they are asked for, in order.

    Raises:
        UsageError: a filter cannot be read.
        NothingSelected: no question is left; the message says why.
    """
    in_order = _sorting(bank, filters.sort)
    for option, count in (("--limit", filters.limit), ("--sample", filters.sample)):
        if count is not None and count < 1:
            raise UsageError(f"{option} {count} leaves no question", hint="write a number from 1 on")
    clauses = _clauses(bank, filters, limits)
    eligible = _eligible(bank, filters)
    chosen = [question for question in eligible if all(clause.holds(question) for clause in clauses)]
    if not chosen:
        raise _blame_condition(bank, eligible, clauses)
    if filters.sample is not None:
        chosen = _sample(chosen, filters.sample, filters.seed)
    return tuple(in_order(chosen)[: filters.limit])


def _eligible(bank: Bank, filters: Filters) -> list[Question]:
    """Return the questions that a selection may have, whatever its conditions are."""
    statuses = ("active", "draft") if filters.include_drafts else ("active",)
    return [question for question in bank.questions if question.status in statuses]


def without_drafts(bank: Bank) -> Bank:
    """Return the bank without its drafts, which are published nowhere."""
    if all(question.status != "draft" for question in bank.questions):
        return bank
    return replace(bank, questions=tuple(each for each in bank.questions if each.status != "draft"))


# --- conditions --------------------------------------------------------------------------------------------


def _clauses(bank: Bank, filters: Filters, limits: Limits) -> tuple[Clause, ...]:
    """Return the conditions in the order they are counted in when nothing is left."""
    _refuse_long(filters, limits)
    conditions = Conditions(bank)
    clauses = [
        Clause(_quote_option(field, values), conditions.name(field, *map(_pattern, values)))
        for field in NAME_FIELDS
        if (values := getattr(filters, field))
    ]
    if filters.difficulty:
        holds = conditions.difficulty(*filters.difficulty)
        clauses.append(Clause(_quote_option("difficulty", filters.difficulty), holds))
    if filters.id:
        clauses.append(Clause(_quote_option("id", filters.id), _ids(bank, conditions, filters.id)))
    if filters.exclude:
        excluded = _ids(bank, conditions, filters.exclude)
        clauses.append(
            Clause(_quote_option("exclude", filters.exclude), lambda question: not excluded(question))
        )
    clauses.extend(Clause(_quote_option("text", (text,)), conditions.text((text,))) for text in filters.text)
    if filters.where:
        parts = parse_query(filters.where, conditions, limits)
        clauses.extend(Clause(_quote_option("where", (part.words,)), part.holds) for part in parts)
    return tuple(clauses)


def _refuse_long(filters: Filters, limits: Limits) -> None:
    for each in fields(filters):
        given = getattr(filters, each.name)
        for value in (given,) if isinstance(given, str) else given if isinstance(given, tuple) else ():
            if len(value) > limits.query:
                message = f"--{each.name} is {len(value):,} characters long"
                raise UsageError(message, hint=limits.hint("query"))


def _pattern(value: str) -> tuple[str, ...]:
    return tuple(value.split("*"))


def _ids(bank: Bank, conditions: Conditions, values: Iterable[str]) -> Condition:
    """One of these ids, or like one of these patterns of a shell; a plain id must exist."""
    known = {question.id.casefold() for question in bank.questions}
    wild = [value for value in values if value.casefold() not in known and re.search(r"[*?[]", value)]
    listed = conditions.id(*((value,) for value in values if value not in wild))
    like = re.compile("|".join(fnmatch.translate(value.casefold()) for value in wild) or r"(?!)").match
    return lambda question: listed(question) or like(question.id.casefold()) is not None


def _quote_option(option: str, values: Iterable[str]) -> str:
    """Return the option as a shell takes it, to be told and copied; what cannot be printed is escaped."""
    import shlex

    shown = (shlex.quote(value) if value.isprintable() else quote(value) for value in values)
    return " ".join(f"--{option} {value}" for value in shown)


def _blame_condition(bank: Bank, active: Sequence[Question], clauses: Sequence[Clause]) -> NothingSelected:
    """Which condition is to blame: one that holds nowhere, else where the last question was lost."""
    others = [question for question in bank.questions if question not in active]
    total = quantity(len(active), "active question" if others else "question")
    missed = [question for question in others if all(clause.holds(question) for clause in clauses)]
    retired = [question.id for question in missed if question.status == "retired"]
    drafts = [question.id for question in missed if question.status == "draft"]
    hints = (
        [f"retired questions are never selected: {_list(retired, 'list_and', SCOPE_WORDS)}"]
        if retired
        else []
    )
    hints += (
        [f"drafts are selected with --include-drafts only: {_list(drafts, 'list_and', SCOPE_WORDS)}"]
        if drafts
        else []
    )
    hint = "; ".join(hints)
    if not active:
        return NothingSelected(f"nothing to select from: {total} in this bank", hint=hint)
    alone, left = Counter[int](), Counter[int]()
    for question in active:  # question by question, so that each is folded once
        held = [clause.holds(question) for clause in clauses]
        alone.update(index for index, holds in enumerate(held) if holds)
        left.update(range(held.index(False)))
    if barren := [clause.words for index, clause in enumerate(clauses) if not alone[index]]:
        matches = "matches" if len(barren) == 1 else "each match"
        return NothingSelected(
            f"no question is left: {_list(barren, 'list_and', SCOPE_WORDS)} {matches} none of {total}",
            hint=hint,
        )
    steps, before = [], len(active)
    for index, clause in enumerate(clauses):
        if left[index] < before:  # a condition that took nothing away explains nothing
            steps.append(f"{clause.words} leaves {left[index]}")
            before = left[index]
    return NothingSelected(f"no question is left: of {total} {', then '.join(steps)}", hint=hint)


# --- order -------------------------------------------------------------------------------------------------

Ordering: TypeAlias = Callable[[Sequence[Question]], list[Question]]
_SORTS = ("bank", "id", "difficulty", "level")
"""Counts of reviews are orders too, for a bank that has them."""


def in_bank_order(bank: Bank) -> list[Question]:
    """Return a bank's questions by technology, then category, each in the bank's order, then as they stand.

    It is the order of the contents of a book, whatever order questions were added in.
    """
    technologies = {name: place for place, name in enumerate(bank.technologies)}
    categories: dict[tuple[str, str], int] = {}
    for question in bank.questions:
        categories.setdefault((question.technology, question.category), len(categories))
    return sorted(
        bank.questions,
        key=lambda question: (
            technologies.get(question.technology, len(technologies)),
            categories[question.technology, question.category],
        ),
    )


def _sorting(bank: Bank, sort: str) -> Ordering:
    """Return what puts questions in order. What has no difficulty or level comes last; ties end in the id."""
    name = sort.removeprefix("-")
    if name in REVIEW_FIELDS and not bank.reviews:
        raise no_review_counts(name)
    if name not in (*_SORTS, *REVIEW_FIELDS):
        raise unknown("order", sort, (*_SORTS, *REVIEW_FIELDS) if bank.reviews else _SORTS)
    descending = sort != name
    places = {question.id: place for place, question in enumerate(in_bank_order(bank))}
    levels = {level: place for place, level in enumerate(bank.levels)}
    counts = dict(bank.reviews)

    def count(question: Question) -> float | None:
        found = count_of(question, counts)
        return None if found is None else getattr(found, name)

    of: dict[str, Callable[[Question], float | None]] = {
        **dict.fromkeys(REVIEW_FIELDS, count),
        "bank": lambda question: places[question.id],
        "difficulty": lambda question: question.difficulty,
        "level": lambda question: levels.get(question.level),
    }

    def ordered(questions: Sequence[Question]) -> list[Question]:
        by_id = sorted(questions, key=lambda question: (question.id.casefold(), question.id))
        if name == "id":
            return by_id[::-1] if descending else by_id
        known = [question for question in by_id if of[name](question) is not None]
        known.sort(key=lambda question: of[name](question) or 0, reverse=descending)
        return known + [question for question in by_id if of[name](question) is None]

    return ordered


# --- sample ------------------------------------------------------------------------------------------------


def _sample(questions: Sequence[Question], size: int, seed: int) -> list[Question]:
    """So many of the questions, spread over technologies, and within each over levels.

    Every technology gives one, the largest first, then always the one of which the smallest share is taken
    (the method of Adams): large ones give more, none is left out before it must be. So do the levels within
    a technology; of two that are equal, the one of which less is taken elsewhere. All other choices are made
    by digests of seed and name: a random generator would see the order of the input, and may change with
    Python. The sample of a size holds all smaller ones of its seed.
    """
    if size >= len(questions):
        return list(questions)
    strata: dict[str, dict[str, list[Question]]] = {}
    for question in sorted(questions, key=lambda question: _rank(seed, question.id)):
        strata.setdefault(question.technology, {}).setdefault(question.level, []).append(question)
    in_level = Counter(question.level for question in questions)
    from_level = Counter[str]()
    from_stratum = Counter[tuple[str, str]]()
    chosen: list[Question] = []

    def next_level(technology: str) -> str:
        def urgency(level: str) -> tuple[float, float, int, bytes]:
            taken, size = from_stratum[technology, level], len(strata[technology][level])
            share = taken / size
            return (share, from_level[level] / in_level[level], -size, _rank(seed, f"{technology}\0{level}"))

        return min(strata[technology], key=urgency)  # a stratum with nothing left has the share 1: the last

    totals = Counter(question.technology for question in questions)
    queue = [(0.0, -total, _rank(seed, technology), technology) for technology, total in totals.items()]
    import heapq

    heapq.heapify(queue)
    while len(chosen) < size:
        _, negative_total, rank, technology = queue[0]
        level = next_level(technology)
        chosen.append(strata[technology][level][from_stratum[technology, level]])
        from_stratum[technology, level] += 1
        from_level[level] += 1
        taken = sum(from_stratum[technology, level] for level in strata[technology])
        heapq.heapreplace(queue, (taken / -negative_total, negative_total, rank, technology))
    return chosen


def _rank(seed: int, name: str) -> bytes:
    import hashlib

    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()


# --- in words ----------------------------------------------------------------------------------------------


ALL_QUESTIONS = "All questions"
"""The scope of an edition with no filter; documents word it in their language."""


SCOPE_WORDS: Mapping[str, str] = {
    "all_questions": ALL_QUESTIONS,
    "and_more": "{names} and {n} more",
    "list_and": "{first} and {last}",
    "list_or": "{first} or {last}",
    "scope_tagged": "tagged {names}",
    "scope_text": "containing {texts}",
    "scope_where": "where {query}",
    "scope_id": "id {ids}",
    "scope_ids": "ids {ids}",
    "scope_without": "without {ids}",
    "scope_none": "no {field}",
    "scope_rated": "rated",
    "scope_unrated": "not rated",
    "scope_difficulty": "difficulty {range}",
    "scope_sample": "a sample of {n}",
    "scope_first": "the first {n}",
}
"""What a selection is described with, in English; the files of languages have the same keys."""


def describe(
    bank: Bank,
    filters: Filters,
    chosen: Sequence[Question],
    limits: Limits = USUAL,
    words: Mapping[str, str] = SCOPE_WORDS,
) -> str:
    """Return the filters as a reader of the result needs them: "Python and Machine Learning, difficulty 7–9".

    Without filters: what all the chosen share, as "Advanced", else "All questions".

    Args:
        bank: has the names of technologies and levels.
        filters: that were asked for.
        chosen: the questions they leave.
        limits: of a search.
        words: SCOPE_WORDS in the language of the description.
    """
    conditions = Conditions(bank)
    ids = "scope_ids" if len(filters.id) > 1 else "scope_id"
    parts = [_join_values(conditions, field, getattr(filters, field), words) for field in NAME_FIELDS]
    parts += [
        _describe_difficulties(filters.difficulty, words),
        _put(words["scope_text"], _list([f"“{text}”" for text in filters.text], "list_and", words)),
        _put(words["scope_where"], filters.where),
        _put(words[ids], _list(filters.id, "list_and", words)),
        _put(words["scope_without"], _list(filters.exclude, "list_and", words)),
    ]
    if not any(parts):
        parts = [_find_common_value(map(attrgetter(field), chosen)) for field in ("technology", "level")]
    said = [part for part in (*parts, *_cuts(bank, filters, limits, words)) if part]
    return ", ".join(said) or words["all_questions"]


def _put(pattern: str, *values: str) -> str:
    """Return a pattern with values in its places, from left to right; "" if there is none."""
    found = iter(values)
    return re.sub(r"\{\w+\}", lambda _: next(found), pattern) if any(values) else ""


def _join_values(conditions: Conditions, field: str, values: Sequence[str], words: Mapping[str, str]) -> str:
    """Return the bank's own names for what the user wrote: "Python and Machine Learning"."""
    meant = [
        conditions.names(field, _pattern(value))
        if value
        else (_put(words["scope_none"], words.get(field, field)),)
        for value in values
    ]
    names = list(dict.fromkeys(name for names in meant for name in names))
    if field == "tag":
        return _put(words["scope_tagged"], _list(names, "list_or", words))
    return _list(names, "list_and", words)


def _describe_difficulties(values: Sequence[str], words: Mapping[str, str]) -> str:
    """Return the difficulties as ranges: "difficulty 6 or 8–10"."""
    numbers = sorted({number for value in values if value.strip("*") for number in difficulties(value)})
    firsts = [number for number in numbers if number - 1 not in numbers]
    lasts = [number for number in numbers if number + 1 not in numbers]
    spans = [str(low) if low == high else f"{low}–{high}" for low, high in zip(firsts, lasts, strict=True)]
    other = [words[key] for value, key in (("*", "scope_rated"), ("", "scope_unrated")) if value in values]
    rated = _put(words["scope_difficulty"], _list(spans, "list_or", words))
    return _list([rated, *other], "list_or", words)


def _find_common_value(values: Iterable[str]) -> str:
    """Return the value, if they are all the same."""
    different = set(values)
    return different.pop() if len(different) == 1 else ""


def _cuts(bank: Bank, filters: Filters, limits: Limits, words: Mapping[str, str]) -> Iterator[str]:
    """Return what was left out although it passed the filters."""
    if filters.sample is not None or filters.limit is not None:
        passing = len(select(bank, replace(filters, sample=None, limit=None), limits))
        if filters.sample is not None and filters.sample < passing:
            passing = filters.sample
            yield _put(words["scope_sample"], str(passing))
        if filters.limit is not None and filters.limit < passing:
            yield _put(words["scope_first"], str(filters.limit))


_MOST_IN_A_LIST = 5  # names in a list of words: a cover is read at a glance


def _list(items: Sequence[str], conjunction: str, words: Mapping[str, str]) -> str:
    """One, two and three; of many, the first."""
    named = [item for item in items if item]
    if len(named) > _MOST_IN_A_LIST:
        values = {
            "names": ", ".join(named[: _MOST_IN_A_LIST - 1]),
            "n": str(len(named) - _MOST_IN_A_LIST + 1),
        }
        return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], words["and_more"])
    if not named:
        return ""
    *first, last = named
    return _put(words[conjunction], ", ".join(first), last) if first else last


def deck_name(recipe: str, filters: Filters, scope: str) -> str:
    """Return the name under which the lock keeps count of a filtered deck; empty: it does not.

    Args:
        recipe: The name of the recipe, if it has one.
        filters: What the deck holds.
        scope: The filters in words.
    """
    if filters.limit is not None or filters.sample is not None:
        return ""  # which questions these leave is not a matter of the questions
    if replace(filters, sort=Filters().sort) == Filters():
        return ""
    return recipe or "-".join(scope.split())
