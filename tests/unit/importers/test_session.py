"""session and merging: what comes in once, comes in again, and has changed on either side."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from qexport.choosing import read_bank
from qexport.common.errors import InputRefused, UsageError
from qexport.importers.session import ImportOutcome, import_files, write_session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def taken(source: str, text: str, bank: str = "b.yaml", **more: Any) -> ImportOutcome:
    Path(source).write_text(text, encoding="utf-8")
    session = import_files([Path(source)], Path(bank), **more)
    write_session(session)
    return session


LONG = "A view of an array with a length and a capacity of its own."
FIRST = f"question,answer,technology\nWhat is a slice?,{LONG},Go\nWhat is a channel?,A typed queue.,Go\n"


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_a_second_import_changes_nothing(folder: Path, bank: str) -> None:
    first = taken("q.csv", FIRST, bank)
    assert sorted(path.name for path in first.contents) == sorted(
        {bank, "b.imports.json", *(["bank.schema.json"] if bank == "b.yaml" else [])}
    )
    assert [question.id for question in read_bank(Path(bank))[0].questions] == ["slice", "channel"]
    second = taken("q.csv", FIRST, bank)
    assert (second.contents, second.merge.unchanged, second.merge.conflicts) == ({}, 2, [])


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_what_changed_in_the_source_arrives_and_what_changed_in_the_bank_stays(
    folder: Path, bank: str
) -> None:
    taken("q.csv", FIRST, bank)
    path = Path(bank)
    path.write_text(path.read_text().replace("What is a slice?", "What exactly is a slice?"))
    changed = taken(
        "q.csv",
        FIRST.replace("A typed queue.", "A typed queue between goroutines.") + "What is nil?,Nothing.,Go\n",
        bank,
    )
    questions = read_bank(path)[0].questions
    assert [(each.id, each.question, each.answer) for each in questions] == [
        ("slice", "What exactly is a slice?", LONG),
        ("channel", "What is a channel?", "A typed queue between goroutines."),
        ("nil", "What is nil?", "Nothing."),
    ]
    assert [(each.id, each.field) for each in changed.merge.updates] == [("channel", "answer")]
    assert changed.merge.conflicts == []


def test_an_edit_keeps_comments_and_layout(folder: Path) -> None:
    taken("q.csv", FIRST)
    path = Path("b.yaml")
    path.write_text(path.read_text().replace("  - id: channel", "  # ask this last\n  - id: channel"))
    before = path.read_text()
    taken("q.csv", FIRST.replace("A typed queue.", "A queue."))
    assert path.read_text() == before.replace("A typed queue.", "A queue.")


def test_a_question_that_was_reworded_keeps_its_id(folder: Path) -> None:
    taken("q.csv", FIRST)
    taken("q.csv", FIRST.replace("What is a slice?", "How do slices work?"))
    assert [(each.id, each.question) for each in read_bank(Path("b.yaml"))[0].questions] == [
        ("slice", "How do slices work?"),
        ("channel", "What is a channel?"),
    ]


def conflicting() -> ImportOutcome:
    taken("q.csv", FIRST)
    path = Path("b.yaml")
    path.write_text(path.read_text().replace("A typed queue.", "Ours."))
    return taken("q.csv", FIRST.replace("A typed queue.", "Theirs."))


def test_both_changed_is_a_conflict_and_the_bank_stays(folder: Path) -> None:
    session = conflicting()
    (conflict,) = session.merge.conflicts
    assert (conflict.id, conflict.field, conflict.ours, conflict.theirs) == (
        "channel",
        "answer",
        "Ours.",
        "Theirs.",
    )
    assert str(conflict.location) == "q.csv:3:20"
    assert session.contents == {}
    again = import_files([Path("q.csv")], Path("b.yaml"))
    assert len(again.merge.conflicts) == 1


@pytest.mark.parametrize(("take", "answer"), [("source", "Theirs."), ("ask", "Theirs."), ("bank", "Ours.")])
def test_a_conflict_is_settled_as_the_user_says(folder: Path, take: str, answer: str) -> None:
    conflicting()
    session = import_files(
        [Path("q.csv")], Path("b.yaml"), take=take, ask=lambda conflict: conflict.id == "channel"
    )
    write_session(session)
    assert read_bank(Path("b.yaml"))[0].questions[1].answer == answer
    if take != "bank":
        assert import_files([Path("q.csv")], Path("b.yaml")).merge.conflicts == []


def test_strict_writes_nothing(folder: Path) -> None:
    conflicting()
    session = import_files([Path("q.csv")], Path("b.yaml"), strict=True)
    assert session.contents == {}
    assert [str(each) for each in session.refused] == [
        "q.csv:3:20: channel: answer changed here and in the bank"
    ]


def test_what_is_gone_from_the_source_is_named_and_kept(folder: Path) -> None:
    taken("q.csv", FIRST)
    session = taken("q.csv", "\n".join(FIRST.split("\n")[:2]) + "\n")
    assert session.merge.gone == ["channel"]
    assert len(read_bank(Path("b.yaml"))[0].questions) == 2


def test_an_answered_draft_is_no_draft_any_more(folder: Path) -> None:
    taken("q.csv", "question,answer\nWhy?,TODO\n")
    assert [each.status for each in read_bank(Path("b.yaml"))[0].questions] == ["draft"]
    taken("q.csv", "question,answer\nWhy?,Because.\n")
    (question,) = read_bank(Path("b.yaml"))[0].questions
    assert (question.status, question.answer) == ("active", "Because.")


def test_ids_are_short_and_differ(folder: Path) -> None:
    rows = "What is a slice?,a\nExplain a slice!,b\n什么是切片？,c\nWhat is a slice?,d\n"
    taken("q.csv", "question,answer\n" + rows)
    assert [each.id for each in read_bank(Path("b.yaml"))[0].questions] == [
        "slice",
        "slice-2cb9",
        "q-5a5208",
        "slice-5b1c",
    ]


def test_a_folder_of_notes_has_its_folders_as_categories(folder: Path) -> None:
    notes = folder / "vault" / "Go"
    notes.mkdir(parents=True)
    (notes / "What is a slice.md").write_text("---\ntags: [go, memory]\nlevel: Easy\n---\nA view.\n")
    (notes / "Channels 0123456789abcdef0123456789abcdef.md").write_text(
        "# Channels\n\nTags: a, b\n\nQueues.\n"
    )
    (notes / "broken").symlink_to("nowhere.md")
    session = import_files([Path("vault")], Path("b.yaml"))
    write_session(session)
    assert [
        (each.question, each.answer, each.category, each.tags, each.level)
        for each in read_bank(Path("b.yaml"))[0].questions
    ] == [
        ("Channels", "Queues.", "Go", ("a", "b"), ""),
        ("What is a slice", "A view.", "Go", ("go", "memory"), "Easy"),
    ]
    assert [str(each) for each in session.passed] == ["vault/Go/broken: a link that leads nowhere"]


def test_append_to_a_bank_with_formulas_and_lists_of_names(folder: Path) -> None:
    Path("b.yaml").write_text(
        "markup: markdown\nmath: true\ntechnologies: [Python]\nquestions:\n- {id: A, question: q, answer: a}\n"
    )
    taken("q.csv", "question,answer,technology\nWhat is $x$?,`y`,Go\n")
    bank = read_bank(Path("b.yaml"))[0]
    assert bank.technologies == ("Python", "Go")
    assert [each.markup for each in bank.questions] == ["markdown+math", "markdown+math"]


def test_a_bank_is_written_only_under_a_bank_s_name(folder: Path) -> None:
    Path("q.csv").write_text(FIRST)
    with pytest.raises(UsageError) as caught:
        import_files([Path("q.csv")], Path("b.txt"))
    assert caught.value.message == "b.txt: a bank's name ends in .yaml or .jsonl"


def test_every_source_that_cannot_be_read_is_named(folder: Path) -> None:
    Path("latin.csv").write_bytes(b"question,answer\n\xe9?,b\n")
    with pytest.raises(InputRefused) as caught:
        import_files([Path("latin.csv"), Path("none.csv")], Path("b.yaml"))
    assert [str(each) for each in caught.value.problems] == [
        "latin.csv:2:1: byte 0xe9 at offset 16 is not UTF-8",
        "none.csv: there is no such file",
    ]


def test_names_that_differ_in_case_are_one(folder: Path) -> None:
    taken(
        "q.csv",
        "question,answer,technology,level\nA?,a,go,Easy\nB?,b,Go,easy\nC?,c,Go,Easy\nD?,d,Git,Hard\n",
    )
    bank = read_bank(Path("b.yaml"))[0]
    assert [(each.technology, each.level) for each in bank.questions] == [
        ("Go", "Easy"),
        ("Go", "Easy"),
        ("Go", "Easy"),
        ("Git", "Hard"),
    ]
    taken("r.csv", "question,answer,technology\nE?,e,GO\n")
    assert read_bank(Path("b.yaml"))[0].questions[-1].technology == "Go"


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
PICTURED = """# Birds

