"""Questions beside each other: near duplicates, names written almost alike, follow-ups that are answered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from qexport.bank.health.findings import Finding, ids_of, quote_briefly
from qexport.bank.likeness import MOST_COMPARED, Gist, answered_follow_ups, gist_of
from qexport.bank.model import Bank, Question
from qexport.bank.query import fold
from qexport.common.text_distance import count_slips, similarity


def find_near_duplicates(bank: Bank) -> Iterator[Finding]:
    """Find questions that ask the same, or have the same answer."""
    questions = bank.questions
    gists = [gist_of(question.question, question.technology) for question in questions]
    pairs = dict.fromkeys(_asking_the_same(gists), "ask almost the same")
    pairs |= dict.fromkeys(_answered_the_same(questions), "have the same answer")
    reported = set[int]()
    for (first, second), what in sorted(pairs.items()):
        if second in reported:  # like the first of several that are all alike: once is enough
            continue
        reported.add(second)
        one, other = questions[first], questions[second]
        message = f"{one.id} and {other.id} {what}: {quote_briefly(one.question)} and {quote_briefly(other.question)}"
        hint = "keep one, with the other's id in its former_ids, or tell them apart"
        yield Finding("near-duplicate", message, hint, other.location, (one.id, other.id))


def _asking_the_same(gists: Sequence[Gist]) -> Iterator[tuple[int, int]]:
    """Pairs whose stems agree, but for one inflection or slip of the pen.

    No ratio over letters or words will do: “How does L1 regularization work?” is to 97 % the same as for L2.
    """
    alike = defaultdict[object, list[int]](list)
    for index, gist in enumerate(gists):
        alike[gist.all].append(index)
        for stem in gist.all if len(gist.all) > 1 else ():
            alike[gist.all - {stem}, "and one more"].append(index)
    for block in alike.values():
        for first, second in combinations(block[:MOST_COMPARED], 2):
            one, other = gists[first], gists[second]
            if one.asks_as(other) and _same_stems(one, other):
                yield first, second


def _same_stems(one: Gist, other: Gist) -> bool:
    only_one, only_other = one.all - other.all, other.all - one.all
    if len(only_one) != len(only_other) or len(only_one) > 1:
        return False
    if any(not _differ_by_inflection(a, b) for a, b in zip(only_one, only_other, strict=True)):
        return False
    if not (one.directed and other.directed):
        return True
    in_order = [stem for stem in one.stems if stem not in only_one]
    return in_order == [stem for stem in other.stems if stem not in only_other]


def _differ_by_inflection(one: str, other: str) -> bool:
    """As concurrent and concurrency are, and mutable and immutable are not."""
    long = min(len(one), len(other)) >= 6 and (one + other).isalpha()
    return long and one[:3] == other[:3] and similarity(one, other) >= 85


def _answered_the_same(questions: Sequence[Question]) -> Iterator[tuple[int, int]]:
    """Pairs with one answer; short ones, as “O(n log n)”, may well be equal."""
    answers = defaultdict[str, list[int]](list)
    for index, question in enumerate(questions):
        if len(answer := fold(question.answer)) >= 40:
            answers[answer].append(index)
    for same in answers.values():
        yield from combinations(same[:MOST_COMPARED], 2)


def find_answered_follow_ups(bank: Bank) -> Iterator[Finding]:
    """Find follow-up questions that another question of the bank answers."""
    by_id = {question.id: question for question in bank.questions}
    for (key, number), others in answered_follow_ups(bank.questions).items():
        question = by_id[key]
        message = (
            f"{key}: the follow-up {quote_briefly(question.follow_ups[number])} is answered by {others[0].id}"
        )
        message += f", {quote_briefly(others[0].question)}"
        if len(others) > 1:
            message += f", and {len(others) - 1} more"
        hint = f"ask for what {others[0].id} leaves open"
        ids = (key, *ids_of(others))
        yield Finding("answered-follow-up", message, hint, question.location, ids)


def find_look_alikes(bank: Bank) -> Iterator[Finding]:
    """Find names that differ by case, signs, or one letter; the rarer one is reported, with its place."""
    for field in ("technology", "category", "level", "tag"):
        having = defaultdict[str, list[Question]](list)
        for question in bank.questions:
            for name in question.tags if field == "tag" else (getattr(question, field),):
                having[name].append(question)
        names = [name for name in having if name]
        for pair in _pair_near_names(names):
            common, rare = sorted(pair, key=lambda name: -len(having[name]))
            counts = f"{len(having[rare])} against {len(having[common])} questions"
            message = f"{field} {quote_briefly(rare)} looks like {quote_briefly(common)}: {counts}"
            hint = f"write {common} everywhere, if they mean the same"
            where = having[rare][0].location
            yield Finding(f"look-alike-{field}", message, hint, where, ids_of(having[rare]))


_LONGEST_NEAR_NAME = 60  # of longer ones, only the whole is compared


def _pair_near_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs that are the same without signs, or but for a letter: these share a form with one cut out."""
    forms = {name: _strip_signs(name) for name in names}
    sharing = defaultdict[str, list[str]](list)
    for name, form in forms.items():
        cuts = range(len(form) if len(form) <= _LONGEST_NEAR_NAME else 0)
        for cut in {form, *(form[:place] + form[place + 1 :] for place in cuts)}:
            sharing[cut].append(name)
    pairs = {pair: None for block in sharing.values() for pair in combinations(block[:MOST_COMPARED], 2)}
    for one, other in pairs:
        a, b = forms[one], forms[other]
        plural = min(len(a), len(b)) >= 3 and (a + "s" == b or b + "s" == a)
        slip = min(len(a), len(b)) >= 6 and a[0] == b[0] and (a + b).isalpha() and count_slips(a, b) == 1
        if a and (a == b or plural or slip):
            yield one, other


def _strip_signs(name: str) -> str:
    """Return a name without signs but for those that make another name: C++ and C# are not C."""
    return re.sub(r"[\W_]+", "", fold(name).replace("+", "plus").replace("#", "sharp"))
