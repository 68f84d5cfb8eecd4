"""What finds exactly these notes when it is pasted into Anki's browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qexport.anki.notes import inert, label

LONGEST_SEARCH = 8_000
"""Characters of a search in a deck's description: about 200 notes."""


def search_for(keys: Iterable[str]) -> str:
    """Return the search for the notes with these keys."""
    return " or ".join(map(_search_for_one, keys))


@dataclass(frozen=True, slots=True)
class FittingSearch:
    """As much of a search as fits."""

    text: str
    left_out: int
    """How many notes it does not find."""


def fitting_search(keys: Sequence[str], longest: int = LONGEST_SEARCH) -> FittingSearch:
    """Return the search for as many of the notes as fit into a length."""
    terms: list[str] = []
    length = 0
    for key in keys:
        term = _search_for_one(key)
        length += len(term) + len(" or ")
        if length > longest:
            break
        terms.append(term)
    return FittingSearch(" or ".join(terms), len(keys) - len(terms))


def _search_for_one(key: str) -> str:
    # A field is searched as it is stored. In a search * and _ match anything, re: and nc: at the start of a
    # value are operators, and a bracket, a blank or a quote ends it (docs.ankiweb.net/searching.html).
    value = re.sub(r'([*_\\":])', r"\\\1", inert(label(key)))
    return f"Key:{value}" if re.fullmatch(r"[\w.@+~-]+", value) else f'"Key:{value}"'