## Q1: What is a wing?
A limb: ![a wing](img/wing%201.png) and `![no](img/code.png)`.

```
![no](img/code.png)
```

## Q2: What is a beak?
![beak](../beak.png "title") ![gone](gone.png) ![far](https://example.org/x.png) ![text](text.png)

## Q3: Why both?
![[deep one.png]]
"""


def pictured(folder: Path) -> Path:
    notes = folder / "vault" / "notes"
    (notes / "img").mkdir(parents=True)
    (folder / "vault" / "attic").mkdir()
    (notes / "birds.md").write_text(PICTURED)
    (notes / "text.png").write_text("not a picture")
    for name in ("notes/img/wing 1.png", "notes/img/code.png", "beak.png", "attic/deep one.png"):
        (folder / "vault" / name).write_bytes(PNG)
    (folder / "gone.png").write_bytes(PNG)
    return folder / "vault"


@pytest.mark.parametrize("is_zip", [False, True])
def test_pictures_beside_markdown_come_along(folder: Path, is_zip: bool) -> None:
    source = pictured(folder)
    if is_zip:
        inner = shutil.make_archive("inner", "zip", source)
        with zipfile.ZipFile("outer.zip", "w") as outer:
            outer.write(inner, "Part-1.zip")
        source = Path("outer.zip")
    (folder / "bank").mkdir()
    session = import_files([source], folder / "bank" / "b.yaml")
    write_session(session)
    answers = [each.answer for each in read_bank(folder / "bank" / "b.yaml")[0].questions]
    written = sorted(path.name for path in (folder / "bank" / "pictures").iterdir())
    names = {name.rsplit("-", 1)[0]: f"pictures/{name}" for name in written}
    assert answers[0].startswith(f"A limb: ![a wing]({names['wing-1']}) and `![no](img/code.png)`.")
    assert "![no](img/code.png)\n```" in answers[0]
    assert answers[1] == (
        f'![beak]({names["beak"]} "title") ![gone](gone.png) ![far](https://example.org/x.png) ![text](text.png)'
    )
    assert [problem.message for problem in session.left_aside] == [
        "the picture 'gone.png' is not beside the file, nor below its folder",
        "'text.png' is no PNG, JPEG, GIF, WebP or SVG: not brought along",
        *(["the picture 'deep%20one.png' is not beside the file, nor below its folder"] if is_zip else []),
    ]
    assert set(names) == {"wing-1", "beak"} | (set() if is_zip else {"deep-one"})
    again = import_files([source], folder / "bank" / "b.yaml")
    assert again.contents == {}


def test_pictures_in_the_banks_folder_stay_where_they_are(folder: Path) -> None:
    pictured(folder)
    write_session(import_files([folder / "vault"], folder / "b.yaml"))
    assert "![a wing](<vault/notes/img/wing 1.png>)" in (folder / "b.yaml").read_text()
    assert not (folder / "pictures").exists()


def test_a_picture_outside_of_what_was_named_is_not_read(folder: Path) -> None:
    pictured(folder)
    (folder / "bank").mkdir()
    session = import_files([folder / "vault" / "notes" / "birds.md"], folder / "bank" / "b.yaml")
    assert "the picture '../beak.png' is not beside the file, nor below its folder" in [
        problem.message for problem in session.left_aside
    ]
