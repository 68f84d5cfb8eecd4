"""What a new bank says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.importers.imported import taken

from qexport.choosing import read_bank
from qexport.importers.session import import_files, write_session


def test_a_language_that_the_texts_show_is_written_and_reported(folder: Path) -> None:
    rows = "Was ist ein Slice?,Eine Sicht auf ein Array.\nWie lang ist er?,So lang wie das Array und nicht mehr.\n"
    outcome = taken("q.csv", f"Frage,Antwort\n{rows}")
    assert outcome.guesses == ("language: de (guessed from the texts)",)
    assert read_bank(Path("b.yaml"))[0].language == "de"


def test_english_is_what_a_bank_is_in_without_a_word(folder: Path) -> None:
    assert taken("q.csv", "question,answer\nWhat is it?,It is the thing.\n").guesses == ()
    assert read_bank(Path("b.yaml"))[0].language == "en"


def test_a_bank_that_comes_back_says_what_it_said(folder: Path) -> None:
    questions = "questions:\n- {id: A, question: Was ist das und wie?, answer: Eine Sicht auf das Array.}\n"
    outcome = taken("a.yaml", f"title: T\nlanguage: en\n{questions}")
    assert outcome.guesses == ()
    bank, _ = read_bank(Path("b.yaml"))
    assert (bank.language, bank.namespace) == ("en", "")


def test_formulas_of_a_markdown_file_make_a_bank_with_formulas(folder: Path) -> None:
    outcome = taken("q.md", "## How fast is it?\n\n$O(n^2)$.\n\n## What does it cost?\n\n$5 to $6.\n")
    assert outcome.guesses == ("math: true (there are formulas)",)
    assert {each.markup for each in read_bank(Path("b.yaml"))[0].questions} == {"markdown+math"}


def test_formulas_of_a_table_and_of_moodle_make_a_bank_with_formulas(folder: Path) -> None:
    taken("q.csv", "question,answer\nHow fast is it?,It is $O(n^2)$ at most.\n")
    xml = (
        '<quiz><question type="shortanswer"><questiontext format="html"><text>What is \\( n_1 \\)?</text>'
        '</questiontext><answer fraction="100"><text>two</text></answer></question></quiz>'
    )
    taken("q.xml", xml, "moodle.yaml")
    for name, question in (("b.yaml", "How fast is it?"), ("moodle.yaml", "What is $n_1$?")):
        bank, _ = read_bank(Path(name))
        assert [(each.question, each.markup) for each in bank.questions] == [(question, "markdown+math")]


@pytest.mark.parametrize(
    ("sources", "bank", "title"),
    [
        (["my-notes/a.md", "my-notes/deep/b.md"], "b.yaml", "My notes"),
        (["go/README.md"], "b.yaml", "Go"),
        (["go/slices.csv"], "b.yaml", "Slices"),
        (["go/a.csv", "go/b.csv"], "rust/bank.yaml", "Rust"),
        (["go/a.csv", "go/b.csv"], "rust/tour.yaml", "Tour"),
    ],
)
def test_a_bank_is_called_after_its_sources(folder: Path, sources: list[str], bank: str, title: str) -> None:
    for name in (*sources, bank):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(sources):
        text = (
            "question,answer\nWhy {0}?,So.\n"
            if name.endswith("csv")
            else "## Why {0}?\n\nSo.\n\n## How?\n\nx\n"
        )
        Path(name).write_text(text.format(number))
    named = [Path("my-notes")] if len(sources) > 1 and sources[0].endswith("md") else [*map(Path, sources)]
    write_session(import_files(named, Path(bank)))
    there, _ = read_bank(Path(bank))
    assert (there.title, there.namespace) == (title, title.lower().replace(" ", "-"))
