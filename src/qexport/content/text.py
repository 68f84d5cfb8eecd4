"""Text of a bank → safe HTML, whatever its markup: the one way for every field and every output.

    text of a bank → prose(), inline() → Markup → question_text() → Templates.render() → HTML

Whatever comes from a bank is text. Only what these modules make is `Markup`, the one type a template does not
escape.
"""

from __future__ import annotations

from markupsafe import Markup

from qexport.bank.model import MATHS
from qexport.content.markdown import (
    markdown_blocks,
    markdown_headed,
    markdown_line,
)
from qexport.content.markdown_page import MarkdownPage
from qexport.content.plain_text import mark_safe, plain_blocks, plain_line


def prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup != "plain":
        return markdown_blocks(text, heading_level, MarkdownPage.of_markup(markup))
    return plain_blocks(text)


def inline(text: str, markup: str, *, code: bool = False, maths: str = "svg") -> Markup:
    """Return one line's text as HTML without a block around it.

    With `code`, as in a question or a follow-up, code in a plain text is marked; a label (an id, a category)
    stays what it is. `maths` is how formulas are shown (MarkdownPage).
    """
    if markup != "plain":
        return markdown_line(text, MarkdownPage(maths=maths if markup == MATHS else ""))
    return plain_line(text, code=code)


def headed(text: str, markup: str, page: MarkdownPage, heading_level: int = 4) -> tuple[Markup, Markup]:
    """Return a question or a follow-up as the line it begins with, and what follows that as blocks."""
    if markup != "plain":
        return markdown_headed(text, heading_level, page)
    line, _, more = text.strip().partition("\n")
    return plain_line(line, code=True), plain_blocks(more)


def join_headed(asked: Markup, more: Markup) -> Markup:
    """Return the two parts of headed() as one, as a card or an item of a list shows them."""
    return mark_safe(f'{asked}\n<div class="blocks">\n{more}\n</div>') if more else asked
