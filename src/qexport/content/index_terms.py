"""The terms of an index: the words a reader looks up in a book of questions, and the questions they are in.

    texts of the questions → candidates (abbreviations, names, code, phrases) → folded (case, plural) → chosen

A bank needs no marks for this. The `terms` and `tags` of a question are always in the index. Phrases are only looked
for in English: other languages have no list of words that cannot be part of one (`words/english.txt`).
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport.common.records import Record
from qexport.content.collation import Collation, collation_key, initial_of
from qexport.content.index_candidates import (
    ASKED,
    CAPITAL,
    FIELD_BITS,
    MIXED,
    TERM_FIELDS,
    ByteStore,
    find_candidates,
    find_forms,
    fold_spelling,
    list_parts,
    load_words,
    singular,
    topics_of,
)

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.common.memory import Memory

MANY = 40
"""Questions of a bank from which a term needs more places to be worth an entry."""

EVERYWHERE = 0.4
"""Part of the questions: a term that is in more of them, and in more than 8, is listed only where it is asked about."""


class IndexTerm(Record, frozen=True):
    """One entry of an index."""

    name: str
    questions: tuple[str, ...] = ()
    """Ids of the questions it is in, in their order; none for an entry that only refers to another."""
    main: frozenset[str] = frozenset()
    """Those of them that ask about it."""
    code: bool = False
    see: str = ""
    """The entry that has the pages: of a long form, its abbreviation."""
    see_also: tuple[str, ...] = ()


_SHIFT = len(TERM_FIELDS)


def _bits_of(names: Iterable[str]) -> int:
    return sum(FIELD_BITS[name] for name in names)


class _Candidate:
    """A term while it is looked for, under its key. There are ten thousands of them, and a million places."""

    __slots__ = ("count", "kind", "parts", "places", "spellings")

    def __init__(self) -> None:
        self.spellings: dict[str, int] = {}
        self.places = array("Q")
        """Each question it is in, in their order: its number, and a bit for each field it stands in."""
        self.parts = 0
        """A bit for each field it stands in anywhere."""
        self.count = 0
        self.kind = "phrase"
        """phrase, name, code or given."""

    def add(self, spelling: str, question: int, fields: int, kind: str, count: int) -> None:
        """Count a spelling in fields (bits) of the question of a number, which no later one comes before."""
        spellings = self.spellings
        spellings[spelling] = spellings.get(spelling, 0) + count
        places = self.places
        if places and places[-1] >> _SHIFT == question:
            places[-1] |= fields
        else:
            places.append(question << _SHIFT | fields)
        self.parts |= fields
        self.count += count
        if kind != self.kind and _KINDS.index(kind) > _KINDS.index(self.kind):
            self.kind = kind

    def find_questions(self, fields: int) -> list[int]:
        """Return the numbers of the questions in one of whose fields it stands, of these (bits)."""
        return [place >> _SHIFT for place in self.places if place & fields]


_KINDS = ("phrase", "name", "code", "given")
OFTEN = 3
"""How often a word is in a question that is about it, but does not ask about it."""

_IN_WHAT_IS_ASKED = _bits_of(ASKED)
_IN_WHAT_IS_TOLD = _bits_of(("answer", "deep_explanation", "common_mistakes"))
_IN_QUESTION = _bits_of(("question",))
_IN_ANY_FIELD = _bits_of(TERM_FIELDS)


def index_terms(
    questions: Sequence[Question],
    language: str = "en",
    kept: ByteStore | None = None,
    memory: Memory | None = None,
    listed: Sequence[str] = (),
) -> tuple[IndexTerm, ...]:
    """Return the terms of questions in alphabetical order.

    Args:
        questions: of a book, in their order.
        language: of their texts, as a tag of BCP 47; phrases are looked for in English only.
        kept: where terms, and what each question has of them, are kept from one build to the next.
        memory: of a process that builds again and again; what questions have is not unpacked again then.
        listed: the bank's own terms, each in the index for every question whose texts have it.
    """
    if kept is None:
        return _find_terms(questions, language, None, None, listed)
    digests = "".join(question.digest() for question in questions)
    own = json.dumps(listed) if listed else ""
    name = sha256(f"{language}:{digests}{own}".encode()).hexdigest()
    if data := kept.load([name]).get(name):
        return tuple(
            IndexTerm(text, tuple(places), frozenset(main), code, see, tuple(see_also))
            for text, places, main, code, see, see_also in json.loads(zlib.decompress(data))
        )
    terms = _find_terms(questions, language, kept, memory, listed)
    rows = [
        [each.name, each.questions, sorted(each.main), each.code, each.see, each.see_also] for each in terms
    ]
    kept.keep({name: zlib.compress(json.dumps(rows).encode(), 1)})
    return terms


def _find_terms(
    questions: Sequence[Question],
    language: str,
    kept: ByteStore | None,
    memory: Memory | None,
    listed: Sequence[str],
) -> tuple[IndexTerm, ...]:
    found: dict[str, _Candidate] = defaultdict(_Candidate)
    findings = find_candidates(questions, language, kept)
    lower: set[str] = set()
    long_forms: list[tuple[str, str]] = []
    for each in findings:
        words, those = each.words(memory)
        lower.update(words)
        long_forms += those
    own = [(fold_spelling(term, "given"), term, find_forms(term)) for term in listed]
    for number, (question, each) in enumerate(zip(questions, findings, strict=True)):
        for key, spelling, fields, sort, count in each.rows(memory):
            if sort != CAPITAL:
                found[key].add(spelling, number, fields, sort, count)
            elif spelling.casefold() not in lower:
                found[key].add(spelling, number, fields, "name", count)
        for place, text in list_parts(question) if own else ():
            for key, term, form in own:
                if form.search(text):
                    found[key].add(term, number, FIELD_BITS[place], "given", 1)
    forms = _first_forms(long_forms)
    _drop_pieces_of_long_forms(found, forms)
    without = {fold_spelling(name, "phrase") for each in questions for name in topics_of(each)}
    least = 2 if len(questions) > MANY else 1
    chosen = {key: each for key, each in found.items() if key not in without and _is_chosen(each, least)}
    _drop_nested(chosen)
    return _entries(chosen, questions, {short: form for form, short in forms}, language)


def _first_forms(forms: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return long forms with their abbreviations, each once, as it is first written."""
    first: dict[tuple[str, str], str] = {}
    for form, short in forms:
        first.setdefault((form.casefold(), short), form)
    return [(form, short) for (_, short), form in first.items()]


