"""A page of Markdown notes what is not shown as written, with its line."""

from __future__ import annotations

import pytest
from tests.unit.content.markdown_texts import shown

from qexport.content.formulas import find_formulas
from qexport.content.markdown_page import MarkdownPage


@pytest.mark.parametrize(
    ("text", "html", "noted"),
    [
        (
            "a\n\n<div align=left>x</div>",
            "<p>a</p><p>&lt;div align=left&gt;x&lt;/div&gt;</p>",
            [(3, "the tag <div> is shown as text"), (3, "the tag </div> is shown as text")],
        ),
        ("<!-- x", "<p>&lt;!-- x</p>", [(1, "the tag <!-- … --> is shown as text")]),
        ("a <!-- x\n*y* --> b", "<p>a b</p>", [(1, "a comment is left out")]),
        ("a\n<!-- x\n\n- y -->\nb", "<p>a</p><p>b</p>", [(2, "a comment is left out")]),
        ("- a\n  <!-- x -->\n- b", "<ul><li>a</li><li>b</li></ul>", [(2, "a comment is left out")]),
        (
            "- a\n\n  <!-- x\n\nb -->",
            "<ul><li><p>a</p><p>&lt;!-- x</p></li></ul><p>b --&gt;</p>",
            [(3, "the tag <!-- … --> is shown as text")],
        ),
        ("> <!-- x -->\n> b", "<blockquote><p>b</p></blockquote>", [(1, "a comment is left out")]),
        ("`<!-- x -->`", "<p><code>&lt;!-- x --&gt;</code></p>", []),
        ("a List<String> and x<y", "<p>a List&lt;String&gt; and x&lt;y</p>", []),
        ("<details>\nno end", "<p>&lt;details&gt;no end</p>", [(1, "the tag <details> is shown as text")]),
        ("[a](docs/x.md)", "<p>a</p>", [(1, "the link to 'docs/x.md' is shown as text: it leads to a file")]),
        ("[a](javascript:x)", "<p>a</p>", [(1, "the link to 'javascript:x' is shown as text")]),
        (
            "|a|\n|-|\n|1|\n|`b|c`|",
            (
                '<div class="table"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr>'
                "<tr><td>`b</td></tr></tbody></table></div>"
            ),
            [(4, "a row of a table has more cells than its head: the rest is left out")],
        ),
    ],
)
def test_what_is_not_obeyed_is_noted_with_its_line(
    text: str, html: str, noted: list[tuple[int, str]]
) -> None:
    assert shown(text) == (html, noted)


def test_lines_after_a_formula_over_several_lines_keep_their_number() -> None:

    text = "one $a +\nb$ two\n\n$$\nx\n$$\n\n```math\ny\n```\n\nlast"
    held, found = find_formulas(text)
    page = MarkdownPage(formulas=list(found))
    lines = held.split("\n")
    assert page.line_of(lines.index("last") + 1) == text.split("\n").index("last") + 1
    assert [page.line_of(1), page.line_of(2)] == [1, 3]
