"""The bank as it is → the next edition number, in its lock and in the release notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank.lock import Release
from qexport.bank.lock_file import read_lock
from qexport.bank.lock_place import lock_path
from qexport.choosing import read_bank
from qexport.common import files
from qexport.common.errors import (
    Location,
    OutputError,
    Problem,
    UsageError,
)
from qexport.common.text_input import read_text
from qexport.common.wording import quantity
from qexport.content.languages import language as language_of
from qexport.locking import (
    NO_LOCKING,
    Stamped,
    read_lock_at,
    stamp_bank,
    until_settled,
    write_with_lock,
)
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.declaration import parse_options
from qexport.outputs.registry import check_options
from qexport.pipeline import SCHEDULER, tools_for
from qexport.team import git, release_notes
from qexport.team.bundling import notes_path
from qexport.team.comparison import compare
from qexport.team.differences import Differences

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Released:
    """An edition that got its number."""

    release: Release
    found: Differences | None
    """What is new in it; None for the first."""
    notes: str
    paths: tuple[Path, ...]
    stamped: Stamped
    warnings: tuple[Problem, ...] = ()

    @property
    def tag(self) -> str:
        """Return the name of the tag of this edition, which CI files publish it by."""
        return tag_name(self.release.number)


def tag_name(number: int) -> str:
    """Return the name of the tag of an edition."""
    return f"edition-{number}"


def make_release(recipe: Recipe, *, now: int, since: str = "", with_tag: bool = False) -> Released:
    """Give the bank as it is now the next number: in its lock, and with notes on what is new.

    Args:
        recipe: Names the bank and its lock.
        now: Unix seconds.
        since: The edition before, as `compare` takes it; without it, what git has of the last release.
        with_tag: Commit the bank, its lock and the notes, and make the tag of the edition.

    Raises:
        UsageError: Nothing is new, or the tag is there already; nothing has been written then.
    """
    return until_settled(partial(_make_release, recipe, now=now, since=since, with_tag=with_tag))


def _make_release(recipe: Recipe, *, now: int, since: str, with_tag: bool) -> Released:
    from qexport.outputs.anki_deck.document import with_notes

    limits = recipe.limits
    bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
    place = recipe.lock or lock_path(recipe.bank)
    known, _ = read_lock_at(place, limits)
    said = known.options if known else {}
    given = {**said, **recipe.all_options}
    check_options(given)
    options = parse_options(DeckOptions, given)
    tools = with_notes(bank, options, tools_for(options.theme, limits, SCHEDULER))
    stamped = stamp_bank(place, bank, options, tools, locking=NO_LOCKING, now=now)
    before = stamped.lock.release
    found = None
    if before is not None:
        old = since or _released_before(before, recipe.bank, place)
        found = compare(old, str(recipe.bank), bank=recipe.bank, limits=limits)
        if not found.entries:
            message = f"no question has changed since edition {before.number}"
            raise UsageError(message, hint=f"compared with {old}; a release says what is new")
    release = Release(
        number=before.number + 1 if before else 1,
        time=max(now, stamped.lock.changed),
        changes=found.ids() if found else {},
    )
    folder = recipe.bank if recipe.bank.is_dir() else recipe.bank.parent
    if with_tag and git.find_work_tree(folder) is None:
        message = f"--tag: {folder} is not in a git repository"
        raise UsageError(message, hint="release without --tag, or begin one: git init")
    if with_tag and git.has_tag(tag_name(release.number), folder=folder):
        message = f"there is a tag {tag_name(release.number)} already"
        raise UsageError(message, hint=f"release without --tag, or: git tag -d {tag_name(release.number)}")
    words = language_of(bank.language)
    heading = release_notes.release_heading(release, words)
    if found:
        departures = release_notes.departures_since(stamped.lock, before.time if before else 0)
        notes = release_notes.as_markdown(found, heading, departures, words)
    else:
        active = sum(question.status == "active" for question in bank.questions)
        notes = release_notes.first_notes(bank.title, bank.source, active, heading, words)
    lock = replace(stamped.lock, release=release)
    path = notes_path(recipe.bank)
    earlier = read_text(path, limits=limits, inside=path.parent) if path.exists() else ""
    if re.match(rf"# [^\n]*\n\n## {re.escape(heading)}\n", earlier):
        raise OutputError(f"{path}: has notes of edition {release.number} already", hint="remove them")
    stamped = replace(stamped, lock=lock, moved=True)
    with write_with_lock(stamped) as lock_files:
        contents = {path: release_notes.with_release(notes, earlier, words).encode(), **lock_files}
        files.write_all(contents)  # a release that has its notes only can be made again
    if with_tag:
        message = f"Edition {release.number} of {release.date}"
        git.commit_and_tag((recipe.bank, *contents), tag_name(release.number), message, folder=folder)
    return Released(
        release, found, notes, tuple(contents), stamped, _warn_of_unreleased_drafts(bank, recipe.bank)
    )


def _warn_of_unreleased_drafts(bank: Bank, path: Path) -> tuple[Problem, ...]:
    """Return the warning that an edition of a bank has none of its drafts, if it has drafts."""
    drafts = sum(question.status == "draft" for question in bank.questions)
    message = f"left out: {quantity(drafts, 'draft')}"
    hint = "drafts are added when they are answered"
    return (Problem(Location(str(path)), message, hint),) if drafts else ()


def _released_before(release: Release, bank: Path, lock: Path) -> str:
    """Return the revision in which the bank was released, as `compare` takes it."""
    commit = git.last_change('^"release": ', lock.name, folder=lock.parent)
    if commit:
        words = f"{commit}:./{lock.name}"
        said = read_lock(git.text_at(commit, f"./{lock.name}", folder=lock.parent), words)
        if said.release == release:
            return f"git:{commit}"
    raise UsageError(
        f"{bank}: no commit has edition {release.number} of it",
        hint="name it with --since: a bank, a bundle, a deck, or REVISION:PATH; "
        "and commit bank, lock and notes after each release",
    )
