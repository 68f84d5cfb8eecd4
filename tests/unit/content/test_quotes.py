"""Typographic quotes."""

from __future__ import annotations

import pytest

from qexport.content.quotes import typeset_quotes


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        (
            "<p>It's \"so\", the 'type' of Python's classes'</p>",
            "<p>It’s “so”, the ‘type’ of Python’s classes’</p>",
        ),
        ("<p>It&#39;s &#34;so&#34; (&quot;now&quot;)</p>", "<p>It’s “so” (“now”)</p>"),
        ("<p>\"<em>So</em>\" he said</p><p>'a'</p>", "<p>“<em>So</em>” he said</p><p>‘a’</p>"),
        ("<p><code>it's \"so\"</code>'s</p>", '<p><code>it\'s "so"</code>’s</p>'),
        ('<pre>\'<span class="s">"a"</span>\'</pre>', '<pre>\'<span class="s">"a"</span>\'</pre>'),
        ('<a href="x" title="it\'s">it\'s</a>', '<a href="x" title="it\'s">it’s</a>'),
        ("<svg><title>f's</title></svg> don't", "<svg><title>f's</title></svg> don’t"),
        ("<p>a 19\" rack, 5' long</p>", "<p>a 19\" rack, 5' long</p>"),
        ("<p>&lt;b&gt; &amp; &#39;a&#39;</p>", "<p>&lt;b&gt; &amp; ‘a’</p>"),
    ],
)
def test_quotes_of_text_are_typographic_and_those_of_code_are_not(html: str, wanted: str) -> None:
    assert typeset_quotes(html, "“”") == wanted


def test_a_language_has_its_own_quotes() -> None:
    assert typeset_quotes('<p>Das "Ja"</p>', "„“") == "<p>Das „Ja“</p>"


def test_without_quotes_nothing_changes() -> None:
    assert typeset_quotes("<p>It's</p>", "") == "<p>It's</p>"
