"""Formulas are drawn, said, and written for cards and readers."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from qexport.content.maths import (
    LONGEST_FORMULA,
    FormulaError,
    draw_formula,
    formula_text,
    show_formula,
    write_mathjax,
    write_mathml,
)


def test_a_formula_is_drawn_on_the_baseline_and_said() -> None:
    formula = draw_formula(r"\frac{a}{b}", display=True, language="fr")
    assert (formula.speech, formula.text) == ("a sur b", "a/b")
    assert 0.5 < formula.width < 1
    assert 0.5 < formula.depth < formula.height < 3
    assert formula == draw_formula.__wrapped__(r"\frac{a}{b}", display=True, language="fr")


def test_it_is_a_drawing_that_only_draws_with_its_source_behind_it() -> None:
    html = show_formula(r"a<b \text{ & } \sqrt{x}")
    root = ET.fromstring(html)
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert tags == {"span", "svg", "title", "defs", "path", "g", "use", "rect"}
    assert "".join(root.find("span").itertext()) == r"a<b \text{ & } \sqrt{x}"  # type: ignore[union-attr]
    ids = set(re.findall(r' id="([^"]*)"', html))
    assert {each.removeprefix("#") for each in re.findall(r'href="([^"]*)"', html)} <= ids


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        (r"\frac{a}", "missing argument", 9),
        (r"x + \foo", r"unsupported command: \foo", 5),
        ("a_b_c", "double subscript: use braces, as in x_{a_b}", 4),
        ("x" * (LONGEST_FORMULA + 1), "it has more than 2,000 characters", 0),
    ],
)
def test_what_is_wrong_is_said_with_its_column(source: str, message: str, column: int) -> None:
    with pytest.raises(FormulaError) as caught:
        draw_formula(source)
    assert (caught.value.message, caught.value.column) == (message, column)


def test_cards_and_readers_get_what_they_set_themselves() -> None:
    assert write_mathjax("a<b") == r'<span class="mathjax_process">\(a&lt;b\)</span>'
    assert write_mathjax("a", display=True) == r'<span class="mathjax_process">\[a\]</span>'
    root = ET.fromstring(write_mathml(r"\frac{a}{b}", display=True))
    assert (root.tag, root.get("display")) == ("{http://www.w3.org/1998/Math/MathML}math", "block")
    assert formula_text("O(n^2)") == "O(n^2)"
    assert formula_text(r"\frac{a}") == r"\frac{a}"
