"""The content of a bank and the lock of before → the lock of now, and what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from qexport.bank.deck_order import arrange_places, name_decks
from qexport.bank.identity import assign_notes, birth_name
from qexport.bank.lock import SPACING, Asked, Changes, Entry, Lock, LockedContent, Move, Stamp, guid_of
from qexport.bank.moves import find_moves
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.files import namespace_slug
from qexport.common.records import Record

AN_HOUR = 3_600_000
"""In milliseconds: the numbers of notes that are published at once lie in the hour before."""
EARLIEST = 1_577_836_800
"""2020-01-01: numbers of notes are times, and Anki cannot open a note of the number 0."""
FIRST_MOMENT = 1
"""The earliest time at which a note can leave the deck; 0 means that it has not left."""


class Deciding(Record, frozen=True):
    """What a person has decided about identities."""

    accepts_moves: bool = False
    """Questions that seem to have moved are what their ids say."""
    accepts_namespace: bool = False
    """Another namespace: every note is born again."""


NOTHING_DECIDED = Deciding()


def first_namespace(content: LockedContent) -> str:
    """Return the namespace of a bank that states none: from its title, and a digest of its ids and questions.

    It is the same on every machine, and different for two banks of one title.
    """
    said = "\x1e".join(sorted(f"{each.id}\x1f{each.question}" for each in content.questions))
    return f"{namespace_slug(content.title)}-{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def stamp(
    content: LockedContent,
    lock: Lock | None,
    now: int,
    *,
    path: str = "",
    texts: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    deciding: Deciding = NOTHING_DECIDED,
) -> tuple[Lock, Changes]:
    """Return the lock brought up to date with a bank's content, and what changed.

    Without a lock everything is new. What moved gets the time `now`, or a second after its last time if the
    clock went backwards.

    Args:
        content: What the bank would publish now.
        lock: The lock of the last edition.
        now: Unix seconds.
        path: Of the lock, for messages.
        texts: What published versions asked, by their digests; without them only equal questions are known again.
        answers: What they answered, which shows that a question of nearly the same words is another one.
        deciding: What was decided about changed places and namespaces.

    Raises:
        InputRefused: the namespace is another one, or `former_ids` contradict the lock.
    """
    lock = _with_namespace(content, lock, now, path, deciding)
    known = {} if texts is None else texts
    assignment = assign_notes(content.questions, lock, known)
    if assignment.contradictions:
        raise InputRefused(tuple(_contradiction(path, *each) for each in assignment.contradictions))
    before = lock or Lock(
        namespace=content.namespace or first_namespace(content),
        deck_root=content.deck_root or re.sub(r"::+", ":", content.title),
        style=Stamp("", 0),
        note_type=content.note_type,
    )
    entries = (*before.notes.values(), *(entry for entry in before.gone.values() if not entry.namespace))
    moves = find_moves(content.questions, assignment.notes, entries, known, answers) if lock else ()
    stamping = _Stamping(before, now, () if deciding.accepts_moves else moves)
    for question in content.questions:
        stamping.add(question, assignment.notes.get(question.id))
    after = replace(
        before,
        style=_stamp_style(content.style, lock, now),
        note_type=content.note_type,
        options=dict(content.options),
        decks=name_decks(
            content.decks, before.decks, content.unnamed, may_number=lock is None or bool(lock.decks)
        ),
        notes=_with_places(stamping.number_notes(), content.order),
        gone=stamping.gone(),
    )
    return after, stamping.changes(() if deciding.accepts_moves else moves)


def _with_namespace(
    content: LockedContent, lock: Lock | None, now: int, path: str, deciding: Deciding
) -> Lock | None:
    """Return the lock; without its notes if a new namespace is accepted."""
    if lock is None or content.namespace in ("", lock.namespace):
        return lock
    if not deciding.accepts_namespace:
        message = (
            f"the bank's namespace is {content.namespace!r}, and it was published as {lock.namespace!r}: every "
            f"learner would get all {len(lock.notes)} notes once more, and keep the old ones with their reviews"
        )
        hint = f"write namespace: {lock.namespace} into the bank, or use --accept-new-namespace"
        raise InputRefused((Problem(Location(path), message, hint),))
    gone = {
        _gone_key(entry.birth, entry.namespace or lock.namespace): replace(
            entry,
            namespace=entry.namespace or lock.namespace,
            left=entry.left or max(now, entry.modified, FIRST_MOMENT),
        )
        for entry in (*lock.notes.values(), *lock.gone.values())
    }
    return replace(lock, namespace=content.namespace, notes={}, gone=gone)


def _gone_key(birth: str, namespace: str) -> str:
    """Return what a note that left is listed under: its birth, and the namespace it was published in if not now's."""
    return f"{birth} {namespace}" if namespace else birth


def _contradiction(path: str, key: str, former: str, reason: str) -> Problem:
    message = f"former_ids of {key} names {former}: {reason}"
    return Problem(Location(path), message, "remove it; `qexport renumber` writes former_ids that are right")


def _with_places(notes: Mapping[str, Entry], order: Sequence[str]) -> dict[str, Entry]:
    places = arrange_places(order, {key: entry.place for key, entry in notes.items()})
    moved = {key: place for key, place in places.items() if key in notes and place != notes[key].place}
    return {key: replace(entry, place=moved[key]) if key in moved else entry for key, entry in notes.items()}


