"""The lock from the command line: what it keeps, what it refuses, how it comes back."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport.cli.main import program

BANK = """\
title: T
namespace: tests
questions:
  - {id: A-1, question: What is A-1?, answer: first, technology: Python, level: Hard, production_scenario: s, tags: [t]}
  - {id: A-2, question: What is A-2?, answer: second, technology: Python, level: Easy}
  - {id: B-1, question: What is B-1?, answer: third, technology: Go, level: Hard}
"""
DECK = Path("out/t.apkg")
LOCK = Path("questions.lock.json")


@dataclass
class Done:
    """How a run of the program ended."""

    status: int
    out: str
    err: str


def build(*words: str, now: int = 1_760_000_000) -> Done:
    arguments = ["build", "--format", "deck", *words]
    environment = {"SOURCE_DATE_EPOCH": str(now)}
    result = CliRunner().invoke(program, arguments, prog_name="qexport", env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, "\n".join(result.stdout.splitlines()[1:]), result.stderr)


def change(old: str, new: str) -> None:
    path = Path("questions.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("questions.yaml").write_text(BANK, encoding="utf-8")


def notes_of(deck: Path) -> dict[str, tuple[int, str, str]]:
    """Return time, tags and fields of each note in a deck."""
    with zipfile.ZipFile(io.BytesIO(deck.read_bytes())) as archive:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    rows = connection.execute("SELECT flds, mod, tags FROM notes").fetchall()
    connection.close()
    return {fields.split("\x1f")[1]: (modified, tags, fields) for fields, modified, tags in rows}


def test_each_build_tells_what_changed_since_the_last() -> None:
    assert build().out == "questions.lock.json: +3 added ~0 changed −0 retired =0 unchanged"
    assert build().out == "questions.lock.json: +0 added ~0 changed −0 retired =3 unchanged"
    change("second", "better")
    change(
        "  - {id: B-1, question: What is B-1?, answer: third",
        "  - {id: B-2, question: What is B-2?, answer: new",
    )
    assert build(now=1_760_000_060).out == (
        "questions.lock.json: +1 added ~1 changed −1 retired =1 unchanged\n"
        "  to find retired notes, paste into Anki's browser: Key:B-1@59830ebc3a41"
    )
    times = {key: time - 1_760_000_000 for key, (time, _, _) in notes_of(DECK).items()}
    assert times == {"A-1": 0, "A-2": 60, "B-2": 60}


def test_the_same_bank_and_lock_give_the_same_bytes_at_any_time() -> None:
    build()
    first = DECK.read_bytes(), LOCK.read_bytes()
    build(now=1_790_000_000)
    assert (DECK.read_bytes(), LOCK.read_bytes()) == first


def test_the_lock_covers_the_bank_whatever_the_filter() -> None:
    build("--technology", "python", "--file-name", "python")
    build("--level", "hard", "--file-name", "hard", now=1_790_000_000)
    python, hard = (notes_of(Path(f"out/{name}.apkg")) for name in ("python", "hard"))
    assert (set(python), set(hard)) == ({"A-1", "A-2"}, {"A-1", "B-1"})
    assert {time for notes in (python, hard) for time, _, _ in notes.values()} == {1_760_000_000}


def test_locked_passes_where_nothing_would_change() -> None:
    build()
    before = LOCK.stat().st_mtime_ns
    assert build("--locked").status == 0
    assert LOCK.stat().st_mtime_ns == before


def test_locked_refuses_and_says_what_would_change() -> None:
    hint = "  hint: build without --locked, and commit the lock with the bank\n"
    said = "qexport: error: questions.lock.json: --locked, but this build would change it"
    assert build("--locked") == Done(3, "", f"{said} (there is none yet)\n{hint}")
    assert not DECK.exists()
    build()
    change("second", "better")
    change(
        "  - {id: B-1, question: What is B-1?, answer: third",
        "  - {id: B-2, question: What is B-2?, answer: new",
    )
    before = DECK.read_bytes(), LOCK.read_bytes()
    changes = "(added: B-2; changed: A-2; retired: B-1)"
    assert build("--locked", now=1_790_000_000) == Done(3, "", f"{said} {changes}\n{hint}")
    assert (DECK.read_bytes(), LOCK.read_bytes()) == before


def test_locked_refuses_another_style(tmp_path: Path) -> None:
    build()
    theme = tmp_path / "theme"
    (theme / "anki").mkdir(parents=True)
    (theme / "theme.toml").write_text('description = "red"\nextends = "classic"\n', encoding="utf-8")
    (theme / "anki/card.css").write_text(".card { color: red }", encoding="utf-8")
    done = build("--locked", "--theme", str(theme))
    assert done.err.splitlines()[0] == (
        "qexport: error: questions.lock.json: --locked, but this build would change it (the style of the cards)"
    )


def test_retired_questions_are_told_on_every_build_and_ship_when_asked_for() -> None:
    build()
    change("id: A-2,", "id: A-2, status: retired,")
    told = "  to find retired notes, paste into Anki's browser: Key:A-2@59830ebc3a41"
    assert build().out == f"questions.lock.json: +0 added ~0 changed −1 retired =2 unchanged\n{told}"
    assert build().out == f"questions.lock.json: +0 added ~0 changed −0 retired =2 unchanged\n{told}"
    assert notes_of(DECK).keys() == {"A-1", "B-1"}
    build("--include-retired")
    assert notes_of(DECK).keys() == {"A-1", "A-2", "B-1"}
    assert " retired " in notes_of(DECK)["A-2"][1]
    build("--include-retired", "--technology", "go")
    assert notes_of(DECK).keys() == {"B-1"}
    assert "left" in json.loads(LOCK.read_text(encoding="utf-8"))["notes"]["A-2"]


def without_decks(lock: Path) -> str:
    """Return a lock without what it knows of filtered decks, which no deck can tell."""
    return re.sub(r'"(decks|departed)": [\[{][^\]}]*[\]}], ', "", lock.read_text(encoding="utf-8"))


def test_a_lock_that_is_lost_beside_a_published_deck_is_not_begun_again() -> None:
    build()
    LOCK.unlink()
    done = build()
    assert (done.status, done.out) == (3, "")
    assert done.err == (
        f"qexport: error: questions.lock.json: there is no lock, but {DECK} is a deck of this bank (3 of its "
        "questions are in it): without its lock learners would get their notes as new ones\n"
        f"  hint: rebuild the lock with --previous {DECK}; or move that deck away, if nobody has it\n"
    )
    assert build("--previous", str(DECK)).status == 0


def test_a_lost_lock_comes_back_from_decks_that_are_out_there() -> None:
    build()
    change("second", "better")
    build("--technology", "python", "--file-name", "python", now=1_760_000_060)
    build("--technology", "go", "--file-name", "go", now=1_760_000_060)
    lock = without_decks(LOCK)
    assert build("--previous", str(DECK)) == Done(
        2,
        "",
        "qexport: error: there is a lock: questions.lock.json\n  hint: --previous is for a lock that is lost\n",
    )
    LOCK.unlink()
    done = build("--previous", "out/python.apkg", "--previous", "out/go.apkg", now=1_790_000_000)
    assert done.out == "questions.lock.json: +0 added ~0 changed −0 retired =3 unchanged"
    assert without_decks(LOCK) == lock
    LOCK.unlink()
    done = build("--previous", "out/python.apkg", now=1_790_000_000)
    assert (done.out, done.err) == (
        "questions.lock.json: +1 added ~0 changed −0 retired =2 unchanged",
        (
            "qexport: warning: questions.lock.json: 1 question is in none of these decks, and begins as a new note: "
            "B-1\n  hint: if learners have them: remove the lock and the history, and add a --previous for a deck that "
            "has them\n"
        ),
    )


def test_a_previous_deck_that_is_none_is_refused() -> None:
    Path("some.apkg").write_bytes(b"nothing")
    for words, message in (
        ("some.apkg", "it is not an Anki package: not a zip, or a damaged one"),
        ("none.apkg", "there is no such file"),
    ):
        done = build("--previous", words)
        assert (done.status, done.err.splitlines()[0]) == (3, f"qexport: error: {words}: {message}")
    assert not LOCK.exists()


def test_options_that_move_notes_are_told() -> None:
    build()
    done = build("--card-types", "recall,scenario")
    assert done.out == "questions.lock.json: +0 added ~1 changed −0 retired =2 unchanged"
    assert done.err == (
        "qexport: warning: questions.lock.json: card-types was 'recall', and is 'recall,scenario' now\n"
        "  hint: use the same options for all decks of a bank: learners have each note once, whichever deck it is "
        "from\n"
    )
    assert build("--card-types", "recall,scenario").err == ""


def test_two_locks_of_one_bank_are_reported() -> None:
    build()
    done = build("--tag-prefix", "hub", "--file-name", "hub", "--lock", "hub.lock.json", now=1_760_000_060)
    assert notes_of(Path("out/hub.apkg"))["A-1"][:2] == (
        1_760_000_060,
        " hub::level::hard hub::t hub::technology::python ",
    )
    assert done.err == (
        "qexport: warning: hub.lock.json: questions.lock.json is a lock of the same bank (3 notes): each has times "
        "of its own, so that what one deck changed the other does not update\n"
        "  hint: keep one lock, and build all decks of the bank with it\n"
    )
    for words in ((), ("--tag-prefix", "hub", "--lock", "hub.lock.json")):
        assert build(*words, "--locked", now=1_790_000_000).status == 0


def test_a_note_type_that_would_freeze_learners_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    text = LOCK.read_text(encoding="utf-8").replace('"Spare 5"', '"Spare 6"')
    LOCK.write_text(text, encoding="utf-8")
    assert build() == Done(
        3,
        "",
        "qexport: error: questions.lock.json: the note type would change: field 'Spare 5' is added; field "
        "'Spare 6' is removed. Anki would then update none of the notes that learners have (3), and put new ones "
        "under a second note type\n"
        "  hint: build with the qexport that made this lock; or use --new-note-type, and tell every learner "
        "to import once with “Merge note types” on, which makes their next sync a full one\n",
    )
    assert build("--new-note-type").status == 0
    assert build("--locked").status == 0
    assert build("--new-note-type") == Done(
        2,
        "",
        "qexport: error: --new-note-type, but the note type is what it was\n"
        "  hint: leave it out: it would only make work for learners\n",
    )


@pytest.mark.needs("git")
def test_two_people_who_built_merge_and_build_again(tmp_path: Path) -> None:
    def git(*words: str) -> int:
        who = ["-c", "user.name=t", "-c", "user.email=t@e.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *who, *words], capture_output=True, check=False).returncode

    git("init", "--quiet", "--initial-branch=main")
    build()
    git("add", "questions.yaml", str(LOCK))
    git("commit", "--message=base")
    git("checkout", "--quiet", "-b", "theirs")
    change("  - {id: B-1", "  - {id: A-9, question: What is A-9?, answer: theirs}\n  - {id: B-1")
    build(now=1_760_000_100)
    git("commit", "--all", "--message=theirs")
    git("checkout", "--quiet", "main")
    change("answer: first", "answer: ours")
    change("  - {id: A-2, question: What is A-2?, answer: second, technology: Python, level: Easy}\n", "")
    build(now=1_760_000_050)
    git("commit", "--all", "--message=ours")
    assert git("merge", "theirs") == 1
    assert "<<<<<<<" in LOCK.read_text(encoding="utf-8")
    git("checkout", "--ours", "questions.yaml")
    change("  - {id: B-1", "  - {id: A-9, question: What is A-9?, answer: theirs}\n  - {id: B-1")
    assert build(now=1_760_000_200).out == (
        "questions.lock.json: +0 added ~0 changed −0 retired =3 unchanged\n"
        "  to find retired notes, paste into Anki's browser: Key:A-2@59830ebc3a41"
    )
    times = {key: time - 1_760_000_000 for key, (time, _, _) in notes_of(DECK).items()}
    assert times == {"A-1": 50, "A-9": 100, "B-1": 0}
    assert build("--locked").status == 0
