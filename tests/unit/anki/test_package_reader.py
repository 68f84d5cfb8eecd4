"""A lock is made anew from a deck; whatever else an .apkg may be is refused, quickly and in words."""

from __future__ import annotations

import io
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from qexport.anki.fields import FIELDS
from qexport.anki.package_reader import lock_of
from qexport.bank.lock import Edition, Lock, LockedNoteType
from qexport.bank.model import Bank, Question
from qexport.bank.stamping import stamp
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import Limits
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools

NOW = 1_760_000_000
TOOLS = Tools(Templates())
BANK = Bank(
    title="T",
    namespace="n",
    questions=(
        Question(id="A<1>", question="q", answer="a", tags=("b", "a")),
        Question(id="B", question="q", answer="[sound:x]", production_scenario="s"),
    ),
)
WHICH = "name an .apkg that qexport made, or that Anki exported"


def deck_of(bank: Bank, lock: Lock | None = None, **options: Any) -> tuple[bytes, Lock]:
    chosen = parse_options(DeckOptions, options)
    tools = with_notes(bank, chosen, TOOLS)
    lock, _ = stamp(content(bank, chosen, tools), lock, NOW)
    edition = Edition(bank=bank, questions=bank.questions, title="T", scope="", lock=lock)
    return render(edition, chosen, tools).data, lock


def package_of(database: bytes, name: str = "collection.anki2") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, database)
    return buffer.getvalue()


def database_of(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def refused(package: bytes, bank: Bank = BANK) -> tuple[str, str]:
    with pytest.raises(InputRefused) as caught:
        lock_of(package, "old.apkg", bank)
    (problem,) = caught.value.problems
    assert problem == Problem(Location("old.apkg"), problem.message, problem.hint)
    return problem.message, problem.hint


def test_the_lock_comes_back_as_it_was() -> None:
    package, lock = deck_of(BANK)
    moved = replace(lock, notes={**lock.notes, "B": replace(lock.notes["B"], modified=NOW + 5)})
    package, lock = deck_of(BANK, moved)
    assert lock_of(package, "old.apkg", BANK) == replace(lock, options={})


def test_what_left_the_bank_since_then_is_known_and_what_came_is_new() -> None:
    package, _ = deck_of(BANK)
    later = replace(BANK, questions=(BANK.questions[0], Question(id="C", question="q", answer="a")))
    again = lock_of(package, "old.apkg", later)
    _, changes = stamp(content(later, DeckOptions(), with_notes(later, DeckOptions(), TOOLS)), again, NOW + 9)
    assert str(changes) == "+1 added ~0 changed −1 retired =1 unchanged"


def test_a_question_renumbered_since_then_is_the_same_note() -> None:
    package, _ = deck_of(BANK)
    first = replace(BANK.questions[0], id="Z", former_ids=("A<1>",))
    later = replace(BANK, questions=(first, BANK.questions[1]))
    lock = lock_of(package, "old.apkg", later)
    _, changes = stamp(content(later, DeckOptions(), with_notes(later, DeckOptions(), TOOLS)), lock, NOW + 9)
    assert str(changes) == "+0 added ~1 changed −0 retired =1 unchanged"
    package, _ = deck_of(later)
    assert lock_of(package, "old.apkg", later).notes.keys() == {"Z", "B"}


def test_a_note_type_of_a_later_number_is_known_by_it() -> None:
    _, lock = deck_of(BANK)
    package, lock = deck_of(BANK, replace(lock, note_type=replace(lock.note_type, major=2)))
    lock = replace(lock, note_type=replace(lock.note_type, major=2))
    edition = Edition(bank=BANK, questions=BANK.questions, title="T", scope="", lock=lock)
    package = render(edition, DeckOptions(), with_notes(BANK, DeckOptions(), TOOLS)).data
    again = lock_of(package, "old.apkg", BANK)
    assert again.note_type == LockedNoteType(tuple(FIELDS), ("recall", "scenario", "mistakes"), "Title", 2)
    assert again.style == lock.style


def test_the_true_collection_is_read_where_there_are_two() -> None:
    package, lock = deck_of(BANK)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("collection.anki2", b"a note for older versions")
        archive.writestr("collection.anki21", old.read("collection.anki2"))
    assert lock_of(buffer.getvalue(), "old.apkg", BANK).notes == lock.notes


def test_a_deck_of_another_bank_is_refused() -> None:
    package, _ = deck_of(replace(BANK, namespace="other"))
    assert refused(package) == (
        "no note of it is of the bank 'n'",
        "a deck is known by its bank's namespace: name one that was made from this bank",
    )


NO_ZIP = ("it is not a package of Anki's: no zip, or a damaged one", WHICH)
NO_DECK = ("its database is not that of a deck", WHICH)


@pytest.mark.parametrize("package", [b"", b"PK\x03\x04", b"<html>"])
def test_what_is_no_zip_is_refused(package: bytes) -> None:
    assert refused(package) == NO_ZIP


def test_a_package_without_a_collection_is_refused() -> None:
    assert refused(package_of(b"x", "collection.txt")) == ("it has no collection in it", WHICH)


def test_a_collection_that_is_not_packed_as_anki_packs_it_is_refused() -> None:
    message = "its collection is not packed as Anki packs it, or is damaged"
    assert refused(package_of(b"x", "collection.anki21b")) == (message, WHICH)


@pytest.mark.parametrize(
    "database",
    [
        b"",
        b"not SQLite",
        b"SQLite format 3\0" + b"\xff" * 5000,
        database_of("CREATE TABLE notes (x)"),
        database_of("CREATE TABLE notes (x)", "CREATE TABLE col (models)"),
        database_of("CREATE VIEW notes AS SELECT 1", "CREATE TABLE col (models)"),
    ],
)
def test_what_is_no_decks_database_is_refused(database: bytes) -> None:
    assert refused(package_of(database)) == NO_DECK


def changed(change: Callable[[sqlite3.Connection], Any]) -> bytes:
    """A good deck in whose database something is changed."""
    with zipfile.ZipFile(io.BytesIO(deck_of(BANK)[0])) as archive:
        data = archive.read("collection.anki2")
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    change(connection)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return package_of(data)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE col SET models = 'no JSON'",
        "UPDATE col SET models = '[]'",
        "UPDATE col SET models = '{}'",
        "UPDATE col SET models = '{\"1716240100\": {}}'",
        "DELETE FROM col",
        "UPDATE notes SET flds = x'ff'",
        "UPDATE notes SET mod = 'soon'",
        "UPDATE notes SET tags = x'00'",
        "UPDATE notes SET mod = 9e999",  # which SQLite reads as infinite
        "UPDATE col SET models = replace(models, '\"sortf\": 2', '\"sortf\": 99')",
    ],
)
def test_a_database_with_nonsense_in_it_is_refused(statement: str) -> None:
    message, _ = refused(changed(lambda connection: connection.execute(statement)))
    assert message in (NO_DECK[0], "no note of it is of the bank 'n'")


