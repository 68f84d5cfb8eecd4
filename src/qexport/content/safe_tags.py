"""The HTML tags that a Markdown text may use: a few without attributes, each rewritten by us.

    the tags of a text → tokens → pair_tags() → HTML that nests, all else as text

`<img>` and `<details>` are read elsewhere (markdown_pictures, markdown_boxes). Every other tag of HTML is shown
as text, and reported; a comment is left out, as everywhere that Markdown is read, and reported, too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from html import escape
from typing import TYPE_CHECKING

from qexport.bank.markup_signs import SAFE_TAGS
from qexport.common.patterns import compile_late

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

PAIRED = SAFE_TAGS
"""Tags with an end; all but those the issue of safe text names are other spellings of what Markdown has."""

_SAFE_TAG = compile_late(rf"<(?P<closing>/?)(?P<name>br|{'|'.join(PAIRED)})\s*/?>", re.IGNORECASE)

_KNOWN_TAGS = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "big",
    "blockquote",
    "body",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "col",
    "colgroup",
    "dd",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "img",
    "input",
    "ins",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "object",
    "ol",
    "option",
    "p",
    "picture",
    "pre",
    "q",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strike",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
    "video",
    "wbr",
]
_OTHER_TAG = compile_late(
    rf"<(/?(?:{'|'.join(_KNOWN_TAGS)}|{'|'.join(PAIRED)}))(?=[\s/>])[^<>]*>|<!--", re.IGNORECASE
)
_COMMENT_BEGIN, _COMMENT_END = "<!--", "-->"


def read_safe_tag(state: StateInline, silent: bool) -> bool:
    """Read one of the allowed tags, as markdown-it calls a rule for what is in a line."""
    found = _SAFE_TAG.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        name = found["name"].lower()
        if name == "br":
            state.push("hardbreak", "br", 0)
        else:
            token = state.push("safe_tag", name, 0)
            token.content = found[0]
            token.meta = {"closing": bool(found["closing"])}
    state.pos = found.end()
    return True


def read_comment(state: StateInline, silent: bool) -> bool:
    """Read a comment in a line, as markdown-it calls a rule for what is in a line."""
    if not state.src.startswith(_COMMENT_BEGIN, state.pos):
        return False
    close = state.src.find(_COMMENT_END, state.pos + len(_COMMENT_BEGIN), state.posMax)
    if close < 0:
        return False
    end = close + len(_COMMENT_END)
    if (not state.pos or state.src[state.pos - 1].isspace()) and state.src.startswith(" ", end):
        end += 1  # there is a blank before it already
    if not silent:
        state.push("comment", "", 0)
    state.pos = end
    return True


def read_comment_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a comment that has lines for itself, empty ones among them, as markdown-it calls a rule for blocks."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith(_COMMENT_BEGIN, begin):
        return False
    close = state.src.find(_COMMENT_END, begin + len(_COMMENT_BEGIN), state.eMarks[end - 1])
    if close < 0:
        return False
    last = bisect_left(state.eMarks, close, start)
    within = range(start + 1, last + 1)
    if any(state.sCount[line] < state.blkIndent and not state.isEmpty(line) for line in within):
        return False  # the list or the quotation ends before
    if state.src[close + len(_COMMENT_END) : state.eMarks[last]].strip():
        return False  # a paragraph that begins with a comment
    if not silent:
        state.push("comment", "", 0).map = [start, last + 1]
        state.line = last + 1
    return True


def leave_out(*_given: object) -> str:
    """Return nothing, for what is not shown."""
    return ""


def pair_tags(tokens: list[Token]) -> None:
    """Make tags of those that have a partner at the same depth, and text of all others."""
    open_tokens: list[Token] = []
    for token in tokens:
        if token.type == "safe_tag" and not token.meta["closing"]:
            open_tokens.append(token)
        elif token.type == "safe_tag":
            if open_tokens and open_tokens[-1].type == "safe_tag" and open_tokens[-1].tag == token.tag:
                opening = open_tokens.pop()
                opening.type, token.type = "safe_tag_open", "safe_tag_close"
                opening.content = token.content = ""
            else:
                token.type = "text"
        elif token.nesting > 0:
            open_tokens.append(token)
        elif token.nesting < 0:
            while open_tokens and open_tokens.pop().type == "safe_tag":
                pass
    for token in tokens:
        if token.type == "safe_tag":
            token.type = "text"


def write_opening(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Return an allowed tag."""
    return f"<{tokens[index].tag}>"


def write_closing(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Return the end of an allowed tag."""
    return f"</{tokens[index].tag}>"


def tags_as_text(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the HTML tags that are shown as text, without their attributes."""
    text = "".join(token.content if token.type == "text" else "\n" for token in tokens)
    for found in _OTHER_TAG.finditer(text):
        yield f"<{found[1].lower()}>" if found[1] else "<!-- … -->"


def attributes_of(tag: str) -> dict[str, str]:
    """Return the attributes of a tag, as a picture has them."""
    found = re.findall(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""", tag)
    return {name.lower(): first or second or third for name, first, second, third in found}


def write_text(text: str) -> str:
    """Return a text as HTML."""
    return escape(text, quote=False)
