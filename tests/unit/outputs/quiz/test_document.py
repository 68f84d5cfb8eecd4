"""The quiz: answers that cannot be seen by accident, and the way there and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from tests.shared_pages import shared_scheduler

from qexport.bank.lock import Edition
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.content.themes import find_theme
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.quiz import QuizOptions
from qexport.outputs.quiz.document import count_lines, render

LIST = Question(
    id="PY-1",
    question="What is a list?",
    answer="A sequence that can change. It keeps its order.",
    deep_explanation="It is an array of references. Appending is cheap.",
    real_world_example="A playlist.",
    common_mistakes="To share one as a default. To change it in a loop.",
    production_scenario="A queue was a list and slow.",
    technology="Python",
    category="Types",
    level="Advanced",
    difficulty=3,
    follow_ups=("What is a tuple?", "What is a set?"),
)
SET = replace(LIST, id="PY-2", question="What is a set?", answer="What has no order.", follow_ups=())
SLICE = replace(
    LIST,
    id="GO-1",
    question="What is a slice?",
    answer="A view of an array.",
    technology="Go",
    difficulty=None,
)
ALL = (LIST, SET, SLICE)


def quiz(*questions: Question, scheduler: Scheduler | None = None, **options: str | bool) -> Document:
    bank = Bank(title="Types", namespace="tests", questions=questions)
    edition = Edition(bank=bank, questions=questions, title="Types", scope="Advanced")
    given: Mapping[str, str | bool] = {name.replace("_", "-"): value for name, value in options.items()}
    look = find_theme(str(given.get("theme", "classic")))
    settings = parse_options(QuizOptions, given)
    return render(
        edition,
        settings,
        Tools(look.templates(), look.styles(), look.digest(), scheduler or shared_scheduler()),
    )


def pages(document: Document) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(document.data)
    ]


class Link(NamedTuple):
    page: int
    to: str
    to_page: int
    text: str


def links(document: Document) -> Iterator[Link]:
    """The links inside a document, with what stands on them."""
    texts = [page.get_textpage() for page in pypdfium2.PdfDocument(document.data)]
    with pikepdf.open(BytesIO(document.data)) as pdf:
        names = pdf.Root.Names.Dests.Names
        places = {
            str(names[at]): pdf.pages.index(pikepdf.Page(names[at + 1][0])) + 1
            for at in range(0, len(names), 2)
        }
        for number, page in enumerate(pdf.pages, start=1):
            for annotation in page.get("/Annots", []):
                box = [float(each) for each in annotation.Rect]
                text = " ".join(texts[number - 1].get_text_bounded(*box).split())
                yield Link(number, str(annotation.Dest), places[str(annotation.Dest)], text)


def bare(text: str) -> str:
    return "".join(text.split())


def sentences(question: Question) -> Iterator[str]:
    for key in PROSE_SECTIONS:
        for sentence in re.split(r"(?<=[.!?])\s+", getattr(question, key)):
            if sentence:
                yield sentence


def begins(document: Document) -> int:
    """The index of the page the answers begin on."""
    start = min(document.folios.values()) - 1
    assert "Answers" in pages(document)[start]
    return start


@pytest.fixture(scope="module")
def whole() -> Document:
    return quiz(*ALL, key_length="full")


def test_no_sentence_of_any_answer_stands_before_the_answers_begin(whole: Document) -> None:
    text = pages(whole)
    start = begins(whole)
    before, after = bare(" ".join(text[:start])), bare(" ".join(text[start:]))
    for question in ALL:
        assert bare(question.question) in before
        for sentence in sentences(question):
            assert bare(sentence) not in before
            assert bare(sentence) in after


def test_follow_ups_are_asked_with_the_question_and_not_with_the_answer(whole: Document) -> None:
    text = pages(whole)
    start = begins(whole)
    assert "What is a tuple?" in " ".join(text[:start])
    assert "What is a tuple?" not in " ".join(text[start:])


def test_every_question_says_the_page_of_its_answer_and_every_answer_that_of_its_question(
    whole: Document,
) -> None:
    there = {link.to: link for link in links(whole) if link.text.startswith("Answer:")}
    back = {link.to: link for link in links(whole) if link.text.startswith("Question:")}
    assert sorted(there) == ["a-GO-1", "a-PY-1", "a-PY-2"]
    assert sorted(back) == ["q-GO-1", "q-PY-1", "q-PY-2"]
    for question in ALL:
        one, other = there[f"a-{question.id}"], back[f"q-{question.id}"]
        assert one.text == f"Answer: p. {one.to_page}"
        assert other.text == f"Question: p. {other.to_page}"
        assert (one.page, other.page) == (other.to_page, one.to_page)


def test_answers_come_in_the_order_of_the_questions(whole: Document) -> None:
    with pikepdf.open(BytesIO(whole.data)) as pdf, pdf.open_outline() as outline:
        tree = [(item.title, [child.title for child in item.children]) for item in outline.root]
        answers = [[each.title for each in part.children] for part in outline.root[3].children]
    asked = ["PY-1 What is a list?", "PY-2 What is a set?"], ["GO-1 What is a slice?"]
    assert tree == [
        ("How to use this quiz", []),
        ("Python", asked[0]),
        ("Go", asked[1]),
        ("Answers", ["Python", "Go"]),
        ("Score sheet", []),
    ]
    assert answers == [*asked]


def test_the_score_sheet_is_last_and_names_each_question_with_both_pages(whole: Document) -> None:
    last = pages(whole)[-1]
    assert last.startswith("Score sheet Tick what you answered right.")
    at = {link.to: link for link in links(whole) if link.page == len(pages(whole))}
    assert sorted(at) == ["a-GO-1", "a-PY-1", "a-PY-2", "q-GO-1", "q-PY-1", "q-PY-2"]
    assert all(link.text == str(link.to_page) for link in at.values())
    assert "Right, of 3:" in last


def test_its_folios_are_those_of_the_answers(whole: Document) -> None:
    assert whole.folios == {
        link.to.removeprefix("a-"): link.to_page for link in links(whole) if link.to.startswith("a-")
    }


def test_a_separate_key_is_a_file_beside_it_and_both_name_each_others_pages() -> None:
    asked = quiz(*ALL, answer_key="separate")
    (told,) = asked.beside
    assert (asked.suffix, told.suffix) == ("-quiz.pdf", "-answers.pdf")
    on = {
        question.id: number
        for question in ALL
        for number, text in enumerate(pages(told), 1)
        if f"{question.answer}" in text
    }
    for question in ALL:
        page = next(text for text in pages(asked) if f"{question.question} Answers, p." in text)
        assert f"{question.question} Answers, p. {on[question.id]}" in page
    for question in ALL:
        number = next(
            n for n, text in enumerate(pages(asked), 1) if f"{question.question} Answers, p." in text
        )
        assert f"{question.question} Quiz, p. {number}" in pages(told)[on[question.id] - 1]
    everything = bare(" ".join(pages(asked)))
    assert not [
        sentence for question in ALL for sentence in sentences(question) if bare(sentence) in everything
    ]
    assert pages(asked)[-1].startswith("Score sheet")


def test_without_a_key_there_is_no_answer_and_no_way_to_one() -> None:
    document = quiz(*ALL, answer_key="none")
    everything = bare(" ".join(pages(document)))
    assert not [
        sentence for question in ALL for sentence in sentences(question) if bare(sentence) in everything
    ]
    assert "Answer" not in re.sub(
        r"Answer in your own words|you answered|the answers", "", " ".join(pages(document))
    )
    assert document.beside == ()
    assert {link.to[:2] for link in links(document)} == {"q-", "pa", "sc"}


def rules(document: Document) -> list[tuple[float, float]]:
    """Width and height in mm of what is drawn in thin lines on the page of the first question."""
    page = pypdfium2.PdfDocument(document.data)[2]
    boxes = [item.get_bounds() for item in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])]
    sizes = [((box[2] - box[0]) / 72 * 25.4, (box[3] - box[1]) / 72 * 25.4) for box in boxes]
    return [(round(width), round(height)) for width, height in sizes if (width > 100) != (height > 40)]


@pytest.mark.parametrize(
    ("space", "lines", "levels", "uprights"),
    [("lines", "6", 6, 0), ("lines", "9", 9, 0), ("grid", "10", 16, 34)],
)
def test_there_is_as_much_room_to_answer_as_asked_for(
    space: str, lines: str, levels: int, uprights: int
) -> None:
    usual = replace(LIST, difficulty=5)
    empty = rules(quiz(usual, answer_space="none"))
    drawn = rules(quiz(usual, answer_space=space, answer_lines=lines))
    for size in empty:
        drawn.remove(size)
    assert sum(width > height for width, height in drawn) == levels
    assert sum(width < height for width, height in drawn) == uprights


def test_a_hard_question_has_more_room() -> None:
    counts = [count_lines(replace(LIST, difficulty=each), 6) for each in (None, 1, 5, 8, 10)]
    assert counts == [6, 4, 6, 8, 9]


def test_the_key_has_short_answers_unless_all_is_asked_for(whole: Document) -> None:
    short = quiz(*ALL)
    text = bare(" ".join(pages(short)[begins(short) :]))
    assert bare(ALL[0].answer) in text
    assert bare(ALL[0].deep_explanation) not in text
    assert bare(ALL[0].deep_explanation) in bare(" ".join(pages(whole)[begins(whole) :]))


def test_a_question_stands_with_its_room_on_one_page() -> None:
    document = quiz(*(replace(LIST, id=f"PY-{number}") for number in range(6)), answer_lines="9")
    asked = [text for text in pages(document)[2 : begins(document)] if text]
    assert sum(text.count("What is a list?") for text in asked) == 6
    assert [text.count("What is a tuple?") for text in asked] == [
        text.count("What is a list?") for text in asked
    ]


def test_questions_without_technologies_have_one_part() -> None:
    plain = [replace(question, technology="", category="") for question in ALL]
    document = quiz(*plain)
    with pikepdf.open(BytesIO(document.data)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            "How to use this quiz",
            "Questions",
            "Answers",
            "Score sheet",
        ]


def test_questions_without_a_technology_are_other_questions() -> None:
    document = quiz(LIST, replace(SET, technology="", category=""))
    with pikepdf.open(BytesIO(document.data)) as pdf, pdf.open_outline() as outline:
        titles = [(item.title, [child.title for child in item.children]) for item in outline.root]
    assert titles[1:4] == [
        ("Python", ["PY-1 What is a list?"]),
        ("Other questions", ["PY-2 What is a set?"]),
        ("Answers", ["Python", "Other questions"]),
    ]


def test_on_paper_questions_and_answers_begin_at_the_right() -> None:
    document = quiz(*ALL, media="print")
    with pikepdf.open(BytesIO(document.data)) as pdf:
        names = pdf.Root.Names.Dests.Names
        places = {
            str(names[at]): pdf.pages.index(pikepdf.Page(names[at + 1][0])) + 1
            for at in range(0, len(names), 2)
        }
    assert places["part-1"] % 2 == places["answers"] % 2 == places["score"] % 2 == 1


def test_the_same_questions_give_the_same_bytes(whole: Document) -> None:
    assert quiz(*ALL, key_length="full", scheduler=Scheduler()).data == whole.data
