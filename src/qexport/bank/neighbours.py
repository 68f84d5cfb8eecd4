"""What lies beside a lock: another of the same bank, a copied namespace, a bank that was split or joined, decks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from qexport.bank.lock import Changes, Entry, Lock, LockedContent
from qexport.bank.lock_file import read_lock
from qexport.bank.reader import HISTORY, IMPORTERS
from qexport.common.errors import Location, Problem, QexportError
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record
from qexport.common.text_input import read_text
from qexport.common.wording import list_names, quantity

LEAST_SHARED = 3
"""Questions of another bank from which a bank counts as a part of it; or half of its own, if that is less."""

LEAST_ALIKE_DECKS = 0.6
"""Share of questions in common from which a new filtered deck counts as an old one that was renamed."""


class Neighbour(Record, frozen=True):
    """Another lock in the folder of a lock."""

    path: str
    lock: Lock
    has_bank: bool = True
    """Whether its bank lies beside it."""


def find_neighbours(path: Path, limits: Limits = USUAL, folders: Sequence[Path] = ()) -> list[Neighbour]:
    """Return the other locks that lie beside a lock, or in these folders, as far as they can be read.

    The lock of a bank that is a folder lies in that; then those beside the folder are its neighbours. So are those in
    folders beside the bank's, if the program runs above them.
    """
    is_inside = Path.cwd() in path.parent.resolve().parents
    beside = path.parent if _has_bank(path) and not is_inside else path.parent.parent
    found: dict[Path, Path] = {}
    for folder in (path.parent, beside, *folders):
        locks = [*_list_locks(folder, "*.lock.json"), *_list_locks(folder, "*/*.lock.json")]
        found |= {lock.resolve(): lock for lock in reversed(locks)}
    neighbours = []
    for resolved, other in sorted(found.items()):
        if resolved != path.resolve():
            with suppress(QexportError, OSError):
                lock = read_lock(read_text(other, limits=limits, inside=other.parent), str(other))
                neighbours.append(Neighbour(str(other), lock, _has_bank(other) or _is_in_bank(other)))
    return neighbours


def _list_locks(folder: Path, pattern: str) -> list[Path]:
    """Return the first fifty locks; none where a folder is removed by another program while it is listed."""
    with suppress(OSError):
        return sorted(folder.glob(pattern))[:50]
    return []


def _has_bank(lock: Path) -> bool:
    """Return whether the file of a lock's bank lies beside it."""
    name = lock.name.removesuffix(".lock.json")
    return any(lock.with_name(name + ending).is_file() for ending in IMPORTERS)


def _is_in_bank(lock: Path) -> bool:
    """Return whether a lock lies in a folder that is its bank."""
    is_folder = lock.name == "questions.lock.json"
    return is_folder and any(
        path.suffix in IMPORTERS and not path.name.endswith(HISTORY) for path in lock.parent.iterdir()
    )


def neighbour_problems(
    path: object, lock: Lock, neighbours: Sequence[Neighbour], added: Iterable[str] = ()
) -> Iterator[Problem]:
    """Yield what learners of two decks would run into; `added` are the questions that are new in this lock."""
    new = frozenset(added)
    for other in neighbours:
        if other.lock.namespace == lock.namespace:
            yield from _one_namespace(str(path), lock, other)
        else:
            yield from _taken_over(str(path), lock, other, new)


def renamed_decks(path: object, lock: Lock, deck: str, has: frozenset[str]) -> Iterator[Problem]:
    """Report a filtered deck that is new to the lock, and has the questions of one that is not: a renamed recipe."""
    known: dict[str, set[str]] = {}
    for key, entry in lock.notes.items():
        for name in (*entry.decks, *entry.departed):
            known.setdefault(name, set()).update([key] if name in entry.decks else [])
    alike = (
        name
        for name, ids in sorted(known.items())
        if has and len(ids & has) >= LEAST_ALIKE_DECKS * len(ids | has)
    )
    if deck not in known and (name := next(alike, "")):
        message = f"the deck {deck!r} is new, and has the questions of {name!r}: what leaves it is counted from now on"
        hint = "if it was renamed, give its recipe the old name: by that the lock knows what left it"
        yield Problem(Location(str(path)), message, hint)


