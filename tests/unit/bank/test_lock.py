"""A lock says who each note is; locks of several decks are one."""

from __future__ import annotations

import pytest
from tests.unit.bank.locks import NOW, TYPE, entry, lock_of, with_left

from qexport.bank.lock import LockedNoteType, guid_of, join_locks, key_of, with_note_type
from qexport.common.errors import InputRefused, UsageError


def test_a_note_is_known_by_namespace_and_first_id() -> None:
    assert guid_of("ns", "PY-1") == guid_of("ns", "PY-1")
    assert len({guid_of("ns", "PY-1"), guid_of("ns", "PY-2"), guid_of("NS", "PY-1")}) == 3
    assert key_of("ns", "PY-1").partition("@")[0] == "PY-1"
    assert key_of("ns", "PY-1").casefold() != key_of("NS", "PY-1").casefold()


def test_of_a_note_in_two_locks_the_later_entry_counts() -> None:
    early, late = entry("A", NOW), entry("A", NOW + 9, id="A-2")
    joined = join_locks([lock_of(late, entry("B")), lock_of(early, entry("C"), style=NOW + 1)])
    assert sorted(joined.notes) == ["A-2", "B", "C"]
    assert joined.notes["A-2"] == late
    assert joined.style.modified == NOW + 1


def test_a_question_that_left_one_deck_and_is_in_another_is_there() -> None:
    gone = with_left(entry("A", NOW), NOW + 1)
    joined = join_locks([lock_of(entry("B"), gone=[gone]), lock_of(entry("A", NOW + 5))])
    assert sorted(joined.notes) == ["A", "B"]


def test_another_note_type_is_refused_unless_it_may_change() -> None:
    now = LockedNoteType((*TYPE.fields, "Hint"), TYPE.cards, TYPE.sort_field)
    lock = lock_of(entry("A"))
    with pytest.raises(InputRefused) as caught:
        with_note_type(now, lock, "b.lock.json", may_change=False)
    assert "field 'Hint' is added" in str(caught.value.problems[0])
    assert with_note_type(now, lock, "b.lock.json", may_change=True).major == TYPE.major + 1
    assert with_note_type(TYPE, lock, "b.lock.json", may_change=False) == TYPE
    with pytest.raises(UsageError):
        with_note_type(TYPE, lock, "b.lock.json", may_change=True)
