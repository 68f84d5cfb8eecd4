"""The health of question banks that nobody here wrote; each finding was looked at, and is one to nod at."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest

from qexport.bank.health.examination import examine
from qexport.bank.model import Bank

TOOL = Path(__file__).parents[2] / "tools" / "try_corpora.py"


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("try_corpora", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
present = pytest.mark.skipif(not tool.CORPORA.is_dir(), reason="the corpora are not here")


@pytest.fixture(scope="module")
def banks() -> dict[str, Bank]:
    return {bank.title: bank for bank in tool.banks(tool.CORPORA)}


FOUND = {
    "data science, theory": (
        166,
        {"near-duplicate": 1, "placeholder": 2, "short-answer": 1},
    ),
    "data science, technical": (40, {"unbalanced": 1}),
    "data science, probability": (1, {}),
    "30 seconds of interviews": (103, {}),
    "front end, general-questions": (29, {"missing-section": 1}),
    "front end, css-questions": (35, {"missing-section": 1}),
    "front end, javascript-questions": (49, {"missing-section": 1}),
    "front end, README.arabic": (139, {"missing-section": 1, "unbalanced": 1}),
    "front end, README.chinese": (134, {"missing-section": 1}),
    "front end, README.japanese": (104, {"missing-section": 1}),
    "countries in de": (59, {}),
    "countries in ru": (59, {}),
    "countries in zh": (59, {}),
    "countries in he": (59, {}),
}


@present
def test_finds_in_each_bank_what_a_reader_finds(banks: dict[str, Bank]) -> None:
    found = {title: Counter(finding.kind for finding in examine(bank)) for title, bank in banks.items()}
    assert {title: (len(bank.questions), found[title]) for title, bank in banks.items()} == FOUND


@present
def test_finds_the_fourteen_answers_that_were_never_written(banks: dict[str, Bank]) -> None:
    findings = [
        finding for finding in examine(banks["data science, theory"]) if finding.kind == "placeholder"
    ]
    assert [(len(finding.ids), finding.message.partition(": ")[2]) for finding in findings] == [
        (14, "answer is “Answer here”"),
        (1, "answer is “For specifics, refer to the above answer.”"),
    ]


@present
def test_finds_the_question_that_is_asked_twice(banks: dict[str, Bank]) -> None:
    (finding,) = (each for each in examine(banks["data science, theory"]) if each.kind == "near-duplicate")
    assert finding.message == (
        'THEORY-039 and THEORY-140 ask almost the same: “What is "curse of dimensionality"?” and '
        "“What is the curse of dimensionality? Why do we care about it?”"
    )


MOST_PAGES = 70
"""Of A4, for the book of the 103 questions, as docs/handbook.md says."""


@present
def test_the_book_of_a_hundred_questions_that_share_pages_is_thin(tmp_path: Path) -> None:
    questions = tool.CORPORA / "30-seconds-of-interviews" / "questions.json"
    for words in (
        ("import", questions, "--output", "bank.yaml"),
        ("build", "--bank", "bank.yaml", "--format", "handbook", "--out", ".", "--file-name", "book"),
    ):
        subprocess.run([sys.executable, "-m", "qexport", *words], cwd=tmp_path, check=True)
    assert len(pypdfium2.PdfDocument(tmp_path / "book.pdf")) <= MOST_PAGES


@present
def test_the_tool_prints_every_finding_with_its_place() -> None:
    done = subprocess.run(
        [sys.executable, TOOL], capture_output=True, text=True, encoding="utf-8", check=True
    )
    heads = re.findall(r"^== (.+): (\d+) questions, (\d+) findings, [\d.]+ s$", done.stdout, re.MULTILINE)
    assert {title: (int(questions), int(findings)) for title, questions, findings in heads} == {
        title: (questions, sum(kinds.values())) for title, (questions, kinds) in FOUND.items()
    }
    assert "theory.md:1125: short-answer: THEORY-128: answer is “- GloVe - BERT”; half of all" in done.stdout


def test_the_tool_has_nothing_to_try_without_the_corpora(tmp_path: Path) -> None:
    absent = tmp_path / "corpora"
    done = subprocess.run([sys.executable, TOOL, absent], capture_output=True, text=True, check=True)
    assert done.stdout == f"{absent} is not here: nothing to try\n"
