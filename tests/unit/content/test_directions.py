"""Documents from right to left: mirrored style sheets, the direction of each paragraph."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from qexport.content.directions import ALWAYS_LTR, direct_line, first_direction, mark_directions, mirror_css

HEBREW = "\u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize(
    ("css", "mirrored"),
    [
        ("a { padding-left: 1em; left: 0 }", "a { padding-right: 1em; right: 0 }"),
        ("a { float: left; text-align: right }", "a { float: right; text-align: left }"),
        ("a { margin: 1px 2px 3px 4px }", "a { margin: 1px 4px 3px 2px }"),
        ("a { margin: 0 0 1em calc(0mm - 4mm) }", "a { margin: 0 calc(0mm - 4mm) 1em 0 }"),
        ("a { margin: 1px 2px }", "a { margin: 1px 2px }"),
        (
            "@page { margin: 1px 2px 3px 4px; @top-left { text-align: left } }",
            "@page { margin: 1px 2px 3px 4px; @top-right { text-align: right } }",
        ),
        (".copyright { top: 0 }", ".copyright { top: 0 }"),
    ],
)
def test_left_and_right_change_places(css: str, mirrored: str) -> None:
    assert mirror_css(css) == mirrored + ALWAYS_LTR


def test_a_direction_is_that_of_the_first_letter() -> None:
    assert [first_direction(text) for text in ("1. a", f"(2) {HEBREW} a", "12 + 3", "")] == [
        "ltr",
        "rtl",
        "",
        "",
    ]


def test_blocks_say_a_direction_that_differs() -> None:
    html = Markup(
        f'<p>{HEBREW} list</p>\n<p><code>list</code> {HEBREW}</p>\n<ul class="x">\n<li>list</li>\n</ul>'
    )
    assert mark_directions(html, "rtl") == Markup(
        f'<p>{HEBREW} list</p>\n<p dir="ltr"><code>list</code> {HEBREW}</p>\n'
        '<ul class="x">\n<li dir="ltr">list</li>\n</ul>'
    )
    assert mark_directions(Markup("<p>a</p>"), "ltr") == Markup("<p>a</p>")
    assert mark_directions(Markup(f"<p>{HEBREW}</p>"), "ltr") == Markup(f'<p dir="rtl">{HEBREW}</p>')
    assert direct_line(Markup(HEBREW), "ltr") == Markup(f'<span dir="rtl">{HEBREW}</span>')
    assert direct_line(Markup(HEBREW), "rtl") == Markup(HEBREW)
