"""What finds exactly these notes when it is pasted into Anki's browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qexport.anki.notes import inert, label

LONGEST_SEARCH = 8_000
"""Characters of a search in a deck's description: about 200 notes."""
LONGEST_PASTE = 30_000
"""Characters of one search: the field for it in Anki's browser silently cuts off what is longer than 32,767."""
MOST_NOTES = 500
"""Notes in one search: each is a level of an expression in SQLite, and Anki's search fails with more than 1,000."""


def search_for(keys: Iterable[str]) -> str:
    """Return the search for the notes with these keys; several, one a line, if one cannot find so many."""
    searches: list[str] = []
    terms: list[str] = []
    length = 0
    for term in map(_search_for_one, keys):
        length += len(term) + len(" or ")
        if len(terms) == MOST_NOTES or length > LONGEST_PASTE:
            searches.append(" or ".join(terms))
            terms, length = [], len(term) + len(" or ")
        terms.append(term)
    return "\n".join([*searches, *([" or ".join(terms)] if terms else [])])


def search_lines(what: str, search: str) -> Iterator[str]:
    """Yield a search for a terminal, after what it is; several are below that, to be pasted one by one."""
    searches = search.splitlines()
    if len(searches) == 1:
        yield f"  {what}: {search}"
    else:
        yield f"  {what}, one line after the other:"
        yield from (f"    {each}" for each in searches)


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
