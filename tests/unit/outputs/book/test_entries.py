"""A question as one line of the outline."""

from __future__ import annotations

import pytest

from qexport.bank.model import Question
from qexport.outputs.book.entries import outline_entry
from qexport.pdf.metadata import OutlineEntry


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("What is `a < b`?", "What is a < b?"),
        ("What is <code>cookie</code>?", "What is cookie?"),
        ("What is *it*, 1 < 2?", "What is it, 1 < 2?"),
    ],
)
def test_the_line_has_no_markup(asked: str, words: str) -> None:
    question = Question(id="A-1", question=asked, answer="That.", markup="markdown")
    assert outline_entry(question) == OutlineEntry(f"A-1 {words}", "q-A-1")
