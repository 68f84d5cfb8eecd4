"""Contents, openings of parts and the outline lead to the questions."""

from __future__ import annotations

from tests.unit.outputs.handbook.handbooks import (
    LIST,
    SET,
    SLICE,
    handbook,
    links,
    outline,
    pages,
    places,
    without_leaders,
)

from qexport.outputs.document import Document


def test_the_contents_are_the_parts_with_chapters_and_questions(whole: Document) -> None:
    assert without_leaders(pages(whole)[2]) == (
        "Contents How to read this book 2 "
        "Python Types PY-1 What is a list? 5 PY-2 What is a set? 6 Flow PY-3 What is a loop? 7 "
        "Go GO-1 What is a slice? 9 "
        "At the back Index 10 Questions by difficulty 11 Contents 3"
    )
    assert whole.folios == {"PY-1": 5, "PY-2": 6, "PY-3": 7, "GO-1": 9}
    assert places(whole) == {
        "cover": 1,
        "reading": 2,
        "contents": 3,
        "part-1": 4,
        "q-PY-1": 5,
        "q-PY-2": 6,
        "q-PY-3": 7,
        "part-2": 8,
        "q-GO-1": 9,
        "index": 10,
        "difficulties": 11,
        "colophon": 2,
    }


def test_every_line_of_the_contents_leads_to_its_place(whole: Document) -> None:
    led = [to for page, to, _ in links(whole) if page == 3]
    back = ["index", "difficulties"]
    assert led == ["reading", "part-1", "q-PY-1", "q-PY-2", "q-PY-3", "part-2", "q-GO-1", *back]


def test_the_outline_is_the_contents(whole: Document) -> None:
    types, flow = ["PY-1 What is a list?", "PY-2 What is a set?"], ["PY-3 What is a loop?"]
    assert outline(whole) == [
        "How to read this book",
        "Contents",
        ["Python", [["Types", types], ["Flow", flow]]],
        ["Go", ["GO-1 What is a slice?"]],
        "Index",
        "Questions by difficulty",
        "Colophon",
    ]


def test_a_part_opens_with_its_counts_and_its_own_list(whole: Document) -> None:
    assert without_leaders(pages(whole)[3]) == (
        "PART 1 Python 3 questions · Types 2 · Flow 1 · difficulty 3–7 "
        "Types PY-1 What is a list? 5 PY-2 What is a set? 6 Flow PY-3 What is a loop? 7 Python 4"
    )


def test_where_technologies_come_back_there_is_one_plain_list() -> None:
    document = handbook(LIST, SLICE, SET)
    assert outline(document)[:3] == ["PY-1 What is a list?", "GO-1 What is a slice?", "PY-2 What is a set?"]
    assert not [name for name in places(document) if name.startswith("part-")]
