"""Text of a bank → safe HTML, whatever its markup: the one way for every field and every output.

    text of a bank → prose(), inline() → Markup → question_text() → Templates.render() → HTML

Whatever comes from a bank is text. Only what these modules make is `Markup`, the one type a template does not
escape. Markdown is `qexport.content.markdown`'s; a plain text is shown to the letter, with code marked where it
can be nothing else.

What a style sheet finds in a plain text: `code.term` (a name in the text; longer code is `code`), `span.arrow`
(`->`, which may not break), `ul.items`.
"""

from __future__ import annotations

from markupsafe import Markup

from qexport.bank.model import MATHS
from qexport.common.patterns import compile_late
from qexport.content.code_tokens import code_spans
from qexport.content.markdown_page import MarkdownPage
from qexport.content.safe_html import escape_lines, escape_markup, keep_indentation, mark_safe
from qexport.content.sentences import sentence_groups

_EMPTY_LINES = compile_late(r"\n(?:[ \t]*\n)+")


def prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup != "plain":
        from qexport.content.markdown import markdown_blocks  # a bank of plain texts needs none of it

        return markdown_blocks(text, heading_level, MarkdownPage.of_markup(markup))
    return _write_plain_blocks(text)


def inline(text: str, markup: str, *, code: bool = False, maths: str = "svg") -> Markup:
    """Return one line's text as HTML without a block around it.

    With `code`, as in a question or a follow-up, code in a plain text is marked; a label (an id, a category)
    stays what it is. `maths` is how formulas are shown (MarkdownPage).
    """
    if markup != "plain":
        from qexport.content.markdown import markdown_line

        return markdown_line(text, MarkdownPage(maths=maths if markup == MATHS else ""))
    return _write_plain_line(text, code=code)


def headed(text: str, markup: str, page: MarkdownPage, heading_level: int = 4) -> tuple[Markup, Markup]:
    """Return a question or a follow-up as the line it begins with, and what follows that as blocks."""
    if markup != "plain":
        from qexport.content.markdown import markdown_headed

        return markdown_headed(text, heading_level, page)
    return headed_plain(text)


def headed_plain(text: str) -> tuple[Markup, Markup]:
    """As `headed`, of a plain text."""
    line, _, more = text.strip().partition("\n")
    return _write_plain_line(line, code=True), _write_plain_blocks(more)


def join_headed(asked: Markup, more: Markup) -> Markup:
    """Return the two parts of `headed` as one, as a card or an item of a list shows them."""
    return mark_safe(f'{asked}\n<div class="blocks">\n{more}\n</div>') if more else asked


def items(text: str) -> Markup | None:
    """Return a plain text as a list, one statement an item; None if it is not certain what these are."""
    text = text.strip()
    if "\n" in text:
        return None
    groups = sentence_groups(text)
    if len(groups) < 2:
        return None
    listed = "\n".join(f"<li>{_mark_code(group)}</li>" for group in groups)
    return mark_safe(f'<ul class="items">\n{listed}\n</ul>')


def _write_plain_blocks(text: str) -> Markup:
    """Return a plain text as paragraphs of HTML, one for each block between blank lines."""
    text = text.strip("\n")
    paragraphs = _EMPTY_LINES.split(text) if "\n" in text else [text]
    return mark_safe("\n".join(f"<p>{_mark_code(each)}</p>" for each in paragraphs if each.strip()))


def _write_plain_line(text: str, *, code: bool = False) -> Markup:
    """Return a plain text as HTML without a block around it; code in it is marked if `code` is set."""
    return mark_safe(_mark_code(text.strip()) if code else escape_lines(text.strip()))


def _mark_code(text: str) -> str:
    """As escape_lines(), but mark what can only be code."""
    text = keep_indentation(text)
    html = ""
    at = 0
    for start, end in code_spans(text):
        token = text[start:end]
        opening = '<code class="term">' if _is_term(token) else "<code>"
        html += f"{escape_markup(text[at:start])}{opening}{escape_markup(token)}</code>"
        at = end
    return html + escape_markup(text[at:])


def _is_term(token: str) -> bool:
    return " " not in token and any(map(str.isalpha, token))
