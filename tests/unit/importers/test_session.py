"""session and merging: what comes in once, comes in again, and has changed on either side."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.importers.imported import FIRST, conflicting, taken

from qexport.choosing import read_bank
from qexport.common.errors import UsageError
from qexport.importers.session import import_files


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
