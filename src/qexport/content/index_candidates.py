"""What may be terms of an index, question by question: abbreviations, names, code, phrases.

    a question's texts → segments → (key, spelling, field, kind, how often): its *findings*

A question's findings depend on it, on the language and on the bank's topics alone. They are kept under a digest of
these.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from qexport.common.patterns import compile_late
from qexport.common.records import Record, pack_values, unpack_values

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.common.memory import Memory

LONGEST_PHRASE = 4
"""Words of a phrase."""

ASKED = frozenset({"question", "follow_ups"})
"""Fields whose terms are what a question is about."""

PARTS = (
    "question",
    "answer",
    "deep_explanation",
    "real_world_example",
    "common_mistakes",
    "production_scenario",
)

TERM_FIELDS = (*PARTS, "follow_ups", "terms", "run")
"""Fields that a term may stand in; `run`: it is cut out of a longer run of words."""

FIELD_BITS = {name: 1 << number for number, name in enumerate(TERM_FIELDS)}

CAPITAL = "capital"
"""Kind of a word with a capital letter: a name, unless it is written in lower case somewhere in the bank."""


class ByteStore(Protocol):
    """Bytes under names that mean the same for ever."""

    def load(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """Return what is kept under these names."""

    def keep(self, values: Mapping[str, bytes]) -> None:
        """Keep values under their names."""


Row: TypeAlias = tuple[str, str, int, str, int]
"""Key, spelling, fields (bits), kind and how often."""

Words: TypeAlias = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
"""Words in lower case; long forms with their abbreviations."""


class Findings(Record, frozen=True, array_like=True):
    """What one question has of terms, packed: of a large bank it would be more than the bank, and is needed in turn."""

    packed_rows: bytes
    packed_words: bytes

    def rows(self, memory: Memory | None = None) -> tuple[Row, ...]:
        """Return its rows, each once, in the order they are first met.

        Args:
            memory: where they are remembered unpacked.
        """
        rows: tuple[Row, ...] = _unpack_again(self.packed_rows, tuple[Row, ...], memory)
        return rows

    def words(self, memory: Memory | None = None) -> Words:
        """Return its words in lower case, and its long forms with their abbreviations; `memory` as for `rows`."""
        words: Words = _unpack_again(self.packed_words, Words, memory)
        return words


def find_candidates(
    questions: Sequence[Question], language: str, kept: ByteStore | None = None
) -> list[Findings]:
    """Return what each question has of terms, from what is kept if it is there.

    Args:
        questions: of a book, in their order.
        language: of their texts, as a tag of BCP 47.
        kept: where findings are kept from one build to the next.
    """
    words = load_words(language)
    topics = sorted({name.casefold() for each in questions for name in topics_of(each)})
    if words:
        words = {**words, "never": words["never"] | frozenset(topics)}
    lexicon = _Lexicon(words)
    if kept is None:
        return [_find(question, lexicon) for question in questions]
    common = sha256(json.dumps([language, topics]).encode()).hexdigest()
    names = [f"{common}{question.digest()}" for question in questions]
    there = kept.load(names)
    fresh: dict[str, bytes] = {}
    findings = []
    for name, question in zip(names, questions, strict=True):
        if name in there:
            found = unpack_values(there[name], Findings)
        else:
            found = _find(question, lexicon)
            fresh[name] = pack_values(found)
        findings.append(found)
    if fresh:
        kept.keep(fresh)
    return findings


def topics_of(question: Question) -> tuple[str, str, str]:
    """Return what a question is filed under, which is no term."""
    return question.technology, question.category, question.level


def _pack_findings(values: object) -> bytes:
    return zlib.compress(pack_values(values), 1)


def _unpack_again(data: bytes, kind: Any, memory: Memory | None) -> Any:
    def unpack() -> Any:
        return unpack_values(zlib.decompress(data), kind)

    if memory is None:
        return unpack()
    return memory.recall(("findings", data), unpack, lambda _: UNPACKED_FINDINGS * len(data))


UNPACKED_FINDINGS = 12
"""Times its packed bytes: what the findings of a question take in memory."""


def _find(question: Question, lexicon: _Lexicon) -> Findings:
    found: dict[tuple[str, str, str], tuple[int, int]] = {}

    def add(spelling: str, folded_as: str, place: str, kind: str) -> None:
        term = (fold_spelling(spelling, folded_as), spelling, kind)
        fields, count = found.get(term, (0, 0))
        found[term] = fields | FIELD_BITS[place], count + 1

    texts = list(list_parts(question))
    for part, text in texts:
        for spelling, sort in _candidates(text, lexicon):
            kind = "phrase" if sort == "cut" else sort
            place = "run" if sort == "cut" and part in ASKED else part
            add(spelling, kind, place, kind)
    if defined := _ONE_TERM_QUESTION.match(question.question):
        add(defined[1], "phrase", "question", "given")
    for given in (*question.terms, *question.tags):
        add(given, "given", "terms", "given")
    lower = dict.fromkeys(word for _, text in texts for word in re.findall(r"\b[a-z][a-z-]+\b", text))
    forms = dict.fromkeys(form for _, text in texts for form in _long_forms(text))
    return Findings(
        _pack_findings(
            [(key, spelling, fields, kind, count) for (key, spelling, kind), (fields, count) in found.items()]
        ),
        _pack_findings([list(lower), list(forms)]),
    )


# --- candidates --------------------------------------------------------------------------------------------------


@cache
def load_words(language: str) -> Mapping[str, frozenset[str]]:
    """Return the lists of a language's words by their names; empty for one that has none."""
    if language.split("-", maxsplit=1)[0].lower() not in ("en", ""):
        return {}
    lists: dict[str, frozenset[str]] = {}
    text = (Path(__file__).parent / "words" / "english.txt").read_text("utf-8")
    for name, body in re.findall(r"^== (\w+)\n((?:(?!==).*\n)*)", text, re.MULTILINE):
        lists[name] = frozenset(body.split())
    return lists