def _drop_pieces_of_long_forms(found: dict[str, _Candidate], forms: Iterable[tuple[str, str]]) -> None:
    """Count long forms as their abbreviations, and drop the words that are hardly anywhere but in one."""
    for form, short in forms:
        whole = found.pop(fold_spelling(form, "phrase"), None)
        if (key := fold_spelling(short, "name")) in found:  # else it went, as a piece of another form
            found[key].count += 1
        for piece in form.split():
            for key in (fold_spelling(piece, "phrase"), fold_spelling(piece, "name")):
                if whole and key in found and found[key].count <= 3 * whole.count + 1:
                    del found[key]


@lru_cache(maxsize=4096)
def sort_key(name: str, tag: str = "en") -> Collation:
    """Return what terms are sorted by in a language: `__init__` is under i."""
    key = collation_key(name.strip("_.@#*~'\"<> "), tag)
    return Collation(key.letters, key.accents, key.cases, name)


@lru_cache(maxsize=4096)
def initial(name: str, tag: str = "en") -> str:
    """Return the letter a term is under; empty for numbers and signs, which come first."""
    return initial_of(name.strip("_.@#*~'\"<> "), tag)


# --- folding and choosing ----------------------------------------------------------------------------------------


def _is_chosen(each: _Candidate, least: int) -> bool:
    """Return whether readers look a candidate up: where it stands tells that, and how often.

    `least` is how much more often, in a bank that has much text.
    """
    asked, told, spread = (
        bool(each.parts & _IN_WHAT_IS_ASKED),
        bool(each.parts & _IN_WHAT_IS_TOLD),
        len(each.places),
    )
    in_question = bool(each.parts & _IN_QUESTION)
    name = max(each.spellings, key=each.spellings.__getitem__)
    if each.kind == "given" or name.casefold() in _never_terms():
        return each.kind == "given" or in_question  # else it is written in capitals for emphasis
    if each.kind == "code":
        return asked or spread > least or (each.count > 1 and least == 1) or name.startswith("__")
    if each.kind == "name":
        is_plain = " " not in name and not name.isupper() and not MIXED.fullmatch(name)
        return (
            asked
            or (told and each.count > (least if is_plain else least - 1))
            or spread > (2 if is_plain else 1)
        )
    if " " in name:
        # "dynamic typing first-class" is two terms, between which a comma is missing.
        is_one = "-" not in name.split()[-1] or in_question
        return is_one and ((asked and each.count >= least) or (told and each.count > least) or spread > 1)
    if "-" in name:
        return asked or each.count > 2
    is_form = re.search(r"(?:ed|ly)$", name) or (name.endswith("ing") and not in_question and each.count < 4)
    return not is_form and (asked or (told and each.count >= OFTEN * spread))


