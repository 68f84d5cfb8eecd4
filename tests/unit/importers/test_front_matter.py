"""What is above a text."""

from __future__ import annotations

from qexport.common.limits import USUAL
from qexport.importers.front_matter import split_front_matter, split_properties


def test_values_and_the_number_of_lines_above_the_text_are_returned() -> None:
    values, text, lines = split_front_matter("---\ntitle: T\ntags: [a, b]\n---\n# Q?\n", "a.md", USUAL)
    assert values == {"title": "T", "tags": ("a", "b")}
    assert text.strip() == "# Q?"
    assert lines == 3


def test_a_text_without_it_is_unchanged() -> None:
    assert split_front_matter("# Q?\n", "a.md", USUAL) == ({}, "# Q?\n", 0)


def test_properties_of_a_notion_page_are_the_lines_below_its_title() -> None:
    assert split_properties(["Tags: a, b", "", "Text"]) == ({"Tags": "a, b"}, 1)
