"""Values in their places."""

from __future__ import annotations

from markupsafe import Markup

from qexport.content.placeholders import fill_markup, fill_placeholders


def test_a_place_without_a_value_stays() -> None:
    assert fill_placeholders("{n} of {total}", n=1, total=2) == "1 of 2"
    assert fill_placeholders("{n} {other}", n=1) == "1 {other}"


def test_text_is_escaped_and_html_is_not() -> None:
    assert fill_markup("{a} & {b}", a="<", b=Markup("<b>x</b>")) == Markup("&lt; &amp; <b>x</b>")
