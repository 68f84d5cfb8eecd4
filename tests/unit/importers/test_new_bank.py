"""What a new bank says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.importers.imported import taken

from qexport.choosing import read_bank
from qexport.importers.new_bank import has_formula


def test_a_language_that_the_texts_show_is_written_and_reported(folder: Path) -> None:
    rows = "Was ist ein Slice?,Eine Sicht auf ein Array.\nWie lang ist er?,So lang wie das Array und nicht mehr.\n"
    outcome = taken("q.csv", f"Frage,Antwort\n{rows}")
    assert outcome.guesses == ("language: de (by the words of the texts)",)
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
    assert outcome.guesses == ("math: true (there are formulas between dollars)",)
    assert {each.markup for each in read_bank(Path("b.yaml"))[0].questions} == {"markdown+math"}


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        ("$O(n^2)$", True),
        ("so $L_1$ is", True),
        ("$$\nx\n= \\frac{1}{2}\n$$", True),
        ("`$x^2$`", False),
        ("$5 and $6_000", False),
        ("$HOME_A/bin:$", False),
        ("$x$", False),
        ("no dollar", False),
    ],
)
def test_a_formula_is_between_dollars_and_has_a_sign_of_tex(text: str, is_formula: bool) -> None:
    assert has_formula(text) is is_formula
