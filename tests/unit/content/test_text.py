"""One function turns text of either markup into HTML."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.content.markdown_page import MarkdownPage
from qexport.content.text import join_headed, write_headed, write_items, write_line, write_prose
from qexport.content.titles import title_source


@pytest.mark.parametrize(
    ("text", "title", "asked", "more"),
    [
        ("one\nline", "one\nline", "one\nline", ""),
        ("line\n\nmore\n\nlast", "line", "line", "<p>more</p>\n<p>last</p>"),
        ("line\n- one", "line", "line", "<ul>\n<li>one</li>\n</ul>"),
        ("line\n-one", "line\n-one", "line\n-one", ""),
        ("line\n1. one", "line", "line", "<ol>\n<li>one</li>\n</ol>"),
        ("line\n2. one", "line\n2. one", "line\n2. one", ""),
        ("line\n> quoted", "line", "line", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("line\n# head", "line", "line", "<h4>head</h4>"),
        ("first  \nsecond", "first", "first<br />\nsecond", ""),
        ("# What *is* it?\n\nA thing?", "What *is* it?", "What <em>is</em> it?", "<p>A thing?</p>"),
        ("What is it?\n===\n\nA thing?", "What is it?", "What is it?", "<p>A thing?</p>"),
        ("`a < b`?", "`a < b`?", "<code>a &lt; b</code>?", ""),
    ],
)
def test_a_question_is_called_by_its_first_paragraph(text: str, title: str, asked: str, more: str) -> None:
    assert title_source(text, "markdown") == title
    assert write_headed(text, "markdown", MarkdownPage()) == (Markup(asked), Markup(more))


CODE = '<pre class="code"><code><span class="line">f(x)</span>\n</code></pre>'


@pytest.mark.parametrize(
    ("text", "title", "asked", "more"),
    [
        ("```\nf(x)\n```\n\nWhat does it print?", "What does it print?", "What does it print?", CODE),
        ("```\nf(x)\n```", "`f(x)`", "f(x)", CODE),
        ("- a\n- b\n\nWhich?", "Which?", "Which?", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("![a tree](x.png)", "a tree", "a tree", "<p>a tree</p>"),
    ],
)
def test_a_question_that_begins_otherwise_has_its_first_paragraph_put_first(
    text: str, title: str, asked: str, more: str
) -> None:
    page = MarkdownPage()
    assert title_source(text, "markdown") == title
    assert write_headed(text, "markdown", page) == (Markup(asked), Markup(more))
    moved = "the part before its first paragraph is shown below that paragraph"
    assert [flaw.message for flaw in page.flaws] == ([moved] if asked.endswith("?") else [])


def test_a_plain_question_is_called_by_its_first_line() -> None:
    text = "Which is it?\n  A) `x`\n  B) f(y=1)\n\nOne only."
    more = "<p>\u00a0\u00a0A) `x`<br>\u00a0\u00a0B) f(y=1)</p>\n<p>One only.</p>"
    assert title_source(text, "plain") == "Which is it?"
    assert write_headed(text, "plain", MarkdownPage()) == (Markup("Which is it?"), Markup(more))
    assert join_headed(Markup("a"), Markup()) == Markup("a")
    assert join_headed(Markup("a"), Markup("<p>b</p>")) == Markup('a\n<div class="blocks">\n<p>b</p>\n</div>')


def test_opening_the_module_opens_no_engine() -> None:
    code = (
        "import sys; from qexport.content.text import write_line; write_line('x', 'plain');"
        "print(sorted({'jinja2', 'markdown_it', 'pygments', 'nh3'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


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
    assert write_prose(text, "plain") == Markup(html)


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
    assert write_prose(text, "plain") == Markup(html)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n").replace("</p>\n<p>", "\n\n")))


PIECES = (
    "gc.collect() List[str] a_bc -> __init__ < > & ' \" Use This. ends. e.g. (so Word) <b> é 方 {{ &amp; \\"
)


@given(st.lists(st.sampled_from([*PIECES.split(), " ", " ", "\n"]), max_size=40).map("".join) | st.text())
def test_marking_leaves_every_character_as_it_was(text: str) -> None:
    line = " ".join(text.split())
    assert text_of(write_line(line, "plain", code=True)) == line == text_of(write_line(line, "plain"))
    assert text_of(write_prose(line, "plain")) == line
    if (listed := write_items(line)) is not None:
        assert text_of(listed.replace("</li>\n<li>", " ")).strip() == line


def test_plain_text_on_one_line_has_no_block_around_it() -> None:
    assert write_line(" a < b\nc ", "plain") == Markup("a &lt; b<br>c")


def test_a_label_is_not_searched_for_code() -> None:
    assert write_line("PY_ADV_001", "plain") == Markup("PY_ADV_001")
    assert write_line("PY_ADV_001", "plain", code=True) == Markup('<code class="term">PY_ADV_001</code>')


def test_what_a_text_says_one_by_one_is_a_list() -> None:
    listed = (
        '<ul class="items">\n<li>Using <code class="term">x[-1]</code>.</li>\n<li>Not asking.</li>\n</ul>'
    )
    assert write_items("Using x[-1]. Not asking.") == Markup(listed)
    assert write_items("Using one thing.") is None
    assert write_items("Using this.\nNot that.") is None
