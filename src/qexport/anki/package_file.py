"""An .apkg of any age → its notes: the form Anki wrote until 2021, and today's.

    zip → collection.anki21b (zstandard), collection.anki21 or collection.anki2 → SQLite in memory → NoteRow

A package comes from anywhere: nothing of it is unpacked to a disk, every size is counted while it is read, and
its database is opened in memory, read-only, with a limit to what a query may cost. Today's form needs no
protobuf library: the few fields that matter are read from the wire format.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any, TypeVar
from zipfile import BadZipFile, ZipFile, ZipInfo

from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import USUAL, Limits

DATABASES = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The first of them is the true one: beside it Anki puts a note for its older versions into the others."""

_NOT_OURS = (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a database of another form may raise: any column may hold anything."""

_WHICH = "name an .apkg that qexport made, or that Anki exported"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type of a package."""

    number: int
    name: str
    fields: tuple[str, ...]
    sort_field: int
    cards: tuple[tuple[str, str, str], ...]
    """Name, front and back of each."""
    css: str
    modified: int


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of a package."""

    number: int
    guid: str
    modified: int
    tags: str
    fields: tuple[bytes, ...]
    note_type: int
    deck: str
    """The name of the deck of its first card, with `::` between levels."""
    place: int = 0
    """Of its first card among new ones; 0: it is none any more."""


class Package:
    """The database of a package; anything it holds is as it may be in a hostile file."""

    def __init__(self, connection: sqlite3.Connection, path: str, limits: Limits) -> None:
        self.connection = connection
        self._path = path
        self._limits = limits
        # Not the names of all tables: a damaged one may be no text.
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'notetypes'").fetchone()
        self.is_new = found is not None

    def read(self, ask: Callable[[Package], Result]) -> Result:
        """Return what a function reads; whatever it trips over is refused in words."""
        try:
            return ask(self)
        except _NOT_OURS as error:
            if isinstance(error, sqlite3.OperationalError) and str(error) == "interrupted":
                message = f"{self._path}: its database takes too long to read"
                raise self._limits.make_error("deck-steps", message) from error
            if isinstance(error, sqlite3.DataError) and "too big" in str(error):
                longest = self._limits.show("deck-value")
                message = f"{self._path}: a value in its database is longer than {longest}"
                raise self._limits.make_error("deck-value", message) from error
            raise refuse_package(self._path, "its database is not that of a deck") from error

    def note_types(self) -> dict[int, NoteType]:
        """Return the note types by their numbers."""
        return self._new_note_types() if self.is_new else self._old_note_types()

    def notes(self) -> Iterator[NoteRow]:
        """Yield the notes in the order of their times."""
        decks = self._decks()
        # Only numbers are sorted: to sort the notes themselves takes twice as long as to read them.
        rows = self.connection.execute(
            "SELECT n.id, n.guid, n.mod, n.tags, CAST(n.flds AS BLOB), n.mid,"
            " CASE WHEN c.odid THEN c.odid ELSE c.did END, CASE WHEN c.type = 0 AND NOT c.odid THEN c.due END"
            " FROM (SELECT id FROM notes ORDER BY mod, id LIMIT -1) o CROSS JOIN notes n ON n.id = o.id"
            " LEFT JOIN cards c ON c.id = (SELECT id FROM cards WHERE nid = n.id ORDER BY ord LIMIT 1)"
        )
        for number, guid, modified, tags, fields, note_type, deck, place in rows:
            parts = tuple(fields.split(b"\x1f"))
            fields.decode()  # all of them are read later, and are refused here if they are not UTF-8
            name = decks.get(deck, "")
            words = " ".join(tags.split())
            yield NoteRow(
                int(number), str(guid), int(modified), words, parts, note_type, name, int(place or 0)
            )

    def _decks(self) -> dict[int, str]:
        if self.is_new:
            rows = self.connection.execute("SELECT id, name FROM decks")
            return {int(number): str(name).replace("\x1f", "::") for number, name in rows}
        decks = json.loads(self.connection.execute("SELECT decks FROM col").fetchone()[0])
        return {int(number): str(deck["name"]) for number, deck in decks.items()}

    def _old_note_types(self) -> dict[int, NoteType]:
        models = json.loads(self.connection.execute("SELECT models FROM col").fetchone()[0])
        return {
            int(number): NoteType(
                int(number),
                str(model["name"]),
                tuple(str(field["name"]) for field in model["flds"]),
                int(model["sortf"]),
                tuple((str(card["name"]), str(card["qfmt"]), str(card["afmt"])) for card in model["tmpls"]),
                str(model["css"]),
                int(model["mod"]),
            )
            for number, model in models.items()
        }

    def _new_note_types(self) -> dict[int, NoteType]:
        fields: dict[int, list[str]] = {}
        for number, name in self.connection.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
            fields.setdefault(number, []).append(str(name))
        cards: dict[int, list[tuple[str, str, str]]] = {}
        for number, name, config in self.connection.execute(
            "SELECT ntid, name, config FROM templates ORDER BY ntid, ord"
        ):
            said = read_message(config)
            sides = (said.get(1, b""), said.get(2, b""))
            front, back = (side.decode() if isinstance(side, bytes) else "" for side in sides)
            cards.setdefault(number, []).append((str(name), front, back))
        found = {}
        for number, name, modified, config in self.connection.execute(
            "SELECT id, name, mtime_secs, config FROM notetypes"
        ):
            said = read_message(config)
            css, sort_field = said.get(3, b""), said.get(2, 0)
            found[number] = NoteType(
                number,
                str(name),
                tuple(fields.get(number, ())),
                sort_field if isinstance(sort_field, int) else 0,
                tuple(cards.get(number, ())),
                css.decode() if isinstance(css, bytes) else "",
                int(modified),
            )
        return found


@contextmanager
def open_package(package: bytes, path: str, limits: Limits = USUAL) -> Iterator[Package]:
    """Open the collection of a package, of the old form or today's.

    Raises:
        InputRefused: it is no package, or its database is not that of a deck.
        LimitExceeded: it is larger than the limits allow, or takes longer to read.
    """
    connection = _connect(_database(package, path, limits), path, limits)
    try:
        yield Package(connection, path, limits)
    finally:
        connection.close()


def read_message(data: bytes) -> Mapping[int, int | bytes]:
    """Return the fields of a protobuf message by their numbers, the last of each: numbers, and bytes.

    Source: protobuf.dev/programming-guides/encoding. ValueError for what is no message.
    """
    found: dict[int, int | bytes] = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            found[tag >> 3], at = _varint(data, at)
            continue
        length = {1: 8, 5: 4}.get(kind)
        if kind == 2:
            length, at = _varint(data, at)
        if length is None or at + length > len(data):
            raise ValueError("not a message")
        if kind == 2:
            found[tag >> 3] = data[at : at + length]
        at += length
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("not a message")


def refuse_package(path: str, message: str, hint: str = _WHICH) -> InputRefused:
    """Return the refusal of a package."""
    return InputRefused((Problem(Location(path), message, hint),))


def _database(package: bytes, path: str, limits: Limits) -> bytes:
    try:
        with ZipFile(BytesIO(package)) as archive:
            entry = _find_member(archive, path, limits)
            most = min(limits.deck, limits.deck_ratio * max(entry.compress_size, 4096))
            with archive.open(entry) as file:
                data = file.read(most + 1)  # what a zip says of its sizes may be wrong
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        raise refuse_package(path, "it is not an Anki package: not a zip, or a damaged one") from error
    if entry.filename.endswith("b"):
        data = unpack_zstandard(data, most, path)
    if len(data) > most:
        raise _too_large(path, limits)
    return data


def _too_large(path: str, limits: Limits) -> LimitExceeded:
    message = f"{path}: its collection is more than {limits.show('deck-ratio')} as large as packed"
    return limits.make_error("deck-ratio", message)


def _find_member(archive: ZipFile, path: str, limits: Limits) -> ZipInfo:
    entries = archive.infolist()
    if len(entries) > limits.deck_files:
        raise limits.make_error("deck-files", f"{path}: more than {limits.show('deck-files')} in it")
    if sum(entry.file_size for entry in entries) > limits.deck:
        raise limits.make_error("deck", f"{path}: its files are more than {limits.show('deck')}")
    names = {entry.filename: entry for entry in entries}
    entry = next((names[name] for name in DATABASES if name in names), None)
    if entry is None:
        raise refuse_package(path, "it has no collection in it")
    if entry.flag_bits & 1:
        raise refuse_package(path, "its collection is encrypted")
    return entry


def unpack_zstandard(data: bytes, most: int, path: str) -> bytes:
    """Return what zstandard packed, of at most one byte more than allowed."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    zstd: Any = import_module(name)
    try:
        return bytes(zstd.ZstdDecompressor().decompress(data, most + 1))
    except (zstd.ZstdError, EOFError) as error:
        raise refuse_package(path, "its collection is not packed as Anki packs it, or is damaged") from error


def _connect(data: bytes, path: str, limits: Limits) -> sqlite3.Connection:
    if len(data) < 100:  # for nothing Python raises MemoryError
        raise refuse_package(path, "its database is not that of a deck")
    # Two bytes of the header say that there is a write-ahead log, which a file in memory cannot have.
    database = bytearray(data)
    if database[18:20] == b"\2\2":
        database[18:20] = b"\1\1"
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.deck_value)
        connection.create_collation("unicase", _compare_unicase)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        steps = iter(range(limits.deck_steps // 1000))
        connection.set_progress_handler(lambda: 1 if next(steps, None) is None else 0, 1000)
        kinds = dict(
            connection.execute("SELECT name, type FROM sqlite_master WHERE name IN ('notes', 'col', 'cards')")
        )
        is_deck = kinds == {"notes": "table", "col": "table", "cards": "table"}
        is_deck = is_deck and connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
        is_deck = is_deck and not _has_generated_columns(connection)
    except (sqlite3.Error, ValueError) as error:  # ValueError: names that are no UTF-8
        connection.close()
        raise refuse_package(path, "its database is not that of a deck") from error
    if not is_deck:
        connection.close()
        raise refuse_package(path, "its database is not that of a deck")
    return connection


def _has_generated_columns(connection: sqlite3.Connection) -> bool:
    """Return whether a table has columns that are computed: a small file could hold endless text."""
    tables = ("notes", "cards", "col", "notetypes", "fields", "templates", "decks", "revlog")
    for table in tables:
        for column in connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", (table,)):
            if column[0]:
                return True
    return False


def _compare_unicase(one: str, other: str) -> int:
    first, second = one.casefold(), other.casefold()
    return (first > second) - (first < second)