def list_parts(question: Question) -> Iterator[tuple[str, str]]:
    """Yield the texts of a question in which terms are looked for, each with the name of its field."""
    for part in PARTS:
        if text := getattr(question, part):
            yield part, _strip_markdown(text) if question.markup == "markdown" else text
    for text in question.follow_ups:
        yield "follow_ups", _strip_markdown(text) if question.markup == "markdown" else text


_ONE_TERM_QUESTION = compile_late(r"What(?: is|['’]s| are) (?:an? |the )?`?([^\W\d_][\w-]+)`?\?$")
"""A question for one word, which is a term even if it is in the lists of those that are none."""

_FENCED_BLOCK = compile_late(r"^([`~]{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_MARKDOWN_LINK = compile_late(r"!?\[([^\]]*)\]\([^)]*\)")
_CODE_IN_TEXT = compile_late(r"`+([^`\n]+)`+")


def _strip_markdown(text: str) -> str:
    """Return Markdown without its blocks of code, addresses and emphasis; code in a line keeps its marks."""
    text = _MARKDOWN_LINK.sub(r"\1", _FENCED_BLOCK.sub(". ", text))
    text = re.sub(r"^#+ |^[ \t]*(?:[-*+]|\d+[.)]) ", " . ", text, flags=re.MULTILINE)  # none goes over items
    return re.sub(r"\*+|~~", " ", text)


