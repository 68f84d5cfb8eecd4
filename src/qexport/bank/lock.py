"""The lock: who each note of a bank is, what it was in the last edition, and when it last moved.

What is in the lock is never changed by an edit of a title, a file name or a list in the bank. Anki knows a note
by its GUID, and updates it only if its time is newer than the learner's: one time for all notes would overwrite
the learner's own edits, a fixed time would update nothing. So a note keeps the GUID it was born with, and its
time moves exactly with its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from unicodedata import normalize

from qexport.common.errors import InputRefused, Location, Problem, QexportError, UsageError
from qexport.common.records import Record, made_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qexport.bank.model import Bank, Question

NO_NAMESPACE = ""

SPACING = 4
"""Between the numbers of two notes: a card has the number of its note and up to three more."""

LONGEST_GUID = 200
"""Characters of a GUID that is taken from another deck; Anki makes some of 10."""


class Stamp(Record, frozen=True):
    """What something was (a digest of its content) and when it last moved (Unix seconds)."""

    digest: str
    modified: int


class LockedNoteType(Record, frozen=True):
    """What Anki compares before it takes a note: were any of it changed, it would take no note any more."""

    fields: tuple[str, ...]
    cards: tuple[str, ...]
    sort_field: str
    major: int = 1
    """Another one is another note type to Anki, which a learner must ask it to merge."""


class Release(Record, frozen=True):
    """A numbered edition, and what was new in it."""

    number: int
    time: int
    """When, in Unix seconds; what moved later is not in it."""
    changes: Mapping[str, tuple[str, ...]] = made_by(dict)
    """Ids by what became of them since the release before."""

    @property
    def date(self) -> str:
        """The day, as 2026-11-22."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%d")


class Entry(Record, kw_only=True, frozen=True):
    """One note: who it is, for ever, and what it was in the last edition."""

    id: str
    """Of its question now, or when it left the bank."""
    birth: str
    """What it was born as: the first id it had. No other note of the lock was born as that, in either case."""
    guid: str
    """What Anki knows it by."""
    number: int
    """Of its row in Anki: when it was first published, in milliseconds; no other note of the lock has it."""
    place: int = 0
    """Of its cards among new ones; 0: it was published without one."""
    names: tuple[str, ...] = ()
    """Every other id it had, sorted."""
    namespace: str = NO_NAMESPACE
    """The one it was published under, if that is not the lock's any more."""
    question: str = ""
    """The digest of what it asks; empty: it was born with the question of another note, and nobody has decided."""
    version: str = ""
    """The digest of its question as it was published; its texts are in the history."""
    asked: str = ""
    """While it is not settled whether another question has taken its id: the version it really is."""
    digest: str = ""
    """Of its content: fields and tags."""
    decks: tuple[str, ...] = ()
    """The filtered decks that have it, by the names of their recipes."""
    departed: Mapping[str, int] = made_by(dict)
    """The filtered decks it left, and when."""
    left: int = 0
    """When it was retired or left the bank; 0: it did not."""
    modified: int = 0
    """When it last moved (Unix seconds)."""

    def stamp(self) -> Stamp:
        """Return what it was, and when it last moved."""
        return Stamp(self.digest, self.modified)


