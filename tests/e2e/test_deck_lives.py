"""The real Anki is driven through years of editions; a longer run is `python tools/try_deck_lives.py`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qexport.anki import notes
from qexport.bank.lock import Changes, Entry, Lock, LockedContent
from qexport.bank.stamping import stamp as real_stamp

pytest.importorskip("anki.collection")

TOOL = Path(__file__).parents[2] / "tools/try_deck_lives.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("try_deck_lives", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_a_hundred_editions_keep_every_promise(tool: ModuleType) -> None:
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
    ("stamping", "said"),
    [
        (all_are_new, "was touched"),
        (none_ever_moves, "is stale"),
        (by_text, "(is another note|the notes are not|the search)"),
        (without_a_word, "asks another question now"),
    ],
)
def test_a_broken_promise_would_be_seen(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, stamping: Stamping, said: str
) -> None:
    monkeypatch.setattr("qexport.locking.stamp", stamping)
    with pytest.raises(AssertionError, match=f"^life [0-9]+: .*{said}"):
        list(tool.lives(20, 10, 1))


def test_a_missing_switch_would_be_seen(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "ON", "")
    with pytest.raises(AssertionError, match=r"^life [0-9]+: (a card of .* is empty|cards were made)"):
        list(tool.lives(20, 10, 1))
