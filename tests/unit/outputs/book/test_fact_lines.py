"""The facts above a title stand on lines that neither begin nor end with a dot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.outputs.handbook.handbooks import LIST

from qexport.bank.model import Question
from qexport.content.themes import find_theme
from qexport.outputs.book.fact_lines import break_facts, choose_head
from qexport.outputs.book.style import book_style
from qexport.outputs.document import Tools
from qexport.outputs.options import BookOptions

QUESTION = replace(LIST, id="PY-ADV-004", category="Core Python")


def lines(question: Question = QUESTION, **options: object) -> list[list[str | None]]:
    look = find_theme("classic")
    tools = Tools(look.templates(), look.styles(), look.digest())
    style = book_style(BookOptions(**options), tools, ())  # type: ignore[arg-type]  # options of any kind
    return break_facts(question, "Difficulty 3/10", style.measures.frame, style.setting)


@pytest.mark.parametrize("paper", ["a4", "letter", "a5", "6x9in"])
def test_usual_facts_are_on_one_line(paper: str) -> None:
    assert lines(paper=paper) == [["Python", "Core Python", "Advanced", None]]


def test_a_fact_that_has_no_room_begins_the_next_line() -> None:
    assert lines(paper="a6") == [["Python", "Core Python", "Advanced"], [None]]
    large = lines(paper="a6", large_print=True)
    assert large == [["Python"], ["Core Python", "Advanced"], [None]]


def test_beside_a_long_id_there_is_no_fact() -> None:
    assert lines(replace(QUESTION, id="A" * 60), paper="a6") == [
        [],
        ["Python", "Core Python", "Advanced", None],
    ]


def test_a_fact_longer_than_a_line_has_its_own() -> None:
    long = "Words " * 20
    assert lines(replace(QUESTION, category=long), paper="a6") == [["Python"], [long], ["Advanced", None]]


def test_a_question_without_facts_has_an_empty_line() -> None:
    bare = replace(QUESTION, technology="", category="", level="", difficulty=None)
    assert lines(bare) == [[]]


def test_a_running_head_leaves_out_the_category_rather_than_cut_it_short() -> None:
    assert choose_head(QUESTION, 20) == "Python · Core Python"
    assert choose_head(QUESTION, 19) == "Python"
    assert choose_head(replace(QUESTION, technology=""), 3) == "Core Python"
    assert choose_head(replace(QUESTION, technology="", category=""), 3) == ""
