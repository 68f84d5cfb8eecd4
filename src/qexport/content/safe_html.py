"""Text → HTML that says the same, and the only place where HTML is marked as safe."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup


def mark_safe(html: str) -> Markup:
    """Mark HTML as safe: the one place where that happens."""
    # As `Markup(html)`, which first asks in Python what it gets. Callers have escaped it, or made it.
    return str.__new__(Markup, html)


def escape_text(text: str) -> Markup:
    """Return a text as HTML that says the same."""
    return mark_safe(escape(text, quote=False))


def escape_lines(text: str) -> str:
    """Escape markup, keep line breaks and indentation. Quotes stay, so that a search finds `Python's`."""
    return escape_markup(keep_indentation(text))


def keep_indentation(text: str) -> str:
    """Return a text whose lines begin with no-break spaces, as many as they had blanks."""
    if "\n" not in text and text[:1] not in (" ", "\t"):  # most texts are one line
        return text
    return re.sub(
        r"^[ \t]+", lambda indent: "\u00a0" * len(indent[0].expandtabs(4)), text, flags=re.MULTILINE
    )


def escape_markup(text: str) -> str:
    """Return a text with its markup escaped, its line breaks and arrows as HTML."""
    return mark_arrows(escape(text, quote=False).replace("\n", "<br>"))


def mark_arrows(html: str) -> str:
    """Return HTML whose arrows (`->`) may not break."""
    if "-&gt;" not in html:
        return html
    return re.sub(r"-+&gt;", r'<span class="arrow">\g<0></span>', html)  # else a line may end within it
