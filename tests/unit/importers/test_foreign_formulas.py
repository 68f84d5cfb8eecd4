"""Formulas in texts of other programs."""

from __future__ import annotations

import pytest

from qexport.importers.foreign_formulas import has_formula, has_marked_formula, read_html_with_formulas


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        ("$O(n^2)$", True),
        ("so $L_1$ is", True),
        ("$$\nx\n= \\frac{1}{2}\n$$", True),
        ("`$x^2$`", False),
        ("$5 and $6_000", False),
        ("$HOME_A/bin:$", False),
        ("$x$", False),
        ("no dollar", False),
        (r"so \(x^2\) is", True),
        (r"\[\frac{1}{2}\]", True),
        (r"a footnote \[1\], \(sic\)", False),
        (r"`\(x^2\)`", False),
    ],
)
def test_a_formula_is_between_signs_and_has_a_sign_of_tex(text: str, is_formula: bool) -> None:
    assert has_formula(text) is is_formula


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (r"If \( n_1 \) and \(n_2 &gt; 1\), *no* list", r"If $n_1$ and $n_2 > 1$, \*no\* list"),
        (
            r"<p>\[ \begin{array}{l} a \\ b_1 * c \end{array} \]</p>",
            r"$$\begin{array}{l} a \\ b_1 * c \end{array}$$",
        ),
        (r"$$\sum_{i=1}<br>^n i$$", r"$$\sum_{i=1} ^n i$$"),
        (r"so $x_1$, and $5 or $6", r"so $x_1$, and $5 or $6"),
        (r"<code>\(x_1\)</code> and <pre>\[y\]</pre>", "`\\(x_1\\)` and\n\n```\n\\[y\\]\n```"),
        (r"C:\\(x) and \(open", r"C:\\\\(x) and \\(open"),
        ("no formula, a_b", "no formula, a_b"),
    ],
)
def test_formulas_in_html_stay_whole(html: str, markdown: str) -> None:
    assert read_html_with_formulas(html) == markdown


def test_formulas_of_mathjax_are_known_outside_of_code() -> None:
    assert has_marked_formula(r"<p>\(x\)</p>")
    assert not has_marked_formula(r"<pre>\(x\)</pre> $x^2$ \(open")
