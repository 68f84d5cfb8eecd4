"""What becomes of a learner's own work when a deck is imported again, as docs/anki.md says, in the real Anki."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qexport.cli.main import program

anki = pytest.importorskip("anki.collection")

DONE = ("text", "tag", "star", "flag", "suspended", "moved", "leech", "nothing")
DAY = 86_400


def build(answer: str, now: int, deck: str) -> None:
    questions = "".join(
        f"  - {json.dumps({'id': key, 'question': f'What is {key}?', 'answer': answer, 'tags': ['ours']})}\n"
        for key in DONE
    )
    Path("b.yaml").write_text(f"title: T\nquestions:\n{questions}", encoding="utf-8")
    words = ["build", "--bank", "b.yaml", "--format", "deck", "--file-name", deck]
    result = CliRunner().invoke(program, words, env={"SOURCE_DATE_EPOCH": str(now)}, catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an edition of three days ago, and two that change all of it: of yesterday, and later."""
    folder = tmp_path_factory.mktemp("editions")
    now = int(time.time())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build("old", now - 3 * DAY, "first")
        shutil.copy("b.lock.json", "first.lock.json")
        for deck, when in (("earlier", now - DAY), ("later", now + 600)):
            shutil.copy("first.lock.json", "b.lock.json")
            build("new", when, deck)
    return folder / "out"


class Learner:
    """Someone's Anki, with all kinds of own work in it."""

    def __init__(self, folder: Path, deck: Path) -> None:
        self.collection: Any = anki.Collection(str(folder / "collection.anki2"))
        self.imports(deck)
        self.edit("text", Answer="mine")
        self.tag("tag", "mine")
        self.tag("star", "marked")
        self.collection.set_user_flag_for_cards(3, [self.card("flag").id])
        self.collection.sched.suspend_cards([self.card("suspended").id])
        self.collection.set_deck([self.card("moved").id], self.collection.decks.id("Own"))
        self.tag("leech", "leech")

    def imports(self, deck: Path) -> None:
        request = anki.ImportAnkiPackageRequest(
            package_path=str(deck), options=anki.ImportAnkiPackageOptions()
        )
        self.collection.import_anki_package(request)

    def note(self, key: str) -> Any:
        return self.collection.get_note(self.collection.find_notes(f"ID:{key}")[0])

    def card(self, key: str) -> Any:
        return self.note(key).cards()[0]

    def edit(self, key: str, **fields: str) -> None:
        note = self.note(key)
        for name, html in fields.items():
            note[name] = html
        self.collection.update_note(note)

    def tag(self, key: str, tag: str) -> None:
        note = self.note(key)
        note.add_tag(tag)
        self.collection.update_note(note)

    def work(self) -> dict[str, tuple[str, list[str], int, int, str]]:
        """Return answer, tags, flag, queue and deck of each note."""
        found = {}
        for key in DONE:
            card, note = self.card(key), self.note(key)
            deck = self.collection.decks.name(card.did)
            found[key] = (note["Answer"], note.tags, card.flags, card.queue, deck)
        return found


@pytest.fixture
def learner(editions: Path, tmp_path: Path) -> Iterator[Learner]:
    learner = Learner(tmp_path, editions / "first.apkg")
    yield learner
    learner.collection.close()


OLD, NEW, OURS = "<p>old</p>", "<p>new</p>", ["ours"]
BEFORE = {
    "text": ("mine", OURS, 0, 0, "T"),
    "tag": (OLD, ["mine", "ours"], 0, 0, "T"),
    "star": (OLD, ["marked", "ours"], 0, 0, "T"),
    "flag": (OLD, OURS, 3, 0, "T"),
    "suspended": (OLD, OURS, 0, -1, "T"),
    "moved": (OLD, OURS, 0, 0, "Own"),
    "leech": (OLD, ["leech", "ours"], 0, 0, "T"),
    "nothing": (OLD, OURS, 0, 0, "T"),
}
EDITED = ("text", "tag", "star", "leech")
"""What Anki counts as an edit of the note."""


def test_an_edition_without_a_change_leaves_all_of_it(learner: Learner, editions: Path) -> None:
    assert learner.work() == BEFORE
    learner.imports(editions / "first.apkg")
    assert learner.work() == BEFORE


def test_an_edition_made_before_the_work_leaves_notes_that_were_edited(
    learner: Learner, editions: Path
) -> None:
    learner.imports(editions / "earlier.apkg")
    updated = {key: (NEW, *work[1:]) for key, work in BEFORE.items() if key not in EDITED}
    assert learner.work() == BEFORE | updated


def test_an_edition_made_after_the_work_replaces_texts_and_tags_and_nothing_else(
    learner: Learner, editions: Path
) -> None:
    learner.imports(editions / "later.apkg")
    assert learner.work() == {key: (NEW, OURS, *work[2:]) for key, work in BEFORE.items()}
