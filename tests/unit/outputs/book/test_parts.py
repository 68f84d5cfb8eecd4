"""Parts and chapters of a book."""

from __future__ import annotations

from qexport.bank.model import Question
from qexport.content.languages import language
from qexport.outputs.book.parts import parts, tally


def questions(*topics: tuple[str, str]) -> list[Question]:
    return [
        Question(id=str(number), question="Q?", answer="A.", technology=technology, category=category)
        for number, (technology, category) in enumerate(topics)
    ]


def test_a_technology_is_a_part_and_a_category_a_chapter() -> None:
    made = parts(questions(("Go", "x"), ("Go", "y"), ("C", "z")))
    assert [(part.title, [chapter.title for chapter in part.chapters]) for part in made] == [
        ("Go", ["x", "y"]),
        ("C", ["z"]),
    ]
    assert [tally(part, language("en")) for part in made] == ["2 questions · x 1 · y 1", "1 question"]


def test_there_are_no_parts_where_a_technology_comes_back() -> None:
    made = parts(questions(("Go", "x"), ("C", "z"), ("Go", "y")))
    assert [part.title for part in made] == [""]
    assert len(made[0].questions) == 3
