"""Times of a lock that are ahead of the clock are brought back to it."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.bank.locks import NOW, entry, lock_of, with_left

from qexport.bank.lock_times import bring_times_back, latest_time

AHEAD = NOW + 90_000


def test_the_latest_time_is_that_of_a_note_or_of_what_left() -> None:
    assert latest_time(lock_of()) == 0
    assert latest_time(lock_of(entry("A"), entry("B", AHEAD))) == AHEAD
    assert latest_time(lock_of(entry("A"), gone=[with_left(entry("B"), AHEAD)])) == AHEAD


def test_only_what_is_ahead_is_changed() -> None:
    past, ahead = entry("A", NOW - 5), entry("B", AHEAD, number=AHEAD * 1000)
    back = bring_times_back(lock_of(past, ahead, gone=[with_left(entry("C"), AHEAD)]), NOW + 9)
    assert latest_time(back) == NOW + 9
    assert back.notes["A"] == past
    assert back.notes["B"] == replace(ahead, modified=NOW + 9, number=back.notes["B"].number)
    assert back.notes["B"].number < (NOW + 9) * 1000
    assert bring_times_back(back, NOW + 9) == back


def test_numbers_that_are_brought_back_stay_different() -> None:
    lock = lock_of(*(entry(name, AHEAD, number=AHEAD * 1000 + at) for at, name in enumerate("ABCD")))
    numbers = [each.number for each in bring_times_back(lock, NOW).notes.values()]
    assert len(set(numbers)) == 4
