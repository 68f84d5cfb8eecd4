"""An edition's notes to Anki's database: the tree of decks, the order of new cards, the rows.

    notes of the bank → rows of genanki's database → SQLite's bytes, which are read in parts

In memory the bytes would be there twice, as SQLite hands over a copy: 87 MB of 10,000 notes, and 2 in a file.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Protocol
from weakref import finalize

from qexport import __version__
from qexport.anki.fields import FIELD_PLACES, SORT_FIELD
from qexport.anki.note_type import note_type
from qexport.anki.notes import Note, number_colours, values_with_identity
from qexport.anki.search import fitting_search
from qexport.bank.deck_order import deck_key, deck_level
from qexport.bank.lock import Edition, Lock
from qexport.bank.selection import in_bank_order
from qexport.content.languages import CHANGE_LABELS, Language, language
from qexport.content.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from qexport.bank.model import Bank, Question

DEEPEST_DECK = 8
"""Levels of a deck's name; Anki refuses a file with 20."""

MOST_NAMED = 50
"""Ids that a deck's description names of each kind of change."""

MOST_NOTES_IN_MEMORY = 1_000
"""Notes whose database is put together in memory: 4 MB."""

PRESET_ID = 1_716_240_199
PRESET_NAME = "In the order of the deck (qexport)"
BY_POSITION = 1
"""Ascending position, as Anki numbers the orders in which it gathers new cards (deck_config.proto)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckShape:
    """The options that shape a deck, but none of its notes."""

    root: str = ""
    """Its name, with :: between levels; empty: the bank's title."""
    depth: int = 1
    """Levels of decks inside it: by technology, then by category."""
    new_order: str = "bank"
    """The order of new cards: bank, difficulty or id."""
    label: str = ""
    """The version, in its description."""
    dated: date | None = None
    """The date in its description; None: that of the lock."""


# Decks


class _Tree:
    """The decks of an edition: the same tree, whatever was filtered."""

    def __init__(self, root: list[str], depth: int, names: Mapping[str, str]) -> None:
        self.depth = depth
        self._names = names
        parts = [part for level in root if (part := deck_level(level))]
        if parts and parts[0].casefold() == "default":
            parts[0] += " deck"  # every collection has one of that name, which is Anki's own
        self.root = tuple(parts[: DEEPEST_DECK - self.depth]) or ("Questions",)
        self._written: dict[str, str] = {}
        self._decks: dict[tuple[str, ...], str] = {}
        self.root_name = self._name(self.root)

    def deck_of(self, question: Question) -> str:
        """Return the name of the deck that a question is in."""
        names = (question.technology, question.category)[: self.depth]
        if names not in self._decks:
            self._decks[names] = self._deck_at(deck_path(question, self.depth))
        return self._decks[names]

    def _deck_at(self, levels: tuple[str, ...]) -> str:
        keys = (deck_key(levels[: end + 1]) for end in range(len(levels)))
        names = (self._names.get(key, level) for key, level in zip(keys, levels, strict=True))
        return self._name((*self.root, *filter(None, names)))

    def numbers(self) -> dict[str, int]:
        """Return a number for each deck. Anki knows them by name, but two must not share a number."""
        numbers: dict[int, str] = {}
        for name in sorted(self._written.values()):
            number = (1 << 30) + int(sha256(name.encode()).hexdigest(), 16) % ((1 << 30) - 1000)
            while number in numbers:
                number += 1
            numbers[number] = name
        return {name: number for number, name in numbers.items()}

    def _name(self, parts: tuple[str, ...]) -> str:
        name = parts[0] if len(parts) == 1 else f"{self._name(parts[:-1])}::{parts[-1]}"
        return self._written.setdefault(name.casefold(), name)  # to Anki, Python and python are one deck


def deck_path(question: Question, depth: int) -> tuple[str, ...]:
    """Return the levels of the deck that a question is in, below the root and without their numbers."""
    return tuple(map(deck_level, (question.technology, question.category)[:depth]))


def _deck_tree(lock: Lock, shape: DeckShape) -> _Tree:
    root = shape.root.split("::")
    return _Tree(root if any(map(deck_level, root)) else lock.deck_root.split("::"), shape.depth, lock.decks)


