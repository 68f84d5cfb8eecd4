"""What mends the identity of notes: former ids after a renumbering, locks of an older form, times that are ahead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank.file_editor import edit_file
from qexport.bank.history import SaidBefore
from qexport.bank.identity import assign_notes
from qexport.bank.lock import Asked, Changes, Lock, Move
from qexport.bank.lock_file import write_lock
from qexport.bank.lock_migration import Migrated, migrate_lock
from qexport.bank.lock_place import lock_path
from qexport.bank.lock_times import bring_times_back
from qexport.bank.moves import find_moves
from qexport.bank.selection import without_drafts
from qexport.bank.yaml_editor import Edit
from qexport.choosing import read_bank
from qexport.common import files
from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.text_input import read_data, read_text
from qexport.locking import (
    Stamped,
    read_history,
    read_lock_at,
    until_settled,
    write_with_lock,
)
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.declaration import parse_options
from qexport.pipeline import SCHEDULER, tools_for

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.recipe import Recipe


# Renumbering


@dataclass(frozen=True, slots=True)
class Renumbered:
    """What `renumber` found, and what it wrote."""

    moves: tuple[Move, ...]
    """Questions that are under another id now."""
    reused: tuple[Move, ...]
    """Ids that ask something else, without a question that took the old one's place."""
    changes: Mapping[Path, bytes]
    """The bank's files with `former_ids` in them."""


def renumber(recipe: Recipe, *, dry_run: bool = False) -> Renumbered:
    """Write the `former_ids` that keep reviews with their questions, after ids were shifted, swapped or renamed.

    Args:
        recipe: Whose bank it is.
        dry_run: Nothing is written.

    Raises:
        InputRefused: the bank or its lock cannot be used, or the bank's file cannot be edited in place.
        UsageError: there is no lock, so that nobody knows what the ids were.
    """
    limits = recipe.limits
    bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
    place = recipe.lock or lock_path(recipe.bank)
    lock, _ = read_lock_at(place, limits)
    if lock is None:
        raise UsageError(f"{place}: there is no lock", hint="ids are compared with those of the last build")
    questions = _list_asked(bank, recipe)
    history = read_history(place, limits)
    texts = SaidBefore(history, "question")
    found = _moves(questions, lock, texts, SaidBefore(history, "answer"))
    moves = tuple(move for move in found if not move.is_reuse)
    reused = tuple(move for move in found if move.is_reuse)
    former = {move.id: (move.former,) for move in moves}
    settled = [replace(each, former_ids=former.get(each.id, each.former_ids)) for each in questions]
    assignment = assign_notes(settled, lock, texts)
    if assignment.contradictions:
        written = {(each.id, name) for each in questions for name in each.former_ids}
        problems = (
            _former_id_problem(place, *each, is_written=each[:2] in written)
            for each in assignment.contradictions
        )
        raise InputRefused(tuple(problems))
    changes = _edit_files(bank, former, recipe)
    if changes and not dry_run:
        files.write_all(changes)
    return Renumbered(moves, reused, changes)


def _former_id_problem(place: Path, key: str, former: str, reason: str, *, is_written: bool) -> Problem:
    """Return why a former id cannot be: one that the bank has already, or one that would be written into it."""
    verb = "names" if is_written else "would name"
    hint = "remove it, and run this command again" if is_written else "write it by hand"
    return Problem(Location(str(place)), f"former_ids of {key} {verb} {former}: {reason}", hint)


def _list_asked(bank: Bank, recipe: Recipe) -> tuple[Asked, ...]:
    from qexport.outputs.anki_deck.document import content, with_notes

    options = parse_options(DeckOptions, recipe.all_options)
    tools = with_notes(bank, options, tools_for(options.theme, recipe.limits, SCHEDULER))
    return content(without_drafts(bank), options, tools).questions


def _moves(
    questions: Sequence[Asked], lock: Lock, texts: Mapping[str, str], answers: Mapping[str, str]
) -> tuple[Move, ...]:
    assignment = assign_notes(questions, lock, texts)
    entries = (*lock.notes.values(), *(entry for entry in lock.gone.values() if not entry.namespace))
    return find_moves(questions, assignment.notes, entries, texts, answers)


