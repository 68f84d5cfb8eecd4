"""Straight quotes and apostrophes → typographic ones, on pages of a bank that says `quotes: typographic`.

    It's "so" in `it's`   →   It’s “so” in `it's`

Only what is read as text is changed: code, formulas and the attributes of tags stay what they are. A quote opens after
a blank, a dash or a bracket, and closes elsewhere; one after a figure stays straight: it is inches or minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.common.patterns import compile_late
from qexport.content.languages import language

if TYPE_CHECKING:
    from qexport.bank.model import Bank

_TAG_OR_QUOTE = compile_late(
    r"<(?P<tag>/?[A-Za-z][A-Za-z0-9]*+)[^<>]*+>|<[^<>]*+>|(?P<quote>['\"]|&#39;|&#34;|&quot;|&apos;)"
)
_KEPT_TAGS = frozenset(("code", "kbd", "math", "pre", "samp", "script", "style", "svg", "title"))
_INLINE_TAGS = frozenset(
    ("a", "abbr", "b", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u")
)
_OPENS_AFTER = " \t\n\u00a0([{<–—/“‘„«"


def choose_quotes(bank: Bank) -> str:
    """Return the quotes of a bank's pages: those of its language, or empty if its texts stay as they are typed."""
    return language(bank.language).quotes if bank.quotes else ""


def typeset_quotes(html: str, quotes: str) -> str:
    """Return HTML with typographic quotes.

    Args:
        html: a page or a part of one.
        quotes: the opening and the closing quote of the language; empty to leave the HTML as it is.
    """
    if not quotes or not ("'" in html or '"' in html or "&" in html):
        return html
    written: list[str] = []
    literal: list[str] = []
    at, before = 0, " "
    for found in _TAG_OR_QUOTE.finditer(html):
        text = html[at : found.start()]
        written.append(text)
        before = text[-1:] or before
        at = found.end()
        if tag := found["tag"]:
            before = _read_tag(tag, literal, before, is_empty=found[0].endswith("/>"))
        if found["quote"] and not literal:
            before = _choose_quote(found["quote"], before, html[at : at + 1], quotes)
            written.append(before)
        else:
            written.append(found[0])
    return "".join([*written, html[at:]])


def _read_tag(tag: str, literal: list[str], before: str, *, is_empty: bool) -> str:
    """Note which elements are literal, and return what a quote behind the tag stands after."""
    name = tag.removeprefix("/").lower()
    if name in _KEPT_TAGS and not is_empty:
        if not tag.startswith("/"):
            literal.append(name)
        elif literal and literal[-1] == name:
            literal.pop()
        return "x" if tag.startswith("/") else before
    return before if name in _INLINE_TAGS else " "


def _choose_quote(quote: str, before: str, after: str, quotes: str) -> str:
    """Return the typographic form of a quote by the characters around it."""
    opens = before in _OPENS_AFTER and after.strip() != ""
    if quote in ("'", "&#39;", "&apos;"):
        if before.isdigit():
            return quote
        return "‘" if opens else "’"
    if before.isdigit() and not opens:
        return quote
    return quotes[0] if opens else quotes[1]
