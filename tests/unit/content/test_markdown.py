"""Markdown becomes safe HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from tests.unit.content.markdown_texts import shown

from qexport.bank.model import Question
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.content.markdown import markdown_blocks, markdown_line
from qexport.content.markdown_page import MarkdownPage
from qexport.content.question_view import question_view
from qexport.content.text import write_line, write_prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** `__init__`", "<p><strong>a</strong> <code>__init__</code></p>"),
        ("~~old~~", "<p><s>old</s></p>"),
        ("a <b onclick=x>", "<p>a &lt;b onclick=x&gt;</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ],
)
def test_markdown_is_commonmark(text: str, html: str) -> None:
    assert write_prose(text, "markdown") == Markup(html)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("```python\nx = None\n```", ['x = <span class="kc">None</span>']),
        (
            '```python\n"""a\nb"""\n```',
            ['<span class="sd">"""a</span>', '<span class="sd">b"""</span>'],
        ),
        ("```nosuch x\na < b\n```", ["a &lt; b"]),
        ("```\na\n\nb\n```", ["a", "", "b"]),
        ("    a", ["a"]),
        ("```\n```", [""]),
    ],
)
def test_code_is_highlighted_line_by_line(text: str, lines: list[str]) -> None:
    inside = "".join(f'<span class="line">{line}</span>\n' for line in lines)
    assert write_prose(text, "markdown") == Markup(f'<pre class="code"><code>{inside}</code></pre>')


def test_markdown_tables_are_aligned_by_class() -> None:
    html = write_prose("|a|b|c|\n|-|-:|:-:|\n|1|2|3|", "markdown").replace("\n", "")
    head = '<tr><th>a</th><th class="align-right">b</th><th class="align-center">c</th></tr>'
    row = '<tr><td>1</td><td class="align-right">2</td><td class="align-center">3</td></tr>'
    assert html == f'<div class="table"><table><thead>{head}</thead><tbody>{row}</tbody></table></div>'


SYNTAX = (
    "[^1] [^1]: [^2]: [a](b) ![x](y.png) ![ ]( [![i](j)](https://e.org) ** _ ` ``` ~~~ ~~ > - 1. # ## | |- "
    "<b> & \\ <http://e.org> word"
)


@given(st.lists(st.sampled_from([*SYNTAX.split(), " ", "\n", "\n\n", "    "]), max_size=40).map("".join))
def test_any_markdown_gives_tags_that_nest_and_ids_that_are_unique(text: str) -> None:
    try:
        html = write_prose(text, "markdown")
    except InputRefused:
        return
    open_tags: list[str] = []
    for closing, name, empty in re.findall(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>", html):
        if closing:
            assert open_tags.pop() == name
        elif not empty and name not in ("br", "hr", "img"):
            open_tags.append(name)
    assert open_tags == []
    names = re.findall(r' id="([^"]*)"', html)
    assert len(set(names)) == len(names)
    assert {name[1:] for name in re.findall(r' href="(#fn[^"]*)"', html)} <= set(names)
    if not re.search(r"```|~~~|\]:", text):  # where a word may be the name of a language or a definition's
        assert html.count("word") == text.count("word")


def test_headings_nest_under_what_encloses_them() -> None:
    text = "### a\n# b\n### c\n## d\n# e"
    assert write_prose(text, "markdown", heading_level=3) == Markup(
        "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>\n<h3>e</h3>"
    )
    deep = "\n".join(f"{'#' * level} x" for level in range(1, 7))
    assert write_prose(deep, "markdown", heading_level=5) == Markup("<h5>x</h5>" + "\n<h6>x</h6>" * 5)


@pytest.mark.parametrize("text", [">" * 20 + " x", "- " * 20 + "x", "> " * 18 + "*a __b__*"])
def test_twenty_levels_of_nesting_are_laid_out(text: str) -> None:
    assert "x" in write_prose(text, "markdown") or "b" in write_prose(text, "markdown")


@pytest.mark.parametrize(
    "text",
    [">" * 21 + " x", "- " * 21 + "x", ">" * 25 + " x", "> " * 19 + "*a __b__*", "*a _b " * 11 + "_*" * 11],
)
def test_deeper_nesting_is_refused_with_the_question_and_its_place(text: str) -> None:
    place = Location("bank.yaml", 7, 3)
    with pytest.raises(InputRefused) as caught:
        question_view(Question(id="Q-1", question="q", answer=text, markup="markdown", location=place))
    assert caught.value.problems == (
        Problem(
            place,
            "answer of Q-1: lists, quotes and emphasis are nested more than 20 deep",
            "write it flatter, or say `markup: plain` if it is not Markdown; " + USUAL.hint("markup-depth"),
        ),
    )


def test_a_block_of_code_has_a_limit_that_names_the_question() -> None:
    code = "```\n" + "x\n" * 5001 + "```"
    question = Question(
        id="Q-1",
        question="q",
        answer="a",
        follow_ups=("b",),
        markup="markdown",
        location=Location("b.yaml", 7),
    )
    assert question_view(question)
    with pytest.raises(LimitExceeded) as caught:
        question_view(
            Question(id="Q-1", question="q", answer=code, markup="markdown", location=question.location)
        )
    assert caught.value.message == "b.yaml:7: answer of Q-1: a block of code has more than 5,000 lines"


def test_brackets_that_would_keep_the_parser_busy_are_too_many() -> None:
    """Each that none closes takes 0.2 to 0.4 ms: a megabyte of them would take minutes."""
    assert write_line("[" * 100, "markdown") == "[" * 100
    page = MarkdownPage(limits=Limits(brackets=8))
    with pytest.raises(LimitExceeded) as blocks:
        markdown_blocks("![" * 9, 4, page)
    with pytest.raises(LimitExceeded) as line:
        markdown_line("![" * 9, page)
    assert blocks.value.message == line.value.message == "more than 8 brackets in one text"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("H<sub>2</sub>O, x<SUP>2</SUP>", "<p>H<sub>2</sub>O, x<sup>2</sup></p>"),
        ("<kbd>Ctrl</kbd>+<b>c</b> <i>d</i> <code>a<b</code>", None),
        ("one<br>two<br/>three", "<p>one<br />two<br />three</p>"),
        ("**a <b>b** c</b>", "<p><strong>a &lt;b&gt;b</strong> c&lt;/b&gt;</p>"),
        ("<b>a <i>b</b> c</i>", "<p>&lt;b&gt;a <i>b&lt;/b&gt; c</i></p>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        (
            "see https://e.org/a_(b)/c). www.e.org",
            (
                '<p>see <a href="https://e.org/a_(b)/c" class="bare">https://e.org/a_(b)/c</a>). '
                '<a href="http://www.e.org" class="bare">www.e.org</a></p>'
            ),
        ),
        (
            "a@https://e.org `https://e.org` http://",
            "<p>a@https://e.org <code>https://e.org</code> http://</p>",
        ),
        ("方\n方 a\nb 가\n가", "<p>方方 ab 가가</p>"),
    ],
)
def test_markdown_as_it_is_written_today(text: str, html: str | None) -> None:
    if html is None:
        html = "<p><kbd>Ctrl</kbd>+<b>c</b> <i>d</i> <code>a&lt;b</code></p>"
    expected = html.replace("方方 ab 가가", "方方 ab 가가")
    assert shown(text)[0] == expected
