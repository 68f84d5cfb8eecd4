"""Two changes of one text → both of them, word by word; a conflict where they touch the same or neighbouring words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qexport.common.text_distance import edit_steps

_MERGED_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch of the base, from `start` to `end`, that one side replaced by other words."""

    start: int
    end: int
    words: tuple[str, ...]


def tokens_of(text: str) -> list[str]:
    """Return the words, blanks and signs of a text."""
    return _MERGED_TOKEN.findall(text)


def hunks_of(base: Sequence[str], changed: Sequence[str]) -> list[Hunk]:
    """Return what was changed, as few words as possible; a blank between two changed words is part of the change."""
    numbers: dict[str, int] = {}
    before, after = (
        [numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (base, changed)
    )
    hunks: list[Hunk] = []
    for what, start, end, new_start, new_end in edit_steps(before, after):
        if what == "equal":
            continue
        words = tuple(changed[new_start:new_end])
        if hunks and _only_blanks(base[hunks[-1].end : start]):
            last = hunks.pop()
            hunks.append(Hunk(last.start, end, (*last.words, *base[last.end : start], *words)))
        else:
            hunks.append(Hunk(start, end, words))
    return hunks


def merge_texts(base: str, ours: str, theirs: str) -> str | None:
    """Return the text with the changes of both sides; None: they touch the same or neighbouring words."""
    if theirs in (ours, base):
        return ours
    if base == ours:
        return theirs
    words = tokens_of(base)
    first, second = hunks_of(words, tokens_of(ours)), hunks_of(words, tokens_of(theirs))
    only_second = [hunk for hunk in second if hunk not in first]
    for hunk in only_second:
        if any(_meet(hunk, other, words) for other in first):
            return None
    return "".join(apply_hunks(words, [*first, *only_second]))


def apply_hunks(base: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    """Return the words of the base with stretches replaced that do not overlap."""
    words = list(base)
    for hunk in sorted(hunks, key=lambda each: (each.start, each.end), reverse=True):
        words[hunk.start : hunk.end] = hunk.words
    return words


def _meet(one: Hunk, other: Hunk, words: Sequence[str]) -> bool:
    """Say whether two changes overlap, or have nothing but blanks between them."""
    first, second = sorted((one, other), key=lambda hunk: (hunk.start, hunk.end))
    return second.start <= first.end or _only_blanks(words[first.end : second.start])


def _only_blanks(words: Sequence[str]) -> bool:
    return all(word.isspace() for word in words)