def find_disorder(bank: Bank, lock: Lock, shape: DeckShape) -> tuple[str, str] | None:
    """Return two decks of a bank of which Anki takes new cards in another order than is asked for; None: it does not.

    Anki begins with the first one. If it should take turns between decks, any two of them are named.
    """
    tree = _deck_tree(lock, shape)
    places = _number_new_cards(bank, lock, shape.new_order)
    decks = {question.id: tree.deck_of(question) for question in bank.questions if question.id in places}
    met = sorted(decks, key=lambda key: (_sort_as_anki(decks[key]), places[key]))
    wrong = (pair for pair in pairwise(met) if places[pair[0]] > places[pair[1]])
    first, second = next(wrong, ("", ""))
    return (decks[first], decks[second]) if first else None


def _sort_as_anki(deck: str) -> tuple[str, ...]:
    return tuple(deck.casefold().split("::"))


def _description(edition: Edition, lock: Lock, count: int, shape: DeckShape, templates: Templates) -> str:
    bank = edition.bank
    dated = shape.dated.isoformat() if shape.dated else ""
    left = [lock.key_of(entry) for entry in lock.left]
    search = fitting_search(left)
    departed = fitting_search(edition.departed)
    words = language(bank.language)
    return templates.render(
        "anki/description.html.j2",
        title=edition.title,
        release=shape.label,
        date=dated or datetime.fromtimestamp(lock.changed, UTC).strftime("%Y-%m-%d"),
        made_with=f"qexport {__version__}",
        count=len(edition.questions),
        total=bank.claims.questions or sum(question.status == "active" for question in bank.questions),
        retired=count - len(edition.questions) - len(edition.leavers),
        scope=edition.scope,
        source=bank.source,
        url=bank.source if re.fullmatch(r"https?://\S+", bank.source) else "",
        search=search.text,
        left_out=search.left_out,
        departed=departed.text,
        departed_left_out=departed.left_out,
        news=_news(lock, words),
        labels=dict(words.labels),
    )


def _news(lock: Lock, words: Language) -> list[dict[str, str]]:
    """Return what the release changed, by kind."""
    changes = lock.release.changes.items() if lock.release else ()
    return [
        {"kind": words.label(CHANGE_LABELS.get(kind, kind)), "ids": _some(ids, words)}
        for kind, ids in changes
    ]


def _some(ids: Sequence[str], words: Language) -> str:
    """Return ids as a text of bearable length."""
    more = len(ids) - MOST_NAMED
    named = ", ".join(ids[:MOST_NAMED])
    return words.label("and_more", names=named, n=more) if more > 0 else named


def _number_new_cards(bank: Bank, lock: Lock, order: str) -> dict[str, int]:
    """Return the place of each question among new cards, of all that the bank has in the lock.

    So the order is the same whichever part of the bank a learner has imported first.
    """
    questions = [question for question in in_bank_order(bank) if question.id in lock.notes]
    if order == "id":
        questions.sort(key=lambda question: (question.id.casefold(), question.id))
    elif order == "difficulty":
        questions.sort(key=lambda question: 11 if question.difficulty is None else question.difficulty)
    places = sorted(lock.notes[question.id].place for question in questions)
    return {question.id: place for question, place in zip(questions, places, strict=True)}


def _preset_of_a_tree(usual: dict[str, object], modified: int) -> dict[str, object]:
    """Return the deck options with which the order of new cards holds over all decks.

    A learner takes them with "Import any deck presets"; without it, Anki gives each deck its usual ones.
    """
    changed = {"id": PRESET_ID, "name": PRESET_NAME, "mod": modified, "newGatherPriority": BY_POSITION}
    return {**usual, **changed}


# The file


class Readable(Protocol):
    """Bytes of which a part is read when it is asked for."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part of them."""