class Lock(Record, kw_only=True, frozen=True, dict=True):
    """The last edition of a whole bank, whatever part of it was exported.

    Beside its fields it may remember its file (`lock_file.write_lock`), which a build needs twice.
    """

    namespace: str
    """The bank's, as first published."""
    deck_root: str
    """The name of the deck as first published, with `::` between levels."""
    style: Stamp
    """Of the note type's style and templates."""
    note_type: LockedNoteType
    notes: Mapping[str, Entry] = made_by(dict)
    """Of every question in the bank by its id, the retired ones too."""
    gone: Mapping[str, Entry] = made_by(dict)
    """Those that are not in the bank any more, by their birth."""
    options: Mapping[str, str] = made_by(dict)
    """The options that shape notes, as they were."""
    decks: Mapping[str, str] = made_by(dict)
    """The last level of the names of subdecks as first published, by technology, or technology and category."""
    release: Release | None = None
    """The last one that was given out."""
    disputed: tuple[str, ...] = ()
    """Ids under which two branches published different questions; known only while git's conflict is read."""

    @property
    def changed(self) -> int:
        """When the bank last changed, its notes or what is in it."""
        times = (max(entry.modified, entry.left) for entry in self.notes.values())
        return max([0, *times, *(entry.left for entry in self.gone.values())])

    @property
    def left(self) -> tuple[Entry, ...]:
        """The notes that are retired or gone from the bank, by their ids."""
        entries = [*(entry for entry in self.notes.values() if entry.left), *self.gone.values()]
        return tuple(sorted(entries, key=lambda entry: (entry.id, entry.birth)))

    def key_of(self, entry: Entry) -> str:
        """Return what a note is found by in any collection."""
        return key_of(entry.namespace or self.namespace, entry.birth)

    def departed_from(self, deck: str) -> tuple[Entry, ...]:
        """Return the notes that left a filtered deck and not the bank."""
        entries = (each for each in self.notes.values() if deck in each.departed and not each.left)
        return tuple(sorted(entries, key=lambda entry: entry.id))

    def departed_keys(self, deck: str) -> tuple[str, ...]:
        """Return what to search for in Anki to find the notes that left a filtered deck and not the bank."""
        return tuple(map(self.key_of, self.departed_from(deck)))


def guid_of(namespace: str, birth: str) -> str:
    """Return the GUID of a note that is born now; later the lock knows it."""
    return sha256(f"{namespace}\x1f{birth}".encode()).hexdigest()[:32]


def is_guid(text: str) -> bool:
    """Report whether a text can be the GUID of a note: decks of other programs have blanks and any letters in them."""
    return 0 < len(text) <= LONGEST_GUID and text.isprintable() and text == normalize("NFC", text).strip()


def key_of(namespace: str, birth: str) -> str:
    """Return what a note is found by in any collection: its birth, and a digest of its bank's namespace.

    Anki's search ignores case, so that two namespaces could not be told apart by themselves.
    """
    return f"{birth}@{sha256(namespace.encode()).hexdigest()[:12]}"


class Asked(Record, kw_only=True, frozen=True):
    """One question as it would be published now."""

    id: str
    former_ids: tuple[str, ...] = ()
    is_retired: bool = False
    text: str = ""
    """What it asks, in words."""
    technology: str = ""
    answer: str = ""
    question: str = ""
    """The digest of what it asks."""
    version: str = ""
    """The digest of all that the bank says of it."""
    digest: str = ""
    """Of its note: fields and tags."""
    guid: str = ""
    """The GUID of the note it was in the deck that it was imported from; empty: none."""


class LockedContent(Record, kw_only=True, frozen=True):
    """All that a lock keeps watch over, as it is now; of a whole bank."""

    title: str
    namespace: str = NO_NAMESPACE
    """As the bank states it; empty: it does not."""
    deck_root: str = ""
    """As an option asks for it; empty: the title, until the lock knows it."""
    questions: tuple[Asked, ...] = ()
    """In the bank's order, the retired ones too."""
    style: Stamp
    """Of the note type's style and templates; time 0: it moves when the digest does."""
    note_type: LockedNoteType
    options: Mapping[str, str] = made_by(dict)
    order: tuple[str, ...] = ()
    """The ids as learners are to meet them."""
    decks: tuple[tuple[str, ...], ...] = ()
    """The levels of the subdecks of all questions, in that order."""
    unnamed: str = ""
    """The name of a subdeck for questions without a technology, in the bank's language."""


class Move(Record, frozen=True):
    """A question that the lock knows under another id, or an id that asks something else now."""

    id: str
    """In the bank."""
    former: str
    """In the lock: where the question was. The same as `id`: nobody knows where it came from."""
    text: str
    """What `id` asks now."""
    before: str = ""
    """What `id` asked before; empty: it is new, or the history does not know."""

    @property
    def is_reuse(self) -> bool:
        """Whether an id asks something else, and no other question has the text it had."""
        return self.id == self.former


