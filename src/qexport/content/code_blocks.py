"""Blocks of code → HTML: lines, their parts marked by Pygments's classes. The only module that imports Pygments."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late

if TYPE_CHECKING:
    from pygments.lexer import Lexer


def code_block(code: str, language: str = "", limits: Limits = USUAL) -> str:
    """Return a block of code, its parts marked by Pygments's classes if the language is known.

    Raises LimitExceeded if it has more lines than are allowed.
    """
    if code.count("\n") > limits.code_lines:
        message = f"a block of code has more than {limits.show('code-lines')}"
        raise limits.make_error("code-lines", message, "show less of it")
    lexer = _lexer(language.lower()) if language else None
    if lexer is None:
        html = escape(code, quote=False)
    else:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter

        html = _MARKED_SPAN.sub(_if_drawn, highlight(code, lexer, HtmlFormatter(nowrap=True)))
    # Pygments ends at the end of a line what it began in it.
    lines = "".join(f'<span class="line">{line}</span>\n' for line in html.removesuffix("\n").split("\n"))
    return f'<pre class="code"><code>{lines}</code></pre>\n'


_MARKED_SPAN = compile_late(r'<span class="(\w+)">([^<]*)</span>')


def _if_drawn(part: re.Match[str]) -> str:
    """Keep the class of comments, keywords, strings, numbers and some names: a span takes the PDF 1 ms."""
    kind = part[1]
    return (
        part[0] if kind[0] in "ckmsg" or kind in ("fm", "na", "nb", "nc", "nd", "nf", "nt", "ow") else part[2]
    )


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
