"""Notes of questions that did not change come from the cache, and are the same."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.common.test_nameless_file import list_open

from qexport.anki import notes
from qexport.anki.notes import Note, NoteShape, notes_of
from qexport.bank.model import Bank, Question
from qexport.content.templates import Templates
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import KeptValues, Scheduler

PLAIN = Question(
    id="A",
    question="What is [sound:x] <b>?",
    answer="A thing.",
    production_scenario="It was down. It came back.",
    tags=("one", "two words"),
    technology="Python",
    difficulty=3,
)
MARKED = Question(id="B", question="What is `x`?", answer="*This*.", markup="markdown", follow_ups=("Why?",))
BANK = Bank(title="Kept", namespace="kept", questions=(PLAIN, MARKED), source="https://example.org")
SHAPE = NoteShape(card_types=("recall", "scenario"), tag_prefix="deck")


@pytest.fixture
def kept(tmp_path: Path) -> KeptValues:
    values = Scheduler(ChunkCache(tmp_path)).values("note")
    assert values is not None
    return values


def made(
    bank: Bank, kept: KeptValues, monkeypatch: pytest.MonkeyPatch, shape: NoteShape = SHAPE
) -> list[str]:
    """Return the ids of the questions whose notes are made, not found; what comes is checked."""
    found: list[str] = []
    text_of = getattr(notes, "question_text")  # noqa: B009  it is another module's

    def count(question: Question, **options: object) -> object:
        found.append(question.id)
        return text_of(question, **options)

    expected: tuple[Note, ...] = notes_of(bank, shape, Templates())
    with monkeypatch.context() as patched:
        patched.setattr(notes, "question_text", count)
        found_or_made = notes_of(bank, shape, Templates(), kept, "look")
        assert list(map(said, found_or_made)) == list(map(said, expected))
    return found


def said(note: Note) -> dict[str, object]:
    """Return all that a note says; its fields are read for that."""
    values = {name: getattr(note, name) for name in note.__struct_fields__ if name != "read_fields"}
    return values | {"fields": note.fields}


def test_notes_that_are_kept_are_not_made_again(kept: KeptValues, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(BANK, kept, monkeypatch) == ["A", "B"]
    assert made(BANK, kept, monkeypatch) == []
    edited = replace(BANK, questions=(PLAIN, replace(MARKED, answer="That.")))
    assert made(edited, kept, monkeypatch) == ["B"]


def test_what_shapes_all_notes_makes_all_of_them_again(
    kept: KeptValues, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(BANK, kept, monkeypatch)
    assert made(BANK, kept, monkeypatch, replace(SHAPE, card_types=("recall",))) == ["A", "B"]
    assert made(replace(BANK, source="Another"), kept, monkeypatch) == ["A", "B"]
    assert made(replace(BANK, language="de"), kept, monkeypatch) == ["A", "B"]


def test_a_question_that_may_show_a_file_is_always_made(
    kept: KeptValues, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = replace(MARKED, id="C", answer="![a](https://example.org/a.png)")
    bank = replace(BANK, questions=(PLAIN, shown))
    assert made(bank, kept, monkeypatch) == ["A", "C"]
    assert made(bank, kept, monkeypatch) == ["C"]
    alone = replace(BANK, questions=(shown,))
    assert made(alone, kept, monkeypatch) == ["C"]
    assert made(alone, kept, monkeypatch) == ["C"]


def test_the_fields_of_kept_notes_are_read_at_once_when_one_is_asked_for(
    kept: KeptValues, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = notes_of(BANK, SHAPE, Templates(), kept, "look")
    asked: list[int] = []
    load = KeptValues.load

    def count(values: KeptValues, names: Iterable[str]) -> dict[str, bytes]:
        wanted = list(names)
        asked.append(len(wanted))
        return load(values, wanted)

    monkeypatch.setattr(KeptValues, "load", count)
    found = notes_of(BANK, SHAPE, Templates(), kept, "look")
    assert [note.digest for note in found] == [note.digest for note in expected]
    assert asked == [1]  # what the notes were, but their fields, is one value
    assert [note.fields for note in found] == [note.fields for note in expected]
    assert asked == [1, 2]


def test_fields_that_are_not_kept_any_more_are_made_again(kept: KeptValues, tmp_path: Path) -> None:
    expected = notes_of(BANK, SHAPE, Templates(), kept, "look")
    found = notes_of(BANK, SHAPE, Templates(), kept, "look")
    ChunkCache(tmp_path).clear()
    assert [note.fields for note in found] == [note.fields for note in expected]


def test_the_fields_of_many_notes_wait_in_a_file(kept: KeptValues, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(map(said, notes_of(BANK, SHAPE, Templates())))
    before = list_open()
    monkeypatch.setattr(notes, "MOST_FIELDS_IN_MEMORY", 1)
    for keeps in (None, kept):
        found = notes_of(BANK, SHAPE, Templates(), keeps, "look")
        assert len(list_open() - before) == 1
        assert list(map(said, found)) == expected
        del found
        gc.collect()
        assert list_open() == before


def test_without_a_folder_for_a_file_fields_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list(map(said, notes_of(BANK, SHAPE, Templates())))
    monkeypatch.setattr(notes, "MOST_FIELDS_IN_MEMORY", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert list(map(said, notes_of(BANK, SHAPE, Templates()))) == expected