def test_a_database_whose_own_names_are_no_utf_8_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(deck_of(BANK)[0])) as archive:
        data = archive.read("collection.anki2")
    assert data.count(b"table") > 2
    assert refused(package_of(data.replace(b"table", b"t\xffble"))) == NO_DECK


def test_a_value_that_is_computed_when_it_is_read_is_refused() -> None:
    def compute(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE notes ADD COLUMN wide AS (zeroblob(5000))")

    assert refused(changed(compute)) == NO_DECK


def test_a_value_of_a_database_has_a_limit() -> None:
    with pytest.raises(LimitExceeded) as caught:
        lock_of(deck_of(BANK)[0], "old.apkg", BANK, Limits(deck_value=4_000))
    message = "old.apkg: a value in its database is longer than 4 kB"
    assert caught.value.message == message


def test_a_time_out_of_range_is_brought_into_it() -> None:
    package = changed(lambda connection: connection.execute(f"UPDATE notes SET mod = {2**40}"))
    assert {each.modified for each in lock_of(package, "old.apkg", BANK).notes.values()} == {2**32 - 1}


def test_a_database_that_never_ends_is_left() -> None:
    def endless(connection: sqlite3.Connection) -> None:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)"
        connection.execute(
            f"INSERT INTO notes SELECT i, 'g', 0, 0, 0, '', '', '', 0, 0, '' FROM ({numbers} SELECT i FROM n)"
        )

    with pytest.raises(LimitExceeded, match=r"^old\.apkg: its database takes too long to read$"):
        lock_of(changed(endless), "old.apkg", BANK, Limits(deck_steps=1_000))


def test_a_database_that_is_much_larger_than_packed_is_not_unpacked() -> None:
    with pytest.raises(LimitExceeded) as caught:
        lock_of(package_of(b"\0" * 9_000), "old.apkg", BANK, Limits(deck_ratio=2))
    assert caught.value.message == "old.apkg: its collection is more than 2 times as large as packed"


def test_a_zip_that_lies_about_its_sizes_is_found_out() -> None:
    package = bytearray(package_of(b"\0" * 1_000))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", package, package.rindex(signature) + at, 100)
    assert refused(bytes(package)) == NO_ZIP


def test_too_many_files_are_too_many() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(4):
            archive.writestr(str(number), b"")
    with pytest.raises(LimitExceeded) as caught:
        lock_of(buffer.getvalue(), "old.apkg", BANK, Limits(deck_files=3))
    assert caught.value.message == "old.apkg: more than 3 files in it"


def test_any_byte_of_a_deck_may_be_another_without_a_traceback() -> None:
    package, _ = deck_of(BANK)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        database = archive.read("collection.anki2")
    for data, wrapped in ((package, False), (database, True)):
        for at in range(0, len(data), max(1, len(data) // 150)):
            damaged = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
            try:
                lock_of(package_of(damaged) if wrapped else damaged, "old.apkg", BANK)
            except (InputRefused, LimitExceeded):
                continue
