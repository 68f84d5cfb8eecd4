"""Text of a bank → safe HTML, whatever its markup: the one way for every field and every output.

    text of a bank → prose(), inline() → Markup → question_text() → Templates.render() → HTML

Whatever comes from a bank is text. Only what these modules make is `Markup`, the one type a template does not
escape.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from qexport.content.markdown import MarkdownPage, markdown_blocks, markdown_line
from qexport.content.plain_text import plain_blocks, plain_line


def prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup == "markdown":
        return markdown_blocks(text, heading_level, MarkdownPage())
    return plain_blocks(text)


def inline(text: str, markup: str, *, code: bool = False) -> Markup:
    """Return one line's text as HTML without a block around it.

    With `code`, as in a question or a follow-up, code in a plain text is marked; a label (an id, a category)
    stays what it is.
    """
    if markup == "markdown":
        return markdown_line(text, MarkdownPage())
    return plain_line(text, code=code)


def divided(text: str, markup: str) -> tuple[str, str]:
    """Return the line a question begins with, and what follows it: in Markdown, further blocks."""
    line, *more = _NEXT_BLOCK.split(text.strip(), maxsplit=1) if markup == "markdown" else [text]
    return line, "".join(more)


_NEXT_BLOCK = re.compile(r"\n(?=[ \t]*\n|[ ]{0,3}(?:```|~~~|[-*+] |\d{1,9}[.)] |> ))")
