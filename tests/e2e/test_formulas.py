"""A list of 300 formulas: all of them are drawn, found by search, and written for cards."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Mapping
from html import unescape
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from tools.inspect_book.cells import judged

from qexport.cli.main import program

FORMULAS = [
    line
    for line in (Path(__file__).parents[1] / "formulas.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The handbook and the deck of one question with all formulas, and what the program printed."""
    folder = tmp_path_factory.mktemp("formulas")
    lines = [f"      - see ${formula}$ here" for formula in FORMULAS]
    bank = folder / "formulas.yaml"
    head = "markup: markdown\nmath: true\nquestions:\n  - id: F-1\n    question: Which?\n    answer: |\n"
    bank.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    words = ["build", "--bank", str(bank), "--out", str(folder), "--format", "handbook", "--format", "deck"]
    result = CliRunner().invoke(program, words, prog_name="qexport")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return {path.suffix: path.read_bytes() for path in sorted(folder.glob("formulas.*"))}


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def test_the_list_has_300_formulas() -> None:
    assert len(set(FORMULAS)) == len(FORMULAS) >= 300


def test_pdfium_finds_every_formula(built: Mapping[str, bytes]) -> None:
    pages = pypdfium2.PdfDocument(built[".pdf"])
    text = bare("".join(page.get_textpage().get_text_bounded() for page in pages))
    assert [formula for formula in FORMULAS if bare(formula) not in text] == []


@pytest.mark.needs("poppler")
def test_poppler_finds_every_formula(built: Mapping[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(built[".pdf"])
    run = subprocess.run(
        ["pdftotext", tmp_path / "book.pdf", "-"], capture_output=True, text=True, check=True
    )
    text = bare(run.stdout)
    assert [formula for formula in FORMULAS if bare(formula) not in text] == []


def test_every_formula_is_said_in_words_and_its_source_is_not(built: Mapping[str, bytes]) -> None:
    with pikepdf.open(BytesIO(built[".pdf"])) as document:
        formulas = [
            (str(each.Alt), len(list(each.K)))
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Formula"
        ]
    assert len(formulas) == len(FORMULAS)
    assert all(words and parts > 1 for words, parts in formulas)  # the drawing, and the source behind it


def test_the_book_with_all_formulas_is_accessible(
    built: Mapping[str, bytes], tmp_path: Path, conformance_check: Path
) -> None:
    (tmp_path / "book.pdf").write_bytes(built[".pdf"])
    assert judged(conformance_check, [tmp_path / "book.pdf"]) == []  # PDF/UA-1, by the rules of veraPDF


def test_cards_have_every_formula_for_mathjax(built: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(BytesIO(built[".apkg"])) as package:
        database = sqlite3.connect(":memory:")
        database.deserialize(package.read("collection.anki2"))
        ((fields,),) = database.execute("select flds from notes")
        database.close()
    shown = unescape(fields)
    missing = [each for each in FORMULAS if f'<span class="mathjax_process">\\({each}\\)</span>' not in shown]
    assert missing == []