def write_database(fill: Callable[[sqlite3.Connection], None], count: int) -> Readable:
    """Return the bytes of a database.

    Args:
        fill: writes all of it into an empty one. Where there is no room for a file, it does so again in memory.
        count: how many notes it has.
    """
    if count > MOST_NOTES_IN_MEMORY:
        with suppress(OSError, sqlite3.OperationalError):
            return _write_in_file(fill)
    # With ":memory:" there would be three of it for a moment when SQLite hands it over.
    with closing(sqlite3.connect("file:deck?vfs=memdb", uri=True)) as connection:
        fill(connection)
        connection.commit()
        return connection.serialize()


def _write_in_file(fill: Callable[[sqlite3.Connection], None]) -> Readable:
    with TemporaryDirectory(prefix="qexport-") as folder:
        path = Path(folder, "deck")
        written = _DatabaseFile(path)
        connection = sqlite3.connect(path)
    with closing(connection):  # which has the file open: from here it has no name, and ends with this process
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        fill(connection)
        connection.commit()
    return written


class _DatabaseFile:
    """A file that is read although its name is gone."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("x+b")
        finalize(self, self._file.close)

    def __len__(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def __getitem__(self, part: slice, /) -> bytes:
        start, end, _ = part.indices(len(self))
        return os.pread(self._file.fileno(), end - start, start)


def collection(
    edition: Edition, notes: Sequence[Note], lock: Lock, shape: DeckShape, templates: Templates
) -> Readable:
    """Return the collection as SQLite's bytes: genanki's tables, filled in one go."""
    import genanki  # not above: a deck that is there is not made again

    tree = _deck_tree(lock, shape)
    decks_of = {note.question.id: tree.deck_of(note.question) for note in notes}
    deck_numbers = tree.numbers()
    description = _description(edition, lock, len(notes), shape, templates)
    places = _number_new_cards(edition.bank, lock, shape.new_order)
    colours = number_colours(edition.bank)
    ours = note_type(templates, lock.style.modified, lock.note_type.major)
    number = ours["id"]
    # In the order of their rows, which then lie close together.
    ordered = sorted(notes, key=lambda note: lock.notes[note.question.id].number)

    def note_rows() -> Iterator[tuple[object, ...]]:
        place = FIELD_PLACES[SORT_FIELD]
        for note in ordered:
            entry = lock.notes[note.question.id]
            colour = colours[note.question.technology]
            values = values_with_identity(
                note.fields, lock.key_of(entry), lock.namespace, entry.version, colour
            )
            fields = b"\x1f".join(values)
            listed = values[place].decode()
            tags = f" {note.tags} "
            yield (entry.number, entry.guid, number, entry.modified, -1, tags, fields, listed, 0, 0, "")

    def card_rows() -> Iterator[tuple[object, ...]]:
        for note in ordered:
            deck = deck_numbers[decks_of[note.question.id]]
            entry = lock.notes[note.question.id]
            place = places[note.question.id]
            for card in note.cards:
                row = (entry.number + card, entry.number, deck, card, entry.modified, -1, 0, 0, place)
                yield (*row, *[0] * 8, "")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA page_size = 16384")  # on one of 4096 lies one note, and much of nothing
        cursor = connection.cursor()
        genanki.Package([]).write_to_db(cursor, 0, iter(()))
        decks = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
        presets = json.loads(cursor.execute("SELECT dconf FROM col").fetchone()[0])
        # Anki's own options keep the order where the names of decks do. Only then are those of a learner of 2.1.54
        # safe: up to then Anki takes any others without asking, each time an import adds cards.
        preset = PRESET_ID if find_disorder(edition.bank, lock, shape) else 1
        if preset == PRESET_ID:
            presets[str(preset)] = _preset_of_a_tree(presets["1"], ours["mod"])
        for name, deck in sorted(deck_numbers.items()):
            about = description if name == tree.root_name else ""
            decks[str(deck)] = genanki.Deck(deck, name, about).to_json() | {"conf": preset}
        values = (json.dumps(decks), json.dumps({number: ours}), json.dumps(presets))
        cursor.execute("UPDATE col SET decks = ?, models = ?, dconf = ?", values)
        cursor.executemany("INSERT INTO cards VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", card_rows())
        cursor.executemany("INSERT INTO notes VALUES (?,?,?,?,?,?, CAST(? AS TEXT), ?,?,?,?)", note_rows())

    return write_database(fill, len(notes))
