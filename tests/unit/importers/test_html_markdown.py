"""html_markdown: code stays code, words are not glued, lists and tables stay."""

from __future__ import annotations

import pytest

from qexport.content.text import write_prose
from qexport.importers.html_markdown import escape_markdown, read_html_text
from qexport.importers.registry import read_source
from qexport.importers.source import Source


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("a<b>b</b>c <i> x </i>y", "a**b**c *x* y"),
        (
            "<p>One<br>two</p><p>__init__ and a*b*c 2 * 3</p>",
            "One\\\ntwo\n\n\\_\\_init\\_\\_ and a\\*b\\*c 2 * 3",
        ),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        (
            "<pre><code class='language-python'>def f():<br>  return `x`</code></pre>",
            "```python\ndef f():\n  return `x`\n```",
        ),
        (
            "<ul><li>a</li><ul><li>b</li></ul><li>c<ol><li>d<li>e</ol></li></ul>",
            "- a\n  - b\n- c\n  1. d\n  2. e",
        ),
        ("<table><tr><th>a|b<th>c</tr><tr><td>1<td>2</table>", "| a\\|b | c |\n| --- | --- |\n| 1 | 2 |"),
        ("x &lt;T&gt; <code>a_b `c`</code> &amp; y", "x \\<T> `` a_b `c` `` & y"),
        (
            "<a href='http://x.y/a(b)'>l</a><img src='a b.png' alt='A'>",
            "[l](http://x.y/a%28b%29)![A](<a b.png>)",
        ),
        ("1. foo<br>- bar", "1\\. foo\\\n\\- bar"),
        ("<b>a<br></b>text", "**a**\\\ntext"),
        ("x<sub>2</sub><br><br>next", "x<sub>2</sub>\n\nnext"),
        ("<span style='font-weight: 600'>w</span>ord", "**w**ord"),
        ("<script>marker(1)</script><style>p{}</style>a", "a"),
        ("a<a href='javascript:x'>b</a>", "ab"),
        ("no html # here", "no html # here"),
        ("it&#146;s &#1;&#150; &#60;b&#62;", "it\u2019s \u2013 \\<b>"),
        ("&#1;", ""),
        ("<html><title", ""),
        ("<html><body>a<body>b</body></html>c", "abc"),
        ("<table><tr><td>" * 12 + "a<td>b" + "</table>" * 12, "| a | b |\n| --- | --- |"),
        ("", ""),
    ],
)
def test_html_becomes_markdown_that_shows_the_same(html: str, markdown: str) -> None:
    assert read_html_text(html) == markdown


@pytest.mark.parametrize(
    "text", ["*a* _b_ `c` [d](e) <f>", "# a", "1. a", "- a", "> a", "a_b_c", "\\*", "~~~"]
)
def test_escaped_text_is_shown_to_the_letter(text: str) -> None:
    from html import unescape
    from re import sub

    shown = unescape(sub(r"<[^>]*>", "", write_prose(escape_markdown(text), "markdown")))
    assert shown == text


def test_questions_of_a_page_have_their_lines() -> None:
    page = (
        "<html><head><title>T</title><style>p {}</style></head>\n<body>\n<p>Hello there</p>"
        "<h2>What is a <b>wing</b>?</h2><p>A limb &amp; more.</p>\n<h2>Why\n two?</h2>\n<p>Balance.</p>\n"
        "<h2>How many toes &amp; why?</h2><p>Four</p></body></html>"
    )
    reading = read_source(Source("p.html", page.encode(), page))
    assert [str(each.location) for each in reading.questions] == ["p.html:3:23", "p.html:4:5", "p.html:7:5"]
    assert [str(each) for each in reading.left_aside] == ["p.html:3:4: 1 line of no question: 'Hello there'"]


def test_a_page_that_a_browser_saved_as_mhtml() -> None:
    page = (
        "From: <Saved by Blink>\nSubject: T\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\n\n'
        "--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<html><body><h2>Why =3D?</h2><p>So.</p><h2>How?</h2><p>Thus.</p></body></html>\n--b--\n"
    )
    reading = read_source(Source("p.mhtml", page.encode(), page))
    assert reading.shape == "HTML page: headings are questions"
    assert [(each.fields["question"], each.fields["answer"]) for each in reading.questions] == [
        ("Why =?", "So."),
        ("How?", "Thus."),
    ]
