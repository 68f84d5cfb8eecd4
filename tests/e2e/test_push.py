"""`qexport push` into a collection of the real Anki library, through a stand-in for AnkiConnect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from tests.anki_connect import StandIn, served

from qexport.cli.main import program

anki = pytest.importorskip("anki.collection")

BANK = """\
title: Locks
namespace: tests/push
technologies: [Python]
questions:
  - {id: A-1, question: What is a lock?, answer: What keeps others out., technology: Python}
  - {id: A-2, question: What is a cache?, answer: What was worked out before., technology: Python}
"""


class Learner:
    """A collection behind AnkiConnect, and a folder with a bank."""

    def __init__(self, folder: Path) -> None:
        self.collection = anki.Collection(str(folder / "collection.anki2"))
        self.stand_in = StandIn(self.collection)
        self.port = 0
        self.time = 1_700_000_000

    def push(self, *words: str, status: int = 0, typed: str = "") -> str:
        """Run the command; return what it prints."""
        self.time += 1000
        result = CliRunner().invoke(
            program,
            ["push", "--port", str(self.port), *words],
            prog_name="qexport",
            env={"SOURCE_DATE_EPOCH": str(self.time)},
            input=typed,
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.stdout + result.stderr

    def imports(self) -> int:
        """Import the deck that the last push built; return how many notes were new."""
        request = anki.ImportAnkiPackageRequest(
            package_path="out/locks.apkg", options=anki.ImportAnkiPackageOptions()
        )
        return len(self.collection.import_anki_package(request).log.new)

    def note(self, key: str) -> Any:
        (number,) = self.collection.find_notes(f"ID:{key}")
        return self.collection.get_note(number)

    def edit(self, key: str, **fields: str) -> None:
        note = self.note(key)
        for name, value in fields.items():
            note[name] = value
        self.collection.update_note(note)


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Learner]:
    monkeypatch.chdir(tmp_path)
    Path("questions.yaml").write_text(BANK)
    (tmp_path / "anki").mkdir()
    learner = Learner(tmp_path / "anki")
    with served(learner.stand_in) as port:
        learner.port = port
        yield learner
    learner.collection.close()


def change_bank(old: str, new: str) -> None:
    text = Path("questions.yaml").read_text()
    assert old in text
    Path("questions.yaml").write_text(text.replace(old, new))


def test_new_notes_come_once(learner: Learner) -> None:
    assert learner.push("--yes") == (
        "in Anki: 2 new notes, 0 to change, 0 to suspend, 0 unchanged\n"
        "done: 2 notes added, 0 changed, 0 suspended, 0 pictures stored\n"
    )
    assert learner.collection.note_count() == 2
    assert learner.imports() == 0
    assert learner.push("--yes") == "in Anki: 0 new notes, 0 to change, 0 to suspend, 2 unchanged\n"


def test_what_the_bank_changed_comes_and_what_the_learner_has_stays(learner: Learner) -> None:
    learner.push("--yes")
    learner.edit("A-1", Answer="In <b>my</b> words.", **{"Spare 1": "mine"})
    for key in ("A-1", "A-2"):
        note = learner.note(key)
        note.tags = [*note.tags, "marked", "own"]
        learner.collection.update_note(note)
    cards = learner.collection.find_cards("")
    change_bank("What is a lock?", "What is a lock good for?")
    change_bank("worked out before", "worked out earlier")
    assert learner.push("--yes") == (
        "in Anki: 0 new notes, 2 to change, 0 to suspend, 0 unchanged\n"
        "  A-1: your text stays in Answer, Spare 1\n"
        "done: 0 notes added, 2 changed, 0 suspended, 0 pictures stored\n"
    )
    first, second = learner.note("A-1"), learner.note("A-2")
    assert (first["Question"], first["Answer"]) == ("What is a lock good for?", "In <b>my</b> words.")
    assert "earlier" in second["Answer"]
    assert {"marked", "own"} <= set(first.tags)
    assert {"marked", "own"} <= set(second.tags)
    assert learner.collection.find_cards("") == cards
    assert learner.imports() == 0
    assert learner.push("--yes") == (
        "in Anki: 0 new notes, 0 to change, 0 to suspend, 2 unchanged\n"
        "  A-1: your text stays in Answer, Spare 1\n"
    )


def test_where_both_changed_a_field_the_learner_s_stays_and_is_listed(learner: Learner) -> None:
    learner.push("--yes")
    version = learner.note("A-1")["Version"]
    learner.edit("A-1", Answer="Mine.")
    change_bank("keeps others out", "lets one in")
    out = learner.push("--yes", "--technology", "python")
    assert "  A-1: your text stays, though the bank's is new too, in Answer\n" in out
    assert learner.note("A-1")["Answer"] == "Mine."
    assert learner.note("A-1")["Version"] == version


def test_retired_notes_are_suspended_and_tagged_and_never_deleted(learner: Learner) -> None:
    learner.push("--yes")
    change_bank("technology: Python}\n  - {id: A-2", "technology: Python, status: retired}\n  - {id: A-2")
    assert learner.push("--yes") == (
        "in Anki: 0 new notes, 0 to change, 1 to suspend, 1 unchanged\n"
        "done: 0 notes added, 0 changed, 1 suspended, 0 pictures stored\n"
    )
    note = learner.note("A-1")
    assert "retired" in note.tags
    assert [card.queue for card in note.cards()] == [-1]
    assert [card.queue for card in learner.note("A-2").cards()] == [0]
    assert learner.push("--yes") == "in Anki: 0 new notes, 0 to change, 0 to suspend, 1 unchanged\n"


def test_a_dry_run_changes_nothing_anywhere(learner: Learner) -> None:
    said = json.loads(learner.push("--dry-run", "--json"))
    assert said == {
        "new": ["A-1", "A-2"],
        "changed": [],
        "retired": [],
        "own_edits": [],
        "unchanged": 0,
        "done": False,
        "asked_to_synchronize": False,
    }
    assert learner.collection.note_count() == 0
    assert sorted(path.name for path in Path().iterdir()) == ["anki", "questions.yaml"]
    assert not {"importPackage", "updateNoteFields", "addTags", "suspend"} & set(learner.stand_in.actions)


def test_nobody_to_ask_is_said(learner: Learner) -> None:
    assert learner.push(status=2) == (
        "in Anki: 2 new notes, 0 to change, 0 to suspend, 0 unchanged\n"
        "qexport: error: there is no terminal to ask on\n"
        "  hint: add --yes to do it, or --dry-run to only see it\n"
    )
    assert learner.collection.note_count() == 0


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program take what the tests type for a terminal."""
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda stream: stream.name == "<stdin>")


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize(
    ("typed", "answer"),
    [("n\n", "n\n"), ("", "\nqexport: warning: the input has ended: each missing answer is 'no'\n")],
)
def test_who_does_not_agree_changes_nothing(learner: Learner, typed: str, answer: str) -> None:
    plan = "in Anki: 2 new notes, 0 to change, 0 to suspend, 0 unchanged\n"
    said = f"Change the collection? [y/N]: {answer}nothing was changed\n"
    for words in ((), ("--json",)):
        assert learner.push(*words, typed=typed, status=130) == plan + said
    assert learner.collection.note_count() == 0