class Changes(Record, frozen=True):
    """Ids by what became of them since the last edition."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    """Questions that seem to have taken each other's ids: learners' reviews would go to other questions."""

    def __str__(self) -> str:
        return (
            f"+{len(self.added)} added ~{len(self.changed)} changed "
            f"\N{MINUS SIGN}{len(self.retired)} retired ={len(self.unchanged)} unchanged"
        )


class Edition(Record, kw_only=True, frozen=True):
    """What one build makes: the chosen questions of a bank, in their order, and the words for the choice."""

    bank: Bank
    questions: tuple[Question, ...]
    title: str
    scope: str
    """The filters in words: "Python, Advanced"."""
    retired: tuple[Question, ...] = ()
    """Retired questions that pass the filters."""
    leavers: tuple[Question, ...] = ()
    """Questions that left this filtered deck and are sent once more."""
    deck: str = ""
    """The name of a filtered deck; empty: it has the whole bank, or nobody keeps count of it."""
    departed: tuple[str, ...] = ()
    """What to search for in Anki to find the notes that left this filtered deck, and not the bank."""
    lock: Lock | None = None


class LockMoved(QexportError):
    """Somebody else has written the lock since it was read."""

    exit_code = 5


def join_locks(locks: Sequence[Lock]) -> Lock:
    """Return the lock of several decks of one bank; of what is in more than one, the latest counts."""
    latest = max(locks, key=lambda lock: (lock.note_type.major, lock.style.modified))
    entries = (entry for lock in locks for entry in (*lock.notes.values(), *lock.gone.values()))
    newest: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.modified):
        newest[entry.birth] = entry
    notes = {entry.id: entry for entry in sorted(newest.values(), key=lambda entry: entry.modified)}
    first = min(locks, key=lambda lock: min((each.number for each in lock.notes.values()), default=0))
    return Lock(
        namespace=latest.namespace,
        deck_root=first.deck_root,
        style=latest.style,
        note_type=latest.note_type,
        notes=notes,
        decks={key: name for lock in locks for key, name in lock.decks.items()},
    )


def with_note_type(now: LockedNoteType, lock: Lock | None, path: str, *, may_change: bool) -> LockedNoteType:
    """Return the note type that goes on with the lock's; another one is refused unless it may change."""
    if lock is None:
        return now
    changes = "; ".join(_note_type_changes(lock.note_type, now))
    major = lock.note_type.major
    if not changes:
        if may_change:
            raise UsageError(
                "--new-note-type, but the note type is what it was",
                hint="leave it out: it would only make work for learners",
            )
        return LockedNoteType(now.fields, now.cards, now.sort_field, major)
    if may_change:
        return LockedNoteType(now.fields, now.cards, now.sort_field, major + 1)
    message = (
        f"the note type would change: {changes}. Anki would then update none of the notes that learners have "
        f"({len(lock.notes)}), and put new ones under a second note type"
    )
    hint = (
        "build with the qexport that made this lock; or use --new-note-type, and tell every learner to "
        "import once with “Merge note types” on, which makes their next sync a full one"
    )
    raise InputRefused((Problem(Location(path), message, hint),))


def _note_type_changes(old: LockedNoteType, new: LockedNoteType) -> Iterator[str]:
    for kind, before, after in (("field", old.fields, new.fields), ("card", old.cards, new.cards)):
        yield from (f"{kind} {name!r} is added" for name in after if name not in before)
        yield from (f"{kind} {name!r} is removed" for name in before if name not in after)
        if [name for name in before if name in after] != [name for name in after if name in before]:
            yield f"the {kind}s are in another order"
    if old.sort_field != new.sort_field:
        yield f"the sort field is {new.sort_field!r} and was {old.sort_field!r}"