_TERM_WORD = compile_late(r"[^\W\d_](?:[\w’'+#-]|/(?=[A-Z]))*[\w+#]|[^\W\d_]")
_UNSPACED = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f"
"""Chinese and Japanese characters and their punctuation: a name between them has no space around it."""
_BREAK = compile_late(
    rf"""[.,;:!?()\[\]{{}}"“”«»—–→=<>|…/+\n{_UNSPACED}-](?:(?<=[.,;:!?])[.,;:!?]*(?=\s|$)"""
    r"""|(?<=[()\[\]{}"“”«»—–→=<>|…])|(?<=/)(?:(?<![A-Z]/)|(?![A-Z]))|(?<=\s[+-])(?=\s)|(?<=\n)\s*\n"""
    rf"|(?<=[{_UNSPACED}])[{_UNSPACED}]*)"
)
"""It begins with a set of characters, which the engine skips to: a fifth of the time."""
_SHORT_FORM = compile_late(r"(?:[A-Z]{2,}[0-9]*s?|[A-Z][A-Za-z]+-?[0-9]+)$")
_POSSESSIVE = compile_late("[’']s?$")
_NO_LETTER = compile_late(r"[\W\d]")
_LATIN = compile_late(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
"""A letter of English and of what it borrows: a word with none is of no English phrase."""
MIXED = compile_late(r"[A-Za-z]+[a-z0-9][A-Z]\w*$|[A-Z]{2,}[a-z]{2,}\w*$")


def _candidates(text: str, lexicon: _Lexicon) -> Iterator[tuple[str, str]]:
    """Yield (spelling, kind); `cut` is a phrase that is cut out of a longer run of words."""
    from qexport.content.code_tokens import code_spans  # not above: the terms of most questions are kept

    spans = [(found.start(), found.end(), found[1]) for found in _CODE_IN_TEXT.finditer(text)]
    spans = spans or [(start, end, text[start:end]) for start, end in code_spans(text)]
    at = 0
    for start, end, code in [*spans, (len(text), len(text), "")]:
        for segment in _BREAK.split(text[at:start]):
            yield from _in_segment(segment, lexicon)
        if _is_code_term(code):
            yield code, "code"
        at = end


def _is_code_term(code: str) -> bool:
    return bool(re.fullmatch(r"[\w.:@#-]*[^\W\d_][\w.:@#-]*(?:\(\))?", code)) and 1 < len(code) <= 40


class _Word(Record, frozen=True):
    """What a word of a text can be to a term, whatever stands around it."""

    word: str
    """Without the ending of a possessive."""
    is_short: bool
    """Whether it is a name by its letters: RAG, PyTorch."""
    ends_all: bool
    """Whether no phrase and no name goes over it: don't, x_i."""
    is_name: bool
    """Whether it is written as a name is, and no word that begins a sentence."""
    is_whole: bool
    """Whether it may be a term by itself, if it is a name."""
    is_none: bool
    """Whether no phrase has it."""
    is_generic: bool
    """Whether no phrase begins with it."""
    is_part: bool
    """Whether it is no term by itself."""
    is_tail: bool
    """Whether it says little at the end of a phrase."""


class _Lexicon(dict[str, _Word]):
    """The words of the texts of a book, each looked up once."""

    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        self.is_empty = not words
        self.never, self.part, self.generic, self.tail = (
            words.get(name, frozenset()) for name in ("never", "part", "generic", "tail")
        )

    def __missing__(self, written: str) -> _Word:
        word = _POSSESSIVE.sub("", written) if "’" in written or "'" in written else written
        plain = word.casefold()
        is_generic = word in self.generic
        is_never = plain in self.never or singular(plain) in self.never
        is_latin = word[0].isascii() or _LATIN.search(word)  # the first is a letter
        self[written] = found = _Word(
            word,
            is_short=plain != word
            and not is_generic
            and bool(_SHORT_FORM.fullmatch(word) or MIXED.fullmatch(word)),  # both have capitals
            ends_all="’" in word or "'" in word or "_" in word,
            is_name=word[0].isupper()
            and len(_NO_LETTER.sub("", word)) > 2
            and not is_never
            and not is_generic,
            is_whole=plain not in self.part,
            is_none=len(word) == 1 or not is_latin or is_never,
            is_generic=is_generic,
            is_part=plain in self.part or singular(plain) in self.part,
            is_tail=plain in self.tail,
        )
        return found


def _in_segment(segment: str, lexicon: _Lexicon) -> Iterator[tuple[str, str]]:
    run: list[_Word] = []
    capitals: list[str] = []
    for number, written in enumerate(_TERM_WORD.findall(segment)):
        known = lexicon[written]
        word = known.word
        if known.ends_all:
            yield from (*_capitals(capitals), *_phrases(run))
            capitals, run = [], []
            continue
        if known.is_short:
            yield word, "name"
        if known.is_name:
            if (number or capitals) and known.is_whole:
                yield word, CAPITAL
            capitals.append(word)
        elif capitals:
            yield from _capitals(capitals)
            capitals = []
        if lexicon.is_empty:
            continue
        if known.is_none or (known.is_generic and not run):
            yield from _phrases(run)
            run = []
        else:
            run.append(known)
    yield from _capitals(capitals)
    yield from _phrases(run)


def _capitals(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield a name of several words, such as Population Stability Index."""
    if 1 < len(words) <= LONGEST_PHRASE:
        yield " ".join(words), "name"


def _phrases(run: Sequence[_Word]) -> Iterator[tuple[str, str]]:
    words = [each.word for each in run]
    for length in range(1, min(LONGEST_PHRASE, len(run)) + 1):
        for start in range(len(run) - length + 1):
            if length == 1 and run[start].is_part:
                continue
            end = start + length
            is_cut = length < len(run)
            if is_cut and run[end - 1].is_tail:
                continue
            yield " ".join(words[start:end]), "cut" if is_cut else "phrase"


def find_forms(name: str) -> re.Pattern[str]:
    """Return an expression for a term as text has it: with a plural, and a capital letter unless it is of capitals."""
    flags = 0 if name.isupper() else re.IGNORECASE
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?:e?s)?(?![\w-])", flags)


_LONG_WORDS, _SHORT_LETTERS = r"(?<![\w-])((?:[\w-]+ ){1,5}[\w-]+)", r"([A-Z][A-Za-z0-9]{1,9})"
_LONG_FORM = compile_late(rf"{_LONG_WORDS} \({_SHORT_LETTERS}\)|\b{_SHORT_LETTERS} \({_LONG_WORDS}\)")
_SHORT_BEHIND = compile_late(rf"\({_SHORT_LETTERS}\)")
_SHORT_BEFORE = compile_late(rf"{_SHORT_LETTERS} \([\w-]+ ")


def _long_forms(text: str) -> Iterator[tuple[str, str]]:
    """Yield (long form, abbreviation) where a text gives both and the letters agree."""
    if not (_SHORT_BEHIND.search(text) or _SHORT_BEFORE.search(text)):  # a tenth of what the whole takes
        return
    for found in _LONG_FORM.finditer(text):
        short = found[2] or found[3]
        if form := _form_of(found[1] or found[4], short):
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


# --- folding ---------------------------------------------------------------------------------------------------


@cache
def fold_spelling(spelling: str, kind: str) -> str:
    """Return what spellings of one term have in common: case, hyphens, plural, and a last word that says little."""
    if kind == "code":
        return spelling.removesuffix("()").strip(".").casefold() if spelling.isidentifier() else spelling
    pieces = spelling.casefold().replace("’", "'").replace("-", " ").split()
    if not pieces:
        return spelling
    tails, part = load_words("en")["tail"], load_words("en")["part"]
    while (
        len(pieces) > 1
        and pieces[-1] in tails
        and kind != "given"
        and not (len(pieces) == 2 and pieces[0] in part)
    ):
        pieces.pop()
    pieces = [_stem(piece) if len(pieces) > 1 else piece for piece in pieces[:-1]] + [singular(pieces[-1])]
    if len(pieces) > 1:
        pieces[-1] = _stem(pieces[-1])
    return " ".join(pieces)


def singular(word: str) -> str:
    """Return a word without the ending of its plural, as far as rules tell."""
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
            return singular(word)[: -len(ending)]
    return singular(word)
