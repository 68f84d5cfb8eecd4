"""Lines of text that were read out of HTML → where they stand in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from qexport.common.errors import Location
from qexport.common.references import unescape_html

_NO_TEXT = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<(script|style)\b(?:(?!<\1).)*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL
)
_WORD = re.compile(r"&#?\w+;|[^\W_]+")
_ENOUGH = 6
"""Words by which a line is found."""


class TextPlaces:
    """The words of a page and where they stand; lines are asked for in their order."""

    def __init__(self, html: str, path: str) -> None:
        bare = _NO_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), html)
        self._path = path
        self._words: list[str] = []
        self._offsets: list[int] = []
        for found in _WORD.finditer(bare):
            for word in _WORD.findall(unescape_html(found[0])):
                self._words.append(word)
                self._offsets.append(found.start())
        self._starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self._words):
            self._places.setdefault(word, []).append(place)
        self._next = 0

    def find(self, line: str) -> Location:
        """Return where a line of Markdown begins in the page; only the path if it is not found."""
        words = _WORD.findall(re.sub(r"\]\([^)]*\)|^\s*\d{1,4}[.)]\s", " ", line))[:_ENOUGH]
        for wanted in (words, words[:2]):
            for place in self._places.get(wanted[0], ()) if wanted else ():
                if place >= self._next and self._words[place : place + len(wanted)] == wanted:
                    self._next = place
                    offset = self._offsets[place]
                    at = bisect_right(self._starts, offset)
                    return Location(self._path, at, offset - self._starts[at - 1] + 1)
        return Location(self._path)
