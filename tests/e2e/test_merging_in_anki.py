"""What Anki does with a learner's changes of the note type, and with another's deck: docs/anki.md says it per case."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qexport.anki.fields import NOTE_TYPE_ID
from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.bank.stamping import stamp
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.document import Tools

anki = pytest.importorskip("anki.collection")

START = int(time.time()) + 86_400  # after all that the tests do themselves, however long they take
"""Merging dates notes: editions are made after it."""


def editions(bank: Bank, answers: tuple[str, ...]) -> list[bytes]:
    """Make an edition with each of these answers to the first question."""
    decks = []
    lock = None
    options = DeckOptions()
    for number, answer in enumerate(answers):
        now = replace(bank, questions=(replace(bank.questions[0], answer=answer), *bank.questions[1:]))
        tools = with_notes(now, options, Tools(Templates()))
        lock, _ = stamp(content(now, options, tools), lock, START + 100 * number)
        edition = Edition(bank=now, questions=now.questions, title=bank.title, scope="", lock=lock)
        decks.append(render(edition, options, tools).data)
    return decks


def bank_of(title: str, **extra: dict[str, str]) -> Bank:
    questions = tuple(
        Question(
            id=f"{title}{number}",
            question=f"What is {number} in {title}?",
            answer=f"answer {number}",
            extra=tuple(extra.get(f"q{number}", {}).items()),
        )
        for number in (1, 2)
    )
    return Bank(title=title, namespace=title, questions=questions)


class Learner:
    """Someone who has two decks, and reviews a question of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collection: Any = anki.Collection(str(folder / "collection.anki2"))
        self.first, self.second, self.third, self.fourth = editions(
            bank_of("A"), ("one", "two", "three", "four")
        )

    def imports(self, deck: bytes, **options: Any) -> dict[str, int]:
        path = self.folder / "deck.apkg"
        path.write_bytes(deck)
        request = anki.ImportAnkiPackageRequest(
            package_path=str(path), options=anki.ImportAnkiPackageOptions(**options)
        )
        log = self.collection.import_anki_package(request).log
        ways = ("new", "updated", "duplicate", "conflicting")
        return {way: count for way in ways if (count := len(getattr(log, way)))}

    def texts(self) -> dict[str, str]:
        """Return what each note with an ID asks."""
        numbers = self.collection.find_notes("")
        notes = (dict(self.collection.get_note(number).items()) for number in numbers)
        return {note["ID"]: note["Question"] for note in notes if note.get("ID")}

    def note_type(self) -> Any:
        return self.collection.models.get(NOTE_TYPE_ID)

    def change_type_of(self, search: str, old: int, new: int, fields: dict[str, int]) -> None:
        """Change the note type of notes as the browser does."""
        models = self.collection.models
        info = models.change_notetype_info(old_notetype_id=old, new_notetype_id=new)
        info.input.note_ids.extend(self.collection.find_notes(search))
        info.input.new_fields[:] = [fields.get(name, -1) for name in info.new_field_names]
        models.change_notetype_of_notes(info.input)


ALL = {f"{bank}{number}": f"What is {number} in {bank}?" for bank in "AB" for number in (1, 2)}


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = Learner(tmp_path)
    learner.imports(learner.first)
    learner.imports(editions(bank_of("B"), ("one",))[0])
    for number in learner.collection.find_cards(""):
        card = learner.collection.get_card(number)
        card.start_timer()
        learner.collection.sched.answerCard(card, 3)
    learner.collection.db.execute("UPDATE notes SET mod = ?", START)
    yield learner
    reviews = learner.collection.db.scalar("SELECT count() FROM revlog WHERE cid IN (SELECT id FROM cards)")
    problems, is_well = learner.collection.fix_integrity()
    learner.collection.close()
    assert (reviews >= 4, problems, is_well) == (True, "Database rebuilt and optimized.", True)


