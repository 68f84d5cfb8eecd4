"""The canonical bank, in YAML → a raw bank with the place of every value.

Built on the parser's events, so that nothing is converted (`no` and `3.10` stay text), expanded or executed:
a bank needs mappings, lists and texts, and whatever else YAML has is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from qexport.bank.model import PROSE_SECTIONS, RawBank, RawList, RawMapping, RawText, RawValue
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits, too_many_values
from qexport.common.text_input import quote

# libyaml refuses a file for one control character anywhere, and takes U+2028 for the end of a line. Both come
# with pasted text, so they pass it in disguise: as noncharacters, which mean nothing in any text.
_DISGUISE = {
    **dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF], "\ufdd0"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufdd1"),
    0x2028: "\ufdd2",
    0x2029: "\ufdd3",
}
_UNMASK = {0xFDD0: "\0", 0xFDD1: "\ud800", 0xFDD2: "\u2028", 0xFDD3: "\u2029"}

# Nor does libyaml take halves of a pair, which JSON writes for what lies beyond U+FFFF ("\\ud83d\\ude00"). Their
# escapes are shifted by 0x800, into characters for private use, where the file has none of these.
_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_IN_THE_WAY = re.compile(r"\\u[eE][0-7][0-9a-fA-F]{2}|[\ue000-\ue7ff]")
_HALVES = {0xE000 + at: 0xD800 + at for at in range(0x800)}


def _join_pairs(text: str) -> str:
    """Return a text with halves of pairs put together; those without another stay for normalise() to report."""
    return text.translate(_HALVES).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _shift_half(half: str) -> str:
    digits = f"{int(half[-4:], 16) + 0x800:04x}"
    return f"\\u{digits.upper() if half[2:].isupper() else digits}"


_COMMENT = re.compile(r"\S[ \t]+#")
_COMMENT_BEHIND = re.compile(r"[ \t]+(#[^\n]*\S)")
_PROSE = frozenset({"title", "question", *PROSE_SECTIONS, "follow_ups", "choices"})
"""Keys of texts in which a writer means a `#` as text; elsewhere only one that a word follows, as in `#42`."""

_QUOTE_TEXT = "put the text in quotes, or below its key as a block: `key: |`"
_SYNTAX = (
    (
        "mapping values are not allowed",
        "a key where the text above still goes on",
        "indent the keys of a mapping alike, and see that the line above has its ':'",
    ),
    ("a tab character", "a tab where spaces must indent", "indent with spaces only"),
    (
        "unexpected end of stream",
        "this quote is never closed",
        "close it, or write the text as a block: `key: |`",
    ),
    (
        "unknown escape",
        "a backslash in double quotes that makes no character",
        r"write \\, or use single quotes",
    ),
    (
        "expected ',' or ']'",
        "this [ is not closed, or a ',' is missing within",
        f"close it; if it is text, {_QUOTE_TEXT}",
    ),
    (
        "expected ',' or '}'",
        "this { is not closed, or a ',' is missing within",
        f"close it; if it is text, {_QUOTE_TEXT}",
    ),
    ("Unicode character escape", "an escape that is no character", "write the character itself"),
    ("expected node content", "the file ends within brackets", f"close them; if it is text, {_QUOTE_TEXT}"),
    ("expected comment or line break", "text beside the mark of a block", "begin the text on the next line"),
    (
        "could not find expected ':'",
        "a line that is neither a key nor part of a text",
        f"add ':', or {_QUOTE_TEXT}",
    ),
    (
        "did not find expected key",
        "this does not fit the lines above",
        "indent the keys of a mapping alike",
    ),
    (
        "expected '-' indicator",
        "this does not fit the list above",
        "indent the items of a list alike, each beginning with '- '",
    ),
    (
        "block sequence entries",
        "a '- ' where no list can begin",
        f"begin it on the next line; if it is text, {_QUOTE_TEXT}",
    ),
)
"""Words of libyaml → what is wrong, what would be right."""
_FIRST = ("cannot start any token", "expected alphabetic", "undefined tag handle", "expected node content")
"""A character that means something to YAML is the first of what was meant as text."""
_OPENED = (
    "unexpected end of stream",
    "expected ',' or",
    "expected alphabetic",
    "could not find expected ':'",
)
"""The error shows best where it began, not where it was met."""


def parse_yaml(text: str, path: str, limits: Limits = USUAL) -> RawBank:
    """Read a bank's YAML. What can be read past is in the bank's `problems`; what cannot is raised."""
    if text.count("\n") > limits.values:  # each line has one, or belongs to one of which there are too many
        raise too_many_values(Location(path, limits.values + 1), limits)
    text, halves = readable(text)
    composer = _Composer(text, path, limits, halves)
    try:
        tree = composer.document()
    except yaml.MarkedYAMLError as error:
        raise InputRefused((*composer.problems, _syntax_problem(error, text, path))) from error
    return _split_document(tree, composer)


def readable(text: str) -> tuple[str, Mapping[str, str]]:
    """Return a text that libyaml accepts, in which every character keeps its place, and the shifted escapes in it."""
    if not text.replace("\n", "").replace("\t", "").isprintable():
        text = text.translate(_DISGUISE)
    found = frozenset(_HALF.findall(text)) if "\\u" in text else frozenset()
    halves = {_shift_half(half): half for half in found}
    if len(halves) < len(found) or (found and _IN_THE_WAY.search(text)):
        halves = {}  # and libyaml refuses them
    if halves:
        text = _HALF.sub(lambda found: _shift_half(found[0]), text)
    return text, halves


class _Composer:
    """Events → raw values, and what is wrong on the way."""

    def __init__(self, text: str, path: str, limits: Limits, halves: Mapping[str, str]) -> None:
        self.path = path
        self._halves = halves
        self._limits = limits
        self._left = limits.values
        self.problems: list[Problem] = []
        # Any: the stubs know less of events than there is
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._disguised = any(disguise in text for disguise in map(chr, _UNMASK))
        self._lines = text.split("\n") if _COMMENT.search(text) else []
        """Empty if no text of the file can be followed by a comment."""
        self._key = ""
        self.warnings: list[Problem] = []

    def document(self) -> RawValue | None:
        tree = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    place = self._place(event)
                    self.complain(
                        place, "a second document begins here", "a bank is one document: remove `---`"
                    )
                    break
                tree = self._value(next(self._events), 1)
        return tree

    def complain(self, location: Location, message: str, hint: str = "") -> None:
        self.problems.append(Problem(location, message, hint))

    def _place(self, event: Any) -> Location:
        return Location(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _value(self, event: Any, depth: int) -> RawValue:
        place = self._place(event)
        self._left -= 1
        if self._left < 0:
            raise too_many_values(place, self._limits)
        if depth > self._limits.depth:
            message = f"nested deeper than {self._limits.show('depth')}"
            self.complain(place, message, f"write it flatter; {self._limits.hint('depth')}")
            raise InputRefused(tuple(self.problems))
        if isinstance(event, yaml.ScalarEvent):
            if self._lines and not event.style:
                self._warn_of_comment(event)
            return RawText(self._text(event, place), place)
        if isinstance(event, yaml.AliasEvent):
            self.complain(
                place, f"alias *{event.anchor} is not allowed", f"write it out; if it is text, {_QUOTE_TEXT}"
            )
            return RawText(f"*{event.anchor}", place)
        self._refuse_decoration(event, place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, depth)
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return RawList(tuple(items), place)

    def _mapping(self, place: Location, depth: int) -> RawMapping:
        values: dict[str, RawValue] = {}
        keys: dict[str, Location] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            at = self._place(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.complain(at, "a key must be text", f"if it is all one text, {_QUOTE_TEXT}")
                self._value(event, depth + 1)
                self._value(next(self._events), depth + 1)
                continue
            key = self._key = self._text(event, at)
            value = self._value(next(self._events), depth + 1)
            if key == "<<" and event.style in (None, ""):  # in quotes it is a name
                self.complain(at, "merge key << is not allowed", "write out what it merges")
            elif key in values:
                self.complain(at, f"{quote(key)} is here twice, first in line {keys[key].line}", "keep one")
            else:
                values[key] = value
                keys[key] = at
        return RawMapping(values, keys, place)

    def _warn_of_comment(self, event: Any) -> None:
        """Warn of what is behind a text and begins with ` #`: to YAML it is a comment, to its writer perhaps not."""
        end = event.end_mark
        found = (
            _COMMENT_BEHIND.match(self._lines[end.line], end.column) if end.line < len(self._lines) else None
        )
        if found is None or (found[1].startswith("# ") and self._key not in _PROSE):
            return
        shown = quote(found[1].translate(_UNMASK))
        self.warnings.append(
            Problem(
                Location(self.path, end.line + 1, found.start(1) + 1),
                f"{self._key or 'this'}: {shown} is a comment to YAML, and no part of the text",
                f"if it is text, {_QUOTE_TEXT}; if it is a comment, give it a line of its own",
            )
        )

    def _text(self, event: Any, place: Location) -> str:
        self._refuse_decoration(event, place)
        text: str = event.value
        if self._halves:
            text = _join_pairs(text) if event.style == '"' else self._as_written(text)
        return text.translate(_UNMASK) if self._disguised else text

    def _as_written(self, text: str) -> str:
        """Return a text in which a backslash means itself."""
        for shifted, half in self._halves.items():
            text = text.replace(shifted, half)
        return text

    def _refuse_decoration(self, event: Any, place: Location) -> None:
        if event.anchor:
            self.complain(
                place, f"anchor &{event.anchor} is not allowed", f"remove it; if it is text, {_QUOTE_TEXT}"
            )
        if event.tag:
            shown = quote(event.tag)[1:-1]  # in which %10 has become a control character
            self.complain(place, f"tag {shown} is not allowed", f"remove it; if it is text, {_QUOTE_TEXT}")


def _split_document(tree: RawValue | None, composer: _Composer) -> RawBank:
    """Part the questions from what is beside them."""
    if not isinstance(tree, RawMapping):
        if tree is not None and not (isinstance(tree, RawText) and not tree.text):
            composer.complain(
                tree.location,
                "a bank is a mapping",
                "put `questions:` above the list, each question indented below it",
            )
        tree = RawMapping({}, {}, Location(composer.path))
    header = dict(tree.values)
    records: tuple[RawMapping, ...] = ()
    questions = header.get("questions")
    if isinstance(questions, RawText) and not questions.text:
        del header["questions"]
    if isinstance(questions, RawList):
        records = tuple(item for item in questions.items if isinstance(item, RawMapping))
        others = tuple(item for item in questions.items if not isinstance(item, RawMapping))
        if others:
            header["questions"] = RawList(others, questions.location)
        else:
            del header["questions"]
    return RawBank(
        composer.path,
        RawMapping(header, tree.keys, tree.location),
        records,
        problems=tuple(composer.problems),
        warnings=tuple(composer.warnings),
    )


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, path: str) -> Problem:
    """Say a syntax error in plain words, where it shows best."""
    words = error.problem or "this is not YAML"
    mark = error.problem_mark
    if error.context_mark and any(opened in words for opened in _OPENED):
        mark = error.context_mark
    if mark is None:
        return Problem(Location(path), words)
    place = Location(path, mark.line + 1, mark.column + 1)
    line = "".join(text.split("\n")[mark.line : mark.line + 1])
    before, met = line[: mark.column], line[mark.column : mark.column + 1]
    if met == "\t" and not before.strip():
        words = "a tab character"
    elif met and any(first in words for first in _FIRST):
        shown = "a tab" if met == "\t" else met if met.isprintable() else "a control character"
        return Problem(place, f"a text cannot begin with {shown}", _QUOTE_TEXT)
    elif "did not find expected key" in words and before.strip():
        hint = "put all of it in quotes; in single ones write '' for ', in double ones \\\" for \""
        return Problem(place, "text after a closing quote or bracket", hint)
    elif "mapping values are not allowed" in words and re.match(r"\s*(- +)*[^\s:]+:\s", before):
        return Problem(place, "a second ': ' in one line", _QUOTE_TEXT)
    for theirs, message, hint in _SYNTAX:
        if theirs in words:
            return Problem(place, message, hint)
    return Problem(place, words, f"if it is text, {_QUOTE_TEXT}")
