"""The terms of an index: what a reader looks up in a book of questions, and which questions it is in.

    texts of the questions → candidates (abbreviations, names, code, phrases) → folded (case, plural) → chosen

A bank needs to mark nothing. What a question lists as its `terms` and `tags` is always in the index. Phrases are only
looked for in English: for other languages there is no list of the words that make none (`words/english.txt`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.content.code_tokens import code_spans
from qexport.content.languages import Collation, collation_key, initial_of

if TYPE_CHECKING:
    from qexport.bank.model import Question

LONGEST = 4
"""Words of a phrase."""

MANY = 40
"""Questions of a bank in which a term has to be in more places to be worth an entry."""

EVERYWHERE = 0.4
"""Part of the questions: a term that is in more of them, and in more than 8, is listed only where it is asked about."""


@dataclass(frozen=True, slots=True)
class IndexTerm:
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


@dataclass(slots=True)
class _Candidate:
    """A term while it is looked for, under its key."""

    spellings: Counter[str] = field(default_factory=Counter)
    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The fields it stands in, by the question's id."""
    count: int = 0
    kind: str = "phrase"
    """phrase, name, code or given."""

    def add(self, spelling: str, question: str, part: str, kind: str) -> None:
        self.spellings[spelling] += 1
        self.places[question].add(part)
        self.count += 1
        if _KINDS.index(kind) > _KINDS.index(self.kind):
            self.kind = kind

    def parts(self) -> set[str]:
        return {part for parts in self.places.values() for part in parts}


_KINDS = ("phrase", "name", "code", "given")
OFTEN = 3
"""How often a word is in a question that is about it, but does not ask about it."""

ASKED = frozenset({"question", "follow_ups"})
"""Fields whose terms are what a question is about."""

TOLD = frozenset({"answer", "deep_explanation", "common_mistakes"})
PARTS = (
    "question",
    "answer",
    "deep_explanation",
    "real_world_example",
    "common_mistakes",
    "production_scenario",
)


def index_terms(questions: Sequence[Question], language: str = "en") -> tuple[IndexTerm, ...]:
    """Return the terms of questions in alphabetical order.

    Args:
        questions: of a book, in their order.
        language: of their texts, as a tag of BCP 47; phrases are looked for in English only.
    """
    found: dict[str, _Candidate] = defaultdict(_Candidate)
    words = words_of(language)
    lower = _lower_words(questions)
    topics = {name.casefold() for each in questions for name in (each.technology, each.category, each.level)}
    if words:
        words = {**words, "never": words["never"] | topics}
    for question in questions:
        for part, text in _texts(question):
            for spelling, sort in _candidates(text, words, lower):
                kind = "phrase" if sort == "cut" else sort
                place = "run" if sort == "cut" and part in ASKED else part
                found[_key(spelling, kind)].add(spelling, question.id, place, kind)
        if defined := _DEFINITION.match(question.question):
            found[_key(defined[1], "phrase")].add(defined[1], question.id, "question", "given")
        for given in (*question.terms, *question.tags):
            found[_key(given, "given")].add(given, question.id, "terms", "given")
    _drop_pieces_of_long_forms(found, questions)
    without = {
        _key(name, "phrase") for each in questions for name in (each.technology, each.category, each.level)
    }
    least = 2 if len(questions) > MANY else 1
    chosen = {key: each for key, each in found.items() if key not in without and _is_chosen(each, least)}
    _drop_nested(chosen)
    return _entries(chosen, questions, language)


def _drop_pieces_of_long_forms(found: dict[str, _Candidate], questions: Iterable[Question]) -> None:
    """Count long forms as their abbreviations, and drop the words that are hardly anywhere but in one."""
    for form, short in _long_forms(questions):
        whole = found.pop(_key(form, "phrase"), None)
        found[_key(short, "name")].count += 1
        for piece in form.split():
            for key in (_key(piece, "phrase"), _key(piece, "name")):
                if whole and key in found and found[key].count <= 3 * whole.count + 1:
                    del found[key]


def sort_key(name: str, tag: str = "en") -> Collation:
    """Return what terms are sorted by in a language: `__init__` is under i."""
    key = collation_key(name.strip("_.@#*~'\"<> "), tag)
    return replace(key, name=name)