def add_field(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.add_field(kind, models.new_field("Mine"))
    models.update_dict(kind)


def add_card(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    card = models.new_template("Mine")
    card["qfmt"], card["afmt"] = "{{Answer}}", "{{Question}}"
    models.add_template(kind, card)
    models.update_dict(kind)


def move_field(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.reposition_field(kind, kind["flds"][5], 2)
    models.update_dict(kind)


def remove_field(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.remove_field(kind, kind["flds"][-1])
    models.update_dict(kind)


def rename_field(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.rename_field(kind, kind["flds"][-1], "Mine")
    models.update_dict(kind)


def rename_card(learner: Learner) -> None:
    kind = learner.note_type()
    kind["tmpls"][0]["name"] = "Mine"
    learner.collection.models.update_dict(kind)


def rename_note_type(learner: Learner) -> None:
    kind = learner.note_type()
    kind["name"] = "Mine"
    learner.collection.models.update_dict(kind)


def change_font(learner: Learner) -> None:
    kind = learner.note_type()
    kind["flds"][3] |= {"font": "Courier", "size": 30, "rtl": True}
    learner.collection.models.update_dict(kind)


def remove_card(learner: Learner) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.remove_template(kind, kind["tmpls"][-1])
    models.update_dict(kind)


def move_card(learner: Learner, old: int = -1, new: int = 0) -> None:
    models, kind = learner.collection.models, learner.note_type()
    models.reposition_template(kind, kind["tmpls"][old], new)
    models.update_dict(kind)


@pytest.mark.parametrize("change", [add_field, add_card])
def test_a_field_or_a_card_of_ones_own_needs_merging_every_time(
    learner: Learner, change: Callable[[Learner], None]
) -> None:
    change(learner)
    assert learner.imports(learner.second) == {"conflicting": 2}
    assert "conflicting" not in learner.imports(learner.third, merge_notetypes=True)
    assert learner.imports(learner.fourth) == {"conflicting": 2}
    assert learner.texts() == ALL
    assert len(learner.collection.find_notes("Answer:*three*")) == 1


@pytest.mark.parametrize("change", [move_field, remove_field, remove_card])
def test_a_field_that_was_moved_or_removed_or_a_card_that_was_removed_needs_merging_once(
    learner: Learner, change: Callable[[Learner], None]
) -> None:
    change(learner)
    assert learner.imports(learner.second) == {"conflicting": 2}
    learner.imports(learner.third, merge_notetypes=True)
    assert learner.imports(learner.fourth) == {"updated": 1, "duplicate": 1}
    assert learner.texts() == ALL


@pytest.mark.parametrize("change", [rename_field, rename_card, rename_note_type, change_font])
def test_another_name_or_font_changes_nothing(learner: Learner, change: Callable[[Learner], None]) -> None:
    change(learner)
    assert learner.imports(learner.second) == {"updated": 1, "duplicate": 1}


def test_to_sort_by_another_field_counts_as_an_edit_of_every_note(learner: Learner) -> None:
    kind = learner.note_type()
    kind["sortf"] = 6
    learner.collection.models.update_dict(kind)
    assert (
        abs(learner.collection.db.scalar("SELECT min(mod) FROM notes WHERE mod != ?", START) - time.time())
        < 60
    )
    assert learner.collection.db.scalar("SELECT count() FROM notes WHERE mod = ?", START) == 0


def test_a_card_type_that_was_moved_is_moved_back(learner: Learner) -> None:
    move_card(learner)
    assert learner.imports(learner.second) == {"conflicting": 2}
    move_card(learner, 0, 2)
    assert learner.imports(learner.third) == {"updated": 1, "duplicate": 1}
    assert learner.texts() == ALL


def test_merging_for_a_note_of_another_type_empties_the_notes_that_are_not_in_the_file(
    learner: Learner,
) -> None:
    basic = learner.collection.models.by_name("Basic")["id"]
    learner.change_type_of("ID:A2", NOTE_TYPE_ID, basic, {"Front": 3, "Back": 6})
    assert learner.imports(learner.second) == {"updated": 1, "conflicting": 1}  # the others are updated
    learner.imports(learner.third, merge_notetypes=True)
    assert learner.texts() == {
        "A1": ALL["A1"],
        "A2": ALL["A2"],
    }  # the other deck has lost its texts: docs/anki.md


def foreign_deck(path: Path) -> None:
    """Write a deck that has nothing to do with qexport."""
    import genanki

    card = {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{Back}}"}
    kind = genanki.Model(123_456, "Theirs", fields=[{"name": "Front"}, {"name": "Back"}], templates=[card])
    deck = genanki.Deck(99, "Theirs")
    for number in (1, 2):
        fields = [f"What is {number} in C?", f"answer {number}"]
        deck.add_note(genanki.Note(model=kind, fields=fields, guid=f"theirs-{number}"))
    genanki.Package(deck).write_to_file(str(path))


def test_who_has_the_deck_that_a_bank_was_imported_from_changes_the_note_type_and_keeps_the_reviews(
    learner: Learner, tmp_path: Path
) -> None:
    foreign_deck(tmp_path / "theirs.apkg")
    learner.imports((tmp_path / "theirs.apkg").read_bytes())
    ours = bank_of("C", q1={"anki_guid": "theirs-1"}, q2={"anki_guid": "theirs-2"})
    first, second = editions(ours, ("answer 1", "better"))
    (card,) = learner.collection.find_cards("Front:*1*C*")
    before = learner.collection.get_card(card)
    before.start_timer()
    learner.collection.sched.answerCard(before, 3)
    learner.collection.db.execute("UPDATE notes SET mod = ?", START - 1)
    assert learner.imports(first) == {"conflicting": 2}  # and nothing else happens
    learner.change_type_of("note:Theirs", 123_456, NOTE_TYPE_ID, {"Question": 0, "Answer": 1})
    learner.collection.db.execute("UPDATE notes SET mod = ?", START - 1)
    assert learner.imports(first) == {"updated": 2}
    assert learner.imports(second) == {"updated": 1, "duplicate": 1}
    assert learner.texts() == ALL | {f"C{number}": f"What is {number} in C?" for number in (1, 2)}
    note = learner.collection.get_card(card).note()
    assert (note["ID"], note["Answer"], learner.collection.get_card(card).reps) == ("C1", "<p>better</p>", 1)
