"""Text of a bank → safe HTML, whatever its markup: the one way for every field and every output.

    text of a bank → write_prose(), write_line() → Markup → question_text() → Templates.render() → HTML

Whatever comes from a bank is text. Only what these modules make is `Markup`, the one type a template does not
escape. Markdown is `qexport.content.markdown`'s; a plain text is shown to the letter by `plain_text`, with code marked
where it can be nothing else.

What a style sheet finds in a plain text: `code.term` (a name in the text; longer code is `code`), `span.arrow`
(`->`, which may not break), `ul.items`.
"""

from __future__ import annotations

from markupsafe import Markup

from qexport.bank.model import MATHS
from qexport.content.markdown_page import MarkdownPage
from qexport.content.plain_text import shape_headed, shape_items, shape_line, shape_paragraphs, write_shapes
from qexport.content.safe_html import escape_lines, mark_safe


def write_prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup != "plain":
        from qexport.content.markdown import markdown_blocks  # a bank of plain texts needs none of it

        return markdown_blocks(text, heading_level, MarkdownPage.of_markup(markup))
    return write_shapes([shape_paragraphs(text)])[0]


def write_line(text: str, markup: str, *, code: bool = False, maths: str = "svg") -> Markup:
    """Return one line's text as HTML without a block around it.

    With `code`, as in a question or a follow-up, code in a plain text is marked; a label (an id, a category)
    stays what it is. `maths` is how formulas are shown (MarkdownPage).
    """
    if markup != "plain":
        from qexport.content.markdown import markdown_line

        return markdown_line(text, MarkdownPage(maths=maths if markup == MATHS else ""))
    return write_shapes([shape_line(text)])[0] if code else mark_safe(escape_lines(text.strip()))


def write_headed(text: str, markup: str, page: MarkdownPage, heading_level: int = 4) -> tuple[Markup, Markup]:
    """Return a question or a follow-up as the line it begins with, and what follows that as blocks."""
    if markup != "plain":
        from qexport.content.markdown import markdown_headed

        return markdown_headed(text, heading_level, page)
    return write_headed_plain(text)


def write_headed_plain(text: str) -> tuple[Markup, Markup]:
    """As `write_headed`, of a plain text."""
    line, more = write_shapes(shape_headed(text))
    return line, more


def join_headed(asked: Markup, more: Markup) -> Markup:
    """Return the two parts of `write_headed` as one, as a card or an item of a list shows them."""
    return mark_safe(f'{asked}\n<div class="blocks">\n{more}\n</div>') if more else asked


def write_items(text: str) -> Markup | None:
    """Return a plain text as a list, one statement an item; None if it is not certain what these are."""
    shape = shape_items(text)
    return write_shapes([shape])[0] if shape else None
