"""Markdown becomes safe HTML."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.bank.model import Question
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.content.markdown import markdown_blocks, markdown_line
from qexport.content.markdown_page import MarkdownPage
from qexport.content.question_view import question_view
from qexport.content.text import inline, prose


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
    assert prose(text, "markdown") == Markup(html)


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
    assert prose(text, "markdown") == Markup(f'<pre class="code"><code>{inside}</code></pre>')


def test_markdown_tables_are_aligned_by_class() -> None:
    html = prose("|a|b|c|\n|-|-:|:-:|\n|1|2|3|", "markdown").replace("\n", "")
    head = '<tr><th>a</th><th class="align-right">b</th><th class="align-center">c</th></tr>'
    row = '<tr><td>1</td><td class="align-right">2</td><td class="align-center">3</td></tr>'
    assert html == f'<div class="table"><table><thead>{head}</thead><tbody>{row}</tbody></table></div>'


def test_footnotes_stand_at_the_end_and_lead_back() -> None:
    html = question_view(
        Question(id="Ü 1", question="q", answer="a[^x] b[^x] ^[c]\n\n[^x]: *Note*.", markup="markdown")
    )["sections"][0]["html"]
    name = "_dc__20_1-answer-1"
    assert html == Markup(
        f'<p>a<sup><a href="#fn-{name}" id="fnref-{name}" title="Note 1">1</a></sup>'
        f' b<sup><a href="#fn-{name}" id="fnref-{name}-2" title="Note 1">1</a></sup> ^[c]</p>\n'
        f'<ol class="footnotes">\n<li id="fn-{name}"><p><em>Note</em>.'
        f' <a class="back" href="#fnref-{name}" title="Back to the text">↑</a>'
        f' <a class="back" href="#fnref-{name}-2" title="Back to the text">↑</a></p>\n</li>\n</ol>'
    )


def test_no_footnote_is_lost() -> None:
    text = """one[^a] none[^no]

[^a]: first
[^b]: nothing refers here
[^a]: of the same name

[^out]: outer

    [^in]: inner

    after inner[^in]
