"""Markdown that qexport wrote."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.exporters.markdown import write
from qexport.importers.own_markdown import is_own_markdown, read_own_markdown
from qexport.importers.source import Source


def test_what_was_written_comes_back() -> None:
    question = Question(
        id="a", question="What is <b>?", answer="# no heading", technology="Go", follow_ups=("And?",)
    )
    text = write(Bank(title="T", namespace="t", questions=(question,))).text
    assert is_own_markdown(text)
    reading = read_own_markdown(Source(path="a.md", data=text.encode(), text=text))
    (found,) = reading.questions
    assert found.is_exact
    assert found.fields["question"] == "What is <b>?"
    assert found.fields["answer"] == "# no heading"
    assert found.fields["follow_ups"] == ("And?",)
    assert reading.header["title"] == "T"


def test_another_page_is_not_ours() -> None:
    assert not is_own_markdown("# T\n")