@cache
def _never_terms() -> frozenset[str]:
    return load_words("en")["never"] | load_words("en")["part"]


def _drop_nested(chosen: dict[str, _Candidate]) -> None:
    """Drop a phrase that is hardly ever alone, a long one that is hardly more than what is in it, and mere lists."""
    for key in sorted(chosen, key=lambda each: -len(each.split())):
        each = chosen.get(key)
        pieces = key.split()
        if each is None or each.kind in ("code", "given") or len(pieces) < 2:
            continue
        if each.count < 4 and _is_list(each, pieces, chosen):
            del chosen[key]
            continue
        for inner in [
            " ".join(pieces[start : start + length])
            for length in range(1, len(pieces))
            for start in range(len(pieces) - length + 1)
        ]:
            other = chosen.get(inner)
            if other is None or other.kind == "given":
                continue
            if other.count <= each.count * (1 if other.kind == "name" else 1.2):
                del chosen[inner]
            elif each.count * 4 <= other.count and not each.parts & _IN_WHAT_IS_ASKED:
                chosen.pop(key, None)
                break


def _is_list(each: _Candidate, pieces: Sequence[str], chosen: Mapping[str, _Candidate]) -> bool:
    """Return whether a phrase is terms one after another: banks leave out the commas between them."""
    spelled = max(each.spellings, key=each.spellings.__getitem__).split()
    alone = [chosen.get(fold_spelling(word, "phrase")) for word in spelled]
    if len(spelled) > 1 and all(alone):
        return True
    halves = [(pieces[:at], pieces[at:]) for at in range(1, len(pieces))] if len(pieces) > 2 else []
    return any(" ".join(one) in chosen and " ".join(two) in chosen for one, two in halves)


def _entries(
    chosen: Mapping[str, _Candidate], questions: Sequence[Question], forms: Mapping[str, str], tag: str
) -> tuple[IndexTerm, ...]:
    entries = []
    for each in chosen.values():
        name = _spelling(each)
        main = frozenset(questions[number].id for number in each.find_questions(_IN_QUESTION))
        is_everywhere = len(each.places) > max(8, EVERYWHERE * len(questions))
        places = [
            questions[number].id
            for number in each.find_questions(_IN_WHAT_IS_ASKED if is_everywhere else _IN_ANY_FIELD)
        ]
        if not places:
            continue
        form = forms.get(name, "")
        shown = f"{name} ({form})" if form else name
        entries.append(IndexTerm(shown, tuple(places), main, each.kind == "code"))
        if form:
            entries.append(IndexTerm(form[0].upper() + form[1:], see=name))
    return tuple(sorted(map(_refer_from(entries), entries), key=lambda entry: sort_key(entry.name, tag)))


REFERRED = 3
"""Entries that one refers to at most."""


def _refer_from(entries: Sequence[IndexTerm]) -> Callable[[IndexTerm], IndexTerm]:
    """Return what lets a term refer to its kinds: `decorator` to `class decorator`, which are under other letters."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        _, *others = entry.name.split(" ")
        if others and not entry.see and not entry.code and "(" not in entry.name:
            kinds[fold_spelling(" ".join(others), "phrase")].append(entry.name)

    def refer(entry: IndexTerm) -> IndexTerm:
        if entry.see or entry.code:
            return entry
        found = sorted(kinds.get(fold_spelling(entry.name.split(" (")[0], "phrase"), ()), key=str.casefold)
        return replace(entry, see_also=tuple(found)) if 0 < len(found) <= REFERRED else entry

    return refer


def _spelling(each: _Candidate) -> str:
    """Return how a term is written in the index: as it mostly is, a noun rather than a participle, in the singular."""
    names = sorted(each.spellings.items(), key=lambda item: (-item[1], item[0]))
    if each.kind in ("code", "given"):
        return names[0][0]
    lowered = [name for name, _ in names if name[0].islower() or any(map(str.isupper, name[1:]))]
    name = lowered[0] if lowered else names[0][0]
    pieces = name.split(" ")
    tails, part = load_words("en")["tail"], load_words("en")["part"]
    while len(pieces) > 1 and pieces[-1].casefold() in tails and not (len(pieces) == 2 and pieces[0] in part):
        pieces.pop()
    if re.fullmatch(r"[A-Z0-9]{2,}s", pieces[-1]):
        pieces[-1] = pieces[-1][:-1]
    elif each.kind == "phrase" and pieces[-1].islower():
        pieces[-1] = singular(pieces[-1])
    if (
        each.kind == "phrase"
        and pieces[0][1:].islower()
        and pieces[0].casefold() == pieces[0].lower()
        and lowered
    ):
        return " ".join(pieces)
    return " ".join(pieces)
