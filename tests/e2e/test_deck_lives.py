"""The real Anki is driven through years of editions; a longer run is `python -m tools.try_deck_lives`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qexport.anki import notes
from qexport.bank.lock import Changes, Entry, Lock, LockedContent
from qexport.bank.stamping import stamp as real_stamp

pytest.importorskip("anki.collection")

from tools import try_deck_lives as tool
from tools.anki_library import Library


def test_a_hundred_editions_keep_every_promise() -> None:
    *_, counts = tool.lives(10, 10, 1)
    assert counts["editions"] == 100
    for kind in (
        "imports",
        "notes added",
        "notes updated",
        "notes left alone",
        "own edits",
        "reviews",
        "searches",
        "questions that moved, reported",
        "notes that left a filtered deck",
    ):
        assert counts[kind] > 10, kind
    for kind in (
        "files renamed",
        "own styles",
        "editions of a clock that was ahead",
        "notes mended with Always",
        "leavers sent once more",
        "searches for what left a filtered deck",
        "decks of a second lock",
    ):
        assert counts[kind] > 0


def test_of_two_notes_that_asked_the_same_the_one_that_asked_nothing_else_goes_on() -> None:
    """A life in which one id was shifted and never decided about, and another was given the same question."""
    list(tool.lives(1, 20, 4126))


# That it would see a broken promise: the ways other tools stamp notes.

Stamping = Callable[..., tuple[Lock, Changes]]


def with_times(lock: Lock, time: Callable[[Entry], int]) -> Lock:
    return replace(lock, notes={key: replace(each, modified=time(each)) for key, each in lock.notes.items()})


def all_are_new(content: LockedContent, lock: Lock | None, now: int, **values: Any) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now, **values)
    return with_times(after, lambda _: now), changes


def none_ever_moves(
    content: LockedContent, lock: Lock | None, now: int, **values: Any
) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now, **values)
    return with_times(after, lambda _: 1), changes


def by_text(content: LockedContent, lock: Lock | None, now: int, **values: Any) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now, **values)
    notes = {key: replace(each, guid=each.guid[:8] + each.digest[:8]) for key, each in after.notes.items()}
    return replace(after, notes=notes), changes


def without_a_word(
    content: LockedContent, lock: Lock | None, now: int, **values: Any
) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now, **values)
    return after, replace(changes, moves=())


@pytest.mark.parametrize(
    ("stamping", "life", "said"),
    [
        (all_are_new, 1, "was touched"),
        (none_ever_moves, 2, "is stale"),
        (by_text, 2, "(is another note|the notes are not|the search)"),
        (without_a_word, 4, "asks another question now"),
    ],
)
def test_a_broken_promise_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, stamping: Stamping, life: int, said: str
) -> None:
    """In a life that comes to it soon."""
    monkeypatch.setattr("qexport.bank.stamping.stamp", stamping)
    with pytest.raises(AssertionError, match=f"^life [0-9]+: .*{said}"):
        list(tool.lives(20, 10, life))


def test_a_missing_switch_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "ON", "")
    with pytest.raises(AssertionError, match=r"^life [0-9]+: (a card of .* is empty|cards were made)"):
        list(tool.lives(20, 10, 6))


# Other versions of Anki: in a process of their own, and with habits of their own.


def test_a_life_in_the_process_of_another_python_is_the_same_life() -> None:
    *_, here = tool.lives(1, 8, 3)
    *_, there = tool.lives(1, 8, 3, tool.Anki(Path(sys.executable)))
    assert here["notes updated"] > 0
    assert there == here


def test_an_error_in_the_process_of_another_python_is_reported_with_the_life(tmp_path: Path) -> None:
    with tool.Anki(Path(sys.executable)).collection(tmp_path / "collection.anki2") as library:
        with pytest.raises(RuntimeError, match=r"^rows: DBError: .*syntax error"):
            library.rows("SELECT * FROM nothing")
        assert library.rows("SELECT count() FROM notes") == [[0]]


def date_updates(library: Library, path: str, *, always: bool = False) -> str:
    """Import as Anki 2.1.55 to 24.11 do: what is updated gets the time of the import."""
    before = {row[0]: row[1] for row in library.rows("SELECT guid, mod FROM notes")}
    refused = import_as_today(library, path, always=always)
    for guid, time_then in before.items():
        now = int(time.time())
        statement = "UPDATE notes SET mod = ? WHERE guid = ? AND mod != ?"
        library.collection.db.execute(statement, now, guid, time_then)
    return refused


import_as_today = Library.import_package


def test_versions_that_date_notes_by_the_import_leave_out_what_was_made_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Library, "import_package", date_updates)
    *_, counts = tool.lives(1, 12, 23, tool.Anki(dates_by_import=True))
    assert counts["imports newer than the deck's"] > 0
    with pytest.raises(AssertionError, match=r"^life [0-9]+: Anki has dated notes by the import"):
        list(tool.lives(1, 12, 23))
