"""Lines that may begin a question are known."""

from __future__ import annotations

import pytest

from qexport.importers.readme_lines import is_asking, without_html_lists


@pytest.mark.parametrize(
    "line",
    ["What is a list", "Lists?", "Explain lists.", "12) Lists", "Q1: Lists", "什么是列表？", "ما هي القائمة"],
)
def test_a_line_asks_by_its_mark_its_first_word_or_its_number(line: str) -> None:
    assert is_asking(line)


@pytest.mark.parametrize("line", ["", "Lists", "A list is a sequence.", "Whatever", "2 lists"])
def test_other_lines_ask_nothing(line: str) -> None:
    assert not is_asking(line)


def test_headings_and_lists_in_html_become_markdown_line_by_line() -> None:
    lines = ["<h3>Lists</h3>", "<ul>", "<li>one</li>", "<li>two", "<ol><li>inner</li></ol>", "</ul>", "text"]
    assert without_html_lists(lines) == ["### Lists", "", "* one", "* two", "  * inner", "", "text"]
