"""Flash cards in notes of Obsidian: `question::answer` on a line, a line of `?` between the two, `==gaps==` in a text.

Source of the form: the manual of the plug-in Spaced Repetition, www.stephenmwangi.com/obsidian-spaced-repetition.
Its marks of reviews (`<!--SR:…-->`) are comments, and its tags (`#flashcards/topic`) name a deck.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qexport.importers.readme_lines import FENCE, HEADING, is_asking

_REVIEWED = "<!--SR:"
_DECK_TAG = re.compile(r"(?<!\S)#flashcards((?:/[^\s#/]+)*)(?!\S)")
_TAGS_ONLY = re.compile(r"\s*(?:#[^\s#]+\s*)+")
_BETWEEN_SIDES = ("?", "??")
_SIDE_BY_SIDE = re.compile(r"\s{0,3}(?:[-*+]\s+)?(\S.*?)\s*:::?\s*(\S.*)")
_GAP = re.compile(r"(?:\*\*)?==(?:\*\*)?(?=\S)(.{1,500}?)(?<=\S)(?:\*\*)?==(?:\*\*)?")
_FENCED = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Flashcard:
    """One card: its lines, from 0, and its two sides."""

    line: int
    end: int
    asked: str
    answer: str
    deck: tuple[str, ...] = ()
    """The names of its deck, outermost first, as the tag above it has them."""


def find_flashcards(text: str, lines: Sequence[str], tags: Sequence[str]) -> list[Flashcard]:
    """Return the cards of a note; none if nothing shows that it has cards.

    Args:
        text: The note, with its comments.
        lines: The note without them.
        tags: Of its front matter.
    """
    cards: list[Flashcard] = []
    deck: tuple[str, ...] = ()
    is_separated = False
    for first, end in _stretches(lines):
        for line in filter(is_deck_tag, lines[first:end]):
            if found := _DECK_TAG.search(line):
                deck = tuple(name.replace("-", " ") for name in found[1].split("/") if name)
        begin = next((n for n in range(first, end) if not _TAGS_ONLY.fullmatch(lines[n])), end)
        block = lines[begin:end]
        at = next((n for n, line in enumerate(block) if line.strip() in _BETWEEN_SIDES), 0)
        if 0 < at < len(block) - 1:
            is_separated = True
            cards.append(Flashcard(begin, end, "\n".join(block[:at]), "\n".join(block[at + 1 :]), deck))
        else:
            cards += _read_single_lines(block, begin, deck)
    is_tagged = any(tag.lstrip("#").split("/")[0] == "flashcards" for tag in tags) or _DECK_TAG.search(text)
    if is_separated or is_tagged or _REVIEWED in text:
        return cards
    asking = [card for card in cards if is_asking(card.asked)]
    return cards if len(asking) > 1 and asking == cards else []


def is_deck_tag(line: str) -> bool:
    """Report whether a line has only tags, one of which names a deck."""
    return _TAGS_ONLY.fullmatch(line) is not None and _DECK_TAG.search(line) is not None


def _stretches(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where stretches without an empty line begin and end; a block of code is not divided, a heading divides."""
    begin = -1
    fence = ""
    for number, line in enumerate([*lines, ""]):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
        is_inside = number < len(lines) and (bool(fence) or (bool(line.strip()) and not HEADING.match(line)))
        if is_inside and begin < 0:
            begin = number
        elif not is_inside and begin >= 0:
            yield begin, number
            begin = -1


def _read_single_lines(block: Sequence[str], begin: int, deck: tuple[str, ...]) -> Iterator[Flashcard]:
    """Yield the cards of a block whose lines are a card each, or which is a text with gaps."""
    if any(FENCE.match(line) for line in block):
        return
    sides = {number: found for number, line in enumerate(block) if (found := _divide(line))}
    for number, (asked, answer) in sides.items():
        yield Flashcard(begin + number, begin + number + 1, asked, answer, deck)
    text = "\n".join(block)
    if not sides and _GAP.search(text):
        end = begin + len(block)
        yield Flashcard(begin, end, _GAP.sub("[…]", text), _GAP.sub(r"**\1**", text), deck)


def _divide(line: str) -> tuple[str, str] | None:
    """Return the two sides of a line; `::` in code divides nothing."""
    masked = _FENCED.sub(lambda found: "x" * len(found[0]), line)
    found = _SIDE_BY_SIDE.fullmatch(masked)
    return (line[found.start(1) : found.end(1)], line[found.start(2) : found.end(2)]) if found else None
