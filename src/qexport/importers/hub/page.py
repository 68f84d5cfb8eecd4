"""A captured page of the hub, as text or as HTML → its records, or the bare paragraphs of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from qexport.bank.model import RawRecord, RawText
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import describe_cleaning, normalise, quote
from qexport.importers.html_guard import check_tags
from qexport.importers.hub.records import RATING, RecordReader, heading, identity, is_footer
from qexport.importers.hub.vocabulary import Vocabulary, squeeze

_COUNTER = re.compile(r"([0-9]{1,9})?\s*(Total Questions|Technologies|Levels)", re.IGNORECASE)
_CLAIMS = {"totalquestions": "questions", "technologies": "technologies", "levels": "levels"}
_PAGE_COUNT = re.compile(r"Page [0-9]+ of [0-9]+\W+([0-9]{1,9}) questions total", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What one captured page holds: records, or paragraphs when it is stripped to its answers."""

    path: str
    records: tuple[RawRecord, ...] = ()
    paragraphs: tuple[RawText, ...] = ()
    claims: Mapping[str, RawText] = field(default_factory=dict)
    """How much the hub says it has: `questions`, `technologies`, `levels`."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the records; nothing of a capture that has any is to be used."""
    warnings: tuple[Problem, ...] = ()


def parse_capture(text: str, path: str, vocabulary: Vocabulary, limits: Limits = USUAL) -> Capture:
    """Read one capture. A page of HTML that is too much to be read at all is refused."""
    lines, cleaned = _clean_lines(text, path, vocabulary, limits)
    warnings = []
    if cleaned:
        warnings.append(Problem(Location(path), f"the page is cleaned of {describe_cleaning(cleaned)}"))
    begins = next((at for at, line in enumerate(lines) if heading(line.text) or is_footer(line.text)), None)
    head = lines[:begins]
    if not any(squeeze(line.text) == squeeze(vocabulary.title) for line in head):
        message = f"the page does not have the heading {quote(vocabulary.title)}"
        warnings.append(Problem(Location(path), message))
    claims, used = _read_claims(head)
    kept = [
        line for at, line in enumerate(lines) if at not in used and not vocabulary.is_furniture(line.text)
    ]
    if begins is not None:
        reading = RecordReader(kept, vocabulary)
        return Capture(
            path=path,
            records=reading.records,
            claims=claims,
            problems=tuple(sorted(reading.problems, key=lambda problem: problem.location)),
            warnings=tuple(sorted([*warnings, *reading.warnings], key=lambda warning: warning.location)),
        )
    paragraphs = tuple(RawText(line.text.strip(), line.location) for line in kept if line.text)
    nothing = Problem(Location(path), "the page holds neither questions nor answers")
    return Capture(
        path=path,
        paragraphs=paragraphs,
        claims=claims,
        problems=() if paragraphs else (nothing,),
        warnings=tuple(warnings),
    )


def _read_claims(lines: Sequence[RawText]) -> tuple[dict[str, RawText], set[int]]:
    """Return what the page says of the whole hub, and which lines say it: a number and its name."""
    claims: dict[str, RawText] = {}
    used: set[int] = set()
    number, number_at = "", 0
    for at, line in enumerate(lines):
        words = line.text.strip()
        if page := _PAGE_COUNT.fullmatch(words):
            claims.setdefault("questions", RawText(page[1], line.location))
        elif (counter := _COUNTER.fullmatch(words)) and (count := counter[1] or number):
            claims[_CLAIMS[squeeze(counter[2])]] = RawText(count, line.location)
            used |= {at} if counter[1] else {at, number_at}
        if words:
            number, number_at = (words if re.fullmatch("[0-9]{1,9}", words) else ""), at
    return claims, used


# HTML

_HTML_START = re.compile(
    r"\s*<(!doctype\s+html|!--|\?xml|html|head|body|main|article|section|div)\b", re.IGNORECASE
)

_LINE_MARK = re.compile("\ufdd0([0-9]+)\ufdd1")
"""The line of the source, smuggled through the conversion; noncharacters, which no cleaned text has."""
_SPACES = {ord(space): 0xFDD2 + at for at, space in enumerate("\xa0\u1680\u202f\u205f\u3000\u2028\u2029")} | {
    0x2000 + at: 0xFDE0 + at for at in range(11)
}
"""Blanks that a browser keeps; inscriptis takes them for white space."""
_SPACES_AGAIN = {disguise: space for space, disguise in _SPACES.items()}

