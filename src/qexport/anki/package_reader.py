"""A published deck → the lock it was made with, for a bank whose lock is lost.

An .apkg comes from anywhere: nothing of it is unpacked to a disk, every size is counted while it is read, and
its database is opened in memory, read-only, with a limit to what a query may cost.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from qexport.anki.note_type import NOTE_TYPE_ID, style_digest
from qexport.anki.notes import digest_of, guid_of
from qexport.bank.lock import Lock, NoteType, Stamp
from qexport.bank.model import Question
from qexport.common.errors import InputRefused, Location, Problem, QexportError
from qexport.common.limits import USUAL, Limits

if TYPE_CHECKING:
    from qexport.bank.model import Bank

DATABASES = ("collection.anki21", "collection.anki2")
"""The first of them is the true one: beside it Anki puts a note for its older versions into the other."""


_NOT_OURS = (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a database of another form may raise: any column may hold anything."""


def lock_of(package: bytes, path: str, bank: Bank, limits: Limits = USUAL) -> Lock:
    """Return the lock from which a deck of this bank was made, as far as the deck can tell.

    Questions that the deck does not have are not in it: they will count as new.
    """
    with closing(_opened(_database(package, path, limits), path, limits)) as connection:
        try:
            notes = _notes(connection, bank)
            note_type = _note_type(connection, {number for _, number in notes.values()})
        except _NOT_OURS as error:
            raise _unlike_a_deck(error, path, limits) from error
    if not notes or note_type is None:
        raise _refused(
            path,
            f"no note of it is of the bank {bank.namespace!r}",
            "a deck is known by its bank's namespace: name one that was made from this bank",
        )
    style, shape = note_type
    return Lock(style, shape, {key: stamp for key, (stamp, _) in notes.items()})


def notes_in(package: bytes, path: str, limits: Limits = USUAL) -> tuple[tuple[str, str, str], ...]:
    """Return GUID, fields and tags of every note of qexport's in a deck, in the order of their ids."""
    with closing(_opened(_database(package, path, limits), path, limits)) as connection:
        try:
            notes = [
                (str(guid), fields.decode(), str(tags))
                for guid, fields, tags, note_type in connection.execute(
                    "SELECT guid, CAST(flds AS BLOB), tags, mid FROM notes"
                )
                if note_type >= NOTE_TYPE_ID and (note_type - NOTE_TYPE_ID) % 1000 == 0
            ]
        except _NOT_OURS as error:
            raise _unlike_a_deck(error, path, limits) from error
    if not notes:
        raise _refused(path, "no note in it is of a deck that qexport made", _WHICH)
    return tuple(sorted(notes, key=lambda note: note[1]))


_WHICH = "name an .apkg that qexport made, or that Anki exported for its older versions"


def _unlike_a_deck(error: Exception, path: str, limits: Limits) -> QexportError:
    if isinstance(error, sqlite3.OperationalError) and str(error) == "interrupted":
        return limits.exceeded("deck-steps", f"{path}: its database takes too long to read")
    if isinstance(error, sqlite3.DataError) and "too big" in str(error):
        message = f"{path}: a value in its database is longer than {limits.said('deck-value')}"
        return limits.exceeded("deck-value", message)
    return _refused(path, "its database is not that of a deck", _WHICH)


def _refused(path: str, message: str, hint: str) -> InputRefused:
    return InputRefused((Problem(Location(path), message, hint),))


def _database(package: bytes, path: str, limits: Limits) -> bytes:
    try:
        with ZipFile(BytesIO(package)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.deck_files:
                raise limits.exceeded("deck-files", f"{path}: more than {limits.said('deck-files')} in it")
            if sum(entry.file_size for entry in entries) > limits.deck:
                raise limits.exceeded("deck", f"{path}: its files are more than {limits.said('deck')}")
            names = {entry.filename: entry for entry in entries}
            entry = next((names[name] for name in DATABASES if name in names), None)
            if entry is None:
                raise _refused(path, "it has no collection that older versions of Anki can read", _WHICH)
            if entry.flag_bits & 1:
                raise _refused(path, "its collection is encrypted", _WHICH)
            most = min(limits.deck, limits.deck_ratio * max(entry.compress_size, 4096))
            with archive.open(entry) as file:
                data = file.read(most + 1)  # what a zip says of its sizes may be wrong
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        raise _refused(path, "it is not a package of Anki's: no zip, or a damaged one", _WHICH) from error
    if len(data) > most:
        message = f"{path}: its collection is more than {limits.said('deck-ratio')} as large as packed"
        raise limits.exceeded("deck-ratio", message)
    return data


def _opened(data: bytes, path: str, limits: Limits) -> sqlite3.Connection:
    if not data:  # for which Python raises MemoryError
        raise _refused(path, "its database is not that of a deck", _WHICH)
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        # A column may be computed when it is read: what counts is the value, not the file.
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.deck_value)
        steps = iter(range(limits.deck_steps // 1000))
        connection.set_progress_handler(lambda: 1 if next(steps, None) is None else 0, 1000)
        kinds = dict(
            connection.execute("SELECT name, type FROM sqlite_master WHERE name IN ('notes', 'col')")
        )
    except (sqlite3.Error, ValueError) as error:  # ValueError: names that are no UTF-8
        connection.close()
        raise _refused(path, "its database is not that of a deck", _WHICH) from error
    if kinds != {"notes": "table", "col": "table"}:
        connection.close()
        raise _refused(path, "its database is not that of a deck", _WHICH)
    return connection


def _notes(connection: sqlite3.Connection, bank: Bank) -> dict[str, tuple[Stamp, int]]:
    """Return the stamp and the note type of each note that is of this bank, by the id in its first field."""
    ours = {guid_of(bank.namespace, question) for question in bank.questions}
    notes: dict[str, tuple[Stamp, int]] = {}
    for guid, note_type, modified, tags, fields in connection.execute(
        "SELECT guid, mid, mod, tags, CAST(flds AS BLOB) FROM notes ORDER BY mod"
    ):
        key = unescape(fields.split(b"\x1f", 2)[1].decode())
        gone = Question(id=key, question="", answer="")
        if guid in ours or guid == guid_of(bank.namespace, gone):
            time = min(max(int(modified), 0), (1 << 32) - 1)
            notes[key] = (Stamp(digest_of(fields, " ".join(tags.split())), time), note_type)
    return notes


def _note_type(connection: sqlite3.Connection, numbers: set[int]) -> tuple[Stamp, NoteType] | None:
    """Return the newest of the note types that are qexport's."""
    models: dict[str, dict[str, Any]] = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
    majors = {(number - NOTE_TYPE_ID) // 1000 + 1: number for number in numbers}
    if not majors:
        return None
    major = max(majors)
    model = models[str(majors[major])]
    fields = tuple(str(field["name"]) for field in model["flds"])
    cards = tuple(str(card["name"]).lower() for card in model["tmpls"])
    shape = NoteType(fields, cards, fields[model["sortf"]], major)
    return Stamp(style_digest(model), min(max(int(model["mod"]), 0), (1 << 32) - 1)), shape
