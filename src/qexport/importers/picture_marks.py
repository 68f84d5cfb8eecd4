"""A picture of HTML or Obsidian → Markdown, with the width that its source gives it."""

from __future__ import annotations

import re

_WIDTH = re.compile(r"\s*([1-9][0-9]{0,3})(?:px|x[0-9]{1,4})?(%?)\s*")


def mark_picture(target: str, alt: str, width: str = "") -> str:
    """Return a picture as Markdown.

    Args:
        target: Its address, ready to stand in brackets.
        alt: What it shows, as Markdown.
        width: `300`, `300px`, `300x200` or `50%`; anything else is none.
    """
    found = _WIDTH.fullmatch(width)
    if found and found[2]:
        return f"![{alt}]({target}){{width={found[1]}%}}"
    return f"![{alt}|{found[1]}]({target})" if found else f"![{alt}]({target})"
