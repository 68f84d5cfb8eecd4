"""Plain text → HTML: what a bank wrote, to the letter, with code marked where it can be nothing else.

What a style sheet finds: `code.term` (a name in the text; longer code is `code`), `span.arrow` (`->`, which
may not break), `ul.items`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from markupsafe import Markup

from qexport.content.code_tokens import code_spans
from qexport.content.sentences import sentence_groups


def plain_blocks(text: str) -> Markup:
    """Return a plain text as paragraphs of HTML, one for each block between blank lines."""
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    return mark_safe("\n".join(f"<p>{mark_code(each)}</p>" for each in paragraphs if each.strip()))


def plain_line(text: str, *, code: bool = False) -> Markup:
    """Return a plain text as HTML without a block around it; code in it is marked if `code` is set."""
    return mark_safe(mark_code(text.strip()) if code else escape_lines(text.strip()))


def items(text: str) -> Markup | None:
    """Return a plain text as a list, one statement an item; None if it is not certain what these are."""
    text = text.strip()
    if "\n" in text:
        return None
    groups = sentence_groups(text)
    if len(groups) < 2:
        return None
    listed = "\n".join(f"<li>{mark_code(group)}</li>" for group in groups)
    return mark_safe(f'<ul class="items">\n{listed}\n</ul>')


def mark_safe(html: str) -> Markup:
    """Mark HTML as safe: the one place where that happens."""
    return Markup(html)  # noqa: S704


def escape_text(text: str) -> Markup:
    """Return a text as HTML that says the same."""
    return mark_safe(escape(text, quote=False))


def escape_lines(text: str) -> str:
    """Escape markup, keep line breaks and indentation. Quotes stay, so that a search finds `Python's`."""
    return _escape_html(_keep_indentation(text))


def mark_code(text: str) -> str:
    """As escape_lines(), with what can only be code marked."""
    text = _keep_indentation(text)
    html = ""
    at = 0
    for start, end in code_spans(text):
        token = text[start:end]
        opening = '<code class="term">' if _is_term(token) else "<code>"
        html += f"{_escape_html(text[at:start])}{opening}{_escape_html(token)}</code>"
        at = end
    return html + _escape_html(text[at:])


def terms(text: str) -> Iterator[str]:
    """Yield the code in a plain text that an index may list, as often as it is there."""
    return filter(_is_term, (text[start:end] for start, end in code_spans(text)))


def _is_term(token: str) -> bool:
    return " " not in token and any(map(str.isalpha, token))


def _keep_indentation(text: str) -> str:
    if "\n" not in text and text[:1] not in (" ", "\t"):  # most texts are one line
        return text
    return re.sub(
        r"^[ \t]+", lambda indent: "\u00a0" * len(indent[0].expandtabs(4)), text, flags=re.MULTILINE
    )


def _escape_html(text: str) -> str:
    html = escape(text, quote=False).replace("\n", "<br>")
    if "-&gt;" not in html:
        return html
    return re.sub(r"-+&gt;", r'<span class="arrow">\g<0></span>', html)  # else a line may end within it
