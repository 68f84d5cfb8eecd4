"""Pictures in a Markdown text, however they are written, and how wide they are.

    ![text](file.png)  ![text](my file.png)  ![text](file.png "title")  ![[file.png]]  <img src="file.png">
    ![text|300](file.png)  ![text](file.png =300x200)  ![text](file.png){width=50%}  ![[file.png|300]]

Widths are pixels of a screen (1/96 inch) or percents of the text's width.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from qexport.common.patterns import compile_late
from qexport.common.text_input import quote
from qexport.content.images import Flaw, Image, describe_by_name, read_image
from qexport.content.safe_tags import attributes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from qexport.content.markdown_page import MarkdownPage

_PICTURE_ENDING = r"\.(?:png|jpe?g|gif|webp|svg)"
_WITH_BLANKS = compile_late(
    rf"!\[(?P<text>[^\[\]\n]{{0,500}})\]\((?P<source>[^()<>\n]{{0,300}}?{_PICTURE_ENDING})"
    r"(?:\s+\"[^\"\n]{0,300}\"|\s+=(?P<width>\d{1,4})?x(?:\d{1,4})?)?\s*\)",
    re.IGNORECASE,
)
_EMBEDDED = compile_late(
    rf"!\[\[(?P<source>[^\[\]|\n]{{1,300}}{_PICTURE_ENDING})(?:\|(?P<text>[^\[\]\n]{{0,500}}))?\]\]",
    re.IGNORECASE,
)
_IMG_TAG = compile_late(r"<img(?=\s)[^<>]{1,2000}>", re.IGNORECASE)
_WIDTH_ATTRIBUTE = compile_late(r"\{\s*width\s*=\s*\"?(\d{1,4}(?:px|%)?)\"?\s*\}", re.IGNORECASE)
_IN_TEXT = compile_late(r"(?:(.*)\|)?(\d{2,4})(?:x\d{1,4})?", re.DOTALL)

WIDEST = 4000
"""Pixels; a picture is never wider than the text it is in."""


def read_picture(state: StateInline, silent: bool) -> bool:
    """Read a picture in a way that CommonMark does not know, as markdown-it calls a rule."""
    start = state.pos
    found = (
        _WITH_BLANKS.match(state.src, start)
        or _EMBEDDED.match(state.src, start)
        or _IMG_TAG.match(state.src, start)
    )
    if found is None or found.end() > state.posMax:
        return False
    parts = found.groupdict()
    if (
        parts
        and found[0].startswith("![")
        and "width" in parts
        and not (parts["width"] or " " in parts["source"])
    ):
        return False  # as CommonMark has it
    if not silent:
        if parts:
            source, text, width = parts["source"], parts["text"] or "", parts.get("width") or ""
        else:
            attributes = attributes_of(found[0])
            source, text = attributes.get("src", ""), attributes.get("alt", "")
            width = attributes.get("width", "")
        _push(state, source.strip(), text, width)
    state.pos = found.end()
    return True


def _push(state: StateInline, source: str, text: str, width: str) -> None:
    token = state.push("image", "img", 0)
    token.attrs = {"src": source, "alt": ""}
    token.children = []
    state.md.inline.parse(text, state.md, state.env, token.children)
    token.meta = {"width": width}


def set_widths(tokens: Sequence[Token]) -> None:
    """Take the width of each picture from its text (`text|300`) or from the braces after it."""
    for at, token in enumerate(tokens):
        if token.type != "image":
            continue
        width = str(token.meta.get("width", ""))
        text = "".join(_list_token_texts(token.children or ()))
        if cut := _IN_TEXT.fullmatch(text):
            text, width = cut[1] or "", cut[2]
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if (
            following is not None
            and following.type == "text"
            and (braces := _WIDTH_ATTRIBUTE.match(following.content))
        ):
            width = braces[1]
            following.content = following.content[braces.end() :]
        token.meta = {"text": " ".join(text.split()), "style": _write_width(width)}


def _list_token_texts(tokens: Sequence[Token]) -> list[str]:
    return [token.content or "".join(_list_token_texts(token.children or ())) for token in tokens]


def _write_width(width: str) -> str:
    found = re.fullmatch(r"(\d{1,4})(px|%)?", width.strip())
    if found is None or not 0 < int(found[1]) <= (100 if found[2] == "%" else WIDEST):
        return ""
    return f"width: {int(found[1])}{found[2] or 'px'}"


def show_picture(token: Token, page: MarkdownPage) -> bool:
    """Make of a picture what the page shows: the picture, or its text."""
    source = unquote(str(token.attrs["src"]))
    text = str(token.meta["text"])
    token.content = text or describe_by_name(source)
    picture = _find_image(source, page)
    if picture is None:
        token.type = "text"
        return False
    page.sources[source] = picture.name
    if not text:
        page.note(
            f"the picture {quote(source)} has no text",
            "describe the picture in the brackets: ![text](file)",
        )
    for part in picture.left_out:
        page.note(
            f"{part} of the picture {quote(source)} is left out", "draw it with paths, shapes and text alone"
        )
    token.attrSet("src", page.address + picture.name)
    return True


def _find_image(source: str, page: MarkdownPage) -> Image | None:
    if not page.address:
        return None
    if page.published is not None:
        name = page.published.get(source)
        return Image(name, "", 0, 0, b"") if name else None
    if page.folder is None:
        found: Image | Flaw = Flaw("pictures are shown only of a bank that is a file", "")
    else:
        found = read_image(page.folder, source, page.limits)
    if isinstance(found, Flaw):
        page.flaws.append(found)
        return None
    return page.images.setdefault(found.name, found)


def let_enlarge(html: str) -> str:
    """Return HTML in which a picture that is a paragraph gets the focus by a tap; a style enlarges it then."""
    return html.replace('<p class="picture"><img ', '<p class="picture"><img tabindex="0" ')


def write_picture(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Return a picture as HTML."""
    token = tokens[index]
    style = f' style="{token.meta["style"]}"' if token.meta.get("style") else ""
    return f'<img src="{escape(str(token.attrs["src"]))}" alt="{escape(token.content)}"{style}>'