def _edit_files(bank: Bank, former: Mapping[str, tuple[str, ...]], recipe: Recipe) -> dict[Path, bytes]:
    edits: defaultdict[Path, list[Edit]] = defaultdict(list)
    for question in bank.questions:
        if question.id in former and question.former_ids != former[question.id]:
            edit = Edit(question.id, "former_ids", former[question.id])
            edits[Path(question.location.path)].append(edit)
    limits = recipe.limits
    return {
        path: edit_file(read_data(path, limits=limits), path, each, limits) for path, each in edits.items()
    }


# Times


@dataclass(frozen=True, slots=True)
class Repaired:
    """The lock whose times were ahead of the clock."""

    path: Path
    ids: tuple[str, ...]
    """The notes that were dated ahead."""
    is_other: bool
    """Whether the lock changes: what left the bank and the release have times too."""


def repair_times(recipe: Recipe, *, now: int, dry_run: bool = False) -> Repaired:
    """Bring times that are ahead of the clock back to now.

    Raises:
        UsageError: there is no lock.
    """
    return until_settled(lambda: _repair_times(recipe, now, dry_run=dry_run))


def _repair_times(recipe: Recipe, now: int, *, dry_run: bool) -> Repaired:
    from qexport.anki.note_type import STYLE_RELEASED

    place = recipe.lock or lock_path(recipe.bank)
    lock, text = read_lock_at(place, recipe.limits)
    if lock is None:
        raise UsageError(f"{place}: there is no lock", hint="it is made by the first build of a deck")
    ahead = tuple(key for key, entry in lock.notes.items() if entry.modified > now)
    repaired = bring_times_back(lock, now)
    if lock.style.modified != STYLE_RELEASED:
        repaired = replace(repaired, style=replace(lock.style, modified=min(lock.style.modified, now)))
    is_other = write_lock(repaired) != text
    if is_other and not dry_run:
        stamped = Stamped(place, repaired, Changes(), moved=True, search="", before=text)
        with write_with_lock(stamped) as lock_files:
            files.write_all(lock_files)
    return Repaired(place, ahead, is_other=is_other)


# Older forms


@dataclass(frozen=True, slots=True)
class Migration:
    """What `migrate` updated."""

    lines: tuple[str, ...]
    """What was done, in words."""
    changes: Mapping[Path, bytes]


def migrate(recipe: Recipe, recipes_file: Path, *, dry_run: bool = False) -> Migration:
    """Update a lock and a file of recipes that older versions wrote.

    Raises:
        InputRefused: the lock is of no known form.
    """
    limits = recipe.limits
    lines: list[str] = []
    changes: dict[Path, bytes] = {}
    place = recipe.lock or lock_path(recipe.bank)
    if place.exists():
        bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
        text = read_text(place, limits=limits)
        done = migrate_lock(text, str(place), bank, _list_asked(bank, recipe))
        if done is not None:
            changes[place] = write_lock(done.lock).encode()
            lines += _report_migration(place, done)
    if recipes_file.exists():
        text = read_text(recipes_file, limits=limits)
        renamed = _rename_settings(text)
        if renamed != text:
            changes[recipes_file] = renamed.encode()
            lines.append(f"{recipes_file}: settings have their current names now")
    if changes and not dry_run:
        files.write_all(changes)
    return Migration(tuple(lines), changes)


def _report_migration(place: Path, done: Migrated) -> list[str]:
    count = len(done.lock.notes) + len(done.lock.gone)
    return [
        f"{place}: format 1 is format 2 now; {count} notes keep their GUIDs and times",
        f"{place}: the namespace is kept as {done.lock.namespace!r}, the deck as {done.lock.deck_root!r}",
        f"{place}: the note type has other fields now: build once with --new-note-type",
        "  and tell every learner to import that edition once with “Merge note types” on",
    ]


_RENAMED_SETTINGS = {
    "notes": "ruled-lines",
    "cards": "card-types",
    "key": "answer-key",
    "release": "edition-label",
    "name": "file-name",
}


def _rename_settings(text: str) -> str:
    """Return recipes with the names of today; comments and layout stay."""
    lines = []
    for line in text.split("\n"):
        key, equals, value = line.partition("=")
        name = key.strip()
        if equals and name in _RENAMED_SETTINGS:
            key = key.replace(name, _RENAMED_SETTINGS[name])
        if equals and name == "format":
            value = re.sub(r"(['\"])cards\1", r"\1flash-cards\1", value)
        lines.append(key + equals + value)
    return "\n".join(lines)
