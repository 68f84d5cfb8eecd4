"""How far two texts are apart: the only module that imports RapidFuzz, and late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Step: TypeAlias = tuple[str, int, int, int, int]
"""What to do with a stretch (equal, delete, insert, replace), its start and end in the old and in the new sequence."""


def similarity(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 100: the share of characters that need not be changed."""
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other)


def count_slips(one: str, other: str) -> int:
    """Return how many slips make one text of the other: a letter more, less, another one, or two swapped."""
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)


def most_similar(text: str, others: Iterable[str], *, at_least: float) -> str | None:
    """Return the most similar of other texts, or None if none is similar enough.

    Args:
        text: The text to compare with.
        others: The candidates; of two equally similar ones the first is returned.
        at_least: The least `similarity` that counts, from 0 to 100.
    """
    from rapidfuzz import fuzz, process

    found = process.extractOne(text, list(others), scorer=fuzz.ratio, score_cutoff=at_least)
    return found[0] if found else None


def edit_steps(old: Sequence[int], new: Sequence[int]) -> list[Step]:
    """Return the steps that turn one sequence into the other with the fewest insertions and deletions."""
    from rapidfuzz.distance import Indel

    return [
        (step.tag, step.src_start, step.src_end, step.dest_start, step.dest_end)
        for step in Indel.opcodes(old, new)
    ]
