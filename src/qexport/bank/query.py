"""The words of a filter made into conditions on the questions of one bank, and the `--where` language.

    technology:python difficulty>=8 -category:performance (weakref or "reference cycle")

is read as Anki reads a search: conditions side by side must all hold (`and` may be written), `or` binds less than
that, `-` negates, parentheses group. A word, or a phrase in quotes, is searched in every text of a question;
`field:value` in one. `*` matches anything, `field:*` for having the field at all, `field:` for not having it. What
`qexport reviews` has counted is compared alike: `forgotten>=30%`, `reviews>=10`. As ids and Python's names are full
of `_`, it is *not* a wildcard here, as it is in Anki. A backslash takes the meaning from `\\ " * : ( ) -`.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import TypeAlias

from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.bank.review_counts import REVIEW_FIELDS, ReviewCount
from qexport.common.errors import UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.common.wording import column_width, slug, suggest

NAME_FIELDS = ("technology", "category", "level", "tag")
"""The fields whose values are names the bank knows: anything else is a mistake of the user's."""
TEXT_FIELDS = ("question", "choices", *PROSE_SECTIONS, "follow_ups")
QUERY_FIELDS = ("id", *NAME_FIELDS, "difficulty", *TEXT_FIELDS)
"""What may stand before a colon in a query."""

DIFFICULTIES = range(1, 11)
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    ":": operator.eq,
    "!=": operator.ne,
}
_DIFFICULTY_HINT = "write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10"

Condition: TypeAlias = Callable[[Question], bool]
Pattern: TypeAlias = tuple[str, ...]
"""A text cut at its wildcards: `py*` is `("py", "")`, a text without one is alone."""


class Clause(Record, frozen=True):
    """A condition, and how the user wrote it."""

    words: str
    holds: Condition


# --- texts as they are compared ----------------------------------------------------------------------------

_STRAIGHT = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
_NOT_ASCII = compile_late(r"[^\x00-\x7f]")
_FIELD_END = "\0"  # between the texts of a question; no text and no word of a command line holds it


def fold(text: str) -> str:
    """Return the text without what a search overlooks: case, accents, curly quotes, the length of spaces."""
    if not text.isascii():
        # Character by character, remembered: five times as fast as decomposing whole texts for a few dashes.
        text = _NOT_ASCII.sub(lambda match: _fold_character(match[0]), text)
    return " ".join(text.lower().split())


@cache
def _fold_character(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.translate(_STRAIGHT).casefold())
    # Classes from 10 on are accents and vowel points; lower ones make other letters: が of か, ≠ of =.
    return "".join(part for part in decomposed if unicodedata.combining(part) < 10).casefold()


def typed_name(name: str) -> str:
    """Return a name as one types it without its spaces and signs: `ai-ml` for AI/ML, `c-plus-plus` for C++."""
    return slug(fold(name).replace("+", " plus ").replace("#", " sharp "))


def unknown(kind: str, value: str, known: Sequence[str]) -> UsageError:
    """Return a value nobody knows, with the nearest that is known, and all of them as far as they fit."""
    return UsageError(f"unknown {kind} {value!r}", hint=suggest(value, known))


def _matches_whole(pattern: Pattern, text: str) -> bool:
    """Whether the whole text is the pattern. Linear: the leftmost place of a part leaves the most room."""
    if len(pattern) == 1:
        return text == pattern[0]
    first, *middle, last = pattern
    place, end = len(first), len(text) - len(last)
    if place > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        place = text.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


# --- conditions --------------------------------------------------------------------------------------------


class _Known:
    """The values a name field has in a bank, by the forms a user may write them in."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(name for name in dict.fromkeys(names) if name)
        self._by_form: dict[Callable[[str], str], dict[str, list[str]]] = {fold: {}, typed_name: {}}
        for form, by_form in self._by_form.items():
            for name in self.names:
                by_form.setdefault(form(name), []).append(name)

    def like(self, pattern: Pattern, form: Callable[[str], str]) -> tuple[str, ...]:
        wanted, by_form = tuple(map(form, pattern)), self._by_form[form]
        if len(wanted) == 1:
            return tuple(by_form.get(wanted[0], ())) if wanted[0] else ()
        return tuple(
            name for written, names in by_form.items() if _matches_whole(wanted, written) for name in names
        )


def _present(bank: Bank, field: str) -> Iterable[str]:
    """Return the values of a name field, declared or used, in the bank's own order."""
    if field == "tag":
        return (tag for question in bank.questions for tag in question.tags)
    declared = {"technology": bank.technologies, "level": bank.levels}.get(field, ())
    return (*declared, *(getattr(question, field) for question in bank.questions))


