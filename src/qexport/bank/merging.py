"""Two changes of one text → both of them, word by word; a conflict where they touch the same or neighbouring words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from qexport.common.text_distance import edit_steps

Preference: TypeAlias = Literal["", "ours", "theirs"]
"""The side whose words are taken where both changed the same ones; empty: neither, it is a conflict."""

_MOST_PAIRS = 400_000_000
"""Of words, that are compared: 50 MB."""

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


def merge_texts(base: str, ours: str, theirs: str, prefer: Preference = "") -> str | None:
    """Return the text with the changes of both sides.

    Args:
        base: What both sides began with.
        ours: The text of one side.
        theirs: The text of the other.
        prefer: Whose words are taken where both sides touched the same or neighbouring ones; all other changes of
            both sides are taken too.

    Returns:
        The merged text; None if both touched the same or neighbouring words, and nobody is preferred.
    """
    if theirs in (ours, base):
        return ours
    if base == ours:
        return theirs
    words = tokens_of(base)
    if any(are_too_far_apart(words, tokens_of(side)) for side in (ours, theirs)):
        return {"ours": ours, "theirs": theirs}.get(prefer)
    first, second = (_narrow_hunks(words, tokens_of(side)) for side in (ours, theirs))
    merged: list[Hunk] = []
    for mine, other in _group_hunks(first, second, words):
        taken = _find_agreement(mine, other, words) or {"ours": mine, "theirs": other}.get(prefer)
        if taken is None:
            return None
        merged += taken
    return "".join(apply_hunks(words, merged))


def are_too_far_apart(one: Sequence[str], other: Sequence[str]) -> bool:
    """Report whether comparing two texts would take too much memory: a bit for each pair of words that may differ."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return (len(one) - start - end) * (len(other) - start - end) > _MOST_PAIRS


def _narrow_hunks(base: Sequence[str], changed: Sequence[str]) -> list[Hunk]:
    """Return what was changed, each change as far to the left as it can be seen: so the same edit is the same hunk."""
    hunks: list[Hunk] = []
    for start, end, new_start, new_end in _changed_spans(base, changed):
        hunk = Hunk(start, end, tuple(changed[new_start:new_end]))
        hunks.append(_leftmost(hunk, base, hunks[-1].end if hunks else 0))
    return hunks


