"""The texts of a question without its code."""

from __future__ import annotations

from qexport.bank.health.texts import CODE, list_prose, list_texts, text_of
from qexport.bank.model import Question


def test_code_is_not_prose() -> None:
    assert text_of("answer", "a `b` c", markdown=True).prose == f"a {CODE} c"
    assert "x = 1" not in text_of("answer", "before\n\n```\nx = 1\n```\n\nafter", markdown=True).prose


def test_every_text_that_is_there_is_listed() -> None:
    question = Question(id="a", question="Use `x`", answer="y", follow_ups=("z",), markup="markdown")
    assert [(each.field, each.whole) for each in list_texts(question)][:2] == [
        ("question", "Use `x`"),
        ("answer", "y"),
    ]
    assert "z" in [each.whole for each in list_texts(question)]


def test_prose_is_that_of_every_text() -> None:
    question = Question(id="a", question="Use `x`", answer="y", follow_ups=("z", "`w`"), markup="markdown")
    assert list(list_prose(question)) == [each.prose for each in list_texts(question)]
    assert list(list_prose(question)) == [f"Use {CODE}", "y", "z", CODE]
