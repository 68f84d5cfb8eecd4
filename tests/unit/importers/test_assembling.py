"""What importers read becomes questions with ids and names that agree."""

from __future__ import annotations

from pathlib import Path

from tests.unit.importers.imported import taken

from qexport.choosing import read_bank


def test_ids_are_short_and_differ(folder: Path) -> None:
    rows = "What is a slice?,a\nExplain a slice!,b\n什么是切片？,c\nWhat is a slice?,d\n"
    taken("q.csv", "question,answer\n" + rows)
    assert [each.id for each in read_bank(Path("b.yaml"))[0].questions] == [
        "slice",
        "slice-2cb9",
        "q-5a5208",
        "slice-5b1c",
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