class Conditions:
    """Makes conditions on the questions of one bank, whose names it knows; raises UsageError for others.

    A condition on texts folds each question once while questions are tried one after the other.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._ids = {question.id.casefold() for question in bank.questions}
        self._known = {field: _Known(_present(bank, field)) for field in NAME_FIELDS}
        self._last: Question | None = None
        self._folded: dict[str, str] = {}

    def names(self, field: str, pattern: Pattern) -> tuple[str, ...]:
        """Return the bank's names that a user means: the same but for case and accents, else as they are typed."""
        known = self._known[field]
        found = known.like(pattern, fold) or known.like(pattern, typed_name)
        if not found and len(pattern) == 1:
            raise unknown(field, pattern[0], known.names)
        return found

    def name(self, field: str, *patterns: Pattern) -> Condition:
        """One of these names; an empty one: none at all."""
        named = (pattern for pattern in patterns if pattern != ("",))
        wanted = frozenset(name for pattern in named for name in self.names(field, pattern))
        missing = ("",) in patterns
        if field == "tag":
            return lambda question: not wanted.isdisjoint(question.tags) or (missing and not question.tags)
        accepted = wanted | {""} if missing else wanted
        of: Callable[[Question], str] = attrgetter(field)
        return lambda question: of(question) in accepted

    def id(self, *patterns: Pattern) -> Condition:
        """One of these ids, whatever their case."""
        folded = [tuple(part.casefold() for part in pattern) for pattern in patterns]
        whole = frozenset(pattern[0] for pattern in folded if len(pattern) == 1)
        wild = [pattern for pattern in folded if len(pattern) > 1]
        for pattern in patterns:
            if len(pattern) == 1 and pattern[0].casefold() not in self._ids:
                raise self._unknown_id(pattern[0])

        def holds(question: Question) -> bool:
            own = question.id.casefold()
            return own in whole or any(_matches_whole(pattern, own) for pattern in wild)

        return holds

    def _unknown_id(self, value: str) -> UsageError:
        questions = self._bank.questions
        for question in questions:
            if value.casefold() in (former.casefold() for former in question.former_ids):
                return UsageError(f"unknown id {value!r}", hint=f"it is {question.id!r} now")
        return unknown("id", value, tuple(question.id for question in questions))

    def difficulty(self, *values: str) -> Condition:
        """Return a difficulty within one of these: see `difficulties`. Empty: not rated. `*`: rated."""
        wanted: set[int | None] = set()
        for value in values:
            wanted |= {None} if not value else set(DIFFICULTIES) if value == "*" else difficulties(value)
        return lambda question: question.difficulty in wanted

    def reviewed(self, field: str, comparison: str, value: str) -> Condition:
        """Return a count of reviews that compares so; `*`: a question with counts, empty: one without."""
        if not self._bank.reviews:
            raise no_review_counts(field)
        counts = dict(self._bank.reviews)
        if comparison == ":" and value in ("", "*"):
            return lambda question: (count_of(question, counts) is None) != (value == "*")
        wanted = _read_count(field, value)
        compare = _COMPARISONS[comparison]

        def holds(question: Question) -> bool:
            count = count_of(question, counts)
            return count is not None and compare(getattr(count, field), wanted)

        return holds

    def text(self, pattern: Pattern, field: str = "") -> Condition:
        """Return the text anywhere in this field, or in any; an empty one: a question without the field."""
        if field and pattern == ("",):
            return lambda question: not getattr(question, field)
        folded = tuple(fold(part) for part in pattern)
        if not any(folded) and len(pattern) == 1:
            raise UsageError("there is nothing to search for", hint="write a word, or several in quotes")
        if len(folded) == 1:
            return lambda question: folded[0] in self._text_of(question, field)
        around = ("", *folded, "")
        return lambda question: any(
            _matches_whole(around, text) for text in self._text_of(question, field).split(_FIELD_END) if text
        )

    def _text_of(self, question: Question, field: str) -> str:
        if question is not self._last:  # only the last one is kept: a big bank twice in memory is too much
            self._last, self._folded = question, {}
        if field not in self._folded:
            texts = _list_field_texts(question, (field,) if field else (*TEXT_FIELDS, "tags"))
            self._folded[field] = fold(_FIELD_END.join(texts))
        return self._folded[field]


