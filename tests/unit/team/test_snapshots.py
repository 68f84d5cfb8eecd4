"""A bank is compared as it is, or as the notes of its deck."""

from __future__ import annotations

from tests.unit.bank.locks import entry, lock_of
from tests.unit.team.editions import FOUND, OLD, THE_CHANGE, edited

from qexport.bank.model import Bank, Question
from qexport.content.templates import Templates
from qexport.team.differences import (
    compare_snapshots,
)
from qexport.team.snapshots import Snapshot, of_bank, of_bank_as_deck


def test_as_decks_the_same_questions_differ() -> None:
    templates = Templates()
    found = compare_snapshots(
        of_bank_as_deck(OLD, "old.apkg", templates), of_bank_as_deck(edited(), "new.yaml", templates)
    )
    assert found.ids() == FOUND.ids()
    assert [change.field for change in found.of_kind("changed")[0].fields] == ["Answer"]
    assert found.of_kind("changed")[0].fields[0].pieces == THE_CHANGE
    assert found.of_kind("renumbered")[0].former_id == "PY-4"


def test_fields_of_a_banks_own_are_compared_by_their_names() -> None:
    def snapshot(year: str) -> Snapshot:
        extra = (("Year", year), ("Asked by", ("A", "B")))
        return of_bank(Bank(title="T", questions=(Question(id="Q-1", question="Why?", extra=extra),)), year)

    (change,) = compare_snapshots(snapshot("2025"), snapshot("2026")).of_kind("changed")
    (field,) = change.fields
    assert field.field == "extra"
    assert "".join(piece.text for piece in field.pieces) == "Year: 20252026\nAsked by: A, B"


def test_a_snapshot_with_a_lock_looks_at_each_question_a_few_times_however_many_there_are() -> None:
    looks = 0

    class Id(str):
        __slots__ = ()

        def __hash__(self) -> int:
            nonlocal looks
            looks += 1
            return super().__hash__()

    count = 40
    lock = lock_of(*(entry(f"Q-{number}") for number in range(count)))
    questions = tuple(Question(id=Id(f"Q-{number}"), question="Why?") for number in range(count + 1))
    states = of_bank(Bank(title="T", questions=questions), "b", lock).states
    assert [state.guid for state in states] == [*(f"guid-Q-{number}" for number in range(count)), ""]
    assert looks <= 4 * count
