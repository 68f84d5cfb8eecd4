"""A lock is read as it was written, merges in git, and is refused in words where it is anything else."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from tests.unit.bank.locks import NOW, asked, content, entry, first, lock_of, with_left

from qexport.bank.lock import Lock, Release
from qexport.bank.lock_file import read_lock, write_lock
from qexport.bank.stamping import Deciding, stamp
from qexport.common.errors import InputRefused, Location, Problem

REPAIR = "restore it from version control, or rebuild it with --previous DECK"


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "q.lock.json")
    return caught.value.problems


def test_a_lock_has_one_line_a_note_sorted() -> None:
    lock = lock_of(
        entry("Ü", 3, id="Ö", names=("Ü",), question="ab", version="cd", digest="u"),
        entry("B", 2, digest="b", decks=("hard",), departed={"easy": 9}),
        gone=[with_left(entry("A", 1), 5)],
    )
    assert write_lock(lock) == (
        "{\n"
        '"format": 2,\n'
        '"namespace": "ns",\n'
        '"deck_root": "Bank",\n'
        '"style": {"digest": "style", "modified": 1760000000},\n'
        '"note_type": {"fields": ["Key", "ID", "Title"], "cards": ["recall"], "sort_field": "Title", "major": 1},\n'
        '"options": {},\n'
        '"notes": {\n'
        '"B": {"guid": "guid-B", "number": 1760000000264, "digest": "b", "decks": ["hard"], '
        '"departed": {"easy": 9}, "modified": 2},\n'
        '"Ü": {"id": "Ö", "guid": "guid-Ü", "number": 1760000001404, "names": ["Ü"], "question": "ab", '
        '"version": "cd", "digest": "u", "modified": 3}\n'
        "},\n"
        '"left": {\n'
        '"A": {"guid": "guid-A", "number": 1760000000260, "left": 5, "modified": 1}\n'
        "}\n"
        "}\n"
    )


RENAMED, _ = stamp(
    content(asked("A", "a"), namespace="other"),
    first(asked("A", "a")),
    NOW,
    deciding=Deciding(accepts_namespace=True),
)


def test_a_lock_is_formed_once_and_another_one_again() -> None:
    lock = first(asked("A", "a"))
    assert write_lock(lock) is write_lock(lock)
    assert '"deck_root": "New"' in write_lock(replace(lock, deck_root="New"))


@pytest.mark.parametrize(
    "lock",
    [
        first(),
        first(asked("A", "a"), asked('"{', "b"), asked("\\", "c"), asked("ä\u2028:", "d")),
        stamp(content(asked("A", "a")), first(asked("A", "a"), asked("B", "b")), NOW)[0],
        replace(first(asked("A", "a")), release=Release(3, NOW, {"added": ("A",)}), options={"x": "y"}),
        replace(
            lock_of(entry("A", place=100)),
            decks={"": "02 Other", "go::x:y": "01 X:y", "x": f"03 {'x' * 100}"},
        ),
        RENAMED,
    ],
)
def test_a_lock_is_read_as_it_was_written(lock: Lock) -> None:
    if any("\u2028" in key for key in lock.notes):
        lock = replace(lock, notes={key: each for key, each in lock.notes.items() if key.isprintable()})
    assert read_lock(write_lock(lock), "q.lock.json") == lock


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("", (1, 1), "not JSON: Expecting value", REPAIR),
        ('{\n"format": 2,\n', (3, 1), "not JSON: Expecting property name enclosed in double quotes", REPAIR),
        ("[" * 100_000, (0, 0), "not a lock file", REPAIR),
        ('{"format": ' + "9" * 5000 + "}", (0, 0), "not a lock file", REPAIR),
        ("[]", (1, 0), "not a lock file: it has no format", REPAIR),
        (
            '{\n"format": 1}',
            (2, 0),
            "format 1 is not known; this qexport knows 2",
            "update it: qexport migrate",
        ),
        (
            '{\n"format": 3}',
            (2, 0),
            "format 3 is not known; this qexport knows 2",
            "it was written by a newer qexport: use the program that wrote it",
        ),
        ('{"format": true}', (1, 0), "format True is not known; this qexport knows 2", REPAIR),
    ],
)
def test_what_is_not_a_lock_is_refused_with_its_line(
    text: str, place: tuple[int, int], message: str, hint: str
) -> None:
    assert refused(text) == (Problem(Location("q.lock.json", *place), message, hint),)


def test_all_that_is_wrong_with_a_lock_is_reported_at_once() -> None:
    good = write_lock(lock_of(entry("A"), entry("B"), entry("C"), entry("D"), entry("E"))).split("\n")
    at = good.index('"notes": {')
    good[3] = '"deck_root": "",'
    good[4] = '"style": {"digest": "s", "modified": -1},'
    good[at + 1] = '"A": {"guid": "g", "number": 4, "modified": 1, "names": ["a b"]},'
    good[at + 2] = '"B": {"guid": "g", "number": 4, "modified": 1},'
    good[at + 3] = '"C": 7,'
    good[at + 4] = '"D": {"guid": "x\\u001fy", "modified": true, "more": 1},'
    good[at + 5] = '"E E": {"guid": "h", "number": 9, "modified": 1e3}'
    good[-3] = '"left": {"F": {"guid": "i", "number": 5, "modified": 1}}, "extra": 1'
    problems = [(each.location.line, each.message) for each in refused("\n".join(good))]
    assert problems == [
        (4, "'deck_root' is not a line of text"),
        (5, "'style' is not a digest and a time"),
        (9, "'A' in 'notes' has a names that is not a list of ids"),
        (10, "'B' has the guid of 'A'"),
        (10, "'B' has the number of 'A'"),
        (11, "'C' in 'notes' is not a mapping"),
        (12, "'D' in 'notes' has a guid that is not a GUID"),
        (12, "'D' in 'notes' has a modified that is not a time"),
        (12, "'D' in 'notes' has an unknown key 'more'"),
        (12, "'D' in 'notes' has no number"),
        (13, "'E E' in 'notes' has a modified that is not a time"),
        (13, "'E E' in 'notes' is not an id"),
        (15, "'F' in 'left' has no left"),
        (15, "unknown key 'extra'"),
    ]


def test_a_note_that_is_there_twice_is_refused() -> None:
    text = write_lock(lock_of(entry("A")))
    line = next(line for line in text.split("\n") if line.startswith('"A"'))
    (problem,) = refused(text.replace(line, f"{line},\n{line}"))
    assert (problem.location.line, problem.message) == (10, "'A' is here twice")


@pytest.mark.parametrize(
    "text", ['{"format": 2, "notes": {' + '"A": 1,' * 20_000 + '"A": 1}}', "\n" * 10**6, "\\" * 10**6]
)
def test_a_lock_of_many_mistakes_is_refused_in_time_that_grows_with_it(text: str) -> None:
    started = time.perf_counter()
    assert refused(text)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "wrong",
    [
        "7",
        '["Go"]',
        '{"go": 1}',
        '{"go": "Go::x"}',
        '{"go": ""}',
        '{"g\\u001b": "Go"}',
        '{"go": "G\\u001fo"}',
    ],
)
def test_what_are_no_names_of_decks_is_refused(wrong: str) -> None:
    text = write_lock(lock_of()).replace('"notes"', f'"decks": {wrong},\n"notes"')
    assert [problem.message for problem in refused(text)] == [
        "'decks' is not a mapping of decks to their names"
    ]


@pytest.mark.parametrize("wrong", ["0", "-1", "true", "1.5", '"1"', "900001"])
def test_what_is_no_place_is_refused(wrong: str) -> None:
    text = write_lock(lock_of(entry("A", place=7))).replace('"place": 7', f'"place": {wrong}')
    assert [problem.message for problem in refused(text)] == [
        "'A' in 'notes' has a place that is not a place of a new card"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "7",
        "{}",
        '{"time": 1, "changes": {"added": "A"}, "number": 1}',
        '{"time": -1, "changes": {}, "number": 1}',
        '{"time": 1, "changes": {}, "number": 0}',
    ],
)
def test_what_is_no_release_is_refused(wrong: str) -> None:
    text = write_lock(lock_of()).replace('"notes"', f'"release": {wrong},\n"notes"')
    assert [problem.message for problem in refused(text)] == ["'release' is not a time, changes and a number"]


def test_half_a_character_is_no_id() -> None:
    text = write_lock(lock_of(entry("A"))).replace('"A"', json.dumps("\ud800"))
    assert refused(text) == (Problem(Location("q.lock.json"), "not a lock file", REPAIR),)


def test_a_line_that_says_more_than_this_program_knows_is_of_a_newer_one() -> None:
    lock = lock_of(entry("A"), entry("B"))
    text = write_lock(lock).replace('"guid": ', '"novel": 1, "guid": ')
    with pytest.raises(InputRefused) as caught:
        read_lock(text, "x")
    assert {problem.hint for problem in caught.value.problems} == {
        "it was written by a newer qexport: use the program that wrote it"
    }
