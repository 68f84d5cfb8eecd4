"""What learners change in the real Anki comes back into the bank; their reviews come back as counts."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qexport.cli.main import program

anki = pytest.importorskip("anki.collection")

BANK = """\
title: My bank
markup: markdown
questions:
  # lists first
  - id: Q1
    question: What is a `list` in Python?
    answer: >-
      A sequence that can *change*,
      and grow.

      It is not hashable.
  - {id: Q2, question: How does a dict find its keys?, answer: By their hash & by equality.}
  - {id: Q3, question: Why are tuples hashable?, answer: "They cannot change.", follow_ups: [Always?]}
"""


@dataclass
class Done:
    status: int
    out: str
    err: str


def run(*words: str) -> Done:
    environment = {"SOURCE_DATE_EPOCH": "1760000000"}
    result = CliRunner().invoke(program, words, prog_name="qexport", env=environment, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)


class Learner:
    """Someone's Anki."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.collection: Any = anki.Collection(str(folder / "collection.anki2"))
        request = anki.ImportAnkiPackageRequest(
            package_path="out/my-bank.apkg", options=anki.ImportAnkiPackageOptions()
        )
        self.collection.import_anki_package(request)

    def edit(self, key: str, field: str, old: str, new: str) -> None:
        (number,) = self.collection.find_notes(f"ID:{key}")
        note = self.collection.get_note(number)
        assert old in note[field]
        note[field] = note[field].replace(old, new)
        self.collection.update_note(note)

    def answer(self, key: str, ease: int) -> None:
        (number,) = self.collection.find_cards(f"ID:{key}")
        card = self.collection.get_card(number)
        card.start_timer()
        self.collection.sched.answerCard(card, ease)

    def export(self, *, legacy: bool = False, with_scheduling: bool = False) -> str:
        path = str(self.folder / "export.apkg")
        options = anki.ExportAnkiPackageOptions(legacy=legacy, with_scheduling=with_scheduling)
        self.collection.export_anki_package(out_path=path, limit=None, options=options)
        return path


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    Path("b.yaml").write_text(BANK, encoding="utf-8")
    assert run("build", "--bank", "b.yaml", "--format", "deck").status == 0
    learner = Learner(tmp_path / "anki")
    yield learner
    learner.collection.close()


def change(old: str, new: str) -> str:
    text = Path("b.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("b.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return Path("b.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("legacy", [True, False])
def test_words_that_a_learner_changed_come_into_the_bank_and_nothing_else(
    learner: Learner, legacy: bool
) -> None:
    learner.edit("Q1", "Answer", "hashable", "a key")
    learner.edit("Q1", "Question", "What", "What exactly")
    learner.edit("Q2", "Answer", "hash &amp; by", "hash, then by")
    export = learner.export(legacy=legacy)
    ours = change("A sequence", "A mutable sequence")
    expected = ours.replace("hashable.\n  - {id: Q2", "a key.\n  - {id: Q2").replace(
        "By their hash & by equality.", "'By their hash, then by equality.'"
    )
    expected = expected.replace("What is a `list`", "What exactly is a `list`")
    done = run("pull", export, "--bank", "b.yaml", "--dry-run")
    assert done.out.splitlines()[-1] == "b.yaml: 3 fields would be changed"
    assert Path("b.yaml").read_text(encoding="utf-8") == ours
    patch = run("pull", export, "--bank", "b.yaml", "--patch").out
    applied = subprocess.run(
        ["patch", "-p1", "-o", "-"], input=patch, capture_output=True, text=True, check=True
    )
    assert applied.stdout == expected
    assert run("pull", export, "--bank", "b.yaml").out.splitlines()[-1] == "b.yaml: 3 fields changed"
    assert Path("b.yaml").read_text(encoding="utf-8") == expected
    assert run("pull", export, "--bank", "b.yaml") == Done(0, "nothing to take\n", "")


def test_words_that_both_changed_are_a_conflict(learner: Learner) -> None:
    learner.edit("Q2", "Answer", "equality", "identity")
    export = learner.export()
    ours = change("by equality", "by sameness")
    done = run("pull", export, "--bank", "b.yaml")
    assert (done.status, done.out) == (
        3,
        (
            f"{export}: Q2 answer: changed on both sides\n"
            "  bank:   'By their hash & by sameness.'\n"
            "  theirs: 'By their hash & by identity.'\n"
            "1 conflict left open: decide with --theirs or --ours\n"
        ),
    )
    assert run("pull", export, "--bank", "b.yaml", "--ours").status == 0
    assert Path("b.yaml").read_text(encoding="utf-8") == ours
    assert run("pull", export, "--bank", "b.yaml", "--theirs").status == 0
    assert Path("b.yaml").read_text(encoding="utf-8") == ours.replace("sameness", "identity")


def test_what_has_no_form_in_the_bank_is_shown_and_left(learner: Learner) -> None:
    learner.edit("Q3", "Answer", "cannot", '<span style="color: red">cannot</span>')
    learner.edit("Q3", "Follow-up Questions", "Always?", "Ever?")
    export = learner.export()
    assert run("pull", export, "--bank", "b.yaml").out == (
        f"{export}: Q3 answer: left, because the bank has no form for it\n"
        "  theirs: 'They cannot change.'\n"
        f"{export}: Q3 Follow-up Questions: left, because the bank has no form for it\n"
        "  theirs: 'Ever?'\n"
        "nothing to take\n"
    )
    assert Path("b.yaml").read_text(encoding="utf-8") == BANK


def test_an_export_of_an_older_edition_takes_nothing_back(learner: Learner) -> None:
    export = learner.export()
    change("By their hash", "By the hash")
    run("build", "--bank", "b.yaml", "--format", "deck")
    assert run("pull", export, "--bank", "b.yaml").out == "nothing to take\n"


def test_reviews_come_back_as_counts_without_a_person(learner: Learner, tmp_path: Path) -> None:
    for ease in (1, 3):
        learner.answer("Q1", ease)
    learner.answer("Q2", 3)
    export = learner.export(with_scheduling=True)
    done = run("reviews", export, "--bank", "b.yaml")
    assert done.out == "b.reviews.json: 0 questions; 2 left out, with fewer than 3 learners\n"
    assert json.loads(Path("b.reviews.json").read_text(encoding="utf-8")) == {}
    run("reviews", export, "--bank", "b.yaml", "--learners", "1")
    counts = json.loads(Path("b.reviews.json").read_text(encoding="utf-8"))
    assert {key: (each["learners"], each["reviews"], each["forgotten"]) for key, each in counts.items()} == {
        "Q1": (1, 2, 0.5),
        "Q2": (1, 1, 0.0),
    }