def _changed_spans(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return the stretches of the old sequence that differ, and those of the new one that took their place."""
    numbers: dict[str, int] = {}
    before, after = ([numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (old, new))
    spans: list[tuple[int, int, int, int]] = []
    for what, start, end, new_start, new_end in edit_steps(before, after):
        if what == "equal":
            continue
        if spans and spans[-1][1] == start and spans[-1][3] == new_start:
            first, _, new_first, _ = spans.pop()
            spans.append((first, end, new_first, new_end))
        else:
            spans.append((start, end, new_start, new_end))
    return spans


def _leftmost(hunk: Hunk, base: Sequence[str], low: int) -> Hunk:
    """Return the same change with nothing in it that stays, and moved to the left as far as `low`."""
    start, end, words = hunk.start, hunk.end, hunk.words
    while words and end > start and words[-1] == base[end - 1]:
        end, words = end - 1, words[:-1]
    while words and end > start and words[0] == base[start]:
        start, words = start + 1, words[1:]
    while not words and start > low and base[start - 1] == base[end - 1]:
        start, end = start - 1, end - 1
    while words and start == end and start > low and base[start - 1] == words[-1]:
        start, end, words = start - 1, end - 1, (words[-1], *words[:-1])
    return Hunk(start, end, words)


def _group_hunks(
    first: Sequence[Hunk], second: Sequence[Hunk], words: Sequence[str]
) -> list[tuple[list[Hunk], list[Hunk]]]:
    """Return changes of both sides that touch the same or neighbouring words together, all others alone."""
    found: list[tuple[list[Hunk], list[Hunk]]] = []
    end = -1
    sided = [*((hunk, 0) for hunk in first), *((hunk, 1) for hunk in second)]
    for hunk, side in sorted(sided, key=lambda pair: (pair[0].start, pair[0].end, pair[1])):
        if not found or (hunk.start > end and not _only_blanks(words[end : hunk.start])):
            found.append(([], []))
        found[-1][side].append(hunk)
        end = max(end, hunk.end)
    return found


def _find_agreement(mine: list[Hunk], other: list[Hunk], words: Sequence[str]) -> list[Hunk] | None:
    """Return what both sides want: the changes of the only one that changed anything, or that has the other's too."""
    if all(hunk in mine for hunk in other):
        return mine
    if all(hunk in other for hunk in mine):
        return other
    start, end = min(hunk.start for hunk in (*mine, *other)), max(hunk.end for hunk in (*mine, *other))
    one, two = (
        apply_hunks(
            words[start:end], [Hunk(each.start - start, each.end - start, each.words) for each in side]
        )
        for side in (mine, other)
    )
    region = words[start:end]
    if _contains(region, two, one):
        return mine
    return other if _contains(region, one, two) else None


def _contains(base: Sequence[str], part: Sequence[str], whole: Sequence[str]) -> bool:
    """Report whether `whole` has all changes of `part`, and further changes only where `part` left the base alone."""
    changed = _changed_spans(base, part)
    for start, end, new_start, new_end in _changed_spans(part, whole):
        for old_first, old_last, first, last in changed:
            low, high = sorted(((start, end), (first, last)))
            is_beside = high[0] <= low[1] or _only_blanks(part[low[1] : high[0]])
            if first == last:  # words were taken out here
                if is_beside:
                    return False
            elif start <= last and first <= end:
                return False
            elif is_beside and _share_a_word(base[old_first:old_last], whole[new_start:new_end]):
                return False  # a word that was replaced is there again, beside what replaced it
    return True


def _share_a_word(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(token.strip() for token in set(one).intersection(other))


def merge_items(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str], prefer: Preference = ""
) -> tuple[str, ...] | None:
    """Return a list with the changes of both sides, item by item; an item that both changed is merged by words.

    Args:
        base: What both sides began with.
        ours: The list of one side.
        theirs: The list of the other.
        prefer: As for `merge_texts`.

    Returns:
        The merged list; None if both changed the same words of an item, or put different items in one place.
    """
    if tuple(theirs) in (tuple(ours), tuple(base)):
        return tuple(ours)
    first, second = _item_hunks(base, ours), _item_hunks(base, theirs)
    taken = list(first)
    for hunk in second:
        if hunk in first:
            continue
        meeting = [other for other in first if _share(hunk, other)]
        if (
            len(meeting) == 1
            and _is_change_of_one(hunk)
            and (meeting[0].start, meeting[0].end)
            == (
                hunk.start,
                hunk.end,
            )
        ):
            (other,) = meeting
            if _is_change_of_one(other):
                text = merge_texts(base[hunk.start], other.words[0], hunk.words[0], prefer)
                if text is None:
                    return None
                taken[taken.index(other)] = Hunk(hunk.start, hunk.end, (text,))
                continue
        if meeting and not prefer:
            return None
        if prefer == "theirs":
            taken = [other for other in taken if other not in meeting]
        if not meeting or prefer == "theirs":
            taken.append(hunk)
    return tuple(apply_hunks(base, taken))


def _item_hunks(base: Sequence[str], changed: Sequence[str]) -> list[Hunk]:
    """Return what was changed in a list; items that were changed one for one are a hunk each."""
    found: list[Hunk] = []
    for tag, start, end, first, last in SequenceMatcher(None, base, changed, autojunk=False).get_opcodes():
        if tag == "replace" and end - start == last - first:
            pairs = zip(range(start, end), changed[first:last], strict=True)
            found += (Hunk(place, place + 1, (text,)) for place, text in pairs)
        elif tag != "equal":
            found.append(Hunk(start, end, tuple(changed[first:last])))
    return found


def _is_change_of_one(hunk: Hunk) -> bool:
    return hunk.end - hunk.start == 1 == len(hunk.words)


def _share(one: Hunk, other: Hunk) -> bool:
    """Report whether two changes of a list touch the same item, or insert in the same place."""
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def apply_hunks(base: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    """Return the words of the base with stretches replaced that do not overlap."""
    words = list(base)
    for hunk in sorted(hunks, key=lambda each: (each.start, each.end), reverse=True):
        words[hunk.start : hunk.end] = hunk.words
    return words


def _only_blanks(words: Sequence[str]) -> bool:
    return all(word.isspace() for word in words)
