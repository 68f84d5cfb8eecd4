"""Formulas are drawn, said, and written for cards and readers."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from qexport.content.markdown import markdown_blocks
from qexport.content.markdown_page import MarkdownPage
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


def shown(text: str, maths: str) -> tuple[str, list[tuple[int, str]]]:
    page = MarkdownPage(maths=maths)
    html = markdown_blocks(text, 4, page)
    return str(html), [(flaw.line, flaw.message) for flaw in page.flaws]


def test_a_text_shows_its_formulas_as_the_page_wants_them() -> None:
    text = "*a* $x_1 * y_2 * z$ `$b$`\n\n$$c$$\n\n|p|\n|-|\n|$P(A|B)$|"
    html, flaws = shown(text, "mathjax")
    assert flaws == []
    assert html.replace("\n", "") == (
        r'<p><em>a</em> <span class="mathjax_process">\(x_1 * y_2 * z\)</span> <code>$b$</code></p>'
        r'<p class="display"><span class="mathjax_process">\[c\]</span></p>'
        '<div class="table"><table><thead><tr><th>p</th></tr></thead><tbody><tr>'
        r'<td><span class="mathjax_process">\(P(A|B)\)</span></td></tr></tbody></table></div>'
    )
    assert shown("a $x$", "text") == ("<p>a x</p>", [])
    assert shown("a $x$", "")[0] == "<p>a $x$</p>"
    assert "<svg" in shown("a $x$", "svg")[0]
    assert "<math" in shown("a $x$", "mathml")[0]


def test_what_cannot_be_shown_is_its_source_and_noted_with_line_and_column() -> None:
    html, flaws = shown("one\n\ntwo $x + \\foo$ and $PATH:$", "svg")
    assert html == "<p>one</p>\n<p>two <code>$x + \\foo$</code> and <code>$PATH:$</code></p>"
    assert flaws == [
        (3, "column 10: the formula '$x + \\\\foo$' is its source: unsupported command: \\foo"),
        (3, "column 21: the formula '$PATH:$' is its source: it reads like variables of a shell"),
    ]
