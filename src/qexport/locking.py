"""The lock beside a bank: read, brought up to date with the bank, and written with its history.

    lock and history on disk + notes of the bank → stamp_bank() → Stamped → write_with_lock() → on disk

Two builds, or a build and a release, may run at once. Neither holds the lock while it renders: just before it
writes, it looks whether the lock still is what it has read, and begins again if it is not.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qexport.bank.lock import (
    Changes,
    Entry,
    Lock,
    LockedContent,
    LockMoved,
    Move,
    join_locks,
    with_note_type,
)
from qexport.bank.selection import without_drafts
from qexport.common.errors import InputRefused, Location, Problem, QexportError, UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.records import Record, made_by
from qexport.common.text_input import quote, read_text
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.outputs.anki_deck import DeckOptions
    from qexport.outputs.document import Tools

A_DAY = 86_400
ATTEMPTS = 5
"""How often a build begins again because another one has written the lock."""

Result = TypeVar("Result")


class Locking(Record, kw_only=True, frozen=True):
    """What may become of the lock."""

    locked: bool = False
    """It must not change."""
    previous: tuple[Path, ...] = ()
    """Published decks, to rebuild a lost lock from."""
    new_note_type: bool = False
    """The note type may become another one, which learners have to merge."""
    accept_new_namespace: bool = False
    """The namespace may become another one: every note is born again."""
    accept_moves: bool = False
    """Trust the ids of questions that seem to have swapped them."""
    send_leavers: bool = False
    """Questions that left a filtered deck are in it once more, with their text of now."""


NO_LOCKING = Locking()


class Stamped(Record, frozen=True):
    """The lock a deck was made with; `moved` when its file had to be written."""

    path: Path
    lock: Lock
    changes: Changes
    moved: bool
    search: str
    """What finds all questions in Anki that are retired or gone; empty where none is."""
    warnings: tuple[Problem, ...] = ()
    before: str = ""
    """The text of the lock that was read; empty: there was none."""
    history: Mapping[Path, bytes] = made_by(dict)
    """The history, in UTF-8, if lines came to it."""
    history_before: str = ""
    """The text of the history that was read."""


def read_lock_at(path: Path, limits: Limits = USUAL) -> tuple[Lock | None, str]:
    """Return the lock and its text; none and an empty one where there is no lock yet."""
    if not path.exists():
        return None, ""
    from qexport.bank.lock_file import read_lock

    text = read_text(path, limits=limits, inside=path.parent)
    return read_lock(text, str(path)), text


def read_history(lock: Path, limits: Limits = USUAL) -> str:
    """Return the text of the history beside a lock; empty if there is none."""
    from qexport.bank.history import history_path

    path = history_path(lock)
    return read_text(path, limits=limits, inside=path.parent) if path.exists() else ""


def stamp_bank(
    path: Path,
    bank: Bank,
    options: DeckOptions,
    tools: Tools,
    *,
    locking: Locking,
    now: int,
    out: Path | None = None,
) -> Stamped:
    """Bring the lock up to date with the notes of the whole bank (`tools.notes`), whatever part is exported.

    Args:
        path: Of the lock.
        bank: The whole bank.
        options: Those of its decks.
        tools: With the notes of the bank.
        locking: What may become of the lock.
        now: Unix seconds.
        out: The folder of earlier results, in which a published deck is looked for if there is no lock.

    Raises:
        InputRefused: the lock would change and must not, or it cannot go on with this bank.
    """
    from qexport.anki.search import search_for
    from qexport.bank.history import KnownLines, SaidBefore, history_path, line_of, merge_lines
    from qexport.bank.lock_file import write_lock
    from qexport.bank.neighbours import find_neighbours, imported_guids, in_no_deck, neighbour_problems
    from qexport.bank.stamping import Deciding, stamp
    from qexport.outputs.anki_deck.document import content, out_of_order

    limits = tools.limits
    before, text = read_lock_at(path, limits)
    if locking.previous:
        if before is not None:
            raise UsageError(f"there is a lock: {path}", hint="--previous is for a lock that is lost")
        before = _read_deck_locks(locking.previous, bank, limits)
    known = read_history(path, limits)
    now_is = content(without_drafts(bank), options, tools)
    if before is None:
        _refuse_to_forget(path, bank, now_is, out, limits)
        _refuse_to_begin_again(path, now_is, known, limits)
    note_type = with_note_type(now_is.note_type, before, str(path), may_change=locking.new_note_type)
    lock, changes = stamp(
        replace(now_is, note_type=note_type),
        before,
        now,
        path=str(path),
        texts=SaidBefore(known, "question"),
        answers=SaidBefore(known, "answer"),
        deciding=Deciding(accepts_moves=locking.accept_moves, accepts_namespace=locking.accept_new_namespace),
    )
    moved = write_lock(lock) != text
    if locking.locked and (moved or changes.moves):
        raise _refuse_changes(path, changes, before, lock)
    kept = KnownLines(known)
    fresh = (
        line_of(note.question, note.texts, note.sources)
        for note in sorted(tools.notes, key=attrgetter("version"))
        if not kept.has(note.version, note.sources)
    )
    history = merge_lines(known, fresh)
    warnings = (
        *(() if before is None else _other_options(path, before, lock)),
        *_moved_questions(path, changes.moves),
        *_find_disputed(path, before),
        *_other_root(path, options, lock),
        *_report_disorder(path, options, before, lock, out_of_order(bank, lock, options)),
        *imported_guids(path, now_is, changes.added, lock),
        *_ahead(path, lock, now),
        *neighbour_problems(path, lock, find_neighbours(path, limits), changes.added),
        *(in_no_deck(path, changes) if locking.previous else ()),
    )
    search = search_for(lock.key_of(entry) for entry in lock.left)
    changed = {} if history is None else {history_path(path): history}
    return Stamped(path, lock, changes, moved, search, warnings, text, changed, known)


# What the lock keeps count of in filtered decks


def with_deck(stamped: Stamped, deck: str, ids: Sequence[str], now: int, *, locked: bool = False) -> Stamped:
    """Return the lock that knows which notes a filtered deck has now, and which left it.

    Raises:
        InputRefused: the lock would change and must not.
    """
    if not deck:
        return stamped
    from qexport.bank.lock_file import write_lock
    from qexport.bank.neighbours import renamed_decks

    has = frozenset(ids)
    notes = {key: _with_deck(entry, deck, key in has, now) for key, entry in stamped.lock.notes.items()}
    lock = replace(stamped.lock, notes=notes)
    moved = write_lock(lock) != stamped.before
    if locked and moved:
        raise _refuse_changes(stamped.path, stamped.changes, stamped.lock, lock)
    warnings = (*stamped.warnings, *renamed_decks(stamped.path, stamped.lock, deck, has))
    return replace(stamped, lock=lock, moved=moved, warnings=warnings)


def _with_deck(entry: Entry, deck: str, has: bool, now: int) -> Entry:
    if has:
        departed = {name: time for name, time in entry.departed.items() if name != deck}
        decks = entry.decks if deck in entry.decks else tuple(sorted((*entry.decks, deck)))
        return replace(entry, decks=decks, departed=departed)
    if deck not in entry.decks:
        return entry
    decks = tuple(name for name in entry.decks if name != deck)
    return replace(entry, decks=decks, departed={**entry.departed, deck: now})


# Writing


@contextmanager
def write_with_lock(stamped: Stamped | None) -> Iterator[dict[Path, bytes]]:
    """Yield the files of a lock that have to be written, while nobody else can write them.

    Raises:
        LockMoved: somebody has written the lock since it was read.
    """
    if stamped is None or not (stamped.moved or stamped.history):
        yield {}
        return
    from qexport.bank.history import add_lines
    from qexport.bank.lock_file import write_lock

    with _guard(stamped.path.parent):
        there = read_text(stamped.path, inside=stamped.path.parent) if stamped.path.exists() else ""
        if there != stamped.before:
            message = f"{stamped.path}: another build or release keeps writing it"
            raise LockMoved(message, hint="wait until it has ended")
        known = {
            path: read_text(path, inside=path.parent) if path.exists() else "" for path in stamped.history
        }
        history = {
            path: data
            if known[path] == stamped.history_before
            else add_lines(known[path], data.decode().split("\n")).encode()
            for path, data in stamped.history.items()
        }
        lock = {stamped.path: write_lock(stamped.lock).encode()} if stamped.moved else {}
        yield {**history, **lock}


@contextmanager
def _guard(folder: Path) -> Iterator[None]:
    """Let one program at a time write locks in a folder, where the system can tell."""
    descriptor = -1
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def until_settled(make: Callable[[], Result]) -> Result:
    """Return what is made; begin again if another program has written the lock meanwhile."""
    for _ in range(ATTEMPTS - 1):
        with suppress(LockMoved):
            return make()
    return make()


# What is refused, and what is reported


def _read_deck_locks(decks: Sequence[Path], bank: Bank, limits: Limits, inside: Path | None = None) -> Lock:
    from qexport.anki.package_reader import lock_of

    packages = ((path, _read_package(path, limits, inside)) for path in decks)
    return join_locks([lock_of(package, str(path), bank, limits) for path, package in packages])


def _read_package(path: Path, limits: Limits, inside: Path | None) -> bytes:
    try:
        return read_bytes(path, limits.deck, inside=inside)
    except Unreadable as error:
        raise InputRefused((Problem(Location(str(path)), error.reason),)) from error
    except TooLarge:
        raise limits.make_error("deck", f"{path}: larger than {limits.show('deck')}") from None


def _refuse_to_begin_again(path: Path, content: LockedContent, history: str, limits: Limits) -> None:
    """Refuse a first lock while something beside it shows that the bank has been published.

    That is the lock of a bank that has been renamed or moved, or a history.
    """
    from qexport.bank.history import history_path
    from qexport.bank.neighbours import find_neighbours, same_questions

    folders = (path.parent, path.parent.parent, Path())
    for other in find_neighbours(path, limits, folders):
        count = same_questions(content, other.lock)
        if count and not other.has_bank and content.namespace in ("", other.lock.namespace):
            message = (
                f"there is no lock, but {other.path} knows {quantity(count, 'question')} of this bank, and its own "
                "bank is not beside it any more: without it learners would get their notes as new ones"
            )
            moved = f"rename {other.path} to {path}, and its history to {history_path(path)}"
            hint = f"if the bank was renamed or moved: {moved}; if it is another one: give it a namespace of its own"
            raise InputRefused((Problem(Location(str(path)), message, hint),))
    if history.strip():
        message = (
            f"there is no lock, but {history_path(path)} has versions that were published: the lock is lost"
        )
        hint = (
            "restore it from version control, or rebuild it with --previous DECK; if nobody has a deck of this "
            "bank, remove its history"
        )
        raise InputRefused((Problem(Location(str(path)), message, hint),))


def _refuse_to_forget(
    path: Path, bank: Bank, content: LockedContent, out: Path | None, limits: Limits
) -> None:
    """Refuse a first lock while a deck of the bank lies in the folder of results: its lock is lost."""
    from qexport.bank.neighbours import find_neighbours, same_questions

    others = {each.lock.namespace for each in find_neighbours(path, limits, (Path(),)) if each.has_bank}
    for deck in sorted(out.rglob("*.apkg"))[:20] if out and out.is_dir() else ():
        try:
            lock = _read_deck_locks([deck], bank, limits, inside=out)
        except (QexportError, OSError):
            continue
        if lock.namespace in others and not content.namespace:
            continue  # a deck of another bank that has some of these questions
        if count := same_questions(content, lock):
            message = (
                f"there is no lock, but {deck} is a deck of this bank ({count} of its questions are in it): "
                "without its lock learners would get their notes as new ones"
            )
            hint = f"rebuild the lock with --previous {deck}; or move that deck away, if nobody has it"
            raise InputRefused((Problem(Location(str(path)), message, hint),))


def _refuse_changes(path: Path, changes: Changes, before: Lock | None, after: Lock) -> InputRefused:
    """Return the error for a lock that would change and must not."""
    kinds = {"added": changes.added, "changed": changes.changed, "retired": changes.retired}
    said = [f"{kind}: {', '.join(ids)}" for kind, ids in kinds.items() if ids]
    if before is None:
        said = ["there is none yet"]
    elif before.style != after.style:
        said.append("the style of the cards")
    elif before.options != after.options:
        said.append("its options")
    elif not said and {key: entry.decks for key, entry in before.notes.items()} != {
        key: entry.decks for key, entry in after.notes.items()
    }:
        said.append("which filtered decks have which notes")
    moves = list(_moved_questions(path, changes.moves))
    if moves and not said:
        said.append("questions have taken each other's ids")
    message = f"--locked, but this build would change it ({'; '.join(said) or 'its form'})"
    hint = "build without --locked, and commit the lock with the bank"
    return InputRefused((Problem(Location(str(path)), message, hint), *moves))


def _other_options(path: Path, before: Lock, after: Lock) -> Iterator[Problem]:
    """Warn where notes move because an option did: two decks that take turns would move them each time."""
    hint = "use the same options for all decks of a bank: learners have each note once, whichever deck it is from"
    for name, value in after.options.items():
        if before.options.get(name, value) != value:
            message = f"{name} was {before.options[name]!r}, and is {value!r} now"
            yield Problem(Location(str(path)), message, hint)


_MOVED = "`qexport renumber` writes the former_ids that keep reviews with their questions; or --accept-moves"
_REUSED = "if it is another question, give it an id of its own: reviews of the old one go to it"


def _moved_questions(path: Path, moves: Sequence[Move]) -> Iterator[Problem]:
    """Yield which question is now under which id: reviews follow ids."""
    for move in moves:
        if move.is_reuse:
            asked = (
                f"asked {quote(move.before)}" if move.before else "the history does not have what it asked"
            )
            message = f"{move.id} asks something else now: {quote(move.text)}, and {asked}"
            yield Problem(Location(str(path)), message, _REUSED)
        else:
            message = f"the question of {move.former} is now {move.id}: {quote(move.text)}"
            yield Problem(Location(str(path)), message, _MOVED)


def _find_disputed(path: Path, lock: Lock | None) -> Iterator[Problem]:
    for key in lock.disputed if lock else ():
        message = f"two branches published different questions as {key}: learners of one get the other's"
        hint = "if both stay in the bank, give the one that fewer learners have another id"
        yield Problem(Location(str(path)), message, hint)


def _other_root(path: Path, options: DeckOptions, lock: Lock) -> Iterator[Problem]:
    root = options.deck_root
    if root and root != lock.deck_root:
        message = f"--deck-root is {root!r}, and the deck was published as {lock.deck_root!r}"
        hint = "Anki moves no card it has: new questions go to a second tree of decks"
        yield Problem(Location(str(path)), message, hint)


def _report_disorder(
    path: Path, options: DeckOptions, before: Lock | None, lock: Lock, decks: tuple[str, str] | None
) -> Iterator[Problem]:
    """Report an order of new cards that Anki does not keep over several decks, once if it is the bank's own."""
    presets = "ask learners to import with “Import any deck presets” on"
    if decks and options.new_order:
        message = (
            f"--deck-depth {options.depth}: Anki takes new cards deck by deck, so that --new-order "
            f"{options.new_order} holds inside each deck only"
        )
        yield Problem(Location(str(path)), message, f"leave --deck-depth out; or {presets}")
    elif decks and before and (before.decks != lock.decks or _has_moved_places(before, lock)):
        message = (
            f"new cards of {quote(decks[0])} come before those of {quote(decks[1])}, in the bank after them: "
            "Anki goes by the names of decks, and published ones keep theirs"
        )
        yield Problem(Location(str(path)), message, f"leave it so; or {presets}")


def _has_moved_places(before: Lock, after: Lock) -> bool:
    return any(
        entry.place != after.notes[key].place for key, entry in before.notes.items() if key in after.notes
    )


def _ahead(path: Path, lock: Lock, now: int) -> Iterator[Problem]:
    """Warn of notes whose time has not come: they overwrite what learners write, at every import."""
    from qexport.bank.lock_times import latest_time

    ahead = [entry for entry in lock.notes.values() if entry.modified > now + A_DAY]
    if ahead:
        notes = "1 note is" if len(ahead) == 1 else f"{len(ahead)} notes are"
        latest = max(entry.modified for entry in ahead)
        what = f"{notes} dated ahead of the clock, up to {{}}: they overwrite learners' own edits"
    else:
        latest = latest_time(lock)
        what = "the release, or what left, is dated ahead of the clock, up to {}: editions get a wrong date"
    if latest > now + A_DAY:
        message = what.format(datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%d"))
        yield Problem(Location(str(path)), message, "set the clock right, then: qexport repair-times")
