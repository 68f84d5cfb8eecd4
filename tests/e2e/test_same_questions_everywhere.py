"""The same filters hold the same questions in every command and every output, to the id."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

from qexport.cli.main import program

QUERIES = [
    [],
    ["--technology", "Python"],
    ["--technology", "machine-learning", "--technology", "PYTHON"],
    ["--category", "core-python"],
    ["--category", "AI/ML", "--difficulty", "9"],
    ["--level", "advanced", "--difficulty", "6-7"],
    ["--difficulty", "9", "--difficulty", "6"],
    ["--difficulty", "<7"],
    ["--difficulty", ">8"],
    ["--id", "PY-*"],
    ["--id", "*-MLO-*"],
    ["--id", "ML-ADV-003", "--id", "AI-ADV-001"],
    ["--id", "AI-*", "--exclude", "AI-ADV-*"],
    ["--text", "garbage collection"],
    ["--text", "Python's", "--text", "garbage"],
    ["--text", "__init__"],
    ["--where", "technology:python difficulty>=8"],
    ["--where", "category:performance or difficulty:6"],
    ["--where", '-technology:python ("feature store" or drift)'],
    ["--where", "follow_ups:protocol"],
    ["--sort", "id", "--limit", "3"],
    ["--sort", "-difficulty", "--limit", "2", "--technology", "python"],
    ["--sort", "difficulty", "--where", "id:*-ADV-001"],
    ["--sample", "4", "--seed", "7"],
    ["--sample", "3", "--seed", "2026", "--difficulty", "8", "--sort", "id"],
]


def run(*words: str) -> str:
    result = CliRunner().invoke(program, words, prog_name="qexport")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def ids_in_outline(pdf: bytes) -> list[str]:
    """The ids of the questions in the order of a handbook's outline, whose entries begin with them."""

    def titles(items: list[pikepdf.OutlineItem]) -> list[str]:
        return [title for item in items for title in [item.title, *titles(item.children)]]

    with pikepdf.open(BytesIO(pdf)) as document, document.open_outline() as outline:
        found = (re.match(r"[A-Z]+-[A-Z]+-\d+(?= )", title) for title in titles(list(outline.root)))
        return [match[0] for match in found if match]


def ids_in_deck(apkg: bytes) -> list[str]:
    """The ids of a deck's notes, which are their first field."""
    with zipfile.ZipFile(BytesIO(apkg)) as package:
        collection = package.read("collection.anki2")
    database = sqlite3.connect(":memory:")
    database.deserialize(collection)
    notes = [fields.split("\x1f")[1] for (fields,) in database.execute("select flds from notes")]
    database.close()
    return notes


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_list_stats_handbook_and_deck_hold_the_same_questions(
    query: list[str], shipped_bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("questions.yaml").write_bytes(shipped_bank.read_bytes())
    listed = [question["id"] for question in json.loads(run("list", "--json", *query))]
    assert listed
    assert [question["id"] for question in json.loads(run("show", "--json", *query))] == listed
    assert json.loads(run("stats", "--json", *query))["questions"]["present"] == len(listed)
    run("build", "--file-name", "same", *query)
    assert ids_in_outline(Path("out/same.pdf").read_bytes()) == listed
    # In a deck the order is the whole bank's: so it is the same whichever part of it is imported first.
    assert sorted(ids_in_deck(Path("out/same.apkg").read_bytes())) == sorted(listed)


def test_the_queries_are_twenty_five_and_tell_questions_apart(shipped_bank: Path) -> None:
    answers = {run("list", "--json", "--bank", str(shipped_bank), *query) for query in QUERIES}
    assert len(QUERIES) == 25
    assert len(answers) >= 20
