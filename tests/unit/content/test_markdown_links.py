"""Links lead to the web or to other questions, or are text."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from tests.unit.content.markdown_texts import shown

from qexport.content.text import write_line


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
    assert write_line(text, "markdown") == Markup(html)


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
            [(1, "the link to '#PY-9' is shown as text: there is no such question")],
        ),
    ],
)
def test_links_lead_to_other_questions(text: str, html: str, noted: list[tuple[int, str]]) -> None:
    assert shown(text, questions={"PY-1": "qx:q-PY-1", "PY-2": ""}) == (html, noted)
