"""The order in which learners meet new cards: the names of subdecks, and the places of cards among new ones.

    paths of decks in the bank's order + names as published   → name_decks()     → names
    questions in the bank's order      + places as published  → arrange_places() → places

From a deck with subdecks Anki takes new cards subdeck by subdeck, in the order of their names. It renames no deck
and moves no card that a learner has, so both are kept in the lock.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from qexport.common.text_input import normalise

LONGEST_DECK_NAME = 100
"""Characters of one level of a deck's name."""
PLACE_SPACING = 100
"""Between the places of two questions, so that later ones fit in."""
HIGHEST_PLACE = 900_000
"""Anki's check of a database renumbers new cards from 1,000,000 on."""

_DECK_NUMBER = re.compile(r"([0-9]{2,6}) ")


@lru_cache
def deck_level(text: str) -> str:
    """Return a text as one level of a deck's name: `::` would make two of it."""
    words = " ".join(re.sub(r"::+", ":", normalise(text)[0]).split())
    return words.strip(": ")[:LONGEST_DECK_NAME].strip(": ")


def deck_key(levels: Iterable[str]) -> str:
    """Return what the lock lists a deck under: to Anki, Python and python are one."""
    return "::".join(levels).casefold()


def without_number(level: str) -> str:
    """Return one level of a deck's name without the number in front."""
    return _DECK_NUMBER.sub("", level, count=1) if _DECK_NUMBER.match(level) else level


def name_decks(
    paths: Iterable[tuple[str, ...]], published: Mapping[str, str], unnamed: str, *, may_number: bool
) -> dict[str, str]:
    """Return the last level of the name of each deck, by its key.

    Names get numbers in front if their alphabetical order is not the bank's. Decks that are published keep their
    names; one that comes later to numbered ones gets the next number.

    Args:
        paths: Technology, or technology and category, of all questions in the bank's order; empty: it has none.
        published: The names in the lock.
        unnamed: The name of a numbered deck for questions without a technology or category.
        may_number: False for a bank that was published without numbers.
    """
    children: dict[tuple[str, ...], dict[str, str]] = {}
    for path in paths:
        for depth, level in enumerate(path):
            children.setdefault(path[:depth], {}).setdefault(level.casefold(), level)
    names = dict(published)
    for parent, levels in children.items():
        keys = {deck_key((*parent, level)): level for level in levels.values()}
        prefix = deck_key((*parent, ""))
        siblings = {
            level: name
            for key, name in published.items()
            if key.startswith(prefix) and "::" not in (level := key[len(prefix) :])
        }
        numbers = [
            int(found[1])
            for level, name in siblings.items()
            if (found := _DECK_NUMBER.match(name)) and level in ("", name[found.end() :].casefold())
        ]
        is_numbered = bool(numbers) if siblings else may_number and list(levels) != sorted(levels)
        following = max(numbers, default=0)
        width = max(2, len(str(len(levels))))
        for key, level in keys.items():
            if key not in names:
                following += 1
                names[key] = f"{following:0{width}} {level or unnamed}" if is_numbered else level
    return {key: name for key, name in names.items() if name}


def arrange_places(order: Sequence[str], published: Mapping[str, int]) -> dict[str, int]:
    """Return the place of each question among new cards: ascending, and as published as far as that goes.

    A question that comes between two others gets a place between theirs. Where there is no room, those after it
    move on.

    Args:
        order: Ids in the bank's order.
        published: The places in the lock; 0 is none.
    """
    fixed = [(-1, 0), *_longest_ascent([published.get(key, 0) for key in order])]
    spacing = max(1, min(PLACE_SPACING, HIGHEST_PLACE // (len(order) + 1)))
    places: list[int] = []
    while len(places) < len(order):
        at, place = fixed.pop(0)
        while fixed and fixed[0][0] - at > fixed[0][1] - place:
            fixed.pop(0)
        if fixed:
            end, limit = fixed[0]
        else:
            place = max([place, *published.values()])
            end, limit = len(order), place + spacing * (len(order) - at)
        places += [place + (limit - place) * step // (end - at) for step in range(1, end - at)]
        places += [limit] if fixed else []
    if places and places[-1] > HIGHEST_PLACE and published:
        return arrange_places(order, {})
    return dict(zip(order, places, strict=True))


def _longest_ascent(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return indexes and values of the longest ascending part of places, without zeros."""
    ends: list[int] = []
    lasts: list[int] = []
    before: dict[int, int] = {}
    for index, place in enumerate(places):
        if place:
            length = bisect_left(ends, place)
            before[index] = lasts[length - 1] if length else -1
            ends[length : length + 1] = [place]
            lasts[length : length + 1] = [index]
    chosen = []
    index = lasts[-1] if lasts else -1
    while index >= 0:
        chosen.append((index, places[index]))
        index = before[index]
    return chosen[::-1]
