"""Plain text becomes HTML to the letter."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.content.plain_text import items
from qexport.content.text import inline, prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*this* and `x` and 1 < 2 & more", "<p>*this* and `x` and 1 &lt; 2 &amp; more</p>"),
        ('Python\'s "GIL"', '<p>Python\'s "GIL"</p>'),
        (
            "{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]",
            "<p>{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]</p>",
        ),
        ("<blink onclick=x>", "<p>&lt;blink onclick=x&gt;</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\n \n\ntwo\n", "<p>one</p>\n<p>two</p>"),
        ("if x:\n  y\n\tz", "<p>if x:<br>\u00a0\u00a0y<br>\u00a0\u00a0\u00a0\u00a0z</p>"),
        ("", ""),
    ],
)
def test_plain_text_is_literal(text: str, html: str) -> None:
    assert prose(text, "plain") == Markup(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see __init__.", '<p>see <code class="term">__init__</code>.</p>'),
        ("a List<int>", '<p>a <code class="term">List&lt;int&gt;</code></p>'),
        ("a Dict[str int]", "<p>a <code>Dict[str int]</code></p>"),
        (
            "<script>x</script>",
            '<p><code class="term">&lt;script&gt;</code>x<code class="term">&lt;/script&gt;</code></p>',
        ),
        (
            "def f(x: int) -> str",
            '<p><code>def f(x: int) <span class="arrow">-&gt;</span> str</code></p>',
        ),
        ("a -> b --> c", '<p>a <span class="arrow">-&gt;</span> b <span class="arrow">--&gt;</span> c</p>'),
        ("  gc.collect()\nb", '<p>\u00a0\u00a0<code class="term">gc.collect()</code><br>b</p>'),
    ],
)
def test_code_in_plain_text_is_marked_and_arrows_are_whole(text: str, html: str) -> None:
    assert prose(text, "plain") == Markup(html)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n").replace("</p>\n<p>", "\n\n")))


PIECES = (
    "gc.collect() List[str] a_bc -> __init__ < > & ' \" Use This. ends. e.g. (so Word) <b> é 方 {{ &amp; \\"
)


@given(st.lists(st.sampled_from([*PIECES.split(), " ", " ", "\n"]), max_size=40).map("".join) | st.text())
def test_marking_leaves_every_character_as_it_was(text: str) -> None:
    line = " ".join(text.split())
    assert text_of(inline(line, "plain", code=True)) == line == text_of(inline(line, "plain"))
    assert text_of(prose(line, "plain")) == line
    if (listed := items(line)) is not None:
        assert text_of(listed.replace("</li>\n<li>", " ")).strip() == line


def test_plain_text_on_one_line_has_no_block_around_it() -> None:
    assert inline(" a < b\nc ", "plain") == Markup("a &lt; b<br>c")


def test_a_label_is_not_searched_for_code() -> None:
    assert inline("PY_ADV_001", "plain") == Markup("PY_ADV_001")
    assert inline("PY_ADV_001", "plain", code=True) == Markup('<code class="term">PY_ADV_001</code>')


def test_what_a_text_says_one_by_one_is_a_list() -> None:
    listed = (
        '<ul class="items">\n<li>Using <code class="term">x[-1]</code>.</li>\n<li>Not asking.</li>\n</ul>'
    )
    assert items("Using x[-1]. Not asking.") == Markup(listed)
    assert items("Using one thing.") is None
    assert items("Using this.\nNot that.") is None