@pytest.mark.usefixtures("at_a_terminal")
def test_json_is_the_only_output_of_who_agrees(learner: Learner) -> None:
    said, _, asked = learner.push("--json", typed="y\n").partition("}\n")
    assert json.loads(said + "}")["done"] is True
    assert asked == (
        "in Anki: 2 new notes, 0 to change, 0 to suspend, 0 unchanged\nChange the collection? [y/N]: y\n"
    )


def test_anki_is_asked_to_synchronize_and_nothing_more_is_claimed(learner: Learner) -> None:
    assert learner.push("--yes", "--sync").endswith(
        "pictures stored\nasked Anki to synchronize; its window shows whether it does, or what it needs\n"
    )
    assert learner.stand_in.synced == 1
    assert json.loads(learner.push("--sync", "--json"))["asked_to_synchronize"] is True
    assert json.loads(learner.push("--sync", "--dry-run", "--json"))["asked_to_synchronize"] is False
    assert learner.stand_in.synced == 2


def test_another_bank_s_notes_and_filtered_out_ones_are_left_alone(learner: Learner) -> None:
    learner.push("--yes")
    Path("other.yaml").write_text(BANK.replace("tests/push", "tests/other").replace("A-", "B-"))
    assert "2 new notes, 0 to change" in learner.push("--yes", "--bank", "other.yaml")
    change_bank("worked out before", "worked out earlier")
    change_bank("keeps others out", "lets one in")
    assert learner.push("--yes", "--id", "A-1").startswith(
        "in Anki: 0 new notes, 1 to change, 0 to suspend, 0 unchanged\n"
    )
    assert "before" in learner.note("A-2")["Answer"]
    assert learner.collection.note_count() == 4


def test_pictures_of_changed_notes_are_stored(learner: Learner) -> None:
    Path("questions.yaml").write_text(BANK.replace("title: Locks\n", "title: Locks\nmarkup: markdown\n"))
    learner.push("--yes")
    Image.new("RGB", (4, 4), "red").save("lock.png")
    change_bank("What keeps others out.", '"What ![a lock](lock.png) keeps out."')
    assert learner.push("--yes").endswith("done: 0 notes added, 1 changed, 0 suspended, 1 picture stored\n")
    (name,) = (path.name for path in Path(learner.collection.media.dir()).iterdir())
    assert f'src="{name}"' in learner.note("A-1")["Answer"]


@pytest.mark.parametrize("is_drawn_again", [False, True])
def test_a_text_beside_a_picture_comes(learner: Learner, is_drawn_again: bool) -> None:
    Path("questions.yaml").write_text(BANK.replace("title: Locks\n", "title: Locks\nmarkup: markdown\n"))
    change_bank("What keeps others out.", '"What ![a lock](lock.png) keeps out."')
    Image.new("RGB", (4, 4), "red").save("lock.png")
    learner.push("--yes")
    if is_drawn_again:
        Image.new("RGB", (4, 4), "blue").save("lock.png")
    change_bank("keeps out.", "keeps others out.")
    assert learner.push("--yes").startswith(
        "in Anki: 0 new notes, 1 to change, 0 to suspend, 1 unchanged\ndone: "
    )
    assert learner.note("A-1")["Answer"].endswith(" keeps others out.</p>")
    assert learner.push("--yes") == "in Anki: 0 new notes, 0 to change, 0 to suspend, 2 unchanged\n"
