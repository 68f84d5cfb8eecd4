"""What a reader found → questions that a bank takes, and what did not fit, with its place.

Nothing disappears: what does not fit a field is kept in `extra`, a question without an answer is a draft.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from qexport.bank.model import (
    LETTERS,
    PROSE_SECTIONS,
    Bank,
    Question,
    RawBank,
    RawList,
    RawMapping,
    RawText,
    RawValue,
)
from qexport.bank.schema import QUESTION_FIELDS
from qexport.bank.validation import fold_id, has_visible_text, validate
from qexport.common.errors import Location, Problem
from qexport.common.limits import Limits
from qexport.common.text_input import describe_cleaning, normalise, quote
from qexport.importers.choice_letters import fold_text, letters_of, without_own_letters
from qexport.importers.foreign_formulas import has_formula, read_html_with_formulas
from qexport.importers.html_markdown import has_html
from qexport.importers.source import Found, SourceValue

PLACEHOLDER = re.compile(
    r"\W*(?:answer(?: goes)? here|todo|tbd|tba|to be (?:done|written|added|answered|completed)|n/?a"
    r"|coming soon|no answer(?: yet)?"
    r"|wip|work in progress|fixme|x{3}|\?+|\.{3}|…|-+)?\W*",
    re.IGNORECASE,
)
"""An answer that is not written yet."""

_LONGEST_PLACEHOLDER = 80
"""Characters; the pattern takes time with the square of their number."""
_FIELD_KINDS = {field.name: field.kind for field in QUESTION_FIELDS}
_FIELD_LIMITS = {field.name: field.limit for field in QUESTION_FIELDS}
_OWN_FIELDS = frozenset(each.name for each in fields(Question))
_PLURAL = ("texts", "lines", "ids", "letters")
_MARKED_FIELDS = frozenset(("question", *PROSE_SECTIONS, "follow_ups", "choices"))
_FIELDS_OF_LISTS = tuple(name for name, kind in _FIELD_KINDS.items() if kind in ("texts", "lines", "ids"))
_LINES = tuple(name for name, kind in _FIELD_KINDS.items() if kind in ("line", "lines", "id", "ids"))
_MARKDOWN = re.compile(
    r"^(?:```|~~~)|^#{1,6} \S|^(?:[-*+]|\d+\.) \S.*\n(?:[-*+]|\d+\.) \S|^\|.*\|\s*\n\|[ :|-]+\|"
    r"|(?<!\w)`[^`\n]+`"
    r"|(?<![\w*])\*\*[^*\s][^*\n]*\*\*|\[[^\[\]\n]+\]\(https?://[^)\s]{1,2000}\)|!\[[^\[\]\n]*\]\([^)\n]{1,2000}\)"
    r"|^> \S",
    re.MULTILINE,
)
_SIGN = re.compile(r"[`*#|\[>~]|\n[-+\d]")
"""Without one of these no text is Markdown; most texts of a table have none."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """One question made ready, without an id that is sure."""

    question: Question
    """Its id is the source's own, or empty."""
    key: str
    locate: Callable[[str], Location]
    """Returns where the source has a field."""


def looks_like_markdown(text: str) -> bool:
    """Report whether a text has signs that only Markdown gives a meaning to."""
    return _SIGN.search(text) is not None and _MARKDOWN.search(text) is not None


def assemble(
    found: Iterable[Found], *, markup: str = "", limits: Limits
) -> tuple[list[Assembled], list[Problem]]:
    """Return questions, and what was left aside of each.

    Args:
        found: As a reader returns them.
        markup: What the user says all texts are; empty: as each looks.
        limits: Texts beyond them are refused.

    Raises:
        LimitExceeded: a text is longer than its limit.
    """
    assembled: list[Assembled] = []
    aside: list[Problem] = []
    for each in found:
        question = _Assembling(each, markup, limits, aside).question()
        if question is not None:
            assembled.append(Assembled(question, each.key, each.place_of))
    return _with_former_ids_once(assembled, aside), aside


def _with_former_ids_once(assembled: Sequence[Assembled], aside: list[Problem]) -> list[Assembled]:
    """Return questions of which no two have the same former id: the first keeps it."""
    taken: set[str] = set()
    kept = []
    for each in assembled:
        former = each.question.former_ids
        own = tuple(name for name in dict.fromkeys(former) if fold_id(name) not in taken)
        taken.update(map(fold_id, own))
        if own == former:
            kept.append(each)
        else:
            message = "a former id that another question has: left out"
            aside.append(Problem(each.locate("former_ids"), message))
            kept.append(replace(each, question=replace(each.question, former_ids=own)))
    return kept