def _list_field_texts(question: Question, fields: Iterable[str]) -> Iterable[str]:
    for field in fields:
        value: str | tuple[str, ...] = getattr(question, field)
        yield from (value,) if isinstance(value, str) else value


def count_of(question: Question, counts: Mapping[str, ReviewCount]) -> ReviewCount | None:
    """Return the counts of a question, which may have been counted under a former id."""
    return next((counts[key] for key in (question.id, *question.former_ids) if key in counts), None)


def no_review_counts(field: str) -> UsageError:
    """Return the error for a bank without counts of reviews."""
    hint = "qexport reviews EXPORT.apkg … writes them, from decks that were exported with scheduling"
    return UsageError(
        f"nobody has counted {field}: there are no counts of reviews beside this bank", hint=hint
    )


def _read_count(field: str, value: str) -> float:
    """Return a number of a query: a share of reviews in percent, all others as they are."""
    digits = value.removesuffix("%") if field == "forgotten" else value
    is_number = re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", digits) is not None
    if not is_number or (field == "forgotten") != value.endswith("%"):
        example = f"{field}>=30%" if field == "forgotten" else f"{field}>=5"
        raise UsageError(f"{value!r} is not a number to compare {field} with", hint=f"write {example}")
    return float(digits) / (100 if field == "forgotten" else 1)


_BOUND = compile_late(r"(>=|<=|!=|=|>|<)?\s*([0-9]+)")
_RANGE = compile_late(r"([0-9]+)\s*[-–—]\s*([0-9]+)")


def difficulties(text: str) -> set[int]:
    """Return the difficulties meant by `8`, `7-9`, `>=8`, `<=7`, `>6`, `<9`, `=8` or `!=8`."""
    text = text.strip()
    if span := _RANGE.fullmatch(text):
        low, high = (_read_difficulty(number, text) for number in span.groups())
        if low > high:
            raise UsageError(f"difficulty {text!r} runs backwards", hint=f"write {high}-{low}")
        return set(range(low, high + 1))
    if not (bound := _BOUND.fullmatch(text)):
        raise UsageError(f"{text!r} is not a difficulty", hint=_DIFFICULTY_HINT)
    number = _read_difficulty(bound[2], text)
    found = {
        ">=": set(range(number, 11)),
        "<=": set(range(1, number + 1)),
        ">": set(range(number + 1, 11)),
        "<": set(range(1, number)),
        "!=": set(DIFFICULTIES) - {number},
    }.get(bound[1] or "=", {number})
    if not found:
        raise UsageError(f"no difficulty is {text}", hint=_DIFFICULTY_HINT)
    return found


def _read_difficulty(digits: str, text: str) -> int:
    significant = digits.lstrip("0")
    if len(significant) > 2 or int(significant or 0) not in DIFFICULTIES:
        raise UsageError(f"difficulty {text!r} is out of range", hint=_DIFFICULTY_HINT)
    return int(significant)


# --- the language ------------------------------------------------------------------------------------------

_QUOTE_SIGNS = '"“”„‟'
_SEARCH_SIGNS = frozenset('\\"*:()-')
_ENDS_WORD = frozenset("()" + _QUOTE_SIGNS)
_FIELD = compile_late(r"(?P<field>[\w-]*)(?P<operator>>=|<=|!=|[:=<>])")
_NUMBER_FIELD = compile_late(
    rf"(?P<field>difficulty|{'|'.join(REVIEW_FIELDS)})\s+(?P<operator>>=|<=|!=|[=<>])", re.IGNORECASE
)
_QUOTE_SEARCH = "to search for such text, put it in quotes"


def parse_query(query: str, conditions: Conditions, limits: Limits = USUAL) -> tuple[Clause, ...]:
    """Return the conditions that a query joins by `and` at its top. Raises UsageError with a mistake's place."""
    if len(query) > limits.query:
        raise UsageError(f"--where is {len(query):,} characters long", hint=limits.hint("query"))
    return _Parser(query, tuple(_Lexer(query, conditions).tokens()), limits).whole()


class _Token(Record, frozen=True):
    kind: str
    """`(`, `)`, `-`, `and`, `or`, `condition`, and `start` and `end` around them all."""
    start: int
    end: int
    holds: Condition | None = None


