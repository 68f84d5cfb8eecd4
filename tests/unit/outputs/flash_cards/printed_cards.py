"""Flash cards of two questions, and what a reader of PDF finds on them."""

from __future__ import annotations

from collections.abc import Mapping

import pypdfium2
from tests.shared_pages import shared_scheduler

from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.content.themes import find_theme
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.flash_cards import FlashCardOptions
from qexport.outputs.flash_cards.document import render

LIST = Question(
    id="PY-1",
    question="What is a list?",
    answer="A sequence that can change.",
    technology="Python",
    category="Types",
    difficulty=3,
    common_mistakes="To share one as a default.",
    production_scenario="A list that grew. " * 60,
    follow_ups=("And a tuple?",),
)
SET = Question(id="PY-2", question="What is a set?", answer="What has no order.", technology="Python")


def cards(
    *questions: Question,
    options: Mapping[str, str | bool] | None = None,
    scheduler: Scheduler | None = None,
    title: str = "Types",
) -> Document:
    bank = Bank(title=title, namespace="tests", questions=questions)
    edition = Edition(bank=bank, questions=questions, title=title, scope="All questions")
    look = find_theme(str((options or {}).get("theme", "classic")))
    return render(
        edition,
        parse_options(FlashCardOptions, options or {}),
        Tools(look.templates(), look.styles(), look.digest(), scheduler or shared_scheduler()),
    )


def pages(document: Document) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(document.data)
    ]


def sizes(document: Document) -> list[list[float]]:
    """For each page the sizes of its type in points, the largest first."""
    found = []
    for page in pypdfium2.PdfDocument(document.data):
        text = page.get_textpage()
        heights = {
            round(pypdfium2.raw.FPDFText_GetFontSize(text, index) * 0.75, 1)  # the page is drawn in pixels
            for index in range(text.count_chars())
            if text.get_text_range(index, 1).strip()
        }
        found.append(sorted(heights, reverse=True))
    return found
