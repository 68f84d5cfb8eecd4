"""Two editions, named on the command line → what became of each question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank.lock_place import lock_path
from qexport.bank.validation import validate
from qexport.choosing import read_bank
from qexport.common.errors import (
    UsageError,
)
from qexport.common.limits import USUAL, Limits
from qexport.content.templates import Templates
from qexport.locking import read_lock_at
from qexport.team import bundle, bundle_archive, git, snapshots
from qexport.team.bundle_contents import contents_in
from qexport.team.differences import Differences, compare_snapshots
from qexport.team.sent_files import read_limited
from qexport.team.snapshots import Snapshot

if TYPE_CHECKING:
    from qexport.bank.lock import Lock
    from qexport.bank.model import Bank


def compare(old: str, new: str, *, bank: Path | None = None, limits: Limits = USUAL) -> Differences:
    """Return what became of the questions of one edition in another.

    Each is a bank's file or folder, a bundle, a deck, `REVISION:PATH`, or `git:REVISION` of `bank`.
    """
    sides = {words: _side(words, bank, limits) for words in (old, new)}
    as_decks = any(isinstance(side, Snapshot) for side in sides.values())

    def snapshot(words: str) -> Snapshot:
        side = sides[words]
        if isinstance(side, Snapshot):
            return side
        if as_decks:
            made = snapshots.of_bank_as_deck(side.bank, words, Templates(), side.lock)
        else:
            made = snapshots.of_bank(side.bank, words, side.lock)
        return replace(made, left=side.left)

    return compare_snapshots(snapshot(old), snapshot(new))


@dataclass(frozen=True, slots=True)
class _BankSide:
    """An edition that is a bank, or a part of one."""

    bank: Bank
    lock: Lock | None = None
    """It knows which note a question is; of a revision there is none."""
    left: frozenset[str] | None = None
    """Of a part of a bank: what left the whole."""


def _side(words: str, bank: Path | None, limits: Limits) -> _BankSide | Snapshot:
    path = Path(words)
    suffix = path.suffix.lower()
    if suffix == ".apkg" and path.exists():
        return _deck(path, limits)
    if suffix == ".zip" and path.exists():
        files = bundle_archive.unpack(read_limited(path, "bundle", limits), words, limits)
        contents = contents_in(files, bundle.read_manifest(files, words), words, limits)
        return _BankSide(contents.bank, contents.lock, frozenset(entry.id for entry in contents.lock.left))
    if path.exists() or ":" not in words:
        read = read_bank(path, limits=limits)[0]
        return _BankSide(read, read_lock_at(lock_path(path), limits)[0])
    revision, _, place = words.partition(":")
    if revision == "git":
        if bank is None:
            raise UsageError(
                f"{words}: of which bank?", hint="name it with --bank PATH, or write REVISION:PATH"
            )
        raw = git.bank_at(place, f"./{bank.name}", folder=bank.parent, limits=limits)
    else:
        raw = git.bank_at(revision, place, limits=limits)
    return _BankSide(validate(raw, limits)[0])


def _deck(path: Path, limits: Limits) -> Snapshot:
    from qexport.anki.package_reader import notes_in

    notes = notes_in(read_limited(path, "deck", limits), str(path), limits)
    states = tuple(snapshots.state_of_note(*note) for note in notes)
    return Snapshot(name=str(path), title=path.stem, states=states)