class _Lexer:
    """Cuts a query into tokens; its conditions are made at once, while their place is known."""

    def __init__(self, query: str, conditions: Conditions) -> None:
        self._query = query
        self._conditions = conditions
        self._place = 0

    def tokens(self) -> Iterator[_Token]:
        yield _Token("start", 0, 0)
        while True:
            while self._peek().isspace():
                self._place += 1
            start, character = self._place, self._peek()
            if not character:
                yield _Token("end", start, start)
                return
            if character in "()-":
                self._place += 1
                yield _Token(character, start, self._place)
                if character == "-" and (self._peek().isspace() or self._peek() in ("", ")")):
                    message, hint = (
                        "there is nothing to negate after '-'",
                        f"write -tag:easy; {_QUOTE_SEARCH}",
                    )
                    raise _misread(self._query, message, start, start + 1, hint)
            else:
                yield self._condition()

    def _peek(self) -> str:
        return self._query[self._place : self._place + 1]

    def _condition(self) -> _Token:
        start = self._place
        match = _NUMBER_FIELD.match(self._query, start) or _FIELD.match(self._query, start)
        field = match["field"].replace("-", "_").casefold() if match else ""
        is_known = field in QUERY_FIELDS or field in REVIEW_FIELDS
        if match is None or (not is_known and not self._looks_like_field(match)):
            pattern = self._value()
            keyword = self._query[start : self._place].casefold()
            if keyword in ("and", "or"):
                return _Token(keyword, start, self._place)
            return self._make_token(start, start, lambda: self._conditions.text(pattern))
        if not is_known:
            meant = suggest(field, tuple(QUERY_FIELDS))
            hint = f"{meant} {_QUOTE_SEARCH}" if meant.endswith("?") else f"{meant}; {_QUOTE_SEARCH}"
            raise _misread(self._query, f"unknown field {match['field']!r}", start, match.end("field"), hint)
        self._place = match.end()
        if match["operator"] != ":":
            while self._peek().isspace():
                self._place += 1
        if self._peek() == "(":
            hint = f"write ({field}:… or {field}:…)"
            raise _misread(self._query, "a field takes one value", self._place, self._place + 1, hint)
        value_start, pattern = self._place, self._value()
        return self._make_token(start, value_start, lambda: self._compare(field, match["operator"], pattern))

    def _looks_like_field(self, match: re.Match[str]) -> bool:
        """Whether an unknown name before an operator is a mistake: `dificulty>=8` is, `List<int>` is text."""
        numeric = self._query[match.end() : match.end() + 1].isdecimal()
        return match["operator"] == ":" or (match["field"] != "" and numeric)

    def _compare(self, field: str, operator: str, pattern: Pattern) -> Condition:
        conditions, value = self._conditions, "*".join(pattern)
        if field == "difficulty":
            return conditions.difficulty(value if operator == ":" else operator + value)
        if field in REVIEW_FIELDS:
            return conditions.reviewed(field, operator, value)
        if operator not in (":", "=", "!=") or (operator != ":" and field in TEXT_FIELDS):
            hint = f"write {field}:…"
            raise UsageError(f"{field} cannot be compared by {operator}", hint=hint)
        if field in TEXT_FIELDS:
            return conditions.text(pattern, field)
        holds = conditions.id(pattern) if field == "id" else conditions.name(field, pattern)
        return holds if operator != "!=" else lambda question: not holds(question)

    def _make_token(self, start: int, value_start: int, make: Callable[[], Condition]) -> _Token:
        """Return a condition's token; if its value is no good, the error is reported with a caret under the value."""
        try:
            return _Token("condition", start, self._place, make())
        except UsageError as error:
            shown = value_start if value_start < self._place else start
            raise _misread(self._query, error.message, shown, self._place, error.hint) from error

    def _value(self) -> Pattern:
        """Return a word, or a phrase in quotes, cut at its wildcards."""
        opened = self._place
        quoted = self._peek() != "" and self._peek() in _QUOTE_SIGNS
        self._place += quoted
        parts = [""]
        while character := self._peek():
            if quoted and character in _QUOTE_SIGNS:
                self._place += 1
                return tuple(parts)
            if not quoted and (character.isspace() or character in _ENDS_WORD):
                break
            self._place += 1
            if character == "*":
                parts.append("")
                continue
            if character == "\\":
                character = self._peek()
                if character not in _SEARCH_SIGNS:
                    hint = r'write \\ for a backslash; with one before it, \ " * : ( ) - mean themselves'
                    message = "this backslash has no meaning"
                    raise _misread(self._query, message, self._place - 1, self._place, hint)
                self._place += 1
            parts[-1] += character
        if quoted:
            raise _misread(self._query, "this quote is never closed", opened, opened + 1, 'add a "')
        return tuple(parts)


