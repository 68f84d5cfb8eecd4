"""A lock is made anew from a deck; whatever else an .apkg may be is refused, quickly and in words."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from tests.unit.anki.packages import BANK, NO_DECK, NOW, TOOLS, changed, deck_of, package_of, refused

from qexport.anki.fields import FIELDS
from qexport.anki.package_reader import lock_of
from qexport.bank.lock import Edition, LockedNoteType
from qexport.bank.model import Question
from qexport.bank.stamping import stamp
from qexport.common.errors import InputRefused, LimitExceeded
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes


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


def test_a_deck_of_another_bank_is_refused() -> None:
    package, _ = deck_of(replace(BANK, namespace="other"))
    assert refused(package) == (
        "no note of it is of the bank 'n'",
        "a deck is known by its bank's namespace: name one that was made from this bank",
    )


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


def test_a_time_out_of_range_is_brought_into_it() -> None:
    package = changed(lambda connection: connection.execute(f"UPDATE notes SET mod = {2**40}"))
    assert {each.modified for each in lock_of(package, "old.apkg", BANK).notes.values()} == {2**32 - 1}


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
