"""The cheat sheet: question and short answer, on sheets that fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from tests.shared_pages import shared_scheduler

from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.content.themes import find_theme
from qexport.layout.scheduler import Scheduler
from qexport.outputs.cheat_sheet.document import LARGE_SHEET_SIZES, SHEET_SIZES, render
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import PaperOptions

LIST = Question(
    id="PY-1",
    question="What is a list?",
    answer="A sequence.",
    technology="Python",
    deep_explanation="An array.",
)
SLICE = Question(
    id="GO-1", question="What is a slice?", answer="A view.", technology="Go", follow_ups=("And a map?",)
)
SET = Question(id="PY-2", question="What is a set?", answer="No sequence.", technology="Python")


def sheet(
    *questions: Question,
    options: Mapping[str, str | bool] | None = None,
    folios: Mapping[str, int] | None = None,
    scheduler: Scheduler | None = None,
) -> Document:
    bank = Bank(title="Types", namespace="tests", questions=questions)
    edition = Edition(bank=bank, questions=questions, title="Types", scope="Advanced")
    look = find_theme("classic")
    scheduler = scheduler or shared_scheduler()
    tools = Tools(look.templates(), look.styles(), look.digest(), scheduler, folios or {})
    return render(edition, parse_options(PaperOptions, options or {}), tools)


def pages(document: Document) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(document.data)
    ]


def many(count: int, words: int = 40) -> tuple[Question, ...]:
    return tuple(replace(LIST, id=f"PY-{number}", answer="word " * words) for number in range(count))


def test_questions_are_grouped_by_technology_with_the_short_answer_alone() -> None:
    document = sheet(LIST, SLICE, SET)
    (page,) = pages(document)
    assert page == (
        "Types Advanced · 3 questions Python PY-1 What is a list? A sequence. PY-2 What is a set? No sequence. "
        "Go GO-1 What is a slice? A view."
    )
    assert (document.suffix, document.summary) == ("-cheatsheet.pdf", "1 sheet, 10.5 pt")


def test_questions_without_a_technology_have_a_group_of_their_own() -> None:
    assert (
        "Other questions X-1 Why? Because."
        in pages(sheet(LIST, Question(id="X-1", question="Why?", answer="Because.")))[0]
    )
    assert pages(sheet(Question(id="X-1", question="Why?", answer="Because."))) == [
        "Types Advanced · 1 question X-1 Why? Because."
    ]


def line_of(page: pypdfium2.PdfPage, word: str) -> str:
    """What stands on the line of a word in its panel, from left to right, without spaces."""
    text = page.get_textpage()
    boxes = [
        (text.get_text_range(at, 1), text.get_charbox(at, loose=True)) for at in range(text.count_chars())
    ]
    _, (left, bottom, _, top) = boxes[text.get_text_range().index(word)]
    panel = page.get_width() / 3
    near = [
        (box[0], each)
        for each, box in boxes
        if bottom < (box[1] + box[3]) / 2 < top and box[0] // panel == left // panel
    ]
    return "".join(each for _, each in sorted(near) if each.strip())


def test_the_handbooks_pages_are_named_beside_the_ids_when_it_is_built_too() -> None:
    (page,) = pypdfium2.PdfDocument(sheet(LIST, SET, folios={"PY-1": 7, "PY-2": 12}).data)
    assert (line_of(page, "PY-1"), line_of(page, "PY-2")) == ("PY-1p.7", "PY-2p.12")


def test_type_gets_smaller_until_both_sides_of_one_sheet_hold_all() -> None:
    at = [sheet(*many(count)).summary for count in (12, 36)]
    assert at[0] == f"1 sheet, {SHEET_SIZES[0]:g} pt"
    assert at[1] in [f"1 sheet, {size:g} pt" for size in SHEET_SIZES[1:]]


def test_what_is_too_much_for_one_sheet_is_on_several_in_the_smallest_type() -> None:
    document = sheet(*many(80))
    assert document.summary == f"2 sheets, {SHEET_SIZES[-1]:g} pt"
    assert len(pages(document)) == 4


@pytest.mark.parametrize(("paper", "panels"), [("a4", 3), ("letter", 3), ("a5", 2), ("6x9in", 2)])
def test_panels_are_as_wide_as_each_other_and_read_from_left_to_right(paper: str, panels: int) -> None:
    long = tuple(replace(LIST, id=f"PY-{number}", answer="word " * 600) for number in range(panels))
    document = sheet(*long, options={"paper": paper})
    page = pypdfium2.PdfDocument(document.data)[0]
    assert page.get_width() > page.get_height()
    text = page.get_textpage()
    panel = page.get_width() / panels
    words = text.get_text_range()
    lefts = [text.get_charbox(at)[0] for at in range(0, len(words), 7) if words[at].strip()]
    assert sorted({int(left / panel) for left in lefts}) == list(range(panels))
    assert [int(left / panel) for left in lefts] == sorted(int(left / panel) for left in lefts)


def test_a_sheet_is_printed_about_its_short_edge() -> None:
    with pikepdf.open(BytesIO(sheet(LIST).data)) as pdf:
        assert str(pdf.Root.ViewerPreferences.Duplex) == "/DuplexFlipShortEdge"


def test_the_outline_is_the_groups_and_their_questions() -> None:
    with pikepdf.open(BytesIO(sheet(LIST, SLICE, SET).data)) as pdf, pdf.open_outline() as outline:
        assert [(item.title, [child.title for child in item.children]) for item in outline.root] == [
            ("Python", ["PY-1 What is a list?", "PY-2 What is a set?"]),
            ("Go", ["GO-1 What is a slice?"]),
        ]


def test_large_print_is_sixteen_points() -> None:
    assert sheet(LIST, options={"large-print": True}).summary == f"1 sheet, {LARGE_SHEET_SIZES[0]:g} pt"


def test_an_entry_longer_than_a_panel_goes_on_in_the_next_after_its_heading() -> None:
    document = sheet(LIST, replace(SLICE, answer=" ".join(f"word{number}" for number in range(900))))
    (page, *_) = pypdfium2.PdfDocument(document.data)
    text = page.get_textpage()
    words = text.get_text_range()
    first = text.get_charbox(words.index("word1"))
    assert first[0] < page.get_width() / 3  # its beginning stands below what comes before it


def test_the_same_questions_give_the_same_bytes() -> None:
    assert sheet(LIST, SET, scheduler=Scheduler()).data == sheet(LIST, SET).data
