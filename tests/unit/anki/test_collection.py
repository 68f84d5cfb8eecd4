"""The bytes of a database: a large one is put together in a file that nobody else sees, the same as in memory."""

from __future__ import annotations

import gc
import sqlite3
import tempfile
from pathlib import Path

import pytest
from tests.unit.common.test_nameless_file import files_of_at_most, list_open

from qexport.anki.collection import MOST_NOTES_IN_MEMORY, write_database
from qexport.anki.package_writer import package_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def fill(connection: sqlite3.Connection) -> None:
    """Write a table of 7 MB with an index, which is more than SQLite has in memory of a file."""
    connection.execute("PRAGMA page_size = 16384")
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, guid TEXT, fields TEXT)")
    connection.execute("CREATE INDEX by_guid ON notes (guid)")
    rows = ((number, f"{number * 7919 % 2000:x}", f"{number} " * 800) for number in range(2_000))
    connection.executemany("INSERT INTO notes VALUES (?, ?, ?)", rows)


def test_a_file_has_the_bytes_of_memory(folder: Path) -> None:
    in_memory = write_database(fill, MOST_NOTES_IN_MEMORY)
    in_a_file = write_database(fill, MOST_NOTES_IN_MEMORY + 1)
    assert isinstance(in_memory, bytes)
    assert not isinstance(in_a_file, bytes)
    assert len(in_a_file) == len(in_memory) > 7_000_000
    assert in_a_file[16_384:32_768] == in_memory[16_384:32_768]
    assert in_a_file[len(in_memory) - 5 : len(in_memory) + 5] == in_memory[-5:]
    assert package_of(in_a_file, {}) == package_of(in_memory, {})
    assert list(folder.iterdir()) == []


def test_the_file_has_no_name_and_goes_with_its_bytes(folder: Path) -> None:
    before = list_open()
    seen: list[list[Path]] = []

    def look(connection: sqlite3.Connection) -> None:
        seen.append(list(folder.iterdir()))
        fill(connection)

    database = write_database(look, MOST_NOTES_IN_MEMORY + 1)
    assert seen == [[]]
    assert len(list_open() - before) == 1
    del database
    gc.collect()
    assert list_open() == before


def test_without_room_for_a_file_it_is_in_memory(folder: Path) -> None:
    with files_of_at_most(1_000_000):
        database = write_database(fill, MOST_NOTES_IN_MEMORY + 1)
    assert database == write_database(fill, 1)
    assert list(folder.iterdir()) == []


def test_without_a_folder_it_is_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "none"))
    assert write_database(fill, MOST_NOTES_IN_MEMORY + 1) == write_database(fill, 1)


def test_what_goes_wrong_while_it_is_filled_leaves_nothing(folder: Path) -> None:
    before = list_open()

    def refuse(connection: sqlite3.Connection) -> None:
        fill(connection)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_database(refuse, MOST_NOTES_IN_MEMORY + 1)
    gc.collect()
    assert list_open() == before
    assert list(folder.iterdir()) == []
