"""How messages are worded, once for all: suggestions for a mistyped name, lists, plurals, widths, slugs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

MOST_LISTED = 20
"""Names in a hint: more than a screen of them helps nobody."""

_LONGEST_SLIP = 100  # characters; comparing takes the square of the length, and a longer name is no slip
_FEW = 8  # names that fit in a line beside a suggestion
_NEAR = 0.66  # of the letters agree: two of six may be wrong, as in "biuld", and "java" is not "lava lamp"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a mistyped one was probably meant to be, in any case, or "" if none is close.

    Args:
        name: What the user wrote.
        known: The names that exist.
    """
    return _nearest(name, tuple(known)) if len(name) <= _LONGEST_SLIP else ""


@lru_cache(maxsize=256)  # one slip is often in many places
def _nearest(name: str, known: tuple[str, ...]) -> str:
    originals = {each.casefold(): each for each in reversed(known)}  # of two alike, the first
    from difflib import get_close_matches  # not above: most commands suggest nothing

    found = get_close_matches(name.casefold(), originals, n=1, cutoff=_NEAR)
    return originals[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the hint `did you mean 'title'?`, or `otherwise` if no known name is close."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else otherwise


def suggest(name: str, known: Sequence[str]) -> str:
    """Return a hint with the nearest name, and with the names that exist if none is close or they are few.

    For example `did you mean 'modern'? known: classic, modern`.
    """
    near = did_you_mean(name, known)
    return near if near and len(known) > _FEW else f"{near} known: {list_names(known)}".lstrip()


def list_names(names: Sequence[str], most: int = MOST_LISTED) -> str:
    """Return names with commas between them, on one line: the first `most`, then how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(" ".join(name.split()) for name in names[:most]) + more or "none"


def quantity(count: int, noun: str) -> str:
    """Return a count with its noun: `1 question`, `15,000 questions`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def column_width(text: str) -> int:
    """Return how many columns of a terminal, or of a monospaced font, a text takes.

    A combining accent and a zero-width space take none; wide East Asian characters take two (Unicode
    Standard Annex 11, classes W and F).
    """
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or character == "\u200b":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, room: int) -> str:
    """End a text with … where it would take more than `room` columns (see `column_width`)."""
    if column_width(text) <= room:
        return text
    end = taken = 0
    while taken + column_width(text[end]) < room:
        taken += column_width(text[end])
        end += 1
    return text[:end].rstrip() + "…"


def slug(text: str, *, keep: str = "") -> str:
    """Return the words of a text in lower case with hyphens between them: `core-python` for Core Python.

    Args:
        text: A name, in any script.
        keep: Signs that are not replaced, for example `+#` for C++ and C#.
    """
    letters = (character if character.isalnum() or character in keep else " " for character in text.lower())
    return "-".join("".join(letters).split())
