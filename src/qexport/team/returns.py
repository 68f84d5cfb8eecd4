"""What comes back from learners: edits of texts into the bank, and counts of reviews beside it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from qexport.anki.fields import FIELD_PLACES, FIELDS
from qexport.anki.merge import Merger, Proposal
from qexport.anki.note_type import NOTE_TYPE_ID
from qexport.anki.package_file import NoteRow, Package, opened_package
from qexport.anki.reviews import Count, answers_in, count_reviews
from qexport.bank.file_editor import edit_file
from qexport.bank.history import versions_in
from qexport.bank.lock import Lock
from qexport.bank.lock_place import lock_path
from qexport.bank.yaml_editor import Edit
from qexport.choosing import read_bank
from qexport.common import files
from qexport.common.errors import UsageError
from qexport.common.limits import Limits
from qexport.common.text_input import read_data
from qexport.locking import read_history, read_lock_at
from qexport.team.bundle_contents import read_limited

if TYPE_CHECKING:
    from qexport.bank.model import Bank, Question
    from qexport.recipe import Recipe

PreferredSide: TypeAlias = Literal["", "ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came back in exports, and the files it changes."""

    proposals: tuple[tuple[str, Proposal], ...]
    """Each with the export it is from."""
    new: Mapping[str, int]
    """How many notes of each export the bank does not have."""
    changes: Mapping[Path, bytes]
    patch: str
    """The changes as `git apply` takes them."""

    @property
    def open_conflicts(self) -> int:
        """How many fields were changed on both sides and not decided."""
        return sum(each.kind == "conflict" for _, each in self.proposals)


def pull(
    recipe: Recipe,
    exports: Sequence[Path],
    *,
    choice: PreferredSide = "",
    dry_run: bool = False,
    patch: bool = False,
) -> Pulled:
    """Take what learners changed in Anki into the bank.

    Args:
        recipe: Whose bank it is.
        exports: Packages that Anki exported, of either format.
        choice: Which side is taken where both changed the same words; empty: neither.
        dry_run: Nothing is written.
        patch: Nothing is written; the change is returned as a patch.

    Raises:
        UsageError: the bank has no lock, so that nobody knows which note is which question.
        InputRefused: an export or the bank cannot be read, or the bank's file cannot be edited in place.
    """
    limits = recipe.limits
    bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
    lock, history = _lock_and_history(recipe)
    proposals: list[tuple[str, Proposal]] = []
    new: dict[str, int] = {}
    texts: dict[tuple[str, str], str] = {}
    for path in exports:
        with opened_package(read_limited(path, "deck", limits), str(path), limits) as opened:
            rows = opened.read(_our_rows)
        versions = {row.fields[FIELD_PLACES["Version"]].decode() for row in rows}
        merger = Merger(_with_texts(bank, texts), lock, versions_in(history, versions))
        new[str(path)] = sum(map(merger.is_new, rows))
        for row in rows:
            for found in merger.proposals(row):
                decided = _decided(found, choice)
                proposals.append((str(path), decided))
                if decided.kind == "taken":
                    texts[decided.id, decided.field] = decided.merged
    changes = _update_bank_files(bank.questions, texts, recipe)
    if changes and not (dry_run or patch):
        files.write_all(changes)
    return Pulled(tuple(proposals), new, changes, _patch(changes, recipe.limits) if patch else "")


def _lock_and_history(recipe: Recipe) -> tuple[Lock, str]:
    place = recipe.lock or lock_path(recipe.bank)
    lock, _ = read_lock_at(place, recipe.limits)
    if lock is None:
        raise UsageError(
            f"{place}: there is no lock", hint="it says which note is which question: build a deck first"
        )
    return lock, read_history(place, recipe.limits)


def _our_rows(package: Package) -> list[NoteRow]:
    return [
        row
        for row in package.notes()
        if 0 <= row.note_type - NOTE_TYPE_ID < 1_000_000
        and (row.note_type - NOTE_TYPE_ID) % 1000 == 0
        and len(row.fields) >= len(FIELDS)
    ]


def _with_texts(bank: Bank, texts: Mapping[tuple[str, str], str]) -> Bank:
    """Return a bank with what earlier exports brought."""
    changed: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (key, name), text in texts.items():
        changed[key][name] = text
    return replace(
        bank,
        questions=tuple(replace(each, **changed.get(each.id, {})) for each in bank.questions),  # type: ignore[arg-type]
    )


def _decided(found: Proposal, choice: PreferredSide) -> Proposal:
    if found.kind != "conflict" or not choice:
        return found
    if choice == "ours":
        return replace(found, kind="ours")
    return Proposal("taken", found.id, found.field, found.base, found.ours, found.theirs, found.theirs)


def _update_bank_files(
    questions: Sequence[Question], texts: Mapping[tuple[str, str], str], recipe: Recipe
) -> dict[Path, bytes]:
    """Return the bank's files with other texts in them, all else as it is."""
    edits: defaultdict[Path, list[Edit]] = defaultdict(list)
    for question in questions:
        for (key, name), text in texts.items():
            if key == question.id and getattr(question, name) != text:
                edits[Path(question.location.path)].append(Edit(key, name, text))
    limits = recipe.limits
    return {
        path: edit_file(read_data(path, limits=limits), path, each, limits) for path, each in edits.items()
    }


def _patch(changes: Mapping[Path, bytes], limits: Limits) -> str:
    lines: list[str] = []
    for path, data in sorted(changes.items()):
        before, after = (
            text.decode().splitlines(keepends=True) for text in (read_data(path, limits=limits), data)
        )
        name = path.as_posix()
        found = unified_diff(before, after, f"a/{name}", f"b/{name}")
        lines += (
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found
        )
    return "".join(lines)


# Reviews


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Counts of reviews, and the file they were written to."""

    path: Path
    counts: Mapping[str, Count]
    left_out: int
    """Questions that fewer learners than asked for have."""


def reviews_path(lock: Path) -> Path:
    """Return where the counts of reviews lie: beside the lock."""
    return lock.with_name(lock.name.removesuffix(".json").removesuffix(".lock") + ".reviews.json")


def count_returned_reviews(
    recipe: Recipe, exports: Sequence[Path], *, at_least: int = 1, dry_run: bool = False
) -> Reviewed:
    """Count the reviews in exports with scheduling, each of one learner, per question.

    Raises:
        UsageError: the bank has no lock.
        InputRefused: an export cannot be read.
    """
    limits = recipe.limits
    lock, _ = _lock_and_history(recipe)
    ids = {entry.guid: key for key, entry in lock.notes.items()}
    answers = []
    for path in exports:
        with opened_package(read_limited(path, "deck", limits), str(path), limits) as opened:
            answers.append(opened.read(answers_in))
    everything = count_reviews(answers, ids, 1)
    counts = {key: count for key, count in everything.items() if count.learners >= at_least}
    place = reviews_path(recipe.lock or lock_path(recipe.bank))
    if not dry_run:
        lines = ",\n".join(
            f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(asdict(each))}"
            for key, each in counts.items()
        )
        files.write_file(place, f"{{\n{lines}\n}}\n".encode() if counts else b"{}\n")
    return Reviewed(place, counts, len(everything) - len(counts))
