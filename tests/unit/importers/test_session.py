"""session and merging: what comes in once, comes in again, and has changed on either side."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.importers.imported import FIRST, conflicting, taken
from tests.unit.importers.test_xlsx import workbook

from qexport.choosing import read_bank
from qexport.common.errors import InputRefused, UsageError
from qexport.importers.session import import_files, write_session
from qexport.importers.source import Wishes


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_a_second_import_changes_nothing(folder: Path, bank: str) -> None:
    first = taken("q.csv", FIRST, bank)
    assert sorted(path.name for path in first.contents) == sorted(
        {bank, "b.imports.json", *(["bank.schema.json"] if bank == "b.yaml" else [])}
    )
    assert [question.id for question in read_bank(Path(bank))[0].questions] == ["slice", "channel"]
    second = taken("q.csv", FIRST, bank)
    assert (second.contents, second.merge.unchanged, second.merge.conflicts) == ({}, 2, [])


def test_an_edit_keeps_comments_and_layout(folder: Path) -> None:
    taken("q.csv", FIRST)
    path = Path("b.yaml")
    path.write_text(path.read_text().replace("  - id: channel", "  # ask this last\n  - id: channel"))
    before = path.read_text()
    taken("q.csv", FIRST.replace("A typed queue.", "A queue."))
    assert path.read_text() == before.replace("A typed queue.", "A queue.")


def test_strict_writes_nothing(folder: Path) -> None:
    conflicting()
    session = import_files([Path("q.csv")], Path("b.yaml"), strict=True)
    assert session.contents == {}
    assert [str(each) for each in session.refused] == [
        "q.csv:3:20: channel: answer changed here and in the bank"
    ]


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


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_a_changed_technology_and_level_are_declared(folder: Path, bank: str) -> None:
    rows = "question,answer,topic,level\nWhy?,So it is.,Go,Easy\n"
    taken("q.csv", rows, bank)
    outcome = taken("q.csv", rows.replace("Go,Easy", "Rust,Hard") + "What?,x,C,Easy\n", bank)
    assert [(each.field, each.value) for each in outcome.merge.updates] == [
        ("technology", "Rust"),
        ("level", "Hard"),
    ]
    there, _ = read_bank(Path(bank))
    assert (there.technologies, there.levels) == (("Go", "Rust", "C"), ("Easy", "Hard"))
    assert [each.technology for each in there.questions] == ["Rust", "C"]


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_a_plain_answer_that_becomes_markdown_is_shown_as_such(folder: Path, bank: str) -> None:
    rows = "question,answer\nWhy?,So it is.\nHow?,Thus.\n"
    taken("q.csv", rows, bank)
    taken("q.csv", rows.replace("So it is.", "So it **is**."), bank)
    there, _ = read_bank(Path(bank))
    assert [(each.answer, each.markup) for each in there.questions] == [
        ("So it **is**.", "markdown"),
        ("Thus.", "plain"),
    ]


def test_an_import_that_would_leave_a_wrong_bank_writes_nothing(folder: Path) -> None:
    rows = "question,a,b,c,correct\nWhich?,this,that,both,{}\n"
    taken("q.csv", rows.format("b"))
    path = Path("b.yaml")
    path.write_text(path.read_text().replace("correct: b", "correct: c"))
    before = path.read_text()
    with pytest.raises(InputRefused) as caught:
        taken("q.csv", rows.format("a").replace(",both", ","))
    assert [(str(each), each.hint) for each in caught.value.problems] == [
        (
            "b.yaml: the import would leave a wrong bank: correct 'c' is the letter of no choice",
            "settle the conflicts: --take source or --take ask",
        )
    ]
    assert path.read_text() == before


def test_files_of_one_name_in_two_folders_are_two_sources(folder: Path) -> None:
    for name, asked in (("go", "a slice"), ("rust", "a trait")):
        Path("notes", name).mkdir(parents=True)
        Path("notes", name, "README.md").write_text(f"## What is {asked}?\n\nSo.\n\n## Why {asked}?\n\nSo.\n")
    write_session(import_files([Path("notes")], Path("b.yaml")))
    path = Path("notes/rust/README.md")
    path.write_text("## What is a trait?\n\nSo.\n\n## How?\n\nSo.\n")
    session = import_files([Path("notes")], Path("b.yaml"))
    assert [each.id for each in session.merge.new] == ["how"]
    assert session.merge.gone == ["trait-e763"]


def test_a_second_sheet_takes_nothing_away(folder: Path) -> None:
    cell = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c></row>'
    first, second = (cell.format(1, "Question") + cell.format(2, asked) for asked in ("Why?", "How?"))
    Path("q.xlsx").write_bytes(workbook(first, second=second))
    write_session(import_files([Path("q.xlsx")], Path("b.yaml")))
    session = import_files([Path("q.xlsx")], Path("b.yaml"), Wishes(sheet="Second"))
    assert ([each.id for each in session.merge.new], session.merge.gone) == (["how"], [])
