"""Trees of plain documents, and that all others are left to the parser that knows the rules of HTML."""

from typing import Any

import pytest
import tinyhtml5

from qexport.layout.weasyprint.html_tree import parse_plain


def document(inside: str, *, body: str = "", title: str = "A book", root: str = ' lang="en"') -> str:
    head = f"<!DOCTYPE html>\n<html{root}>\n<head><title>{title}</title></head>"
    return f"{head}\n<body{body}>\n{inside}\n</body>\n</html>"


def tree(element: Any) -> tuple[Any, ...]:
    return (
        element.tag,
        dict(element.attrib),
        element.text or "",
        element.tail or "",
        [tree(child) for child in element],
    )


def by_the_rules(html: str) -> tuple[Any, ...]:
    return tree(tinyhtml5.parse(html, namespace_html_elements=False))


PLAIN = {
    "blocks": '<div class="question" data-id="A-1">\n<h2 id="q">Why?</h2>\n<p>So.</p> and so\n</div>',
    "text in lines": '<p>One <b>two <i>three</i></b> <code>f(a &lt; b)</code>, &amp; <a href="qx:1">four</a>.</p>',
    "quotes": '<p title="a &#34;b&#34; &quot;c&quot; &#39;d&#39;">&#34;e&#34;</p>',
    "lists": '<ul class="items">\n<li>one</li>\n<li>two<ol><li>three</li></ol></li>\n</ul>',
    "ends of lines": "<p>one<br>two<br/>three<wbr>four</p>",
    "pictures": '<p class="picture"><img src="qx:a.png" alt=""></p><hr>',
    "code": "<pre><code>a\n\tb\n</code></pre>",
    "a table": "<table>\n<thead><tr><th>a</th></tr></thead>\n<tbody><tr><td><p>b</p>c</td></tr></tbody>\n</table>",
    "drawings": '<p><svg class="mark" data-drawing="3"><title>Hard &amp; long</title></svg> said</p>',
    "a drawing alone": '<svg data-drawing="0"></svg>',
    "nothing": "",
    "text alone": "word",
    "other scripts": '<p lang="he" dir="rtl">\u05e9\u05dc\u05d5\u05dd \U0001f600</p>',
}


@pytest.mark.parametrize("inside", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_document_has_the_tree_that_the_rules_of_html_make_of_it(inside: str) -> None:
    html = document(inside, body=' class="questions" data-fit', title="Questions &amp; Answers")
    plain = parse_plain(html)
    assert plain is not None
    assert tree(plain) == by_the_rules(html)


OTHERS = {
    "a paragraph that is not closed": "<p>one<p>two</p>",
    "a block in a paragraph": "<p>one<ul><li>two</li></ul></p>",
    "a heading in a heading": "<h2>one<h3>two</h3></h2>",
    "an item in an item": "<ul><li>one<div><li>two</li></div></li></ul>",
    "a link in a link": '<p><a href="a">one<b><a href="b">two</a></b></a></p>',
    "rows without a body": "<table><tr><td>one</td></tr></table>",
    "text in a table": "<table>one<tbody><tr><td>two</td></tr></tbody></table>",
    "a drawing between cells": '<table><tbody><tr><svg data-drawing="0"></svg><td>a</td></tr></tbody></table>',
    "a comment": "<p>one<!-- two --></p>",
    "a character by its name": "<p>one&nbsp;two&hellip;</p>",
    "a character by a number of Windows": "<p>&#128;</p>",
    "an end of a line in an attribute": '<p title="one\ntwo">three</p>',
    "an end of a line that a block of code begins with": "<pre>\none</pre>",
    "letters in upper case": "<P>one</P>",
    "an attribute in upper case": '<p Title="one">two</p>',
    "an attribute without a value": "<p hidden>one</p>",
    "one tag for both ends": "<p>one<b/>two</p>",
    "a drawing with letters": "<svg><text>one</text></svg>",
    "a terms list": "<dl><dt>one</dt><dd>two</dd></dl>",
    "what is not closed": "<div><p>one</p>",
    "closed in another order": "<p><b>one<i>two</b>three</i></p>",
    "a control character": "<p>one\x0btwo</p>",
    "half a character": "<p>\ud800</p>",
    "text that is no HTML": "<p>1 < 2</p>",
    "a break with text": "<p><br>one</br></p>",
}


@pytest.mark.parametrize("inside", OTHERS.values(), ids=OTHERS.keys())
def test_all_else_is_left_to_the_parser_that_knows_the_rules(inside: str) -> None:
    assert parse_plain(document(inside)) is None


@pytest.mark.parametrize(
    "html",
    [
        document("<p>a</p>", body=' class="a" class="b"'),
        document("<p>a</p>", body=" class=a"),
        document("<p>a</p>", title="a&nbsp;b"),
        document("<p>a</p>").replace("</head>", '<meta name="author" content="b"></head>'),
        document("<p>a</p>") + "<p>after it</p>",
        document("<p>a</p>").replace("<!DOCTYPE html>\n", ""),
        "<p>a</p>",
    ],
)
def test_a_document_that_begins_or_ends_in_another_way_is_left_to_it_too(html: str) -> None:
    assert parse_plain(html) is None