_Element: TypeAlias = Any
"""lxml has no types."""

_NEVER_SHOWN = re.compile(
    "audio|canvas|datalist|dialog|iframe|nav|noscript|object|select|svg|template|textarea|video"
)
_BLOCK_NAME = re.compile(
    "button|dd|details|dl|dt|fieldset|form|hr|legend|li|ol|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)


def _clean_lines(
    text: str, path: str, vocabulary: Vocabulary, limits: Limits
) -> tuple[list[RawText], Mapping[str, int]]:
    """Return the lines a reader sees, blanks cut off their ends, and what had to be cleaned out of them."""
    is_html = path.lower().endswith((".html", ".htm")) or _HTML_START.match(text)
    if is_html:
        check_tags(text, path, limits)
    text, cleaned = normalise(text)
    if is_html:
        return list(_read_shown_lines(text, path, vocabulary, limits)), cleaned
    lines = (line.rstrip() for line in text.split("\n"))
    return [
        RawText(line, Location(path, number, len(line) - len(line.lstrip()) + 1))
        for number, line in enumerate(lines, 1)
    ], cleaned


def _read_shown_lines(html: str, path: str, vocabulary: Vocabulary, limits: Limits) -> Iterator[RawText]:
    """Yield the lines of a page as a browser shows it, all unfolded, each with its line in the source."""
    # inscriptis, and not html2text or markdownify, which write Markdown (`\_\_init\_\_`), nor what lxml and
    # selectolax can themselves, which do not know where a line ends. It is lxml that parses for it.
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.html_engine import Inscriptis
    from inscriptis.model.config import ParserConfig
    from lxml import etree  # type: ignore[import-untyped]
    from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

    html = re.sub(r"\A\s*<\?xml[^>]*>", "", html)
    try:
        tree = document_fromstring(html, parser=HTMLParser(remove_comments=True, remove_pis=True))
    except etree.ParserError:  # nothing in it
        return
    for element in _elements(tree, path, limits):
        # Folded answers are hidden, and yet the page holds them.
        element.attrib.pop("style", None)
        is_shown = not _NEVER_SHOWN.fullmatch(element.tag)
        if element.tag == "button":
            is_shown = _carries("".join(element.itertext()), vocabulary)
        if not is_shown:
            element.tag = "script"
        elif _BLOCK_NAME.fullmatch(element.tag):  # lists would get bullets, tables columns
            element.tag = "div"
        element.text = _prepare_text(element.text, element.sourceline)
        element.tail = _prepare_text(element.tail, element.sourceline)
    number = 0
    for line in Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE)).get_text().split("\n"):
        if mark := _LINE_MARK.search(line):
            number = int(mark[1])
        words = _LINE_MARK.sub("", line).translate(_SPACES_AGAIN).rstrip()
        yield RawText(words, Location(path, number))


def _elements(tree: _Element, path: str, limits: Limits) -> list[_Element]:
    """Return all elements, or refuse a page that is too deep to be trusted to lxml."""
    elements: list[_Element] = []
    waiting = [(tree, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > limits.page_depth:
            place = Location(path, element.sourceline or 0)
            message = f"the page is nested deeper than {limits.show('page-depth')}"
            raise InputRefused((Problem(place, message, limits.hint("page-depth")),))
        elements.append(element)
        waiting += [(child, depth + 1) for child in element]
    return elements


def _carries(words: str, vocabulary: Vocabulary) -> bool:
    """Return whether a button holds a part of a record, as the heading of what it unfolds does."""
    return bool(
        identity(words)
        or heading(words)
        or "?" in words
        or RATING.fullmatch(words.strip())
        or squeeze(words) in vocabulary.names
    )


def _prepare_text(text: str | None, line: int | None) -> str | None:
    """Prepare a text for inscriptis, which resolves `&amp;` once more and takes every blank for a space."""
    if not text:
        return text
    text = normalise(text)[0].translate(_SPACES).replace("&", "&amp;")
    words = text.lstrip(" \t\n")
    return f"{text[: len(text) - len(words)]}\ufdd0{line or 0}\ufdd1{words}" if words else text
