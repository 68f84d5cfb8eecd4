"""Locks that two people changed merge as git leaves them, marks of conflicts and all."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.bank.locks import NOW, TYPE, asked, entry, first, lock_of, with_left

from qexport.bank.lock import Entry, Lock, Release, Stamp
from qexport.bank.lock_file import read_lock, write_lock
from qexport.common.errors import InputRefused, Location, Problem


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "q.lock.json")
    return caught.value.problems


def merged(folder: Path, base: Lock, ours: Lock, theirs: Lock, *more: str) -> str:
    """Return what git makes of a lock that two people changed."""
    for name, lock in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_text(write_lock(lock), encoding="utf-8")
    command = ["git", "merge-file", "--stdout", *more, "ours", "base", "theirs"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.decode()


def note(birth: str, text: str, modified: int) -> Entry:
    return entry(birth, modified, digest=text)


@pytest.mark.needs("git")
@pytest.mark.parametrize("style", [[], ["--diff3"], ["--zdiff3"]])
def test_two_peoples_locks_merge_and_the_later_of_two_stamps_stays(tmp_path: Path, style: list[str]) -> None:
    base = lock_of(note("A", "a", 1), note("M", "m", 1), note("X", "x", 1))
    ours = lock_of(
        *(note("A", "a2", 5), note("B", "b", 5), note("M", "m", 1), note("Z", "z", 5)),
        gone=[with_left(note("X", "x", 1), 5)],
    )
    theirs = lock_of(
        *(note("A", "a3", 7), note("C", "c", 7), note("M", "m", 1), note("X", "x", 1), note("Y", "y", 7)),
        style=7,
    )
    text = merged(tmp_path, base, ours, theirs, *style)
    assert "<<<<<<< ours" in text
    lock = read_lock(text, "q.lock.json")
    assert {key: each.stamp() for key, each in lock.notes.items()} == {
        "A": Stamp("a3", 7),
        "B": Stamp("b", 5),
        "C": Stamp("c", 7),
        "M": Stamp("m", 1),
        "Y": Stamp("y", 7),
        "Z": Stamp("z", 5),
    }
    assert [(each.id, each.left) for each in lock.left] == [("X", 5)]
    assert (lock.style, lock.note_type, lock.disputed) == (Stamp("style", 7), TYPE, ())


@pytest.mark.needs("git")
def test_entries_far_from_each_other_merge_without_a_conflict(tmp_path: Path) -> None:
    notes = [note(letter, letter, 1) for letter in "ADGJ"]
    ours, theirs = [*notes, note("B", "b", 2)], [*notes, note("H", "h", 3)]
    text = merged(tmp_path, lock_of(*notes), lock_of(*ours), lock_of(*theirs))
    assert text == write_lock(lock_of(*notes, note("B", "b", 2), note("H", "h", 3)))


@pytest.mark.needs("git")
def test_an_edit_after_a_removal_keeps_the_question(tmp_path: Path) -> None:
    base = lock_of(note("A", "a", 1), note("B", "b", 1))
    removed = lock_of(note("A", "a", 1), gone=[with_left(note("B", "b", 1), 5)])
    edited = lock_of(note("A", "a", 1), note("B", "b2", 9))
    lock = read_lock(merged(tmp_path, base, removed, edited), "q.lock.json")
    assert (lock.notes["B"].stamp(), lock.gone) == (Stamp("b2", 9), {})


@pytest.mark.needs("git")
def test_branches_that_took_one_new_id_are_disputed(tmp_path: Path) -> None:
    base = lock_of(note("A", "a", 1))
    ours, theirs = (
        lock_of(note("A", "a", 1), replace(note("B", digest, 5), question=digest)) for digest in ("aa", "bb")
    )
    lock = read_lock(merged(tmp_path, base, ours, theirs), "q.lock.json")
    assert lock.disputed == ("B",)


@pytest.mark.needs("git")
def test_two_first_locks_of_one_bank_are_refused(tmp_path: Path) -> None:
    base = lock_of()
    ours, theirs = (replace(base, namespace=name) for name in ("one", "two"))
    problems = refused(merged(tmp_path, base, ours, theirs))
    assert [(each.message, each.hint) for each in problems] == [
        (
            'the branches published the bank under two names: "one" and "two"',
            "these are two locks: keep the one whose decks learners have, and remove the other",
        )
    ]


CONFLICT = '<<<<<<< ours\n"A": {A},\n=======\n"A": {B},\n>>>>>>> theirs\n'


@pytest.mark.parametrize(
    ("marks", "line"),
    [
        (["<<<<<<< ours"], 9),
        (["<<<<<<< ours", "======="], 9),
        (["======="], 9),
        ([">>>>>>> theirs"], 9),
        (["<<<<<<< ours", ">>>>>>> theirs"], 10),
        (["<<<<<<< ours", "<<<<<<< ours", "=======", ">>>>>>> theirs"], 10),
        (["||||||| base", "======="], 9),
    ],
)
def test_a_conflict_that_is_cut_off_is_refused(marks: list[str], line: int) -> None:
    text = write_lock(lock_of(entry("A"), entry("B"))).replace(
        '"notes": {\n', '"notes": {\n' + "\n".join(marks) + "\n"
    )
    problems = refused(text)
    assert problems[0].location == Location("q.lock.json", line)
    assert problems[0].message.startswith("a conflict of git that is cut off: ")


def test_what_is_no_line_of_a_lock_does_not_pass_as_a_merge() -> None:
    text = write_lock(lock_of(entry("A"))).replace(
        '"A"', '<<<<<<< ours\nnonsense\n=======\n>>>>>>> theirs\n"A"'
    )
    assert [problem.message for problem in refused(text)] == [
        "not JSON: Expecting property name enclosed in double quotes"
    ]


@pytest.mark.needs("git")
def test_of_two_releases_the_higher_number_stays(tmp_path: Path) -> None:
    base = first(asked("A", "a"))
    three, four = (replace(base, release=Release(number, NOW)) for number in (3, 4))
    for ours, theirs in ((three, four), (four, three)):
        assert read_lock(merged(tmp_path, base, ours, theirs), "q.lock.json").release == Release(4, NOW)


@pytest.mark.needs("git")
def test_a_merge_has_the_decks_of_both_branches(tmp_path: Path) -> None:
    base = replace(first(asked("A", "a")), decks={"go": "01 Go"})
    ours, theirs = (replace(base, decks={**base.decks, name: f"02 {name}"}) for name in ("awk", "zig"))
    assert read_lock(merged(tmp_path, base, ours, theirs), "q.lock.json").decks == {
        "go": "01 Go",
        "awk": "02 awk",
        "zig": "02 zig",
    }
