"""Decks exported with scheduling → counts of reviews beside the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.anki.package_file import open_package
from qexport.anki.reviews import Learners, count_reviews, read_answers
from qexport.bank.lock_place import lock_path
from qexport.bank.review_counts import ReviewCount, reviews_path, write_review_counts
from qexport.common import files
from qexport.common.errors import InputRefused, Location, Problem
from qexport.team.returns import published_lock
from qexport.team.sent_files import read_limited

if TYPE_CHECKING:
    from qexport.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Counts of reviews, and the file they were written to."""

    path: Path
    counts: Mapping[str, ReviewCount]
    left_out: int
    """Questions that fewer learners have reviewed than asked for."""
    joined: tuple[tuple[Path, ...], ...]
    """Exports that have reviews in common, so that they count as one learner."""
    without: tuple[Path, ...]
    """Exports without a review of a question of the bank."""


def count_returned_reviews(
    recipe: Recipe, exports: Sequence[Path], *, at_least: int = 1, dry_run: bool = False
) -> Reviewed:
    """Count the reviews in exports with scheduling per question.

    Exports that have a review in common are of one learner, and each of their reviews counts once: an older and a newer
    export, or those of the collection and of one deck.

    Args:
        recipe: Whose bank it is.
        exports: Packages that Anki exported.
        at_least: Learners that a question must have to be counted.
        dry_run: Nothing is written.

    Raises:
        UsageError: the bank has no lock.
        InputRefused: an export cannot be read or is given twice, or none has a review of a question of the bank.
    """
    limits = recipe.limits
    lock = published_lock(recipe)
    ids = {entry.guid: key for key, entry in lock.notes.items()}
    returned = []
    learners = Learners()
    has_reviews = False
    known: dict[bytes, Path] = {}
    for path in exports:
        data = read_limited(path, "deck", limits)
        if (first := known.setdefault(data, path)) is not path:
            raise _refuse(path, f"the same export as {first}", "give one export of each learner")
        with open_package(data, str(path), limits) as opened:
            answers, marks = opened.read(lambda package: read_answers(package, ids.keys()))
        returned.append(answers)
        learners.add(marks)
        has_reviews = has_reviews or bool(marks)
    if not has_reviews:
        hint = "export again with “Include scheduling information”"
        raise _refuse(exports[0], "no reviews are in the exports", hint)
    if not any(returned):
        hint = "see whether this is the right bank and lock: --bank names another"
        raise _refuse(exports[0], f"no reviews of questions of {recipe.bank} are in the exports", hint)
    groups = learners.groups
    everything = count_reviews([[returned[at] for at in group] for group in groups], ids, 1)
    counts = {key: count for key, count in everything.items() if count.learners >= at_least}
    place = reviews_path(recipe.lock or lock_path(recipe.bank))
    if not dry_run:
        files.write_file(place, write_review_counts(counts).encode())
    joined = tuple(tuple(exports[at] for at in group) for group in groups if len(group) > 1)
    without = tuple(path for path, answers in zip(exports, returned, strict=True) if not answers)
    return Reviewed(place, counts, len(everything) - len(counts), joined, without)


def _refuse(path: Path, message: str, hint: str) -> InputRefused:
    return InputRefused((Problem(Location(str(path)), message, hint),))
