"""Character references of HTML (`&lt;`, `&#8217;`), in text that somebody else wrote."""

from __future__ import annotations

import re
from html import unescape

from qexport.common.patterns import compile_late

_ANY_TAG = compile_late(r"<[^<>]*>")
_TOO_LONG = compile_late(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
"""No character has so long a number, and Python refuses to read one of more than 4,300 digits."""
_NUMERIC = compile_late(r"&#(?:[0-9]+|[xX][0-9a-fA-F]+);?")


def blank_tags(html: str) -> str:
    """Return HTML with a space in the place of each tag."""
    return _ANY_TAG.sub(" ", html) if "<" in html else html


def unescape_html(text: str) -> str:
    """Return text with its character references resolved; one of no character is U+FFFD, or left out."""
    return unescape(_TOO_LONG.sub("\ufffd", text)) if "&" in text else text


def resolve_numeric(html: str) -> str:
    """Return HTML without references by number, but those of `<`, `>`, `&` and quotes, which keep it HTML.

    As browsers do, 128 to 159 are read as Windows has them; libxml2 makes control characters of them.
    """
    return _NUMERIC.sub(_resolve_one, _TOO_LONG.sub("\ufffd", html)) if "&#" in html else html


def _resolve_one(found: re.Match[str]) -> str:
    text = unescape(found[0])
    return found[0] if text in ("<", ">", "&", '"', "'") else text
