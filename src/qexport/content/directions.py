"""Right to left: style sheets mirrored, and the direction of each paragraph worked out.

WeasyPrint 70 takes `dir="auto"` for left to right, so the direction of a paragraph is written where it differs from
that of the document: it is that of its first letter (Unicode Bidirectional Algorithm, P2 and P3).
"""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

from qexport.common.patterns import compile_late
from qexport.content.safe_html import mark_safe

_MAY_BE_RTL = compile_late(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_BLOCK_TAG = compile_late(r"<(p|li|td|th|h[1-6]|summary)((?:\s[^<>]*)?)>")
_TAG_OR_REFERENCE = compile_late(r"<[^>]*>|&[^;\s]+;")


def first_direction(text: str) -> str:
    """Return `ltr` or `rtl` by the first letter of a text; empty if it has none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return ""


def mark_directions(html: Markup, base: str) -> Markup:
    """Return HTML whose blocks say their direction where it differs from that of the document.

    Args:
        html: blocks of our own HTML.
        base: `ltr` or `rtl`, of the document.
    """
    if base == "ltr" and not _MAY_BE_RTL.search(html):
        return html
    text = str(html)

    def mark(block: re.Match[str]) -> str:
        rest = text[block.end() : block.end() + 2000]
        inside = _TAG_OR_REFERENCE.sub(
            " ", re.split(rf"</{block[1]}>|<(?:p|li|ul|ol|pre|table)\b", rest, maxsplit=1)[0]
        )
        own = first_direction(inside)
        return block[0] if own in ("", base) else f'<{block[1]}{block[2]} dir="{own}">'

    return mark_safe(_BLOCK_TAG.sub(mark, text))


def direct_line(html: Markup, base: str) -> Markup:
    """Return a line of HTML in a span of its direction, if that differs from the document's."""
    if base == "ltr" and not _MAY_BE_RTL.search(html):
        return html
    own = first_direction(_TAG_OR_REFERENCE.sub(" ", html))
    return html if own in ("", base) else mark_safe(f'<span dir="{own}">{html}</span>')


_SIDES = compile_late(r"(?<![\w-])((?:[a-z]+-)*)(left|right)(?![\w(])|(?<=@)(top|bottom)-(left|right)")
_FOUR = compile_late(r"(?<![\w-])((?:margin|padding|border-width|border-style|border-color)\s*:\s*)([^;{}]+)")
_PAGE_RULE = compile_late(r"@page[^{]*\{[^{}@]*")
"""A rule of pages up to its first margin box."""

ALWAYS_LTR = """
pre, code, kbd, .formula { direction: ltr; unicode-bidi: isolate }
pre { text-align: left }
[dir="ltr"] { direction: ltr; text-align: left; unicode-bidi: isolate }
[dir="rtl"] { direction: rtl; text-align: right; unicode-bidi: isolate }
"""
"""What is added to a mirrored style sheet: code and formulas go from left to right in any language."""


def mirror_css(css: str) -> str:
    """Return a style sheet with left and right exchanged; the margins of pages, which have a binding, stay."""
    held = list(dict.fromkeys(_PAGE_RULE.findall(css)))
    for number, each in enumerate(held):
        css = css.replace(each, f"\ufdd0{number}\ufdd1")
    css = _SIDES.sub(_other_side, css)
    css = _FOUR.sub(_turn, css)
    for number, each in enumerate(held):
        css = css.replace(f"\ufdd0{number}\ufdd1", each)
    return css + ALWAYS_LTR


def _other_side(found: re.Match[str]) -> str:
    if found[3]:
        return f"{found[3]}-{'right' if found[4] == 'left' else 'left'}"
    return f"{found[1]}{'right' if found[2] == 'left' else 'left'}"


def _turn(found: re.Match[str]) -> str:
    """Exchange the second and the fourth of four values."""
    values = re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", found[2])
    if len(values) != 4:
        return found[0]
    end = found[2][len(found[2].rstrip()) :]
    return found[1] + " ".join((values[0], values[3], values[2], values[1])) + end
