"""Small handbooks, and what a reader of PDF finds in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from tests.shared_pages import shared_scheduler

from qexport.bank.lock import Edition, Lock
from qexport.bank.model import Bank, Claims, Question
from qexport.common.errors import Location
from qexport.content.themes import find_theme
from qexport.layout.fonts import of_folders
from qexport.layout.scheduler import Scheduler
from qexport.outputs.book.style import Measures, book_style
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions, plan
from qexport.outputs.handbook.document import render

LIST = Question(
    id="PY-1",
    question="What is a list?",
    answer="A sequence that can change. It keeps its order.",
    deep_explanation="It is an array of references; list_append() is cheap.",
    real_world_example="A playlist.",
    common_mistakes="To share one as a default. To change it in a loop.",
    production_scenario="A queue was a list, and list_append() was slow.",
    technology="Python",
    category="Types",
    level="Advanced",
    difficulty=3,
    follow_ups=("What is a set?", "What is a tuple?"),
    tags=("order",),
    location=Location("bank.yaml", 4, 3),
)
SET = replace(
    LIST,
    id="PY-2",
    question="What is a set?",
    answer="What has no order.",
    deep_explanation="It is a table of hashes.",
    real_world_example="",
    common_mistakes="",
    production_scenario="",
    follow_ups=(),
    difficulty=7,
    tags=(),
)
WORDS = tuple(f"word {letter}" for letter in "abcdefghijkl")
"""Enough terms for an index."""

LOOP = replace(
    SET, id="PY-3", question="What is a loop?", category="Flow", difficulty=3, tags=("order",), terms=WORDS
)
SLICE = replace(SET, id="GO-1", question="What is a slice?", technology="Go", category="", difficulty=None)
ALL = (LIST, SET, LOOP, SLICE)
BANK = Bank(
    title="Types & loops",
    namespace="tests/types",
    source="A page",
    licence="CC BY 4.0",
    claims=Claims(questions=54),
    questions=ALL,
)


def handbook(
    *questions: Question,
    look: Path | None = None,
    bank: Bank = BANK,
    lock: Lock | None = None,
    scheduler: Scheduler | None = None,
    **options: str | bool,
) -> Document:
    chosen = questions or ALL
    bank = replace(bank, questions=chosen)
    edition = Edition(bank=bank, questions=chosen, title=bank.title, scope="Python and Go", lock=lock)
    settings = parse_options(
        HandbookOptions,
        {"one-per-page": True} | {name.replace("_", "-"): value for name, value in options.items()},
    )
    known = find_theme(str(look or settings.theme))
    scheduler = replace(scheduler or shared_scheduler(), fonts=of_folders(known.folders))
    tools = Tools(known.templates(), known.styles(), known.digest(), scheduler)
    return render(edition, settings, tools)


def pages(document: Document) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(document.data)
    ]


def outline(document: Document) -> list[object]:
    def lines(items: list[pikepdf.OutlineItem]) -> list[object]:
        return [[item.title, lines(list(item.children))] if item.children else item.title for item in items]

    with pikepdf.open(BytesIO(document.data)) as pdf, pdf.open_outline() as tree:
        return lines(list(tree.root))


def places(document: Document) -> dict[str, int]:
    """The page of each named place."""
    with pikepdf.open(BytesIO(document.data)) as pdf:
        names = pdf.Root.Names.Dests.Names
        return {
            str(names[at]): pdf.pages.index(pikepdf.Page(names[at + 1][0])) + 1
            for at in range(0, len(names), 2)
        }


def links(document: Document) -> Iterator[tuple[int, str, str]]:
    """(page, where it leads, the text on it) of each link."""
    texts = [page.get_textpage() for page in pypdfium2.PdfDocument(document.data)]
    with pikepdf.open(BytesIO(document.data)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            for annotation in page.get("/Annots", []):
                text = texts[number - 1].get_text_bounded(*[float(each) for each in annotation.Rect])
                to = str(annotation.Dest) if "/Dest" in annotation else str(annotation.A.URI)
                yield number, to, " ".join(text.split())


def without_leaders(text: str) -> str:
    return re.sub(r"( \.)+ ", " ", text)


def as_if_large(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan, "LARGE_PART", 1)
    patch.setattr(plan, "MANY_RATED", 1)


def measures(paper: str = "a4") -> Measures:
    """What follows from the built-in style on a paper."""
    look = find_theme("classic")
    return book_style(HandbookOptions(paper=paper), Tools(look.templates(), look.styles()), ()).measures
