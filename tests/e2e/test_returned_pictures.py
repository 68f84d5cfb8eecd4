"""Pictures that the bank replaced or renamed, and learners replaced, in the real Anki: nobody's change is lost."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_returns import Done, Learner, change, learner_of, picture, run

BANK = """\
title: My bank
markup: markdown
questions:
  - id: Q1
    question: What runs?
    answer: |-
      The loop runs tasks.

      ![a drawing](drawing.png)

      Then it waits.
  - id: Q2
    question: Which is ![it](drawing.png) here?
    answer: It is.
"""
PULL = ("pull", "anki/export.apkg", "--bank", "b.yaml")
BUILD = ("build", "--bank", "b.yaml", "--format", "deck", "--quiet")


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    yield from learner_of(BANK, tmp_path, monkeypatch)


def pull(*words: str) -> Done:
    done = run(*PULL, *words)
    return Done(done.status, done.out.replace("anki/export.apkg: ", ""), done.err)


def bank() -> str:
    return Path("b.yaml").read_text(encoding="utf-8")


def replace_picture() -> None:
    Path("drawing.png").write_bytes(picture("green"))


def rename_picture() -> None:
    Path("img").mkdir()
    Path("drawing.png").rename("img/loop.png")
    Path("b.yaml").write_text(bank().replace("(drawing.png)", "(img/loop.png)"), encoding="utf-8")


def rename_and_replace_picture() -> None:
    rename_picture()
    Path("img/loop.png").write_bytes(picture("green"))


def remove_file() -> None:
    Path("drawing.png").unlink()


def paste(learner: Learner, key: str = "Q1", field: str = "Answer", data: bytes = picture("red")) -> str:
    """Let a learner put another picture in the place of the deck's; return where it goes in the bank."""
    learner.collection.media.write_data("paste-1.png", data)
    (number,) = learner.collection.find_notes(f"ID:{key}")
    note = learner.collection.get_note(number)
    note[field] = re.sub(r"<img [^>]*>", '<img src="paste-1.png" alt="a drawing">', note[field])
    learner.collection.update_note(note)
    return f"pictures/paste-1-{sha256(data).hexdigest()[:8]}.png"


def draw_over(learner: Learner, data: bytes | None = None) -> None:
    """Let a learner change the deck's picture in the folder of media."""
    for path in Path(learner.collection.media.dir()).glob("qexport-*"):
        path.write_bytes(picture("red") if data is None else data)


CHANGES = [replace_picture, rename_picture, rename_and_replace_picture, remove_file]


@pytest.mark.parametrize("says_pictures", [True, False])
@pytest.mark.parametrize("change_picture", CHANGES)
def test_a_word_beside_a_picture_that_the_bank_changed_is_the_only_change(
    learner: Learner, change_picture: Callable[[], None], says_pictures: bool
) -> None:
    learner.edit("Q1", "Answer", "waits", "sleeps")
    learner.edit("Q2", "Question", "Which", "What")
    learner.export()
    change_picture()
    history = Path("b.history.jsonl")
    lines = history.read_text(encoding="utf-8")
    name = sha256(picture("navy")).hexdigest()[:32]
    assert lines.count(f'"pictures": {{"drawing.png": "{name}.png"}}, ') == 2
    if not says_pictures:  # a history that an earlier program has written
        history.write_text(re.sub(r' "pictures": \{[^}]*\},', "", lines), encoding="utf-8")
    place = "img/loop.png" if Path("img").exists() else "drawing.png"
    ours = bank()
    assert pull().out == (
        "Q1 answer: taken\n"
        "  theirs: … runs tasks. ![a drawing](drawing.png) Then it [-waits-]{+sleeps+}.\n"
        "Q2 question: taken\n"
        "  theirs: [-Which-]{+What+} is ![it](drawing.png) here?\n"
        "b.yaml: 2 fields changed\n"
    )
    assert bank() == ours.replace("waits", "sleeps").replace("Which is", "What is")
    assert place in bank()
    assert pull() == Done(0, "nothing to take\n", "")


