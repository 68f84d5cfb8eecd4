"""What changed between two editions of a bank, and when each note last moved."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qexport.bank.lock import (
    Changes,
    Content,
    Lock,
    NoteType,
    Release,
    Stamp,
    joined,
    read_lock,
    stamp,
    with_note_type,
    write_lock,
)
from qexport.common.errors import InputRefused, Location, Problem, UsageError

NOW = 1_760_000_000
TYPE = NoteType(("ID", "Question"), ("recall",), "Question")
REPAIR = "take it from version control again; or delete it, and every note counts as new"


def content(style: str = "style", **notes: str) -> Content:
    return Content(notes=notes, style=style, note_type=TYPE)


def first(**notes: str) -> Lock:
    return stamp(content(**notes), None, NOW)[0]


def lock_of(notes: dict[str, Stamp], left: dict[str, int] | None = None, style: int = NOW) -> Lock:
    return Lock(Stamp("style", style), TYPE, notes, left or {}, {})


def test_without_a_lock_everything_is_new() -> None:
    lock, changes = stamp(content(A="a", B="b"), None, NOW)
    assert lock == lock_of({"A": Stamp("a", NOW), "B": Stamp("b", NOW)})
    assert changes == Changes(added=("A", "B"))


def test_what_is_unchanged_never_moves() -> None:
    lock = first(A="a", B="b")
    assert stamp(content(A="a", B="b"), lock, NOW + 99) == (lock, Changes(unchanged=("A", "B")))


def test_only_what_changed_moves() -> None:
    lock, changes = stamp(content(A="a2", B="b"), first(A="a", B="b"), NOW + 99)
    assert lock == lock_of({"A": Stamp("a2", NOW + 99), "B": Stamp("b", NOW)})
    assert changes == Changes(changed=("A",), unchanged=("B",))


def test_a_clock_that_went_backwards_still_moves_a_change_forward() -> None:
    lock, _ = stamp(content(style="new", A="a2"), first(A="a"), NOW - 99)
    assert lock == Lock(Stamp("new", NOW + 1), TYPE, {"A": Stamp("a2", NOW + 1)})


def test_the_style_moves_alone() -> None:
    lock, changes = stamp(content(style="new", A="a"), first(A="a"), NOW + 99)
    assert lock == Lock(Stamp("new", NOW + 99), TYPE, {"A": Stamp("a", NOW)})
    assert changes == Changes(unchanged=("A",))


def test_an_id_that_left_is_remembered_with_its_time() -> None:
    lock, changes = stamp(content(A="a"), first(A="a", B="b"), NOW + 99)
    assert (lock.notes, lock.left) == ({"A": Stamp("a", NOW)}, {"B": NOW + 99})
    assert changes == Changes(retired=("B",), unchanged=("A",))
    assert stamp(content(A="a"), lock, NOW + 200) == (lock, Changes(unchanged=("A",)))


def test_an_id_that_returns_is_added_again_later_than_it_left() -> None:
    left, _ = stamp(content(A="a"), first(A="a", B="b"), NOW + 99)
    lock, changes = stamp(content(A="a", B="b"), left, NOW + 50)
    assert (lock.notes["B"], lock.left) == (Stamp("b", NOW + 100), {})
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_a_retired_question_has_left_but_keeps_the_time_of_its_note() -> None:
    retired = replace(content(A="a", B="b-retired"), retired=frozenset("B"))
    lock, changes = stamp(retired, first(A="a", B="b"), NOW + 99)
    assert lock == lock_of({"A": Stamp("a", NOW), "B": Stamp("b-retired", NOW + 99)}, {"B": NOW + 99})
    assert changes == Changes(retired=("B",), unchanged=("A",))
    assert stamp(retired, lock, NOW + 200) == (lock, Changes(unchanged=("A",)))
    edited = replace(content(A="a", B="b-retired-2"), retired=frozenset("B"))
    lock, changes = stamp(edited, lock, NOW + 200)
    assert lock == lock_of({"A": Stamp("a", NOW), "B": Stamp("b-retired-2", NOW + 200)}, {"B": NOW + 99})
    assert changes == Changes(unchanged=("A",))
    gone, changes = stamp(content(A="a"), lock, NOW + 300)
    assert gone == lock_of({"A": Stamp("a", NOW)}, {"B": NOW + 99})
    assert changes == Changes(unchanged=("A",))
    back, changes = stamp(content(A="a", B="b"), lock, NOW + 300)
    assert back == lock_of({"A": Stamp("a", NOW), "B": Stamp("b", NOW + 300)})
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_a_question_that_was_never_out_is_not_told_to_have_retired() -> None:
    lock, changes = stamp(replace(content(A="a"), retired=frozenset("A")), None, NOW)
    assert (lock.left, changes) == ({"A": NOW}, Changes())


def test_a_renumbered_question_is_the_same_note_changed() -> None:
    for known in ("OLD", "OLDEST"):
        now_is = replace(content(NEW="n"), former_ids={"NEW": ("OLDEST", "OLD")})
        lock, changes = stamp(now_is, first(**{known: "o"}), NOW - 99)
        assert lock == lock_of({"NEW": Stamp("n", NOW + 1)})
        assert changes == Changes(changed=("NEW",))


def test_a_former_id_that_another_question_bears_now_stays_that_questions() -> None:
    now_is = replace(content(A="a", B="b"), former_ids={"B": ("A",)})
    lock, changes = stamp(now_is, first(A="a"), NOW + 9)
    assert lock.notes == {"A": Stamp("a", NOW), "B": Stamp("b", NOW + 9)}
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_the_bank_last_changed_when_its_last_note_moved_or_left() -> None:
    assert lock_of({}).changed == 0
    assert lock_of({"A": Stamp("a", 3), "B": Stamp("b", 5)}).changed == 5
    assert lock_of({"A": Stamp("a", 3)}, {"B": 7}).changed == 7


def test_locks_of_several_decks_join_and_the_later_stamp_counts() -> None:
    one = lock_of({"A": Stamp("a", 3), "B": Stamp("b", 5)}, style=9)
    other = lock_of({"B": Stamp("b2", 4), "C": Stamp("c", 1)}, style=2)
    for locks in ([one, other], [other, one]):
        assert joined(locks) == lock_of({"A": Stamp("a", 3), "B": Stamp("b", 5), "C": Stamp("c", 1)}, style=9)


# The note type


def test_the_same_note_type_goes_on_with_the_number_it_has() -> None:
    lock = replace(first(), note_type=replace(TYPE, major=3))
    assert with_note_type(TYPE, None, "q.lock.json", may_change=False) == TYPE
    assert with_note_type(TYPE, lock, "q.lock.json", may_change=False) == replace(TYPE, major=3)
    with pytest.raises(UsageError) as caught:
        with_note_type(TYPE, lock, "q.lock.json", may_change=True)
    assert (caught.value.message, caught.value.hint) == (
        "--new-note-type, but the note type is what it was",
        "leave it out: it would only make work for learners",
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (NoteType(("ID", "Question", "New"), ("recall",), "Question"), "field 'New' is added"),
        (NoteType(("Question",), ("recall",), "Question"), "field 'ID' is removed"),
        (NoteType(("Question", "ID"), ("recall",), "Question"), "the fields are in another order"),
        (NoteType(("ID", "Question"), ("recall",), "ID"), "the sort field is 'ID' and was 'Question'"),
        (NoteType(("ID", "Question"), ("recall", "more"), "Question"), "card 'more' is added"),
        (
            NoteType(("ID", "Prompt"), (), "Prompt"),
            (
                "field 'Prompt' is added; field 'Question' is removed; card 'recall' is removed; "
                "the sort field is 'Prompt' and was 'Question'"
            ),
        ),
    ],
)
def test_a_note_type_that_would_freeze_learners_is_refused(other: NoteType, said: str) -> None:
    with pytest.raises(InputRefused) as caught:
        with_note_type(other, first(A="a", B="b"), "q.lock.json", may_change=False)
    assert caught.value.problems == (
        Problem(
            Location("q.lock.json"),
            f"the note type would change: {said}. Anki would then update none of the notes that learners "
            "have (2), and put new ones under a second note type",
            "build with the qexport that made this lock; or ask for --new-note-type, and tell every learner "
            "to import once with “Merge note types” on, which makes their next sync a full one",
        ),
    )
    assert with_note_type(other, first(), "q.lock.json", may_change=True) == replace(other, major=2)


# The file


def test_changes_are_told_in_one_line() -> None:
    changes = Changes(added=("A",), changed=("B", "C"), retired=("D",), unchanged=tuple("EFGHIJKLMNOP"))
    assert str(changes) == "+1 added ~2 changed −1 retired =12 unchanged"


def test_the_lock_has_one_line_an_id_sorted() -> None:
    options = {"tag-prefix": "", "cards": "recall"}
    lock = Lock(Stamp("s", 1), TYPE, {"B": Stamp("b", 3), 'A"ü': Stamp("a", 2)}, {"D": 5, "C": 4}, options)
    assert write_lock(lock) == (
        "{\n"
        '"format": 1,\n'
        '"style": {"digest": "s", "modified": 1},\n'
        '"note_type": {"fields": ["ID", "Question"], "cards": ["recall"], "sort_field": "Question", '
        '"major": 1},\n'
        '"options": {"cards": "recall", "tag-prefix": ""},\n'
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


@pytest.mark.parametrize("lock", [first(), first(A="a", B="b"), lock_of({}, {"A": 3})])
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
        '"style": {"digest": "t"},\n'
        '"note_type": {"fields": ["ID"], "cards": "recall", "sort_field": "ID", "major": 1},\n'
        '"options": {"cards": 1},\n'
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
        (2, "'style' is not a digest and a time"),
        (3, "'note_type' is not fields, cards, a sort field and a major number"),
        (4, "'cards' in 'options' is not a text"),
        (6, "'A' in 'notes' is not a digest and a time"),
        (7, "'B' in 'notes' is not a digest and a time"),
        (9, "'C' in 'notes' is not a digest and a time"),
        (9, "'C' stands twice"),
        (11, "'D' in 'left' is not a time"),
        (12, "unknown key 'more'"),
    ]
    assert [problem.message for problem in refused('{"format": 1, "notes": [], "style": 3}')] == [
        "'left' is missing or not a mapping",
        "'note_type' is not fields, cards, a sort field and a major number",
        "'notes' is missing or not a mapping",
        "'options' is missing or not a mapping",
        "'style' is not a digest and a time",
    ]


# Merges


def merged(folder: Path, base: Lock, ours: Lock, theirs: Lock, *more: str) -> str:
    """What git makes of a lock that two people changed."""
    for name, lock in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_text(write_lock(lock), encoding="utf-8")
    command = ["git", "merge-file", "--stdout", *more, "ours", "base", "theirs"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.decode()


@pytest.mark.needs("git")
@pytest.mark.parametrize("style", [[], ["--diff3"], ["--zdiff3"]])
def test_two_peoples_locks_merge_and_the_later_of_two_stamps_stays(tmp_path: Path, style: list[str]) -> None:
    base = lock_of({"A": Stamp("a", 1), "M": Stamp("m", 1), "X": Stamp("x", 1)})
    ours = lock_of(
        {"A": Stamp("a2", 5), "B": Stamp("b", 5), "M": Stamp("m", 1), "Z": Stamp("z", 5)}, {"X": 5}
    )
    theirs = lock_of(
        {"A": Stamp("a3", 7), "C": Stamp("c", 7), "M": Stamp("m", 1), "X": Stamp("x", 1), "Y": Stamp("y", 7)},
        style=7,
    )
    text = merged(tmp_path, base, ours, theirs, *style)
    assert "<<<<<<< ours" in text
    lock = read_lock(text, "q.lock.json")
    assert {key: lock.notes[key] for key in "ABCMYZ"} == {
        "A": Stamp("a3", 7),
        "B": Stamp("b", 5),
        "C": Stamp("c", 7),
        "M": Stamp("m", 1),
        "Y": Stamp("y", 7),
        "Z": Stamp("z", 5),
    }
    assert (lock.style, lock.note_type, lock.left["X"]) == (Stamp("style", 7), TYPE, 5)
    bank = content(A="a3", B="b", C="c", M="m", Y="y", Z="z")
    after, changes = stamp(bank, lock, 9)
    assert changes == Changes(unchanged=tuple("ABCMYZ"))
    assert after.left == {"X": 5}


@pytest.mark.needs("git")
def test_entries_far_from_each_other_merge_without_a_conflict(tmp_path: Path) -> None:
    notes = {letter: Stamp(letter, 1) for letter in "ADGJ"}
    ours, theirs = {**notes, "B": Stamp("b", 2)}, {**notes, "H": Stamp("h", 3)}
    text = merged(tmp_path, lock_of(notes), lock_of(ours), lock_of(theirs))
    assert text == write_lock(lock_of({**notes, **ours, **theirs}))


def test_what_is_no_line_of_a_lock_does_not_pass_as_a_merge() -> None:
    text = write_lock(first(A="a")).replace('"A"', '<<<<<<< ours\nnonsense\n=======\n>>>>>>> theirs\n"A"')
    assert [problem.message for problem in refused(text)] == [
        "not JSON: Expecting property name enclosed in double quotes"
    ]


# Releases


RELEASED = replace(first(A="a"), release=Release(3, NOW, {"added": ("A",), "retired": ("Ü",)}))


def test_a_release_has_a_line_of_its_own_and_its_day() -> None:
    text = write_lock(RELEASED)
    said = '"release": {"time": 1760000000, "changes": {"added": ["A"], "retired": ["Ü"]}, "number": 3},'
    assert said in text.splitlines()
    assert read_lock(text, "x.lock.json") == RELEASED
    assert RELEASED.release is not None
    assert RELEASED.release.date == "2025-10-09"
    assert "release" not in write_lock(first(A="a"))


def test_a_release_stays_when_the_bank_moves_on() -> None:
    lock, _ = stamp(content(A="a2"), RELEASED, NOW + 99)
    assert lock.release == RELEASED.release


def test_of_two_releases_the_higher_number_stays(tmp_path: Path) -> None:
    base = replace(RELEASED, release=None)
    ours, theirs = (replace(base, release=Release(number, NOW)) for number in (10, 9))
    for sides in ((ours, theirs), (theirs, ours)):
        assert read_lock(merged(tmp_path, base, *sides), "x").release == Release(10, NOW)


@pytest.mark.parametrize(
    "wrong", ["3", '{"number": 3}', '{"time": 1, "changes": {"added": "A"}, "number": 3}', "null"]
)
def test_what_is_no_release_is_refused(wrong: str) -> None:
    text = write_lock(first(A="a")).replace('"notes"', f'"release": {wrong},\n"notes"', 1)
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "x.lock.json")
    assert caught.value.problems == (
        Problem(
            Location("x.lock.json", text[: text.index('"release"')].count("\n") + 1),
            "'release' is not a time, changes and a number",
            REPAIR,
        ),
    )


def test_half_a_character_is_no_id() -> None:
    text = write_lock(first(A="a")).replace('"A"', '"\\ud800"')
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "x.lock.json")
    assert caught.value.problems == (Problem(Location("x.lock.json"), "not a lock file", REPAIR),)


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< ours\n" + "||||||| base\n" * 30_000,
        '<<<<<<< ours\n"PY-1": ' + "1" * 200_000 + "x\n",
        '{"format": 1, "notes": {' + ", ".join(f'"PY-{number}": 1' for number in range(30_000)) + "}}",
        '{"format": 1, ' + ", ".join('"notes": 1' for _ in range(30_000)) + "}",
    ],
    ids=["bases", "digits", "notes", "doubles"],
)
def test_a_lock_of_many_mistakes_is_refused_in_time_that_grows_with_it(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(InputRefused):
        read_lock(text, "bank.lock.json")
    assert time.process_time() - begun < 10


def test_a_time_of_thousands_of_digits_in_a_conflict_is_refused() -> None:
    text = (
        '{\n"format": 1,\n<<<<<<< ours\n"notes": {\n"PY-1": '
        + "7" * 5000
        + ",\n=======\n>>>>>>> theirs\n}\n}"
    )
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "bank.lock.json")
    assert [each.message for each in caught.value.problems] == ["not a lock file"]
