"""One function turns text of either markup into HTML."""

from __future__ import annotations

import subprocess
import sys

import pytest
from markupsafe import Markup

from qexport.content.markdown_page import MarkdownPage
from qexport.content.text import headed, join_headed
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
    assert headed(text, "markdown", MarkdownPage()) == (Markup(asked), Markup(more))


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
    assert headed(text, "markdown", page) == (Markup(asked), Markup(more))
    moved = "the part before its first paragraph is shown below that paragraph"
    assert [flaw.message for flaw in page.flaws] == ([moved] if asked.endswith("?") else [])


def test_a_plain_question_is_called_by_its_first_line() -> None:
    text = "Which is it?\n  A) `x`\n  B) f(y=1)\n\nOne only."
    more = "<p>\u00a0\u00a0A) `x`<br>\u00a0\u00a0B) f(y=1)</p>\n<p>One only.</p>"
    assert title_source(text, "plain") == "Which is it?"
    assert headed(text, "plain", MarkdownPage()) == (Markup("Which is it?"), Markup(more))
    assert join_headed(Markup("a"), Markup()) == Markup("a")
    assert join_headed(Markup("a"), Markup("<p>b</p>")) == Markup('a\n<div class="blocks">\n<p>b</p>\n</div>')


def test_opening_the_module_opens_no_engine() -> None:
    code = (
        "import sys; from qexport.content.text import inline; inline('x', 'plain');"
        "print(sorted({'jinja2', 'markdown_it', 'pygments', 'nh3'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
