"""A Markdown text as the tests of its parts read it."""

from __future__ import annotations

from qexport.content.markdown import markdown_blocks
from qexport.content.markdown_page import MarkdownPage


def shown(text: str, **page: object) -> tuple[str, list[tuple[int, str]]]:
    """The HTML of a text, and what is noted of it."""
    made = MarkdownPage(**page)  # type: ignore[arg-type]
    html = markdown_blocks(text, 4, made)
    return str(html).replace("\n", ""), [(flaw.line, flaw.message) for flaw in made.flaws]
