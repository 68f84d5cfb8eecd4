"""The lines of a hub page → its records, nothing believed that is not confirmed.

    PY-ADV-004 What are Python type hints and how do they work with runtime type checking?
    Python Core Python Advanced                                    technology, category, level in one
    6/10
    Answer … Deep Explanation … Real-World Example … Common Mistakes … Production Scenario …
    Follow-up Questions
    What is the difference between mypy and pyright? What is …? What is …??
    ID: PY-ADV-004 · Difficulty: 6/10 · Level: Advanced            the footer: all of it a second time

ID, level and difficulty of the two ends must agree. In HTML each part may stand on lines of its own.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qexport.bank.model import PROSE_SECTIONS, RawList, RawMapping, RawRecord, RawText, RawValue
from qexport.common.errors import Location, Problem
from qexport.common.text_input import quote
from qexport.importers.hub.vocabulary import Split, Vocabulary, squeeze

RATING = re.compile(r"(?<![\d/])([0-9]{1,2})\s*/\s*10$")
_IDENTITY = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]+")
_FOOTER = re.compile(r"ID:\s*(\w\S*?)\W*Difficulty:\s*([0-9]{1,9})\s*/\s*10\W*Level:\s*(.*\S)")
_FOOTER_GOES_ON = re.compile(r"[·•|]?\s*((Difficulty|Level):.*)?")
_LONGEST_FOOTER = 300
_QUESTION_ENDS = re.compile(r"(?<=[^\s?])\?+\s+")

_HEADINGS = {
    "answer": "answer",
    "deepexplanation": "deep_explanation",
    "real-worldexample": "real_world_example",
    "commonmistakes": "common_mistakes",
    "productionscenario": "production_scenario",
    "follow-upquestions": "follow_ups",
}
_ADD_FURNITURE = "if it is furniture of the page, add it to the vocabulary's `furniture`"


@dataclass(frozen=True, slots=True)
class _Footer:
    """The line that ends a record; empty texts where it cannot be read."""

    location: Location
    id: str = ""
    difficulty: str = ""
    level: str = ""


def heading(line: str) -> str | None:
    """Return the field whose text this line is above."""
    return _HEADINGS.get(squeeze(line.strip(" \t⚠🏭\ufe0f:"))) if len(line) < 50 else None


def identity(line: str) -> str:
    """Return the ID a line begins with."""
    found = _IDENTITY.match(line.lstrip())
    return found[0] if found else ""


def is_footer(line: str) -> bool:
    """Return whether a whole footer is in this line."""
    return len(line) < _LONGEST_FOOTER and _FOOTER.match(line.strip()) is not None


class RecordReader:
    """Lines → records, and what is wrong or odd on the way."""

    def __init__(self, lines: Sequence[RawText], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._left_out: list[RawText] = []
        self.records: tuple[RawRecord, ...] = tuple(self._read(lines))
        self._tell_left_out()

    def _complain(self, location: Location, message: str, hint: str = "") -> None:
        self.problems.append(Problem(location, message, hint))

    def _warn(self, location: Location, message: str, hint: str = "") -> None:
        self.warnings.append(Problem(location, message, hint))

    def _read(self, lines: Sequence[RawText]) -> Iterator[RawRecord]:
        """Yield what ends in a footer, and what has the headings of a record but lost its footer."""
        begin = 0
        for end, behind, footer in self._footers(lines):
            *cut_short, whole = _split_records(lines[begin:end])
            for part in cut_short:
                yield from self._record(part, None)
            yield from self._record(whole, footer)
            if not begin:
                self._left_out.clear()  # above the first record is nothing but furniture
            begin = behind
        for part in _split_records(lines[begin:]):
            yield from self._record(part, None)

    def _footers(self, lines: Sequence[RawText]) -> Iterator[tuple[int, int, _Footer]]:
        """Yield where each footer begins and what is behind it."""
        behind = 0
        for begin, line in enumerate(lines):
            words = line.text.strip()
            if begin < behind or not words.startswith("ID:"):
                continue
            behind = begin + 1
            while behind < len(lines) and not _FOOTER.match(words) and len(words) < _LONGEST_FOOTER:
                more = lines[behind].text.strip()
                if not (words.endswith(":") or _FOOTER_GOES_ON.fullmatch(more)):
                    break
                words = f"{words} {more}".rstrip()
                behind += 1
            found = _FOOTER.match(words) if len(words) < _LONGEST_FOOTER else None
            if found:
                yield begin, behind, _Footer(line.location, *found.groups())
            elif "Difficulty:" in words or "Level:" in words:
                hint = "expected: ID: PY-ADV-004 · Difficulty: 6/10 · Level: Advanced"
                self._complain(line.location, f"the footer {quote(words)} cannot be read", hint)
                yield begin, behind, _Footer(line.location)
            else:
                behind = begin + 1

    def _record(self, lines: Sequence[RawText], footer: _Footer | None) -> Iterator[RawRecord]:
        """Yield the record that these lines, up to its footer, hold; none where they are furniture."""
        body_at = next((at for at, line in enumerate(lines) if heading(line.text)), len(lines))
        head, body = lines[:body_at], lines[body_at:]
        begun = [at for at, line in enumerate(head) if identity(line.text)]
        if not body and not footer:
            for at in begun:
                self._warn(head[at].location, "left out: a line with an ID that no answer follows")
            return
        if not begun:
            place = body[0].location if body else lines[0].location if lines else footer and footer.location
            hint = "for example: PY-ADV-004 What are Python type hints?"
            self._complain(
                place or Location(""), "no line with an ID and a question begins this record", hint
            )
            return
        same = [at for at in begun if footer and identity(head[at].text) == footer.id]
        start = (same or begun)[-1]  # a page may list its questions above them
        self._left_out += [line for line in head[:start] if line.text]
        first = head[start]
        name = identity(first.text)
        if footer is None:
            hint = "expected: ID: … · Difficulty: n/10 · Level: …"
            self._complain(first.location, f"{name} does not end in a footer", hint)
        elif footer.id and footer.id != name:
            self._complain(
                footer.location, f"ID {footer.id} contradicts {name} in line {first.location.line}"
            )
        values: dict[str, RawValue] = {
            "id": RawText(name, first.location),
            **dict(self._header(name, head[start:], footer)),
            **dict(self._body(name, body)),
        }
        keys = {key: value.location for key, value in values.items()}
        yield RawMapping(values, keys, first.location)

    # What stands above the answer

    def _header(
        self, name: str, lines: Sequence[RawText], footer: _Footer | None
    ) -> Iterator[tuple[str, RawText]]:
        """Yield question, technology, category, level and difficulty."""
        place = lines[0].location
        parts = [part for part in (_drop_identity(lines[0], name), *lines[1:]) if part.text]
        rating = _take_rating(parts)
        if rating is None:
            self._complain(place, f"{name} has no difficulty above its answer", "for example: 6/10")
        else:
            yield "difficulty", rating
            if footer and footer.difficulty and int(footer.difficulty) != int(rating.text):
                first = f"{rating.text}/10 in line {rating.location.line}"
                self._complain(footer.location, f"difficulty {footer.difficulty}/10 contradicts {first}")

        ways, badges, others = self._badges(parts)
        if not ways:
            self._unknown_badges(name, others, place, footer)
            others = others[:1]
        elif len(ways) > 1:
            known = ", ".join(" | ".join(way) for way in ways)
            self._complain(badges.location, f"{quote(badges.text)} is ambiguous: {known}")
        else:
            for key, value in zip(("technology", "category", "level"), ways[0], strict=True):
                yield key, RawText(value, badges.location)
            level = ways[0][2]
            if footer and footer.level and squeeze(footer.level) != squeeze(level):
                first = f"{level} in line {badges.location.line}"
                self._complain(footer.location, f"level {footer.level} contradicts {first}")

        if others:
            yield "question", others[0]
        else:
            self._complain(place, f"{name} has no question")
        for line in others[1:]:
            message = f"{quote(line.text.strip())} is neither question nor badge of {name}"
            self._complain(line.location, message, _ADD_FURNITURE)

    def _badges(self, parts: Sequence[RawText]) -> tuple[tuple[Split, ...], RawText, list[RawText]]:
        """Return the known ways to split the badges, the badges, and the other lines.

        They are below the question, in one line or up to three, or above it, or at the end of its line.
        """
        for begin, end in ((at, at + count) for at in range(len(parts)) for count in (3, 2, 1)):
            badges = RawText(" ".join(part.text.strip() for part in parts[begin:end]), parts[begin].location)
            if ways := self.vocabulary.splits.get(squeeze(badges.text)):
                return ways, badges, [*parts[:begin], *parts[end:]]
        last = parts[-1] if parts else RawText("", Location(""))
        for cut in range(max(1, len(last.text) - _LONGEST_FOOTER), len(last.text)):
            badges = RawText(last.text[cut:].strip(), last.location)
            if not last.text[cut - 1].isalnum() and (
                ways := self.vocabulary.splits.get(squeeze(badges.text))
            ):
                return ways, badges, [*parts[:-1], RawText(last.text[:cut].strip(), last.location)]
        return (), last, list(parts)

    def _unknown_badges(
        self, name: str, parts: Sequence[RawText], place: Location, footer: _Footer | None
    ) -> None:
        """Say which line cannot be split, and how it might be."""
        if len(parts) < 2:
            hint = "for example: Python Core Python Advanced"
            self._complain(place, f"{name} has no line of technology, category and level", hint)
            return
        words = " ".join(part.text.strip() for part in parts[1:])
        splits = self.vocabulary.splits
        near = difflib.get_close_matches(squeeze(words[:_LONGEST_FOOTER]), splits, n=1, cutoff=0.8)
        guesses = self._guesses(words, footer) if len(words) <= _LONGEST_FOOTER else ()
        ways = [*(way for key in near for way in splits[key]), *guesses]
        candidates = ", ".join(dict.fromkeys(" ".join(" | ".join(way).split()) for way in ways))
        hint = f"it may be {candidates}: add the right one to the vocabulary"
        if not candidates:
            hint = f"the vocabulary knows the technologies {', '.join(self.vocabulary.categories)}"
        message = f"{quote(words)} is not a technology, category and level of the vocabulary"
        self._complain(parts[1].location, message, hint)

    def _guesses(self, words: str, footer: _Footer | None) -> Iterator[Split]:
        """Yield how the words before the level may be parted: behind a known technology, else anywhere."""
        levels = (*self.vocabulary.levels, footer.level if footer else "")
        level = next((level for level in levels if level and words.casefold().endswith(level.casefold())), "")
        words = words[: len(words) - len(level)].strip()
        known = [name for name in self.vocabulary.categories if words.startswith(name) and words != name]
        cuts = [len(name) for name in known] or [gap.start() for gap in re.finditer(r"\s+", words[:100])]
        for cut in cuts:
            yield words[:cut], words[cut:].strip(), level or "?"

    # The answer and what follows

    def _body(self, name: str, lines: Sequence[RawText]) -> Iterator[tuple[str, RawValue]]:
        """Yield the sections and the follow-up questions."""
        headings = [at for at, line in enumerate(lines) if heading(line.text)]
        places: dict[str, Location] = {}
        for begin, end in pairwise([*headings, len(lines)]):
            key, place = heading(lines[begin].text) or "", lines[begin].location
            content = [line for line in lines[begin + 1 : end] if line.text]
            if key in places:
                again = quote(lines[begin].text.strip())
                self._complain(place, f"{name} has {again} twice, first in line {places[key].line}")
                continue
            places[key] = place
            if not content:
                self._warn(place, f"{key} of {name} is empty")
            elif key == "follow_ups":
                asked = [
                    RawText(words, line.location) for line in content for words in _split_questions(line.text)
                ]
                yield key, RawList(tuple(asked), place)
            else:
                yield key, RawText(_join_prose(lines[begin + 1 : end]), content[0].location)
                self._suspect(name, key, content)
        for key in (*PROSE_SECTIONS, "follow_ups") if lines else ():
            if key not in places:
                self._warn(lines[0].location, f"{name} has no {key}")

    def _suspect(self, name: str, key: str, lines: Sequence[RawText]) -> None:
        """Warn of stray words between paragraphs: perhaps a button that the vocabulary does not know."""
        for line in lines if len(lines) > 1 else ():
            if len(line.text.split()) < 4 and line.text[-1] not in ".!?:;)":
                words = quote(line.text.strip())
                self._warn(line.location, f"{words} became a line of {key} of {name}", _ADD_FURNITURE)

    def _tell_left_out(self) -> None:
        counts = Counter(line.text.strip() for line in self._left_out)
        for line in self._left_out:
            if count := counts.pop(line.text.strip(), 0):
                times = f", {count} times" if count > 1 else ""
                message = f"left out between records: {quote(line.text.strip())}{times}"
                self._warn(line.location, message, _ADD_FURNITURE)


def _split_records(lines: Sequence[RawText]) -> list[Sequence[RawText]]:
    """Part lines where a second Answer shows that a record begins whose forerunner has lost its footer."""
    answers = [at for at, line in enumerate(lines) if heading(line.text) == "answer"]
    cuts = [0]
    for before, behind in pairwise(answers):
        cuts += [at for at in range(before, behind) if identity(lines[at].text)][-1:]
    return [lines[begin:end] for begin, end in pairwise([*cuts, len(lines)])]


def _drop_identity(line: RawText, name: str) -> RawText:
    words = line.text.lstrip()[len(name) :].lstrip(" \t\xa0·|:")
    path, number, column = line.location.path, line.location.line, line.location.column
    return RawText(words, Location(path, number, column and len(line.text) - len(words) + 1))


def _take_rating(parts: list[RawText]) -> RawText | None:
    """Take the difficulty out of the lines: one of its own, or the end of the last."""
    alone = [at for at, part in enumerate(parts) if RATING.fullmatch(part.text.strip())]
    at = alone[-1] if alone else len(parts) - 1
    found = RATING.search(parts[at].text.strip()[-20:]) if parts else None
    if found is None:
        return None
    part = parts.pop(at)
    if words := part.text.strip()[: -len(found[0])].strip():
        parts.insert(at, RawText(words, part.location))
    return RawText(found[1], part.location)


def _join_prose(lines: Sequence[RawText]) -> str:
    """Return the text of a section as it stands; furniture that was in it leaves no gap."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.text for line in lines)).strip()


def _split_questions(line: str) -> Iterator[str]:
    """Yield the questions that are in one line, each ending in one `?`.

    A `?` behind a blank (`a ? b : c`) or within brackets ends none.
    """
    ends = [gap.end() for gap in _QUESTION_ENDS.finditer(line)]
    begun, brackets = 0, 0
    for begin, end in pairwise([0, *ends, len(line)]):
        brackets += line.count("(", begin, end) - line.count(")", begin, end)
        if (brackets <= 0 or end == len(line)) and (question := line[begun:end].strip()):
            yield re.sub(r"(?<=[^\s?])\?{2,}$", "?", question)
            begun, brackets = end, 0
