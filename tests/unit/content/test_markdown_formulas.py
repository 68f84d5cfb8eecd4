"""Formulas in a Markdown text are shown as its page wants them."""

from __future__ import annotations

from qexport.content.markdown import markdown_blocks
from qexport.content.markdown_page import MarkdownPage


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
        (3, "column 10: the formula '$x + \\\\foo$' is shown as its source: unsupported command: \\foo"),
        (3, "column 21: the formula '$PATH:$' is shown as its source: it reads like variables of a shell"),
    ]


def test_a_formula_that_is_wider_than_a_line_is_noted() -> None:
    long = " + ".join(f"a_{{{number}}}" for number in range(20))
    assert shown(f"one\n\n$$\n{long}\n$$", "mathjax")[1] == [
        (4, "column 1: a formula is 45 em wide, and set smaller where a line has less room")
    ]
    lines = long.replace("a_{9} + ", r"a_{9} \\ &+ ")
    assert shown(f"$$\\begin{{aligned}} &{lines} \\end{{aligned}}$$", "mathjax")[1] == []
