"""A package is opened with limits; what is damaged is refused."""

from __future__ import annotations

import io
import sqlite3
import struct
import zipfile

import pytest
from tests.unit.anki.packages import BANK, NO_DECK, WHICH, changed, deck_of, package_of, refused

from qexport.anki.package_reader import lock_of
from qexport.common.errors import LimitExceeded
from qexport.common.limits import Limits


def database_of(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


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


NO_ZIP = ("it is not an Anki package: not a zip, or a damaged one", WHICH)


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


def test_a_database_whose_own_names_are_no_utf_8_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(deck_of(BANK)[0])) as archive:
        data = archive.read("collection.anki2")
    assert data.count(b"table") > 2
    assert refused(package_of(data.replace(b"table", b"t\xffble"))) == NO_DECK


def test_a_deck_whose_index_has_a_name_that_is_no_utf_8_is_read_as_it_is() -> None:
    package = deck_of(BANK)[0]
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        data = archive.read("collection.anki2")
    assert b"ix_notes_usn" in data
    damaged = package_of(data.replace(b"ix_notes_usn", b"ix_n\xfftes_usn"))
    assert lock_of(damaged, "old.apkg", BANK) == lock_of(package, "old.apkg", BANK)


def test_a_value_that_is_computed_when_it_is_read_is_refused() -> None:
    def compute(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE notes ADD COLUMN wide AS (zeroblob(5000))")

    assert refused(changed(compute)) == NO_DECK


def test_a_value_of_a_database_has_a_limit() -> None:
    with pytest.raises(LimitExceeded) as caught:
        lock_of(deck_of(BANK)[0], "old.apkg", BANK, Limits(deck_value=4_000))
    message = "old.apkg: a value in its database is longer than 4 kB"
    assert caught.value.message == message


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
