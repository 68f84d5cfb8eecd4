"""What is printed to be used: measured from the files, by tools that did not make them.

Cards in every grid, flip and number are `python tools/inspect_cards.py`, some minutes; here is a sample of them.
"""

from __future__ import annotations

import importlib.util
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest
from click.testing import CliRunner
from tests.shared_pages import shared_scheduler

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.choosing import read_bank
from qexport.cli.main import program
from qexport.layout.scheduler import Scheduler

TOOLS = Path(__file__).parents[2] / "tools"


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # for its dataclasses
    spec.loader.exec_module(module)
    return module


cards = tool("inspect_cards")
SAMPLE = [
    *random.Random(4).sample([order for order in cards.ORDERS if order.count < 54], 10),
    cards.Order("a7", "a4", "long", 54),
]


@pytest.fixture
def scheduler() -> Scheduler:
    return shared_scheduler()


@pytest.mark.parametrize("order", SAMPLE, ids=str)
def test_every_back_lies_behind_its_front(order: object, scheduler: Scheduler) -> None:
    questions = cards.some(order.count)  # type: ignore[attr-defined]
    document = cards.make(order, questions, scheduler)
    assert cards.inspected(document.data, order, questions) == []
    assert document.warnings == ()


def test_cards_that_need_a_second_one_lie_behind_each_other_too(scheduler: Scheduler) -> None:
    first, second, third = cards.some(3)
    long = replace(
        second, question=f"{second.question} {second.answer * 4}", answer=second.deep_explanation * 3
    )
    order = cards.Order("2x4", "a4", "long", 3)
    document = cards.make(order, (first, long, third), scheduler)
    assert cards.inspected(document.data, order, (first, long, third), one_each=False) == []
    assert document.summary == "6 cards, 1 sheet"


def test_the_check_sees_a_wrong_flip_an_offset_and_a_lost_word(scheduler: Scheduler) -> None:
    order = cards.Order("2x4", "a4", "long", 7)
    questions = cards.some(7)
    data = cards.make(order, questions, scheduler).data
    assert cards.inspected(data, replace(order, flip="short"), questions)
    moved = cards.make(replace(order, options=(("offset-x", "0.3"),)), questions, scheduler).data
    assert cards.inspected(moved, order, questions)
    assert cards.inspected(
        data, order, [replace(question, answer=question.answer + " No.") for question in questions]
    )
    assert cards.inspected(data, order, questions[:6])


def build(out: Path, bank: Path, *words: str) -> dict[str, Path]:
    """Build, and return the files by the ends of their names."""
    result = CliRunner().invoke(
        program,
        ["build", "--bank", str(bank), "--out", str(out), "--file-name", "x", *words],
        prog_name="qexport",
    )
    assert (result.exit_code, result.stderr) == (0, "")
    return {path.name.removeprefix("x"): path for path in sorted(out.iterdir())}


def texts(path: Path) -> list[str]:
    return ["".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(path)]


def sentences(questions: tuple[Question, ...]) -> Iterator[str]:
    for question in questions:
        for key in PROSE_SECTIONS:
            for sentence in re.split(r"(?<=[.!?])\s+", getattr(question, key)):
                yield "".join(sentence.split())


def unbroken(page: str) -> str:
    """Return the text of a page with the hyphens that pdfium marks at ends of lines, and quotes as they are typed."""
    return page.translate(str.maketrans("\x02\ufffe‘’“”", "--''\"\""))


def test_no_sentence_of_the_shipped_answers_stands_before_the_answers_begin(
    tmp_path: Path, shipped_bank: Path
) -> None:
    files = build(tmp_path, shipped_bank, "--format", "quiz", "--key-length", "full")
    assert list(files) == ["-quiz.pdf"]
    pages = [unbroken(page) for page in texts(files["-quiz.pdf"])]
    begins = next(number for number, page in enumerate(pages) if number > 1 and "Answers" in page)
    before, after = "".join(pages[:begins]), "".join(pages[begins:])
    told = list(sentences(read_bank(shipped_bank)[0].questions))
    assert len(told) == 282
    assert [sentence for sentence in told if sentence in before] == []
    assert [sentence for sentence in told if sentence not in after] == []


