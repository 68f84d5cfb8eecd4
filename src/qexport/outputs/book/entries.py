"""A question as one line: its place, its line in lists, its line in the outline."""

from __future__ import annotations

from hashlib import sha256
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from qexport.common.patterns import compile_late
from qexport.content.titles import title_source
from qexport.pdf.metadata import OutlineEntry

if TYPE_CHECKING:
    from qexport.bank.model import Question


def outline_entry(question: Question, kind: str = "q") -> OutlineEntry:
    """Return a question's line of the outline: its id, and the line it begins with as plain words."""
    asked = title_source(question.question, question.markup)
    words = asked if question.markup == "plain" else _strip_entry_markup(asked, question.markup)
    return OutlineEntry(f"{question.id} {words}", anchor(question, kind))


LONGEST_LINE = 200
"""Characters of a question that a list says: three lines in usual print."""


def cut_short(text: str, markup: str) -> str:
    """Return a question as a list says it: as it is, or how it begins and an ellipsis, with no markup left open."""
    if len(text) <= LONGEST_LINE:
        return text
    begin = text[:LONGEST_LINE]
    while begin := begin.rpartition(" ")[0]:
        if markup == "plain" or _is_closed(begin):
            return f"{begin}…"
    return text if markup != "plain" else f"{text[:LONGEST_LINE]}…"


def _is_closed(text: str) -> bool:
    """Return whether all that Markdown opens within a line is closed in it, as far as signs in pairs tell."""
    pairs = text.count("[") == text.count("]") and text.count("(") == text.count(")")
    return pairs and not any(text.count(sign) % 2 for sign in "`*_~")


def _strip_entry_markup(line: str, markup: str) -> str:
    """Return a line of Markdown as plain words; one with no more than code in it without the parser."""
    parts = line.strip().split("`")  # every second one is code
    if len(parts) % 2 and "" not in parts[1::2] and not _MARKUP_OR_REFERENCE.search("\0".join(parts[::2])):
        return " ".join("".join(parts).split())
    from qexport.content.text import write_line  # not above: few lines need the parser

    return " ".join(write_line(line, markup, maths="text").striptags().split())


_MARKUP_OR_REFERENCE = compile_late(r"[][\\*~$]|(?<!\w)_|_(?!\w)|</?\w|&#?\w+;")


_PLAIN_SIGNS = str.maketrans("", "", f"{ascii_letters}{digits}-_.")


def anchor(question: Question, kind: str = "q") -> str:
    """Return the name of a question's place in a book: its id where that is a plain word, else a digest."""
    plain = question.id.isascii() and not question.id.translate(_PLAIN_SIGNS)
    return f"{kind}-{question.id if plain else sha256(question.id.encode()).hexdigest()[:16]}"
