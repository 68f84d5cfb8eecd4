"""What a question and its follow-ups show is the same on every output: code, choices, tables, quotes, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image as Pillow

from qexport.anki.fields import FIELDS
from qexport.anki.notes import NoteShape, notes_of
from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.cli.terminal import question_page
from qexport.common.errors import Location
from qexport.content.themes import find_theme
from qexport.outputs.cheat_sheet import document as cheat_sheet
from qexport.outputs.document import Tools
from qexport.outputs.flash_cards import FlashCardOptions
from qexport.outputs.flash_cards import document as flash_cards
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook import document as handbook
from qexport.outputs.options import PaperOptions
from qexport.outputs.quiz import QuizOptions
from qexport.outputs.quiz import document as quiz

BLOCKS = """What does it print?

```python
def f(n):
    return n
```

- choice one
- choice two

| left | right |
| --- | --- |
| cell | other |

> a quotation

See [[Q-2]].

![a black box](box.png)
"""
WORDS = [
    "What does it print?",
    "def f(n): return n",
    "choice one",
    "choice two",
    "left right cell other",
    "a quotation",
    "See Q-2",
]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    folder = tmp_path_factory.mktemp("bank")
    Pillow.new("L", (40, 30)).save(folder / "box.png")
    path = folder / "bank.yaml"
    path.touch()
    question = Question(
        id="Q-1", question=BLOCKS, answer="Yes.", markup="markdown", location=Location(str(path), 1, 1)
    )
    follow_up = BLOCKS.replace("What does it", "What would it")
    asked = replace(question, id="Q-2", question="Short?", follow_ups=(follow_up,))
    questions = (question, asked)
    bank = Bank(title="Blocks", namespace="tests", questions=questions)
    return Edition(bank=bank, questions=questions, title="Blocks", scope="all")


def tools() -> Tools:
    look = find_theme("classic")
    return Tools(look.templates(), look.styles(), look.digest())


def render_handbook(edition: Edition) -> bytes:
    return handbook.render(edition, HandbookOptions(), tools()).data


def render_quiz(edition: Edition) -> bytes:
    return quiz.render(edition, QuizOptions(), tools()).data


def render_flash_cards(edition: Edition) -> bytes:
    return flash_cards.render(edition, FlashCardOptions(), tools()).data


def render_cheat_sheet(edition: Edition) -> bytes:
    return cheat_sheet.render(edition, PaperOptions(), tools()).data


@pytest.mark.parametrize(
    ("render", "count"),
    [(render_handbook, 2), (render_quiz, 3), (render_flash_cards, 1), (render_cheat_sheet, 1)],
)
def test_paper_shows_all_blocks_and_the_picture(
    edition: Edition, render: Callable[[Edition], bytes], count: int
) -> None:
    document = pypdfium2.PdfDocument(render(edition))
    text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
    pictures = [each for page in document for each in page.get_objects() if each.type == 3]
    for words in WORDS:
        assert words in text
    assert "[[" not in text
    assert text.count("def f(n): return n") == len(pictures) == count


def read_field(fields: bytes, name: str) -> str:
    return fields.decode().split("\x1f")[list(FIELDS).index(name)]


@pytest.mark.parametrize(
    ("number", "field", "line"),
    [(0, "Question", WORDS[0]), (1, "Follow-up Questions", "What would it print?")],
)
def test_the_deck_shows_all_blocks_and_takes_the_picture_along(
    edition: Edition, number: int, field: str, line: str
) -> None:
    note = notes_of(edition.bank, NoteShape(), tools().templates)[number]
    shown = read_field(note.fields, field)
    text = " ".join(re.sub(r"<[^>]*>", "", shown).split())
    assert text.startswith(line)
    for words in WORDS[1:]:
        assert words in text
    (image,) = note.images
    assert f'src="qexport-{image.name}" alt="a black box"' in shown


def test_show_keeps_lines_and_indentation(edition: Edition) -> None:
    lines = list(question_page(edition.questions[0], width=80))
    assert lines[:6] == ["Q-1  What does it print?", "", "```python", "def f(n):", "    return n", "```"]


def test_code_in_a_question_keeps_its_place_between_outputs(edition: Edition, tmp_path: Path) -> None:
    before = replace(edition.questions[0], question="```\nf(x)\n```\n\nWhat does it print?")
    bank = replace(edition.bank, questions=(before,))
    (note,) = notes_of(bank, NoteShape(), tools().templates)
    assert read_field(note.fields, "Question").startswith("What does it print?\n<div")
