"""A bank as a page of Markdown."""

from __future__ import annotations

from tests.unit.go_bank import BANK

from qexport.exporters.markdown import write


def test_technologies_and_questions_are_headings() -> None:
    lines = write(BANK).text.splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# Go",
        "## Go",
        "### What is a slice?",
        "### How long is a slice?",
    ]
    assert "- [x] b) two" in lines