def initial(name: str, tag: str = "en") -> str:
    """Return the letter a term is under; empty for numbers and signs, which come first."""
    return initial_of(name.strip("_.@#*~'\"<> "), tag)


# --- candidates --------------------------------------------------------------------------------------------------


@cache
def words_of(language: str) -> Mapping[str, frozenset[str]]:
    """Return the lists of a language's words by their names; empty for one that has none."""
    if language.split("-", maxsplit=1)[0].lower() not in ("en", ""):
        return {}
    lists: dict[str, frozenset[str]] = {}
    text = (Path(__file__).parent / "words" / "english.txt").read_text("utf-8")
    for name, body in re.findall(r"^== (\w+)\n((?:(?!==).*\n)*)", text, re.MULTILINE):
        lists[name] = frozenset(body.split())
    return lists


def _texts(question: Question) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        if text := getattr(question, part):
            yield part, _plain(text) if question.markup == "markdown" else text
    for text in question.follow_ups:
        yield "follow_ups", _plain(text) if question.markup == "markdown" else text


_DEFINITION = re.compile(r"What(?: is|['’]s| are) (?:an? |the )?`?([^\W\d_][\w-]+)`?\?$")
"""A question for one word, which is a term even if it is in the lists of those that are none."""

_FENCE = re.compile(r"^([`~]{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_CODE = re.compile(r"`+([^`\n]+)`+")


def _plain(text: str) -> str:
    """Return Markdown without its blocks of code, addresses and emphasis; code in a line keeps its marks."""
    text = _LINK.sub(r"\1", _FENCE.sub(". ", text))
    text = re.sub(r"^#+ |^[ \t]*(?:[-*+]|\d+[.)]) ", " . ", text, flags=re.MULTILINE)  # none goes over items
    return re.sub(r"\*+|~~", " ", text)


_WORD = re.compile(r"[^\W\d_](?:[\w’'+#-]|/(?=[A-Z]))*[\w+#]|[^\W\d_]")
_BREAK = re.compile(r"""[.,;:!?]+(?=\s|$)|[()\[\]{}"“”«»—–→=<>|…]|(?<![A-Z])/|/(?![A-Z])|\n\s*\n""")
_SHORT = re.compile(r"(?:[A-Z]{2,}[0-9]*s?|[A-Z][A-Za-z]+-?[0-9]+)$")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
"""A letter of English and of what it borrows: a word with none is of no English phrase."""
_MIXED = re.compile(r"[A-Za-z]+[a-z0-9][A-Z]\w*$|[A-Z]{2,}[a-z]{2,}\w*$")


def _candidates(
    text: str, words: Mapping[str, frozenset[str]], lower: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Yield (spelling, kind); `cut` is a phrase that is cut out of a longer run of words."""
    spans = [(found.start(), found.end(), found[1]) for found in _CODE.finditer(text)]
    spans = spans or [(start, end, text[start:end]) for start, end in code_spans(text)]
    at = 0
    for start, end, code in [*spans, (len(text), len(text), "")]:
        for segment in _BREAK.split(text[at:start]):
            yield from _in_segment(segment, words, lower)
        if _is_code_term(code):
            yield code, "code"
        at = end


def _is_code_term(code: str) -> bool:
    return bool(re.fullmatch(r"[\w.:@#-]*[^\W\d_][\w.:@#-]*(?:\(\))?", code)) and 1 < len(code) <= 40


def _in_segment(
    segment: str, words: Mapping[str, frozenset[str]], lower: frozenset[str]
) -> Iterator[tuple[str, str]]:
    never, part, generic = (words.get(name, frozenset()) for name in ("never", "part", "generic"))
    run: list[str] = []
    capitals: list[str] = []
    for number, found in enumerate(_WORD.finditer(segment)):
        word = re.sub(r"[’']s?$", "", found[0])
        plain = word.casefold()
        if re.search(r"[’'_]", word):  # don't, x_i
            yield from (*_capitals(capitals), *_phrases(run, part))
            capitals, run = [], []
            continue
        if word not in generic and (_SHORT.fullmatch(word) or _MIXED.fullmatch(word)):
            yield word, "name"
        is_name = word[0].isupper() and len(re.sub(r"[\W\d]", "", word)) > 2
        if is_name and plain not in never and _singular(plain) not in never and word not in generic:
            if (number or capitals) and plain not in lower and plain not in part:
                yield word, "name"
            capitals.append(word)
        else:
            yield from _capitals(capitals)
            capitals = []
        if not words:
            continue
        is_none = len(word) == 1 or not _LATIN.search(word) or (word in generic and not run)
        if is_none or plain in never or _singular(plain) in never:
            yield from _phrases(run, part)
            run = []
        else:
            run.append(word)
    yield from _capitals(capitals)
    yield from _phrases(run, part)


def _capitals(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield a name of several words, such as Population Stability Index."""
    if 1 < len(words) <= LONGEST:
        yield " ".join(words), "name"


def _phrases(run: Sequence[str], part: frozenset[str]) -> Iterator[tuple[str, str]]:
    for length in range(1, min(LONGEST, len(run)) + 1):
        for start in range(len(run) - length + 1):
            phrase = run[start : start + length]
            if length == 1 and {phrase[0].casefold(), _singular(phrase[0].casefold())} & part:
                continue
            is_cut = length < len(run)
            if is_cut and phrase[-1].casefold() in words_of("en")["tail"]:
                continue
            yield " ".join(phrase), "cut" if is_cut else "phrase"


def _lower_words(questions: Iterable[Question]) -> frozenset[str]:
    """Return the words that are written in lower case somewhere: with a capital letter they begin a sentence."""
    return frozenset(
        word
        for each in questions
        for _, text in _texts(each)
        for word in re.findall(r"\b[a-z][a-z-]+\b", text)
    )


_WORDS, _LETTERS = r"((?:[\w-]+ ){1,5}[\w-]+)", r"([A-Z][A-Za-z0-9]{1,9})"
_LONG_FORM = re.compile(rf"{_WORDS} \({_LETTERS}\)|\b{_LETTERS} \({_WORDS}\)")


def _long_forms(questions: Iterable[Question]) -> Iterator[tuple[str, str]]:
    """Yield (long form, abbreviation) where a text gives both and the letters agree."""
    seen = set()
    for question in questions:
        for _, text in _texts(question):
            for found in _LONG_FORM.finditer(text):
                short = found[2] or found[3]
                form = _form_of(found[1] or found[4], short)
                if form and (form.casefold(), short) not in seen:
                    seen.add((form.casefold(), short))
                    yield form, short


def _form_of(words: str, short: str) -> str:
    """Return the end of some words whose first letters are an abbreviation's; empty if there is none."""
    pieces = re.findall(r"[\w]+|-| ", words)
    letters = "".join(
        character for character in short if character.isupper() or character.isdigit()
    ).casefold()
    for start in range(len(pieces)):
        if pieces[start] in "- ":
            continue
        initials = "".join(piece[0] for piece in pieces[start:] if piece not in "- ").casefold()
        if initials == letters and len(letters) > 1:
            return "".join(pieces[start:])
    return ""


# --- folding and choosing ----------------------------------------------------------------------------------------


@cache
def _key(spelling: str, kind: str) -> str:
    """Return what spellings of one term have in common: case, hyphens, plural, and a last word that says little."""
    if kind == "code":
        return spelling.removesuffix("()").strip(".").casefold() if spelling.isidentifier() else spelling
    pieces = spelling.casefold().replace("’", "'").replace("-", " ").split()
    if not pieces:
        return spelling
    tails, part = words_of("en")["tail"], words_of("en")["part"]
    while (
        len(pieces) > 1
        and pieces[-1] in tails
        and kind != "given"
        and not (len(pieces) == 2 and pieces[0] in part)
    ):
        pieces.pop()
    pieces = [_stem(piece) if len(pieces) > 1 else piece for piece in pieces[:-1]] + [_singular(pieces[-1])]
    if len(pieces) > 1:
        pieces[-1] = _stem(pieces[-1])
    return " ".join(pieces)


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "os")):
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith(("ches", "shes", "xes", "sses")):
            return word[:-2]
        return word[:-1]
    return word


def _stem(word: str) -> str:
    """Return a word without the ending that tells `fine-tuned` from `fine-tuning`."""
    for ending in ("ing", "ed", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _singular(word)[: -len(ending)]
    return _singular(word)


def _is_chosen(each: _Candidate, least: int) -> bool:
    """Say whether readers look a candidate up: where it stands tells that, and how often.

    `least` is how much more often, in a bank that has much text.
    """
    parts = each.parts()
    asked, told, spread = bool(parts & ASKED), bool(parts & TOLD), len(each.places)
    name = each.spellings.most_common(1)[0][0]
    if each.kind == "given" or name.casefold() in words_of("en")["never"] | words_of("en")["part"]:
        return each.kind == "given" or "question" in parts  # else it is written in capitals for emphasis
    if each.kind == "code":
        return asked or spread > least or (each.count > 1 and least == 1) or name.startswith("__")
    if each.kind == "name":
        is_plain = " " not in name and not name.isupper() and not _MIXED.fullmatch(name)
        return (
            asked
            or (told and each.count > (least if is_plain else least - 1))
            or spread > (2 if is_plain else 1)
        )
    if " " in name:
        # "dynamic typing first-class" is two terms, between which a comma is missing.
        is_one = "-" not in name.split()[-1] or "question" in parts
        return is_one and ((asked and each.count >= least) or (told and each.count > least) or spread > 1)
    if "-" in name:
        return asked or each.count > 2
    is_form = re.search(r"(?:ed|ly)$", name) or (
        name.endswith("ing") and "question" not in parts and each.count < 4
    )
    return not is_form and (asked or (told and each.count >= OFTEN * spread))


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
            elif each.count * 4 <= other.count and not each.parts() & ASKED:
                chosen.pop(key, None)
                break


def _is_list(each: _Candidate, pieces: Sequence[str], chosen: Mapping[str, _Candidate]) -> bool:
    """Say whether a phrase is terms one after another: banks leave out the commas between them."""
    spelled = each.spellings.most_common(1)[0][0].split()
    alone = [chosen.get(_key(word, "phrase")) for word in spelled]
    if len(spelled) > 1 and all(alone):
        return True
    halves = [(pieces[:at], pieces[at:]) for at in range(1, len(pieces))] if len(pieces) > 2 else []
    return any(" ".join(one) in chosen and " ".join(two) in chosen for one, two in halves)


def _entries(
    chosen: Mapping[str, _Candidate], questions: Sequence[Question], tag: str
) -> tuple[IndexTerm, ...]:
    forms = {short: form for form, short in _long_forms(questions)}
    order = [question.id for question in questions]
    entries = []
    for each in chosen.values():
        name = _spelling(each)
        main = frozenset(id_ for id_, parts in each.places.items() if "question" in parts)
        places = [id_ for id_ in order if id_ in each.places]
        if len(places) > max(8, EVERYWHERE * len(order)):
            places = [id_ for id_ in places if each.places[id_] & ASKED]
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
            kinds[_key(" ".join(others), "phrase")].append(entry.name)

    def refer(entry: IndexTerm) -> IndexTerm:
        if entry.see or entry.code:
            return entry
        found = sorted(kinds.get(_key(entry.name.split(" (")[0], "phrase"), ()), key=str.casefold)
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
    tails, part = words_of("en")["tail"], words_of("en")["part"]
    while len(pieces) > 1 and pieces[-1].casefold() in tails and not (len(pieces) == 2 and pieces[0] in part):
        pieces.pop()
    if re.fullmatch(r"[A-Z0-9]{2,}s", pieces[-1]):
        pieces[-1] = pieces[-1][:-1]
    elif each.kind == "phrase" and pieces[-1].islower():
        pieces[-1] = _singular(pieces[-1])
    if (
        each.kind == "phrase"
        and pieces[0][1:].islower()
        and pieces[0].casefold() == pieces[0].lower()
        and lowered
    ):
        return " ".join(pieces)
    return " ".join(pieces)
