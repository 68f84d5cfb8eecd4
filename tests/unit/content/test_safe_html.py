"""Any text becomes HTML that says the same."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from qexport.content.safe_html import escape_lines, escape_text, keep_indentation


@given(st.text())
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    html = escape_text(text)
    assert "<" not in html
    assert unescape(html) == text


def test_lines_and_their_indentation_stay_and_arrows_are_whole() -> None:
    assert escape_lines('if a:\n  b -> "c"') == (
        'if a:<br>\u00a0\u00a0b <span class="arrow">-&gt;</span> "c"'
    )


def test_only_the_beginnings_of_lines_are_indentation() -> None:
    assert keep_indentation("\ta\n b  c") == "\u00a0\u00a0\u00a0\u00a0a\n\u00a0b  c"
