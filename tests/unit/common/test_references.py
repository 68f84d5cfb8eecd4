"""Character references of HTML."""

from __future__ import annotations

import pytest

from qexport.common.references import resolve_numeric, unescape_html


@pytest.mark.parametrize(
    ("text", "unescaped"),
    [
        ("a &lt; b", "a < b"),
        ("a & b &unknown; c", "a & b &unknown; c"),
        ("it&#39;s &#x41;", "it's A"),
        ("&#146;", "\u2019"),
        (f"&#{'9' * 5000};", "\ufffd"),  # Python alone raises ValueError
        (f"&#x{'f' * 9}", "\ufffd"),
    ],
)
def test_references_of_any_length_are_resolved(text: str, unescaped: str) -> None:
    assert unescape_html(text) == unescaped


def test_signs_of_html_stay_references() -> None:
    assert (
        resolve_numeric("&#60;b&#x3e; &#38;lt; &#233; &#1;&#150; &amp;")
        == "&#60;b&#x3e; &#38;lt; é \u2013 &amp;"
    )
