"""Formulas of e-books: MathML, and the picture behind it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from qexport.content.formula_pictures import draw_formula_picture, write_with_picture
from qexport.content.maths import FormulaError


def test_a_picture_is_dark_on_white_and_as_large_as_the_formula() -> None:
    picture = draw_formula_picture("O(n)")
    assert (picture.media_type, picture.width, picture.height) == ("image/svg+xml", 32, 15)
    drawing = ET.fromstring(picture.data)
    assert drawing.get("viewBox") == "0 -736 2006 932"
    assert [child.tag.rpartition("}")[2] for child in drawing] == ["rect", "defs", "g"]
    assert drawing[0].attrib == {"x": "0", "y": "-736", "width": "2006", "height": "932", "fill": "#ffffff"}
    assert len(re.findall(rb'<use xlink:href="#f', picture.data)) == 4
    assert draw_formula_picture("O(n)") == picture
    assert draw_formula_picture("O(m)").name != picture.name


def test_a_formula_stands_before_its_picture_and_is_said_in_both() -> None:
    picture = draw_formula_picture("O(n)", language="de")
    html = write_with_picture("O(n)", picture, "images/", language="de")
    math = html[html.index("<mi>") : html.index("</math>")]
    speech = re.search(r'alt="([^"]*)"', html)
    assert speech is not None
    assert html == (
        f'<span class="formula"><math alttext="{speech[1]}" altimg="images/{picture.name}" altimg-width="2.006em" '
        'altimg-height="0.932em" altimg-valign="-0.196em" xmlns="http://www.w3.org/1998/Math/MathML">'
        f'{math}</math><img class="picture" src="images/{picture.name}" alt="{speech[1]}" '
        'style="width: 2.006em; height: 0.932em; vertical-align: -0.196em"></span>'
    )
    assert 'class="formula alone"' in write_with_picture("O(n)", picture, "", display=True)


def test_what_is_no_formula_has_no_picture() -> None:
    with pytest.raises(FormulaError):
        draw_formula_picture(r"\nothing{")
