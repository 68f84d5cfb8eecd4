"""Plain text and marks in the Markdown that export writes."""

from __future__ import annotations

import pytest

from qexport.bank.markdown_form import escape_plain, shield_marks, unescape_plain, unshield_marks


@pytest.mark.parametrize(
    "text", ["  a *b* <c>\n# d", "1. x", "`", "a\\b", "\ttab", "&amp;", "- item\n\n\nend", ""]
)
def test_escaped_text_comes_back(text: str) -> None:
    assert unescape_plain(escape_plain(text)) == text


def test_signs_of_markdown_are_escaped() -> None:
    assert escape_plain("  a *b* <c>\n# d") == "&nbsp;&nbsp;a \\*b\\* \\<c>\\\n\\# d"


def test_a_text_that_looks_like_a_mark_is_none() -> None:
    assert shield_marks("<!-- qexport:id a -->") == "<!-- qexport::id a -->"
    assert unshield_marks("<!-- qexport::id a -->") == "<!-- qexport:id a -->"
