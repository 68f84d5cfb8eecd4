"""What changed between two editions of a bank, and when each note last moved."""

from __future__ import annotations

import pytest

from qexport.editions import Changes, Lock, Stamp, read_lock, stamp, write_lock
from qexport.errors import InputRefused, Location, Problem

NOW = 1_760_000_000
REPAIR = "take it from version control again; or delete it, and every note counts as new"


def first(**digests: str) -> Lock:
    return stamp(digests, "type", None, NOW)[0]


def test_without_a_lock_everything_is_new() -> None:
    lock, changes = stamp({"A": "a", "B": "b"}, "type", None, NOW)
    assert lock == Lock(Stamp("type", NOW), {"A": Stamp("a", NOW), "B": Stamp("b", NOW)}, {})
    assert changes == Changes(added=("A", "B"))


def test_what_is_unchanged_never_moves() -> None:
    lock = first(A="a", B="b")
    assert stamp({"A": "a", "B": "b"}, "type", lock, NOW + 99) == (lock, Changes(unchanged=("A", "B")))


def test_only_what_changed_moves() -> None:
    lock, changes = stamp({"A": "a2", "B": "b"}, "type", first(A="a", B="b"), NOW + 99)
    assert lock.notes == {"A": Stamp("a2", NOW + 99), "B": Stamp("b", NOW)}
    assert lock.note_type == Stamp("type", NOW)
    assert changes == Changes(changed=("A",), unchanged=("B",))


def test_a_clock_that_went_backwards_still_moves_a_change_forward() -> None:
    lock, _ = stamp({"A": "a2"}, "type2", first(A="a"), NOW - 99)
    assert lock == Lock(Stamp("type2", NOW + 1), {"A": Stamp("a2", NOW + 1)}, {})


def test_the_note_type_moves_alone() -> None:
    lock, changes = stamp({"A": "a"}, "type2", first(A="a"), NOW + 99)
    assert lock == Lock(Stamp("type2", NOW + 99), {"A": Stamp("a", NOW)}, {})
    assert changes == Changes(unchanged=("A",))


def test_an_id_that_left_is_remembered_with_its_time() -> None:
    lock, changes = stamp({"A": "a"}, "type", first(A="a", B="b"), NOW + 99)
    assert (lock.notes, lock.left) == ({"A": Stamp("a", NOW)}, {"B": NOW + 99})
    assert changes == Changes(retired=("B",), unchanged=("A",))
    assert stamp({"A": "a"}, "type", lock, NOW + 200) == (lock, Changes(unchanged=("A",)))


def test_an_id_that_returns_is_added_again_later_than_it_left() -> None:
    left, _ = stamp({"A": "a"}, "type", first(A="a", B="b"), NOW + 99)
    lock, changes = stamp({"A": "a", "B": "b"}, "type", left, NOW + 50)
    assert (lock.notes["B"], lock.left) == (Stamp("b", NOW + 100), {})
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_a_renumbered_question_is_the_same_note_changed() -> None:
    formers = {"NEW": ("OLDEST", "OLD")}
    for known in ("OLD", "OLDEST"):
        lock, changes = stamp({"NEW": "n"}, "type", first(**{known: "o"}), NOW - 99, former_ids=formers)
        assert lock == Lock(Stamp("type", NOW), {"NEW": Stamp("n", NOW + 1)}, {})
        assert changes == Changes(changed=("NEW",))


def test_a_former_id_that_another_question_bears_now_stays_that_questions() -> None:
    lock, changes = stamp({"A": "a", "B": "b"}, "type", first(A="a"), NOW + 9, former_ids={"B": ("A",)})
    assert lock.notes == {"A": Stamp("a", NOW), "B": Stamp("b", NOW + 9)}
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_changes_are_told_in_one_line() -> None:
    changes = Changes(added=("A",), changed=("B", "C"), retired=("D",), unchanged=tuple("EFGHIJKLMNOP"))
    assert str(changes) == "+1 added ~2 changed −1 retired =12 unchanged"


def test_the_lock_has_one_line_an_id_sorted() -> None:
    lock = Lock(Stamp("t", 1), {"B": Stamp("b", 3), 'A"ü': Stamp("a", 2)}, {"D": 5, "C": 4})
    assert write_lock(lock) == (
        "{\n"
        '"format": 1,\n'
        '"note_type": {"digest": "t", "modified": 1},\n'
        '"notes": {\n'
        '"A\\"ü": {"digest": "a", "modified": 2},\n'
        '"B": {"digest": "b", "modified": 3}\n'
        "},\n"
        '"left": {\n'
        '"C": 4,\n'
        '"D": 5\n'
        "}\n"
        "}\n"
    )


@pytest.mark.parametrize("lock", [first(), first(A="a", B="b"), Lock(Stamp("t", 1), {}, {"A": 3})])
def test_a_lock_is_read_as_it_was_written(lock: Lock) -> None:
    assert read_lock(write_lock(lock), "q.lock.json") == lock


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "q.lock.json")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "not JSON: Expecting value"),
        ('{\n"format": 1,\n"notes": }', 3, 10, "not JSON: Expecting value"),
        ("[" * 100_000, 0, 0, "not a lock file"),
        ("9" * 5_000, 0, 0, "not a lock file"),
        ("[]", 1, 0, "not a lock file: it does not say its format"),
        ("{}", 1, 0, "not a lock file: it does not say its format"),
        ('{\n"format": 2}', 2, 0, "format 2 is not known; this qexport knows 1"),
    ],
)
def test_what_is_not_a_lock_is_refused_with_its_line(text: str, line: int, column: int, message: str) -> None:
    assert refused(text) == (Problem(Location("q.lock.json", line, column), message, REPAIR),)


def test_all_that_is_wrong_with_a_lock_is_told_at_once() -> None:
    text = (
        '{"format": 1,\n'
        '"note_type": {"digest": "t"},\n'
        '"notes": {\n'
        '"A": {"digest": "a", "modified": -1},\n'
        '"B": {"digest": 7, "modified": 1},\n'
        '"C": {"digest": "c", "modified": 1},\n'
        '"C": {"digest": "c", "modified": true}\n'
        "},\n"
        '"left": {"D": 1e3},\n'
        '"more": 1}\n'
    )
    assert [(problem.location.line, problem.message) for problem in refused(text)] == [
        (2, "'note_type' is not a digest and a time"),
        (4, "'A' in 'notes' is not a digest and a time"),
        (5, "'B' in 'notes' is not a digest and a time"),
        (7, "'C' in 'notes' is not a digest and a time"),
        (7, "'C' stands twice"),
        (9, "'D' in 'left' is not a time"),
        (10, "unknown key 'more'"),
    ]
    assert [problem.message for problem in refused('{"format": 1, "notes": [], "note_type": 3}')] == [
        "'left' is missing or not a mapping",
        "'note_type' is not a digest and a time",
        "'notes' is missing or not a mapping",
    ]


def test_an_unfinished_merge_is_called_by_its_name() -> None:
    text = write_lock(first(A="a")).replace('"A"', '<<<<<<< ours\n"A"')
    hint = "a merge left both sides here: keep one line an id, the one with the later time"
    assert refused(text) == (Problem(Location("q.lock.json", 5), "an unfinished merge", hint),)
