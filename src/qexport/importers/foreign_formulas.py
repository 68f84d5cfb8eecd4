"""Formulas in texts of other programs: whether there are any, and how they stay whole when HTML becomes Markdown.

MathJax, which Moodle, Anki and most pages use, sets what is between `\\(` and `\\)`, `\\[` and `\\]`, or two dollars,
but not in code. In Markdown, formulas are between dollars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qexport.common.limits import USUAL, Limits
from qexport.common.references import unescape_html
from qexport.content.formulas import looks_like_shell
from qexport.importers.held_texts import HeldTexts
from qexport.importers.html_markdown import read_html_text

_INSIDE = r"(?:[^\\]|\\\\|\\[^\\()\[\]]){1,5000}?"
_MARKED_FORMULA = rf"(?<!\\)\\\((?P<line>{_INSIDE})\\\)|(?<!\\)\\\[(?P<block>{_INSIDE})\\\]"
_DOLLARS = (
    r"\$\$(?P<display>[^$]{1,2000})\$\$"
    r"|(?<![\w$\\])\$(?=[^\s$])(?P<inline>[^$\n]{1,300})(?<=[^\s\\])\$(?![\w$])"
)
_ANY_FORMULA = re.compile(f"{_MARKED_FORMULA}|{_DOLLARS}", re.DOTALL)
_MARKED_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_CODE_TAG = re.compile(r"<(/?)(?:pre|code|script|style)\b[^<>]*>", re.IGNORECASE)
_TEX = re.compile(r"\\[A-Za-z]|[\^_{]")


def has_formula(text: str) -> bool:
    """Report whether a text has a formula outside of code, and not only prices, variables of a shell and escapes."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return False
    return any(_is_sure(found) for found in _ANY_FORMULA.finditer(_MARKED_CODE.sub("", text)))


def has_marked_formula(html: str) -> bool:
    """Report whether HTML has a formula between `\\(` and `\\)`, or `\\[` and `\\]`."""
    found = (
        each for part, is_code in _split_code(html) if not is_code for each in _ANY_FORMULA.finditer(part)
    )
    return any(each["line"] or each["block"] for each in found)


def read_html_with_formulas(html: str, *, path: str = "", limits: Limits = USUAL) -> str:
    """Return HTML as Markdown, with its formulas between dollars and otherwise as they are.

    Args, Raises: as read_html_text().
    """
    if "$" not in html and "\\(" not in html and "\\[" not in html:
        return read_html_text(html, path=path, limits=limits)
    held = HeldTexts()

    def hold(found: re.Match[str]) -> str:
        source = found["line"] or found["block"] or found["display"] or found["inline"]
        if not (found["line"] or found["block"] or _is_sure(found)):
            return found[0]
        words = " ".join(unescape_html(re.sub(r"<[^<>]*>", " ", source)).split())
        sign = "$" if found["line"] or found["inline"] else "$$"
        return held.hold(f"{sign}{words}{sign}") if words else found[0]

    parts = _split_code(held.clear(html))
    html = "".join(part if is_code else _ANY_FORMULA.sub(hold, part) for part, is_code in parts)
    return held.put_back(read_html_text(html, path=path, limits=limits))


def _is_sure(found: re.Match[str]) -> bool:
    source = found["line"] or found["block"] or found["display"] or found["inline"]
    return _TEX.search(source) is not None and not looks_like_shell(source)


def _split_code(html: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of HTML in their order, each with whether it is in an element of code."""
    begin = depth = 0
    for tag in _CODE_TAG.finditer(html):
        if tag[1] and depth == 1:
            yield html[begin : tag.end()], True
            begin = tag.end()
        elif not tag[1] and not depth:
            yield html[begin : tag.start()], False
            begin = tag.start()
        depth = max(depth - 1, 0) if tag[1] else depth + 1
    yield html[begin:], depth > 0
