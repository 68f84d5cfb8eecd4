"""The counts of reviews beside a bank's lock: how learners did with each question, and nothing about any of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.records import Record


class ReviewCount(Record, frozen=True):
    """How learners did with one question."""

    learners: int
    reviews: int
    lapses: int
    """Times it was forgotten after it had been learned."""
    forgotten: float
    """Share of reviews answered with Again, from 0 to 1."""
    seconds: float
    """The median time of an answer."""


REVIEW_FIELDS = tuple(each.name for each in fields(ReviewCount))
"""What filters and sorting know of reviews."""


def reviews_path(lock: Path) -> Path:
    """Return where the counts of reviews lie: beside the lock."""
    return lock.with_name(lock.name.removesuffix(".json").removesuffix(".lock") + ".reviews.json")


def write_review_counts(counts: Mapping[str, ReviewCount]) -> str:
    """Return the text of the file, a question a line."""
    lines = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(asdict(each))}" for key, each in counts.items()
    )
    return f"{{\n{lines}\n}}\n" if counts else "{}\n"


def read_review_counts(text: str, path: str) -> dict[str, ReviewCount]:
    """Read the file.

    Raises:
        InputRefused: it is not what `write_review_counts` writes.
    """
    try:
        found = json.loads(text)
        counts = {key: ReviewCount(**values) for key, values in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _refuse_counts(path) from error
    numbers = (value for each in counts.values() for value in asdict(each).values())
    if not all(isinstance(value, int | float) and value >= 0 for value in numbers):
        raise _refuse_counts(path)
    return counts


def _refuse_counts(path: str) -> InputRefused:
    hint = "remove it; qexport reviews writes it again"
    return InputRefused((Problem(Location(path), "this is not a file of review counts", hint),))
