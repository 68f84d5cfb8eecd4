"""The real Anki is driven through years of editions; a longer run is `python tools/try_deck_lives.py`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from qexport.anki import notes
from qexport.bank.lock import Changes, Content, Lock, Stamp
from qexport.bank.lock import stamp as real_stamp
from qexport.bank.model import Question

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
    ):
        assert counts[kind] > 20


# That it would see a broken promise: the ways other tools stamp notes.

Stamping = Callable[[Content, Lock | None, int], tuple[Lock, Changes]]


def all_are_new(content: Content, lock: Lock | None, now: int) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now)
    return replace(after, notes={key: Stamp(each.digest, now) for key, each in after.notes.items()}), changes


def none_ever_moves(content: Content, lock: Lock | None, now: int) -> tuple[Lock, Changes]:
    after, changes = real_stamp(content, lock, now)
    return replace(after, notes={key: Stamp(each.digest, 1) for key, each in after.notes.items()}), changes


@pytest.mark.parametrize(("stamping", "said"), [(all_are_new, "was touched"), (none_ever_moves, "is stale")])
def test_wrong_times_would_be_seen(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, stamping: Stamping, said: str
) -> None:
    monkeypatch.setattr(tool, "stamp", stamping)
    with pytest.raises(AssertionError, match=f"^life [0-9]+: .*{said}"):
        list(tool.lives(20, 10, 1))


def test_a_wrong_identity_would_be_seen(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_text(namespace: str, question: Question) -> str:
        return real_guid(namespace, replace(question, id=question.id + question.answer))

    real_guid: Callable[[str, Question], str] = notes.guid_of
    monkeypatch.setattr(notes, "guid_of", by_text)
    with pytest.raises(AssertionError, match=r"^life [0-9]+: .* is there twice"):
        list(tool.lives(20, 10, 1))


def test_a_missing_switch_would_be_seen(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "ON", "")
    with pytest.raises(AssertionError, match=r"^life [0-9]+: (a card of .* is empty|cards were made)"):
        list(tool.lives(20, 10, 1))
