"""The handbook of the shipped bank, read by programs that are not ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from qexport import importers
from qexport.question import PROSE_SECTIONS, Bank
from qexport.validation import validate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bank() -> Bank:
    return validate(importers.read(ROOT / "seeds" / "questions.yaml"))[0]


@pytest.fixture(scope="module")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    words = [
        "build",
        "--format",
        "handbook",
        "--bank",
        "seeds/questions.yaml",
        "--out",
        ".",
        "--name",
        "book",
    ]
    subprocess.run(
        [sys.executable, "-m", "qexport", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
    )
    return folder / "book.pdf"


@pytest.fixture(scope="module")
def pages(handbook: Path) -> list[str]:
    document = pypdfium2.PdfDocument(handbook)
    return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def squeezed(text: str) -> str:
    """Return a text without white space: where a line is broken says nothing.

    pdfium reads a hyphen at the end of a line as U+0002 or U+FFFE.
    """
    return re.sub(r"\s", "", re.sub("[\x02\ufffe]", "-", text))


def test_each_contents_line_ends_with_the_page_its_question_opens_on(bank: Bank, pages: list[str]) -> None:
    contents = next(page for page in pages if page.startswith("Contents")).replace(".", "")
    for question in bank.questions:
        opens_on = [
            number
            for number, page in enumerate(pages, start=1)
            if squeezed(question.question) in page and squeezed(question.answer) in page
        ]
        line = squeezed(question.question).replace(".", "")
        told = re.match(r"\d+", contents.split(line)[1])
        assert told is not None, question.id
        assert [told[0]] == [str(number) for number in opens_on], question.id


def test_the_outline_leads_to_the_page_of_each_question(bank: Bank, handbook: Path, pages: list[str]) -> None:
    document = pypdfium2.PdfDocument(handbook)
    ids = {question.id: question for question in bank.questions}
    led = {}
    for item in document.get_toc():
        name = item.get_title().split()[0]
        destination = item.get_dest()
        if name in ids and destination is not None:
            led[name] = destination.get_index()
    assert set(led) == set(ids)
    for name, page in led.items():
        assert squeezed(ids[name].question) in pages[page]
        assert squeezed(ids[name].answer) in pages[page]


def test_every_text_of_the_bank_is_in_the_book_word_for_word(bank: Bank, pages: list[str]) -> None:
    book = "".join(pages)
    for question in bank.questions:
        for section in PROSE_SECTIONS:
            for paragraph in getattr(question, section).split("\n"):
                for sentence in re.split(r"(?<=[.!?]) ", paragraph):
                    assert squeezed(sentence) in book, (question.id, section, sentence)
        for follow_up in question.follow_ups:
            assert squeezed(follow_up) in book
    assert "__init__" in book
    assert "->" in book


def test_all_fonts_are_embedded_and_no_glyph_is_missing(handbook: Path, pages: list[str]) -> None:
    with pikepdf.open(handbook) as pdf:
        fonts = pdf.pages[5].Resources.Font
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts.values())
    assert not re.search(r"\[U\+|\ufffd", "".join(pages))


@pytest.mark.needs("qpdf", "poppler")
def test_qpdf_and_poppler_have_nothing_to_say(handbook: Path) -> None:
    checked = subprocess.run(["qpdf", "--check", handbook], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    read = subprocess.run(["pdftotext", handbook, "-"], capture_output=True, text=True, check=True)
    assert read.stderr == ""


def test_the_book_is_accessible(handbook: Path, conformance_check: Path) -> None:
    done = subprocess.run(
        ["sh", conformance_check, "ua1", handbook], capture_output=True, text=True, check=False
    )
    assert "PASS ua1" in done.stdout, done.stdout
    assert done.returncode == 0