def in_no_deck(path: object, changes: Changes) -> Iterator[Problem]:
    """Report questions that a lock which was rebuilt from decks knows nothing of, because no deck has them."""
    moved = {move.id for move in changes.moves}
    if ids := [key for key in changes.added if key not in moved]:
        what = "1 question is" if len(ids) == 1 else f"{len(ids):,} questions are"
        message = f"{what} in none of these decks, and begins as a new note: {list_names(ids, 3)}"
        message = message if len(ids) == 1 else message.replace("begins as a new note", "begin as new notes")
        hint = "if learners have them: remove the lock and the history, and add a --previous for a deck that has them"
        yield Problem(Location(str(path)), message, hint)


def imported_guids(
    path: object, content: LockedContent, added: Sequence[str], lock: Lock
) -> Iterator[Problem]:
    """Report new notes that are those of another deck: Anki does not update a note of another type."""
    guids = {question.id: question.guid for question in content.questions if question.guid}
    count = sum(key in guids and lock.notes[key].guid == guids[key] for key in added)
    if count:
        notes = "1 note has the GUID it" if count == 1 else f"{count:,} notes have the GUIDs they"
        message = (
            f"{notes} had in the deck of the import: Anki updates no note that a learner has as another type"
        )
        hint = "learners who have that deck change its note type first (docs/anki.md), and never merge"
        yield Problem(Location(str(path)), message, hint)


def same_questions(content: LockedContent, lock: Lock) -> int:
    """Return how many questions of a bank the lock of another one has, whatever their ids; 0 if they are few."""
    asked = {entry.question for entry in lock.notes.values() if entry.question}
    same = sum(question.question in asked for question in content.questions)
    is_most = same * 2 >= len(lock.notes) or same * 2 >= len(content.questions)
    return same if is_most else 0


def _one_namespace(path: str, lock: Lock, other: Neighbour) -> Iterator[Problem]:
    theirs = {entry.birth: entry for entry in _list_entries(other.lock)}
    shared = [entry for entry in _list_entries(lock) if entry.birth in theirs]
    if not shared:
        return  # one bank in two files
    differing = [entry for entry in shared if entry.question != theirs[entry.birth].question]
    if len(differing) * 2 > len(shared):
        message = (
            f"{other.path} has the same namespace {lock.namespace!r} and other questions under the same ids "
            f"({_quote_ids(differing)}): learners of both decks see one overwrite the other"
        )
        hint = "give the bank that is newer a namespace of its own, before anybody has its deck"
    else:
        message = (
            f"{other.path} is a lock of the same bank ({len(shared)} notes): each has times of its own, so that "
            "what one deck changed the other does not update"
        )
        hint = "keep one lock, and build all decks of the bank with it"
    yield Problem(Location(path), message, hint)


def _taken_over(path: str, lock: Lock, other: Neighbour, added: frozenset[str]) -> Iterator[Problem]:
    """Report questions of another bank that are in this one: a bank was split, or joined with this one."""
    here = {entry.question: entry for entry in lock.notes.values() if entry.question and not entry.left}
    theirs = [entry for entry in _list_entries(other.lock) if entry.question in here]
    left = [entry for entry in theirs if entry.left]
    stayed = [entry for entry in theirs if not entry.left]
    new = [entry for entry in stayed if here[entry.question].id in added]
    enough = min(LEAST_SHARED, max(1, len(here) // 2))
    if len(left) >= enough:
        what, taken = f"left {other.path} and are in this bank now", left
    elif not other.has_bank and len(stayed) >= enough:
        what, taken = f"of {other.path}, whose bank is gone, are in this bank now", stayed
    elif len(new) >= enough:
        what, taken = f"of {other.path} are in this bank too", new
    else:
        return
    message = (
        f"{quantity(len(taken), 'question')} {what} ({_quote_ids(taken)}): learners get them as new notes, and their "
        "reviews stay with the old ones"
    )
    hint = (
        f"to keep reviews, keep them in one bank and make its parts with filters; or build this one with "
        f"namespace: {other.lock.namespace} and the ids they had, if nobody has its deck yet"
    )
    yield Problem(Location(path), message, hint)


def _list_entries(lock: Lock) -> tuple[Entry, ...]:
    return (*lock.notes.values(), *(entry for entry in lock.gone.values() if not entry.namespace))


def _quote_ids(entries: Sequence[Entry]) -> str:
    ids = [entry.id for entry in entries]
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(ids[:3]) + more
