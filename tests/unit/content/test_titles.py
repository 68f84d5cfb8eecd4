"""What a question is called in lists."""

from __future__ import annotations

from qexport.content.titles import title_source


def test_the_first_paragraph_is_the_title() -> None:
    assert title_source("What is it?\n\nMore.", "markdown") == "What is it?"


def test_code_above_the_question_is_no_title() -> None:
    assert title_source("```py\nx\n```\nWhat?", "markdown") == "What?"