"""
    html = prose(text.replace("\n[^", "\n\n[^"), "markdown")
    found = re.findall(
        r"first|nothing refers here|of the same name|outer|inner|after inner|none\[\^no\]", html
    )
    assert sorted(found) == sorted(
        ["none[^no]", "first", "nothing refers here", "of the same name", "inner", "outer", "after inner"]
    )
    assert len(set(re.findall(r'id="([^"]*)"', html))) == html.count("id=")
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r'id="([^"]*)"', html))


SYNTAX = (
    "[^1] [^1]: [^2]: [a](b) ![x](y.png) ![ ]( [![i](j)](https://e.org) ** _ ` ``` ~~~ ~~ > - 1. # ## | |- "
    "<b> & \\ <http://e.org> word"
)


@given(st.lists(st.sampled_from([*SYNTAX.split(), " ", "\n", "\n\n", "    "]), max_size=40).map("".join))
def test_any_markdown_gives_tags_that_nest_and_ids_that_are_unique(text: str) -> None:
    try:
        html = prose(text, "markdown")
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


def test_footnotes_in_each_other_are_too_deep_at_some_time() -> None:
    with pytest.raises(InputRefused):
        prose("".join(f"{'    ' * depth}[^{depth}]: x\n\n" for depth in range(30)), "markdown")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](https://e.org/?a&b)", '<a href="https://e.org/?a&amp;b">x</a>'),
        ("[x](HTTP://e.org)", '<a href="HTTP://e.org">x</a>'),
        ("<mailto:a@b.c>", '<a href="mailto:a@b.c" class="bare">mailto:a@b.c</a>'),
        ("[x](#here)", "x (here)"),
        ("[*x*](javascript:qxMarker) y", "<em>x</em> y"),
        ("[x](file:///etc/passwd) [y](data:text/html,z) [z](//e.org) [w](../up)", "x y z w"),
        ("<javascript:x> [a][b]", "javascript:x [a][b]"),
        ("![a *b* `c`](http://qx-marker.invalid/) d", "a b c d"),
        ('[![<i>](x.png)](https://e.org "t<")', '<a href="https://e.org" title="t&lt;">&lt;i&gt;</a>'),
    ],
)
def test_links_lead_to_the_web_or_nowhere_and_pictures_are_their_text(text: str, html: str) -> None:
    assert inline(text, "markdown") == Markup(html)


def test_headings_nest_under_what_encloses_them() -> None:
    text = "### a\n# b\n### c\n## d\n# e"
    assert prose(text, "markdown", heading_level=3) == Markup(
        "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>\n<h3>e</h3>"
    )
    deep = "\n".join(f"{'#' * level} x" for level in range(1, 7))
    assert prose(deep, "markdown", heading_level=5) == Markup("<h5>x</h5>" + "\n<h6>x</h6>" * 5)


@pytest.mark.parametrize("text", [">" * 20 + " x", "- " * 20 + "x", "> " * 18 + "*a __b__*"])
def test_twenty_levels_of_nesting_are_laid_out(text: str) -> None:
    assert "x" in prose(text, "markdown") or "b" in prose(text, "markdown")


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
    assert inline("[" * 100, "markdown") == "[" * 100
    page = MarkdownPage(limits=Limits(brackets=8))
    with pytest.raises(LimitExceeded) as blocks:
        markdown_blocks("![" * 9, 4, page)
    with pytest.raises(LimitExceeded) as line:
        markdown_line("![" * 9, page)
    assert blocks.value.message == line.value.message == "more than 8 brackets in one text"


def test_many_footnotes_of_one_name_take_time_that_grows_with_their_number() -> None:
    """Once they took its cube: 2,000 of them ten seconds."""
    begun = time.process_time()
    html = prose("[^a]: note\n" * 200, "markdown")
    assert time.process_time() - begun < 2
    assert html.count("<p>note") == 200


# Pictures


def shown(text: str, **page: object) -> tuple[str, list[tuple[int, str]]]:
    """The HTML of a text, and what is noted of it."""
    made = MarkdownPage(**page)  # type: ignore[arg-type]
    html = markdown_blocks(text, 4, made)
    return str(html).replace("\n", ""), [(flaw.line, flaw.message) for flaw in made.flaws]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("H<sub>2</sub>O, x<SUP>2</SUP>", "<p>H<sub>2</sub>O, x<sup>2</sup></p>"),
        ("<kbd>Ctrl</kbd>+<b>c</b> <i>d</i> <code>a<b</code>", None),
        ("one<br>two<br/>three", "<p>one<br />two<br />three</p>"),
        ("**a <b>b** c</b>", "<p><strong>a &lt;b&gt;b</strong> c&lt;/b&gt;</p>"),
        ("<b>a <i>b</b> c</i>", "<p>&lt;b&gt;a <i>b&lt;/b&gt; c</i></p>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("- [ ] a\n- [x] b", '<ul><li class="task open">a</li><li class="task done">b</li></ul>'),
        ("1. [X] a", '<ol><li class="task done">a</li></ol>'),
        ("- [y] a\n- [ ]b", "<ul><li>[y] a</li><li>[ ]b</li></ul>"),
        (
            "> [!NOTE]\n> one",
            '<blockquote class="callout note"><p class="title">Note</p><p>one</p></blockquote>',
        ),
        (
            "> [!warning]- Own *title*\n>\n> - a",
            (
                '<blockquote class="callout warning"><p class="title">Own <em>title</em></p>'
                "<ul><li>a</li></ul></blockquote>"
            ),
        ),
        ("> [!my-kind]", '<blockquote class="callout note"><p class="title">My kind</p></blockquote>'),
        ("> [x]: no", "<blockquote></blockquote>"),
        (
            "<details>\n<summary>More *here*</summary>\n\n- a\n\n</details>\n\nb",
            "<details><summary>More <em>here</em></summary><ul><li>a</li></ul></details><p>b</p>",
        ),
        ("<details><summary>s</summary>a</details>", "<details><summary>s</summary><p>a</p></details>"),
        (
            "<details>\n<details>\na\n</details>\n</details>",
            "<details><summary>Details</summary><details><summary>Details</summary><p>a</p></details></details>",
        ),
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


@pytest.mark.parametrize(
    ("text", "html", "noted"),
    [
        (
            "a\n\n<div align=left>x</div>",
            "<p>a</p><p>&lt;div align=left&gt;x&lt;/div&gt;</p>",
            [(3, "the tag <div> is shown as text"), (3, "the tag </div> is shown as text")],
        ),
        ("<!-- x -->", "<p>&lt;!-- x --&gt;</p>", [(1, "the tag <!-- … --> is shown as text")]),
        ("a List<String> and x<y", "<p>a List&lt;String&gt; and x&lt;y</p>", []),
        ("<details>\nno end", "<p>&lt;details&gt;no end</p>", [(1, "the tag <details> is shown as text")]),
        ("[a](docs/x.md)", "<p>a</p>", [(1, "the link to 'docs/x.md' is its text: it leads to a file")]),
        ("[a](javascript:x)", "<p>a</p>", [(1, "the link to 'javascript:x' is its text")]),
        (
            "|a|\n|-|\n|1|\n|`b|c`|",
            (
                '<div class="table"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr>'
                "<tr><td>`b</td></tr></tbody></table></div>"
            ),
            [(4, "a row of a table has more cells than its head: the rest is left out")],
        ),
    ],
)
def test_what_is_not_obeyed_is_noted_with_its_line(
    text: str, html: str, noted: list[tuple[int, str]]
) -> None:
    assert shown(text) == (html, noted)


@pytest.mark.parametrize(
    ("text", "html", "noted"),
    [
        (
            "[a](#PY-1) [[PY-1]]",
            (
                '<p><a href="qx:q-PY-1" class="see" title="PY-1">a → p. <span data-folio="q-PY-1" '
                'data-align="left">00</span></a> <a href="qx:q-PY-1" class="see" title="PY-1">PY-1 → p. '
                '<span data-folio="q-PY-1" data-align="left">00</span></a></p>'
            ),
            [],
        ),
        ("[a](#PY-2) [[PY-2|b]] [[PY-2]]", "<p>a (PY-2) b (PY-2) PY-2</p>", []),
        (
            "[a](#PY-9) x[[0]]",
            "<p>a x[[0]]</p>",
            [(1, "the link to '#PY-9' is its text: there is no such question")],
        ),
    ],
)
def test_links_lead_to_other_questions(text: str, html: str, noted: list[tuple[int, str]]) -> None:
    assert shown(text, questions={"PY-1": "qx:q-PY-1", "PY-2": ""}) == (html, noted)