def _stamp_style(style: Stamp, lock: Lock | None, now: int) -> Stamp:
    if style.modified:  # the time of the style's own release
        return style
    if lock is None:
        return Stamp(style.digest, now)
    if lock.style.digest == style.digest:
        return lock.style
    return Stamp(style.digest, max(now, lock.style.modified + 1))


class _Stamping:
    """The notes of a bank, one after another, and what became of each."""

    def __init__(self, lock: Lock, now: int, moves: Sequence[Move]) -> None:
        self._lock = lock
        self._now = now
        self._open = {move.former for move in moves if not move.is_reuse}
        """Ids under which the lock has questions that are elsewhere now, until somebody decides."""
        self._unsettled = {move.id for move in moves if not move.is_reuse}
        self._births = {entry.birth.casefold() for entry in self._everything() if not entry.namespace}
        self._guids: set[str] = set()
        self._notes: dict[str, Entry] = {}
        self._kept: set[tuple[str, str]] = set()
        self._kinds: dict[str, list[str]] = {"added": [], "changed": [], "retired": [], "unchanged": []}

    def _everything(self) -> tuple[Entry, ...]:
        return (*self._lock.notes.values(), *self._lock.gone.values())

    def add(self, question: Asked, known: Entry | None) -> None:
        """Add the note of a question; `known` is what the lock has of it."""
        if known is None:
            self._add_new(question)
            return
        self._kept.add((known.namespace, known.birth))
        was_here = known.birth == getattr(self._lock.notes.get(known.id), "birth", None)
        had_left = known.left > 0
        is_same = was_here and known.digest == question.digest and (not had_left or question.is_retired)
        modified = known.modified if is_same else max(self._now, known.modified + 1, known.left + had_left)
        is_open = known.id == question.id and bool(known.question) and self._is_open(question, known)
        asks = "" if question.id in self._unsettled and not known.question else question.question
        names = {*known.names, known.id, *question.former_ids} - {question.id}
        entry = replace(
            known,
            id=question.id,
            names=tuple(sorted(names)),
            question=known.question if is_open else asks,
            asked=(known.asked or known.version) if is_open else "",
            version=known.version if is_same and known.version else question.version,
            digest=question.digest,
            modified=modified,
            left=(known.left or max(modified, FIRST_MOMENT)) if question.is_retired else 0,
        )
        self._notes[question.id] = entry
        if question.is_retired:
            if not had_left:
                self._kinds["retired"].append(question.id)
        elif had_left:
            self._kinds["added"].append(question.id)
        else:
            self._kinds["unchanged" if is_same and known.id == question.id else "changed"].append(question.id)

    def _is_open(self, question: Asked, known: Entry) -> bool:
        """Return whether nobody has decided yet whether this note goes on with the question that has its id now."""
        is_other = (known.question, known.asked or known.version) != (question.question, question.version)
        return question.id in self._unsettled or (known.id in self._open and is_other)

    def _add_new(self, question: Asked) -> None:
        birth = birth_name(question, self._births)
        self._births.add(birth.casefold())
        self._notes[question.id] = Entry(
            id=question.id,
            birth=birth,
            guid=self._guid(question, birth),
            number=0,
            names=tuple(sorted({*question.former_ids, birth} - {question.id})) if question.former_ids else (),
            question="" if question.id in self._unsettled else question.question,
            version=question.version,
            digest=question.digest,
            modified=self._now,
            left=max(self._now, FIRST_MOMENT) if question.is_retired else 0,
        )
        if not question.is_retired:
            self._kinds["added"].append(question.id)

    def _guid(self, question: Asked, birth: str) -> str:
        """Return the GUID of a new note: that of the note it was in another's deck, if nothing else has it."""
        if not question.guid:
            return guid_of(self._lock.namespace, birth)
        self._guids = self._guids or {entry.guid for entry in self._everything()}
        chosen = guid_of(self._lock.namespace, birth) if question.guid in self._guids else question.guid
        self._guids.add(chosen)
        return chosen

    def number_notes(self) -> dict[str, Entry]:
        """Return the notes; new ones get the number of their rows, a moment in the hour before now."""
        taken = {entry.number for entry in self._everything()}
        last = max(self._now, EARLIEST) * 1000 - SPACING
        slots = AN_HOUR // SPACING
        new = sorted(
            (entry for entry in self._notes.values() if not entry.number), key=lambda each: each.guid
        )
        slots = max(slots, 2 * len(new))
        for entry in new:
            slot = int(entry.guid, 16) % slots if _is_hex(entry.guid) else 0
            while (number := last - SPACING * slot) in taken:
                slot += 1
            taken.add(number)
            self._notes[entry.id] = replace(entry, number=number)
        return self._notes

    def gone(self) -> dict[str, Entry]:
        """Return the notes that no question of the bank is any more."""
        gone: dict[str, Entry] = {}
        for entry in self._everything():
            if (entry.namespace, entry.birth) in self._kept:
                continue
            gone[_gone_key(entry.birth, entry.namespace)] = replace(
                entry, left=entry.left or max(self._now, entry.modified, FIRST_MOMENT), asked=""
            )
            if not entry.left:
                self._kinds["retired"].append(entry.id)
        return gone

    def changes(self, moves: Sequence[Move]) -> Changes:
        """Return what became of all notes."""
        return Changes(**{kind: tuple(ids) for kind, ids in self._kinds.items()}, moves=tuple(moves))


def _is_hex(text: str) -> bool:
    return len(text) == 32 and all(digit in "0123456789abcdef" for digit in text)