@pytest.mark.parametrize("edition", ["old", "new"])
def test_a_picture_that_was_published_again_is_no_change(
    edition: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The texts are the same, so both editions have the same version."""
    for learner in learner_of(BANK, tmp_path, monkeypatch):
        replace_picture()
        assert run(*BUILD).status == 0
        assert Path("b.history.jsonl").read_text(encoding="utf-8").count('"pictures"') == 4
        if edition == "new":
            learner.import_deck()
        learner.edit("Q1", "Answer", "waits", "sleeps")
        learner.export()
        Path("drawing.png").write_bytes(picture("white"))
        ours = bank()
        assert pull().out.splitlines()[-1] == "b.yaml: 1 field changed"
        assert bank() == ours.replace("waits", "sleeps")
        assert run(*BUILD).status == 0
        assert pull() == Done(0, "nothing to take\n", "")


@pytest.mark.parametrize("change_picture", [replace_picture, rename_and_replace_picture])
def test_a_picture_that_both_replaced_is_a_conflict(
    learner: Learner, change_picture: Callable[[], None]
) -> None:
    place = paste(learner)
    learner.edit("Q1", "Answer", "waits", "sleeps")
    learner.export()
    change_picture()
    ours = bank()
    source = "drawing.png" if change_picture is replace_picture else "img/loop.png"
    theirs = ours.replace(f"![a drawing]({source})", f"![a drawing]({place})").replace("waits", "sleeps")
    done = pull()
    assert (done.status, done.out.splitlines()[0]) == (3, "Q1 answer: changed on both sides")
    if change_picture is replace_picture:
        assert done.out == (
            "Q1 answer: changed on both sides\n"
            "  bank:   drawing.png is another picture now\n"
            f"  theirs: The loop runs tasks. ![a drawing]([-drawing-]{{+{place.removesuffix('.png')}+}}.png) "
            "Then it [-waits-]{+sleeps+}.\n"
            "1 conflict left open: decide with --ask, --theirs or --ours\n"
        )
    assert bank() == ours
    for words, typed, expected in (
        (["--ours"], "", ours.replace("waits", "sleeps")),
        (["--theirs"], "", theirs),
        (["--ask"], "theirs\n", theirs),
        (["--ask"], "ours\n", ours.replace("waits", "sleeps")),
    ):
        Path("b.yaml").write_text(ours, encoding="utf-8")
        for again in range(2):
            assert run(*PULL, *words, typed="" if again and typed == "theirs\n" else typed).status == 0
            assert bank() == expected
    assert Path(source).read_bytes() == picture("green")
    assert Path(place).read_bytes() == picture("red")


def test_a_picture_that_the_bank_only_renamed_may_be_replaced(learner: Learner) -> None:
    place = paste(learner)
    learner.export()
    rename_picture()
    ours = bank()
    done = pull()
    assert (done.status, done.out.splitlines()[-1]) == (0, f"b.yaml, {place}: 1 field changed")
    assert bank() == ours.replace("![a drawing](img/loop.png)", f"![a drawing]({place})")
    assert pull() == Done(0, "nothing to take\n", "")


def test_a_picture_that_the_bank_has_by_now_is_nothing_new(learner: Learner) -> None:
    paste(learner)
    learner.export()
    Path("drawing.png").write_bytes(picture("red"))
    assert pull() == Done(0, "nothing to take\n", "")


@pytest.mark.parametrize("says_pictures", [True, False])
@pytest.mark.parametrize("change_picture", [replace_picture, rename_and_replace_picture])
def test_a_picture_that_was_drawn_over_and_replaced_is_a_conflict(
    learner: Learner, change_picture: Callable[[], None], says_pictures: bool
) -> None:
    draw_over(learner)
    learner.export()
    change_picture()
    if not says_pictures:
        history = Path("b.history.jsonl")
        lines = history.read_text(encoding="utf-8")
        history.write_text(re.sub(r' "pictures": \{[^}]*\},', "", lines), encoding="utf-8")
    path = Path("drawing.png" if change_picture is replace_picture else "img/loop.png")
    sizes = "  bank:   8 × 8 pixels, 77 bytes\n  theirs: 8 × 8 pixels, 77 bytes\n"
    sizes = sizes.replace("77", str(len(picture("green"))), 1).replace("77", str(len(picture("red"))))
    found = f"Q1: {path} was changed on both sides"
    left = "1 conflict left open: decide with --ask, --theirs or --ours\n"
    assert pull() == Done(3, f"{found}\n{sizes}{left}", "")
    assert path.read_bytes() == picture("green")
    assert pull("--ours") == Done(0, f"{found}; the bank's stays\n{sizes}nothing to take\n", "")
    assert pull("--ours").status == 0
    assert path.read_bytes() == picture("green")
    changed = json.loads(pull("--json").out)["pictures"]
    size = {"width": 8, "height": 8}
    assert changed == [
        {
            "export": "anki/export.apkg",
            "id": "Q1",
            "path": str(path),
            "kind": "conflict",
            "ours": size | {"bytes": len(picture("green"))},
            "theirs": size | {"bytes": len(picture("red"))},
            "taken": False,
        }
    ]
    if change_picture is replace_picture:
        written, texts = "drawing.png", bank()
    else:  # the bank's text names another file, which stays
        written = f"pictures/qexport-{sha256(picture('navy')).hexdigest()[:32]}"
        written = f"{written}-{sha256(picture('red')).hexdigest()[:8]}.png"
        texts = bank().replace("img/loop.png", written)
    ours = bank()
    done = run(*PULL, "--ask", typed="theirs\n")
    is_text = "b.yaml, " if texts != ours else ""
    taken = f"Q1: {written} is another picture now: taken\n{is_text}{written}: 1 picture changed\n"
    assert (done.status, done.out.endswith(taken), f"{found}\n{sizes}" in done.err) == (0, True, True)
    assert (Path(written).read_bytes(), bank()) == (picture("red"), texts)
    Path("b.yaml").write_text(ours, encoding="utf-8")
    Path(written).unlink()
    path.write_bytes(picture("green"))
    assert pull("--theirs") == Done(0, taken, "")
    assert (Path(written).read_bytes(), bank()) == (picture("red"), texts)
    assert pull("--theirs") == pull() == Done(0, "nothing to take\n", "")


def test_a_picture_that_was_drawn_over_goes_to_its_new_name(learner: Learner) -> None:
    draw_over(learner)
    learner.export()
    rename_picture()
    assert pull().out == "Q1: img/loop.png is another picture now: taken\nimg/loop.png: 1 picture changed\n"
    assert Path("img/loop.png").read_bytes() == picture("red")
    assert pull() == Done(0, "nothing to take\n", "")


def test_a_picture_that_is_damaged_or_not_shown_any_more_is_left(learner: Learner) -> None:
    draw_over(learner, b"no picture")
    learner.export()
    assert pull().out == (
        "Q1: drawing.png was changed into something that is not a picture: not taken\nnothing to take\n"
    )
    draw_over(learner)
    learner.export()
    change("\n      ![a drawing](drawing.png)\n", "")
    assert pull("--dry-run").out == (
        "Q2: drawing.png is another picture now: taken\ndrawing.png: 1 picture would be changed\n"
    )
    change("Which is ![it](drawing.png) here?", "Which is it here?")
    name = f"{sha256(picture('navy')).hexdigest()[:32]}.png"
    assert pull().out == (
        f"Q1: {name} was changed, and the question does not show it any more: not taken\nnothing to take\n"
    )
    assert Path("drawing.png").read_bytes() == picture("navy")


def test_two_learners_pictures_in_one_place_are_a_conflict(learner: Learner, tmp_path: Path) -> None:
    draw_over(learner)
    other = Learner(tmp_path / "other")
    draw_over(other, picture("white"))
    exports = [learner.export(), other.export()]
    other.collection.close()
    done = run("pull", *exports, "--bank", "b.yaml", "--dry-run")
    assert done.status == 3
    assert done.out.splitlines()[:2] == [
        f"{exports[0]}: Q1: drawing.png is another picture now: taken",
        f"{exports[1]}: Q1: drawing.png was changed on both sides",
    ]
    for words, colour in (("--ours", "red"), ("--theirs", "white")):
        for _ in range(2):
            Path("drawing.png").write_bytes(picture("navy"))
            assert run("pull", *exports, "--bank", "b.yaml", words).status == 0
            assert Path("drawing.png").read_bytes() == picture(colour)


def test_a_picture_that_a_later_export_replaces_is_not_written(learner: Learner, tmp_path: Path) -> None:
    first = paste(learner)
    other = Learner(tmp_path / "other")
    second = paste(other, data=picture("white"))
    exports = [learner.export(), other.export()]
    other.collection.close()
    for _ in range(2):
        assert run("pull", *exports, "--bank", "b.yaml", "--theirs").status == 0
        assert bank() == BANK.replace("![a drawing](drawing.png)", f"![a drawing]({second})")
        assert (Path(first).exists(), Path(second).read_bytes()) == (False, picture("white"))


def test_a_picture_that_was_drawn_over_stays_in_its_file_whoever_pastes_another(
    learner: Learner, tmp_path: Path
) -> None:
    paste(learner)
    other = Learner(tmp_path / "other")
    draw_over(other, picture("white"))
    exports = [learner.export(), other.export()]
    other.collection.close()
    assert run("pull", exports[1], "--bank", "b.yaml").status == 0
    for _ in range(2):
        assert run("pull", *exports, "--bank", "b.yaml", "--theirs").status == 0
        assert bank() == BANK
        assert Path("drawing.png").read_bytes() == picture("white")
        assert not Path("pictures").exists()


def test_a_picture_that_was_drawn_over_does_not_hide_the_one_that_it_was(
    learner: Learner, tmp_path: Path
) -> None:
    """Files of pulled pictures are named by what they showed first."""
    place = paste(learner)
    pasted = learner.export()
    assert run("pull", pasted, "--bank", "b.yaml").status == 0
    Path(place).write_bytes(picture("white"))
    other = Learner(tmp_path / "other")
    paste(other, key="Q2", field="Question")
    export = other.export()
    other.collection.close()
    assert run("pull", export, "--bank", "b.yaml").status == 0
    longer = f"pictures/paste-1-{sha256(picture('red')).hexdigest()[:16]}.png"
    assert f"Which is ![a drawing]({longer}) here?" in bank()
    assert (Path(place).read_bytes(), Path(longer).read_bytes()) == (picture("white"), picture("red"))


def test_words_of_one_learner_and_the_picture_of_another_are_both_taken(
    learner: Learner, tmp_path: Path
) -> None:
    place = paste(learner)
    other = Learner(tmp_path / "other")
    other.edit("Q1", "Answer", "waits", "sleeps")
    exports = [learner.export(), other.export()]
    other.collection.close()
    for _ in range(2):
        assert run("pull", *exports, "--bank", "b.yaml").status == 0
        assert bank() == BANK.replace("![a drawing](drawing.png)", f"![a drawing]({place})").replace(
            "waits", "sleeps"
        )


def test_words_in_the_paragraph_of_a_picture_are_taken(learner: Learner) -> None:
    learner.edit("Q1", "Answer", 'alt="a drawing">', 'alt="a drawing"> It turns.')
    learner.export()
    replace_picture()
    assert pull().status == 0
    assert bank() == BANK.replace("![a drawing](drawing.png)", "![a drawing](drawing.png) It turns.")


@pytest.mark.parametrize("base", ["deck", "revision"])
def test_pictures_of_a_version_that_the_history_lacks_are_those_of_the_note(
    learner: Learner, base: str
) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "--quiet"], ["add", "b.yaml"], ["commit", "--quiet", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    Path("out/my-bank.apkg").rename("old.apkg")
    learner.edit("Q1", "Answer", "waits", "sleeps")
    learner.export()
    rename_and_replace_picture()
    ours = change("runs tasks", "runs all tasks")
    Path("b.history.jsonl").unlink()
    done = pull("--base", {"deck": "old.apkg", "revision": "HEAD"}[base])
    assert (done.status, done.out.splitlines()[-1]) == (0, "b.yaml: 1 field changed")
    assert bank() == ours.replace("waits", "sleeps")


def test_a_picture_that_was_only_resized_is_shown_and_left(learner: Learner) -> None:
    learner.edit("Q1", "Answer", 'alt="a drawing"', 'alt="a drawing" width="40"')
    learner.export()
    done = pull()
    assert done.out.splitlines()[0] == "Q1 answer: not taken, because the bank cannot express it"
    assert '{+ width="40"+}' in done.out
    assert done.out.splitlines()[-1] == "nothing to take"
    assert bank() == BANK