class _Assembling:
    """One question on its way."""

    def __init__(self, found: Found, markup: str, limits: Limits, aside: list[Problem]) -> None:
        self.found = found
        self.limits = limits
        self.aside = aside
        self.place = found.location
        self.markup = markup or found.markup
        self.extra: dict[str, SourceValue] = {}

    def question(self) -> Question | None:
        if self.found.is_exact:
            return self._exact()
        given = {
            name: cleaned
            for name, value in self.found.fields.items()
            if (cleaned := self._clean(value, name))
        }
        if not self.markup:
            self.markup = self._look(given)
        if not self.found.markup and self.markup == "markdown":
            given = {name: self._without_html(name, value) for name, value in given.items()}
        for name, value in self.found.extra.items():
            if cleaned := self._clean(value):
                self.extra[self._free_name(name)] = cleaned
        values: dict[str, object] = {}
        for name, value in given.items():
            values |= self._fit(name, value)
        asked = values.get("question")
        if not isinstance(asked, str) or not has_visible_text(asked):
            self._leave("no question: left aside", "")
            return None
        values |= self._choices(values)
        self._draft(values)
        self._allow(values)
        if self.extra:
            values["extra"] = tuple(self.extra.items())
        return Question(
            **{"id": "", **{name: value for name, value in values.items() if name in _OWN_FIELDS}},  # type: ignore[arg-type]
            markup=self.markup or "plain",
            location=self.place,
        )

    def _exact(self) -> Question:
        """Return a question that qexport wrote: each value is what its field has, checked as a bank's is."""
        raw: dict[str, RawValue] = {
            name: self._raw((value,) if _FIELD_KINDS[name] in _PLURAL and isinstance(value, str) else value)
            for name, value in self.found.fields.items()
            if name in _FIELD_KINDS
        }
        if self.found.extra:
            own = {name: self._raw(value) for name, value in self.found.extra.items()}
            raw["extra"] = RawMapping(own, dict.fromkeys(own, self.place), self.place)
        has_id = "id" in raw
        raw.setdefault("id", RawText("none", self.place))
        record = RawMapping(raw, dict.fromkeys(raw, self.place), self.place)
        header = RawMapping({}, {}, self.place)
        bank, _ = validate(RawBank(self.place.path, header, (record,)), self.limits)
        return replace(bank.questions[0], id=bank.questions[0].id if has_id else "", location=self.place)

    def _raw(self, value: SourceValue) -> RawValue:
        if isinstance(value, tuple):
            return RawList(tuple(RawText(each, self.place) for each in value), self.place)
        return RawText(value, self.place)

    def _leave(self, message: str, hint: str, name: str = "") -> None:
        self.aside.append(Problem(self.found.place_of(name), message, hint))

    def _clean(self, value: SourceValue, name: str = "") -> SourceValue:
        if isinstance(value, str):
            return self._clean_text(value, name)
        return self._without_empty(name, (self._clean_text(each, name) for each in value))

    @staticmethod
    def _without_empty(name: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Return texts that are not empty; an empty choice keeps its place, for others have letters by theirs."""
        return tuple(text or "–" for text in texts) if name == "choices" else tuple(filter(None, texts))

    def _clean_text(self, text: str, name: str) -> str:
        cleaned, changed = normalise(text)
        if changed:
            self._leave(f"{describe_cleaning(changed)} left out of a text", "", name)
        return cleaned.strip()

    def _look(self, given: Mapping[str, SourceValue]) -> str:
        """Return the markup that the texts seem to be written in."""
        for name in _MARKED_FIELDS & given.keys():
            if any(_is_marked_up(text) for text in _each(given[name])):
                return "markdown"
        return "plain"

    def _without_html(self, name: str, value: SourceValue) -> SourceValue:
        if name not in _MARKED_FIELDS:
            return value
        changed = self._each_of(
            value, lambda text: self._convert(text) if _is_written_in_html(text) else text
        )
        return changed if isinstance(changed, str) else self._without_empty(name, changed)

    def _convert(self, text: str) -> str:
        return read_html_with_formulas(text, path=str(self.place), limits=self.limits).strip()

    @staticmethod
    def _each_of(value: SourceValue, change: Callable[[str], str]) -> SourceValue:
        return tuple(map(change, value)) if isinstance(value, tuple) else str(change(value))

    def _free_name(self, name: str) -> str:
        cleaned = " ".join(normalise(name)[0].split())[:200].strip() or "column"
        number = 2
        free = cleaned
        while free in self.extra:
            free, number = f"{cleaned} {number}", number + 1
        return free

    def _fit(self, name: str, value: SourceValue) -> dict[str, object]:
        """Return the value as its field takes it; what does not fit goes into `extra`."""
        kind = _FIELD_KINDS.get(name, "text")
        if isinstance(value, str) and kind in ("text", "line"):
            return {name: value if kind == "text" else " ".join(value.split())}
        joined = " ".join(_each(value))
        if kind in ("number", "choice"):
            return self._number(name, joined) if kind == "number" else self._choice(name, joined)
        if kind == "ids":
            return {name: tuple(filter(None, map(self._identity, _each(value))))}
        if kind in ("texts", "lines"):
            return {name: self._clean_list(name, _each(value))}
        if kind in ("line", "id"):
            return {name: " ".join(joined.split()) if kind == "line" else self._identity(joined)}
        if kind == "text" and isinstance(value, tuple):
            is_list = len(value) > 1
            self.markup = "markdown" if is_list and self.markup != "plain" else self.markup
            value = "\n".join(f"- {text}" for text in value) if is_list else joined
        return {name: value}

    def _clean_list(self, name: str, texts: Sequence[str]) -> tuple[str, ...]:
        if name in _LINES:
            texts = [" ".join(text.split()) for text in texts]
            unique = {text.casefold(): text for text in reversed(texts) if text}
            texts = [text for text in dict.fromkeys(texts) if unique.get(text.casefold()) == text]
        return tuple(texts)

    def _number(self, name: str, text: str) -> dict[str, object]:
        number = re.fullmatch(r"([0-9]{1,2})(?:[.,]0+)?(?:\s*(?:/|of)\s*10)?", text)
        if number and 1 <= int(number[1]) <= 10:
            return {name: int(number[1])}
        if "level" not in self.found.fields and re.fullmatch(r"[^\W\d_][\w -]{1,30}", text):
            return {"level": text[:1].upper() + text[1:]}
        self.extra[self._free_name(name)] = text
        self._leave(f"{name} {quote(text)} is not a number from 1 to 10: kept in extra", "", name)
        return {}

    def _choice(self, name: str, text: str) -> dict[str, object]:
        field = next(field for field in QUESTION_FIELDS if field.name == name)
        if text in field.choices:
            if name == "markup":
                self.markup = text
            return {} if name == "markup" else {name: text}
        self.extra[self._free_name(name)] = text
        return {}

    def _identity(self, text: str) -> str:
        if text and text.isprintable() and " " not in text and len(text) <= 100:
            return text
        if text:
            self.extra[self._free_name("id")] = text
            self._leave(f"id {quote(text)} cannot be one: kept in extra", "an id is one word", "id")
        return ""

    def _choices(self, values: dict[str, object]) -> dict[str, object]:
        """Return choices, and which are right, in letters; take an answer that only names one as that."""
        if "choices" not in values and "correct" not in values:
            return {}
        choices = _each(values.get("choices", ()))
        said = _each(values.pop("correct", ()))
        if len(choices) > len(LETTERS):
            self.extra[self._free_name("choices")] = choices
            self._leave(f"{len(choices)} choices are more than {len(LETTERS)}: kept in extra", "", "choices")
            values.pop("choices")
            choices = ()
        if not choices:
            for text in said:
                self.extra.setdefault("correct", text)
            return {}
        answer = str(values.get("answer", ""))
        if not said and not self.found.has_letters and (letters := letters_of((answer,), choices)):
            values.pop("answer", None)
            return {"choices": without_own_letters(choices), "correct": letters}
        letters = tuple(sorted(set(said))) if self.found.has_letters else letters_of(said, choices)
        if said and not letters:
            self.extra[self._free_name("correct")] = said
            self._leave("the correct answer is not among the choices: kept in extra", "", "correct")
        is_named = bool(letters and answer) and not self.found.has_letters
        if is_named and letters_of((answer,), choices) == letters:
            values.pop("answer", None)
        return {"choices": without_own_letters(choices), **({"correct": letters} if letters else {})}

    def _draft(self, values: dict[str, object]) -> None:
        answer = str(values.get("answer", ""))
        if answer and not has_visible_text(answer):
            answer = ""
            del values["answer"]
        if values.get("correct") or values.get("status") == "draft":
            return
        if len(answer) <= _LONGEST_PLACEHOLDER and PLACEHOLDER.fullmatch(answer):
            if answer:
                self.extra[self._free_name("answer placeholder")] = answer
            if status := values.get("status"):
                self.extra[self._free_name("status")] = str(status)
            values.pop("answer", None)
            values["status"] = "draft"

    def _allow(self, values: Mapping[str, object]) -> None:
        """Refuse texts that a bank would refuse, while the place in the source is known."""
        for name, value in values.items():
            limit = _FIELD_LIMITS.get(name)
            if limit is None or isinstance(value, int):
                continue
            if isinstance(value, tuple) and len(value) > self.limits.items:
                message = f"{self.found.place_of(name)}: {name} has more than {self.limits.show('items')}"
                raise self.limits.make_error("items", message)
            longest = len(value) if isinstance(value, str) else max(map(len, value), default=0)  # type: ignore[call-overload]
            if longest > getattr(self.limits, limit):
                message = f"{self.found.place_of(name)}: {name} is longer than {self.limits.show(limit)}"
                raise self.limits.make_error(limit, message)


def _is_marked_up(text: str) -> bool:
    return looks_like_markdown(text) or _is_written_in_html(text) or has_formula(text)


def _each(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()


_ELEMENT = re.compile(
    r"<(/?)(a|b|code|div|em|font|h[1-6]|i|li|ol|p|pre|span|strong|sub|sup|table|td|th|tr|u|ul|blockquote)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_SURE_HTML = re.compile(
    r"<br\s*/?>(?!\s*(?:tags?|elements?|and|or|vs)\b)|<img\s[^<>]*\bsrc\s*=|&(?:nbsp|amp|lt|gt|quot|#\d+);",
    re.IGNORECASE,
)
"""What nobody writes in a text that is no HTML."""


def _is_written_in_html(text: str) -> bool:
    """Report whether a text is HTML, and not Markdown or prose that names a tag, in code or as a word.

    "Is <div> an element?" is prose: no element that it opens is closed.
    """
    outside = re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.DOTALL) if "`" in text else text
    if not has_html(outside):
        return False
    if _SURE_HTML.search(outside):
        return True
    opened: set[str] = set()
    for found in _ELEMENT.finditer(outside):
        name = found[2].lower()
        if not found[1]:
            opened.add(name)
        elif name in opened:
            return True
    return False


def without_doubles(assembled: Sequence[Assembled]) -> tuple[list[Assembled], list[Problem]]:
    """Return questions, each once: one that says the same as an earlier one in every field is left aside."""
    first: dict[Question, Question] = {}  # equal in all but the place
    kept, aside = [], []
    for each in assembled:
        same = first.setdefault(each.question, each.question)
        if same is each.question:
            kept.append(each)
        else:
            message = f"the same question as {same.location}: left aside"
            aside.append(Problem(each.question.location, message))
    return kept, aside


def with_one_spelling(assembled: Sequence[Assembled], bank: Bank | None) -> list[Assembled]:
    """Return questions whose technologies and levels are spelt alike where only case and blanks differ.

    The bank's own spelling comes first, then the most frequent: a bank has no two names that differ in case.
    """
    spelling: dict[tuple[str, str], str] = {}
    for name in ("technology", "level"):
        declared = (bank.technologies if name == "technology" else bank.levels) if bank else ()
        ours = [*declared, *(getattr(each, name) for each in bank.questions)] if bank else []
        counts = Counter(getattr(each.question, name) for each in assembled)
        theirs = [value for value, _ in counts.most_common()]  # equal counts: in their order
        for value in (*ours, *theirs):
            spelling.setdefault((name, fold_text(value)), value)

    def spelt(each: Assembled) -> Assembled:
        question = each.question
        technology = spelling["technology", fold_text(question.technology)]
        level = spelling["level", fold_text(question.level)]
        if (technology, level) == (question.technology, question.level):
            return each
        return replace(each, question=replace(question, technology=technology, level=level))

    return [spelt(each) for each in assembled]