def test_no_sentence_of_the_shipped_answers_is_in_a_quiz_with_a_separate_key(
    tmp_path: Path, shipped_bank: Path
) -> None:
    files = build(tmp_path, shipped_bank, "--format", "quiz", "--answer-key", "separate")
    assert list(files) == ["-answers.pdf", "-quiz.pdf"]
    everything = unbroken("".join(texts(files["-quiz.pdf"])))
    assert [one for one in sentences(read_bank(shipped_bank)[0].questions) if one in everything] == []


def test_a_dozen_questions_fill_two_sides_of_a4_at_most(tmp_path: Path, shipped_bank: Path) -> None:
    files = build(tmp_path, shipped_bank, "--format", "cheatsheet", "--limit", "12")
    sheet = pypdfium2.PdfDocument(files["-cheatsheet.pdf"])
    assert len(sheet) <= 2
    assert [round(each / 72 * 25.4) for each in sheet[0].get_size()] == [297, 210]


def test_a_cheat_sheet_built_with_the_handbook_names_its_pages(tmp_path: Path, shipped_bank: Path) -> None:
    files = build(tmp_path, shipped_bank, "--format", "cheatsheet", "--format", "handbook", "--id", "PY-*")
    folios = [
        int(folio)
        for page in texts(files["-cheatsheet.pdf"])
        for folio in re.findall(r"p\.(\d+)(?!\d)", page)
    ]
    handbook = enumerate(texts(files[".pdf"]), start=1)
    opened = [number for number, page in handbook if re.search(r"PY-ADV-\d+Python·.*Difficulty\d+/10", page)]
    assert len(opened) == 5
    assert folios == opened


def test_all_of_it_is_accessible_and_silent_in_other_programs(
    tmp_path: Path, shipped_bank: Path, conformance_check: Path
) -> None:
    """The files of two banks: Java's program takes longer to start than to judge them."""
    odd = tmp_path / "odd.yaml"
    odd.write_text(ODD)
    formats = ("--format", "quiz", "--format", "flash-cards", "--format", "cheatsheet")
    first = (
        "--answer-key",
        "separate",
        "--answer-space",
        "grid",
        "--card-size",
        "a7",
        "--calibration",
        "--theme",
        "modern",
    )
    second = ("--card-sections", "all", "--duplex", "fold", "--media", "print", "--large-print")
    files = [
        *build(tmp_path / "shipped", shipped_bank, *formats, *first).values(),
        *build(tmp_path / "one", odd, *formats, *first).values(),
        *build(tmp_path / "two", odd, *formats, *second).values(),
    ]
    done = subprocess.run(
        ["sh", conformance_check, "ua1", *files], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stdout.splitlines() if not line.startswith(("PASS", "#"))] == []
    assert sum(line.startswith("PASS") for line in done.stdout.splitlines()) == len(files) == 13
    assert done.returncode == 0


def test_all_of_it_can_be_made_for_archives(
    tmp_path: Path, shipped_bank: Path, conformance_check: Path
) -> None:
    formats = [
        part for each in ("handbook", "quiz", "flash-cards", "cheatsheet") for part in ("--format", each)
    ]
    files = build(tmp_path / "archive", shipped_bank, *formats, "--pdfa", "--limit", "4").values()
    done = subprocess.run(
        ["sh", conformance_check, "2a", *files], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stdout.splitlines() if not line.startswith(("PASS", "#"))] == []
    assert done.returncode == 0


ODD = """\
title: Odd & ends
namespace: odd
questions:
  - {id: A-1, question: "What is `x < y`?", answer: "It is {{ true }}.", difficulty: 10}
  - id: MD-1
    question: What does it print?
    markup: markdown
    answer: |
      ```python
      print("a very long line of code that has to go on in the next one because nothing is as wide as it")
      ```

      | a | b |
      | - | - |
      | 1 | 2 |

      - one
      - two
    technology: Python
    follow_ups: ["Why *not*?"]
"""