class _Parser:
    """Joins the tokens of a query: any of → all of → a condition, negated or not, or a group in parentheses.

    By hand, not by a parser library: four rules are shorter than a grammar with its glue, and most of what is
    here are messages that say what would be right, where a library lists the tokens it expected.
    """

    def __init__(self, query: str, tokens: tuple[_Token, ...], limits: Limits) -> None:
        self._query = query
        self._limits = limits
        self._tokens = tokens
        self._next = 1  # after `start`, so that every token has one before it
        self._open: list[_Token] = []

    def whole(self) -> tuple[Clause, ...]:
        clauses = self._any_of()
        if self._seen.kind == ")":
            raise self._error("this parenthesis closes nothing", self._seen, f"remove it; {_QUOTE_SEARCH}")
        return clauses

    @property
    def _seen(self) -> _Token:
        return self._tokens[self._next]

    def _any_of(self) -> tuple[Clause, ...]:
        first = self._seen
        branches = [self._all_of()]
        while self._seen.kind == "or":
            self._next += 1
            branches.append(self._all_of())
        return branches[0] if len(branches) == 1 else (self._clause(first, _any(map(_all, branches))),)

    def _all_of(self) -> tuple[Clause, ...]:
        clauses: list[Clause] = []
        while not clauses or self._seen.kind not in ("or", ")", "end"):
            if clauses and self._seen.kind == "and":
                self._next += 1
            first = self._seen
            clauses.append(self._clause(first, self._one()))
        return tuple(clauses)

    def _one(self) -> Condition:
        negative = False
        while self._seen.kind == "-":
            negative = not negative
            self._next += 1
        token, holds = self._seen, self._seen.holds
        if holds is None and token.kind != "(":
            raise self._missing()
        self._next += 1
        holds = holds or self._group(token)
        return (lambda question: not holds(question)) if negative else holds

    def _group(self, opened: _Token) -> Condition:
        if len(self._open) == self._limits.query_depth:
            message = f"more than {self._limits.query_depth} parentheses within each other"
            raise self._error(message, opened, f"use fewer; {self._limits.hint('query-depth')}")
        self._open.append(opened)
        holds = _all(self._any_of())
        if self._seen.kind == "end":
            raise self._error("this parenthesis is never closed", opened, "add a )")
        self._open.pop()
        self._next += 1
        return holds

    def _missing(self) -> UsageError:
        """Return what to say where a condition should stand and none does."""
        before, token = self._tokens[self._next - 1], self._seen
        if before.kind in ("and", "or", "-"):
            return self._error(f"there is no condition after {before.kind!r}", before, _QUOTE_SEARCH)
        if token.kind in ("and", "or"):
            return self._error(f"there is no condition before {token.kind!r}", token, _QUOTE_SEARCH)
        if token.kind == ")" and before.kind == "(":
            return self._error("there is nothing in these parentheses", before, _QUOTE_SEARCH)
        if token.kind == ")":
            return self._error("this parenthesis closes nothing", token, f"remove it; {_QUOTE_SEARCH}")
        if self._open:
            return self._error("this parenthesis is never closed", self._open[-1], "add a )")
        return UsageError("--where is empty", hint="write, for example, technology:python difficulty>=8")

    def _clause(self, first: _Token, holds: Condition) -> Clause:
        return Clause(self._query[first.start : self._tokens[self._next - 1].end], holds)

    def _error(self, message: str, token: _Token, hint: str) -> UsageError:
        return _misread(self._query, message, token.start, token.end, hint)


def _all(clauses: Sequence[Clause]) -> Condition:
    if len(clauses) == 1:
        return clauses[0].holds
    return lambda question: all(clause.holds(question) for clause in clauses)


def _any(conditions: Iterable[Condition]) -> Condition:
    alternatives = tuple(conditions)
    return lambda question: any(holds(question) for holds in alternatives)


_SHOWN = 72  # characters of a query around a mistake: a line of a terminal


def _misread(query: str, message: str, start: int, end: int, hint: str) -> UsageError:
    """Return the error with its column, and the query with carets under what is meant."""
    left = max(0, min(start - _SHOWN // 2, len(query) - _SHOWN))
    right = min(len(query), left + _SHOWN)
    before, meant, after = query[left:start], query[start : min(end, right)], query[min(end, right) : right]
    before, after = ("…" if left else "") + before, after + ("…" if right < len(query) else "")
    line = "".join(character if character.isprintable() else " " for character in before + meant + after)
    carets = " " * column_width(before) + "^" * max(1, column_width(meant))
    return UsageError(f"--where, column {start + 1}: {message}\n  {line.rstrip()}\n  {carets}", hint=hint)
