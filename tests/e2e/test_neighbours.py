"""Banks that lie beside each other: split, joined, copied, or with the same ids by chance."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport.bank.neighbours import find_neighbours
from qexport.cli.main import program

NOW = 1_796_000_000
LISTS = ("What is a list in Python?", "How does a dict find its keys?", "Why are tuples hashable at all?")
TREES = ("When does a tree rebalance?", "Which nodes does a walk see first?", "Where are the leaves of it?")
KEPT = ", and their reviews stay with the old ones\n"
HINT = (
    "  hint: to keep reviews, keep them in one bank and make its parts with filters; "
    "or build this one with namespace: "
)


def write(
    path: str, questions: Sequence[str], *, ids: str = "Q", title: str = "T", namespace: str = ""
) -> None:
    rows = "".join(
        f"  - {{id: {ids}{number}, question: {text}, answer: a}}\n"
        for number, text in enumerate(questions, 1)
    )
    stated = f"namespace: {namespace}\n" if namespace else ""
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(f"title: {title}\n{stated}questions:\n{rows}", encoding="utf-8")


def build(bank: str, deck: str = "deck", now: int = NOW) -> tuple[int, str]:
    words = ["build", "--bank", bank, "--format", "deck", "--file-name", deck]
    done = CliRunner().invoke(
        program, words, prog_name="qexport", env={"SOURCE_DATE_EPOCH": str(now)}, catch_exceptions=False
    )
    return done.exit_code, done.stderr


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_two_banks_with_the_same_ids_and_other_questions_have_nothing_to_do_with_each_other() -> None:
    write("a.yaml", LISTS)
    write("z.yaml", TREES)
    assert build("a.yaml", "a") == (0, "")
    assert build("z.yaml", "z") == (0, "")
    assert build("a.yaml", "a", NOW + 60) == (0, "")


@pytest.mark.parametrize(
    ("whole", "first", "second", "lock", "other"),
    [
        ("b.yaml", "b.yaml", "c.yaml", "c.lock.json", "b.lock.json"),
        ("one/a.yaml", "one", "two", "two/questions.lock.json", "one/questions.lock.json"),
    ],
)
def test_a_bank_that_was_split_is_reported(
    whole: str, first: str, second: str, lock: str, other: str
) -> None:
    write(whole, (*TREES, *LISTS))
    assert build(first) == (0, "")
    write(whole, TREES)
    write(second if second.endswith(".yaml") else f"{second}/a.yaml", LISTS, ids="L", title="Lists")
    assert build(first, now=NOW + 60) == (0, "")
    assert build(second, "second", NOW + 120) == (
        0,
        (
            f"qexport: warning: {lock}: 3 questions left {other} and are in this bank now (Q4, Q5, Q6): learners get "
            f"them as new notes{KEPT}{HINT}t-aed68c9b and the ids they had, if nobody has its deck yet\n"
        ),
    )


def test_a_part_is_reported_before_it_has_left_the_whole() -> None:
    write("b.yaml", (*TREES, *LISTS))
    build("b.yaml")
    write("c.yaml", LISTS[:2], ids="L", title="Lists")
    assert build("c.yaml", "second") == (
        0,
        (
            "qexport: warning: c.lock.json: 2 questions of b.lock.json are in this bank too (Q4, Q5): learners get "
            f"them as new notes{KEPT}{HINT}t-aed68c9b and the ids they had, if nobody has its deck yet\n"
        ),
    )
    assert build("c.yaml", "second") == (0, "")


def test_banks_that_were_joined_are_reported() -> None:
    write("b.yaml", TREES)
    write("c.yaml", LISTS, ids="L", title="Lists")
    build("b.yaml")
    build("c.yaml", "second")
    Path("c.yaml").unlink()
    write("b.yaml", (*TREES, *LISTS))
    assert build("b.yaml", now=NOW + 60) == (
        0,
        (
            "qexport: warning: b.lock.json: 3 questions of c.lock.json, whose bank is gone, are in this bank now "
            f"(L1, L2, L3): learners get them as new notes{KEPT}{HINT}lists-2d3dfa90 and the ids they had, if nobody "
            "has its deck yet\n"
        ),
    )


def test_a_copied_namespace_is_reported() -> None:
    write("b.yaml", TREES, namespace="team")
    build("b.yaml")
    write("z.yaml", LISTS, namespace="team", title="Z")
    assert build("z.yaml", "z") == (
        0,
        (
            "qexport: warning: z.lock.json: b.lock.json has the same namespace 'team' and other questions under the "
            "same ids (Q1, Q2, Q3): learners of both decks see one overwrite the other\n"
            "  hint: give the bank that is newer a namespace of its own, before anybody has its deck\n"
        ),
    )


def test_banks_in_folders_beside_each_other_are_looked_at() -> None:
    write("one/b.yaml", TREES, namespace="team")
    build("one/b.yaml", "one")
    shutil.copytree("one", "two")
    assert build("two/b.yaml", "two") == (
        0,
        (
            "qexport: warning: two/b.lock.json: one/b.lock.json is a lock of the same bank (3 notes): each has times "
            "of its own, so that what one deck changed the other does not update\n"
            "  hint: keep one lock, and build all decks of the bank with it\n"
        ),
    )
    write("three/c.yaml", LISTS, namespace="team", title="C")
    status, said = build("three/c.yaml", "three")
    assert status == 0
    assert [line.partition(" (")[0] for line in said.splitlines() if "warning" in line] == [
        f"qexport: warning: three/c.lock.json: {folder}/b.lock.json has the same namespace 'team' and other questions "
        "under the same ids"
        for folder in ("one", "two")
    ]


def test_differences_tell_the_same_of_exchanged_ids_from_either_side_and_in_every_form() -> None:
    def compare(old: str, new: str) -> str:
        words = ["diff", old, new]
        return CliRunner().invoke(program, words, prog_name="qexport", catch_exceptions=False).output

    write("b.yaml", LISTS)
    build("b.yaml")
    Path("old.apkg").write_bytes(Path("out/deck.apkg").read_bytes())
    Path("old.yaml").write_bytes(Path("b.yaml").read_bytes())
    write("b.yaml", (LISTS[1], LISTS[0], LISTS[2]))
    assert build("b.yaml", "new")[0] == 0
    forth = (
        "2 renumbered, 1 unchanged\n{}\nrenumbered\n  Q1 (was Q2)  How does a dict find its keys?\n"
        "  Q2 (was Q1)  What is a list in Python?\n"
    )
    reviews = "  notes that ask something else now, with the reviews of what they asked: Q1, Q2\n"
    assert compare("old.yaml", "b.yaml") == f"old.yaml → b.yaml: {forth.format('')}"
    assert compare("old.apkg", "b.yaml") == f"old.apkg → b.yaml: {forth.format(reviews)}"
    assert compare("old.apkg", "out/new.apkg") == f"old.apkg → out/new.apkg: {forth.format(reviews)}"
    back = (
        "2 renumbered, 1 unchanged\n{}\nrenumbered\n  Q1 (was Q2)  What is a list in Python?\n"
        "  Q2 (was Q1)  How does a dict find its keys?\n"
    )
    assert compare("b.yaml", "old.yaml") == f"b.yaml → old.yaml: {back.format('')}"
    assert compare("out/new.apkg", "old.apkg") == f"out/new.apkg → old.apkg: {back.format(reviews)}"


def test_a_folder_that_is_removed_while_it_is_listed_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other programs make and remove folders beside a bank's: no build may end for that."""

    def list_removed(_: Path, pattern: str) -> list[Path]:
        raise FileNotFoundError(pattern)

    monkeypatch.chdir(tmp_path)
    write("one/bank.yaml", LISTS)
    lock = tmp_path / "one" / "bank.lock.json"
    monkeypatch.setattr(Path, "glob", list_removed)
    assert find_neighbours(lock) == []
