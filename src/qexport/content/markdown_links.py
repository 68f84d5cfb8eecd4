"""Links in a Markdown text: to the web, to other questions, and bare addresses; all others are their text.

[text](https://…)  <https://…>  https://…       to the web
[text](#PY-1)  [[PY-1]]  [[PY-1|text]]          to another question of the bank, by its id
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from qexport.common.patterns import compile_late
from qexport.common.text_input import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from qexport.content.markdown_page import MarkdownPage

_TO_WEB = compile_late(r"https?://|mailto:", re.IGNORECASE)
_WIKI = compile_late(r"\[\[(?P<id>[^\[\]|\n]{1,200})(?:\|(?P<text>[^\[\]\n]{1,500}))?\]\]")
_BARE = compile_late(r"(?<![\w/@.:-])(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_TRAILING = compile_late(r"[?!.,:;*_~'\"]+$|(?<=[)\]])[)\]]*$")


def read_question_link(state: StateInline, silent: bool) -> bool:
    """Read `[[id]]` where the bank has a question of that id; elsewhere it is text, as `a[[0]]` is."""
    found = _WIKI.match(state.src, state.pos)
    if found is None or found.end() > state.posMax or found["id"].strip() not in state.env["questions"]:
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": f"#{found['id'].strip()}"}
        state.push("text", "", 0).content = (found["text"] or found["id"]).strip()
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def link_addresses(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a line with its bare addresses as links."""
    if not any("://" in token.content or "www." in token.content.lower() for token in tokens):
        return tokens
    linked: list[Token] = []
    inside = 0
    for token in tokens:
        inside += token.nesting * (token.type in ("link_open", "link_close"))
        linked += [token] if inside or token.type != "text" else _split_addresses(token)
    return linked


def _split_addresses(token: Token) -> list[Token]:
    """Return a text as texts and links."""
    from markdown_it.token import Token

    parts: list[Token] = []
    at = 0
    for found in _BARE.finditer(token.content):
        address = _trim(found[0])
        if re.fullmatch(r"https?://|www\.", address, re.IGNORECASE):
            continue
        parts.append(_make_text_token(token, token.content[at : found.start()]))
        href = address if "://" in address else f"http://{address}"
        opening = Token("link_open", "a", 1, level=token.level, attrs={"href": href}, info="auto")
        parts += [opening, _make_text_token(token, address), Token("link_close", "a", -1, level=token.level)]
        at = found.start() + len(address)
    return [
        part for part in (*parts, _make_text_token(token, token.content[at:])) if part.content or part.nesting
    ]


def _make_text_token(like: Token, content: str) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, level=like.level, content=content)


def _trim(address: str) -> str:
    """Return an address without the signs of the sentence around it (GFM, 6.9)."""
    while address:
        shorter = address.rstrip("?!.,:;*_~'\"")
        for opening, closing in ("()", "[]"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == address:
            break
        address = shorter
    return address


def tame_link(opening: Token, text: str, page: MarkdownPage) -> None:
    """Keep only the text of a link that leads nowhere; turn one to a question into what the output has for it."""
    href = str(opening.attrs["href"])
    if _TO_WEB.match(href):
        if opening.info == "auto" or text == href:
            opening.attrSet("class", "bare")
        return
    if href.startswith("#") and len(href) > 1:
        if (note := _lead_to_question(opening, unquote(href[1:]), text, page)) is not None:
            page.note(note, "give the id of a question of this bank: [text](#ID)")
        return
    opening.hidden = True
    if href and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", href):
        page.note(
            f"the link to {quote(href)} is shown as text: it leads to a file",
            "give its address on the web: https://…",
        )
    else:
        page.note(
            f"the link to {quote(href)} is shown as text",
            "links lead to https://…, mailto:… or #ID, a question",
        )


def folio_room(questions: int) -> str:
    """Return what is as wide as the number of a page in a book of so many questions."""
    return "0" * len(str(2 * questions + 12))


def _lead_to_question(opening: Token, key: str, text: str, page: MarkdownPage) -> str | None:
    """Make a link lead to a question; return what is wrong with it."""
    questions, label = page.questions, page.labels["page"]
    address = (questions or {}).get(key, "")
    opening.hidden = not address
    after = "" if key in text else f" ({escape(key, quote=False)})"
    if address:
        opening.attrs = {"href": address, "class": "see", "title": key}
        after = ""
        if address.startswith("qx:"):  # a place in a book, which has pages
            place = escape(address.removeprefix("qx:"))
            room = folio_room(len(questions or ()))
            after = f' → {escape(label)} <span data-folio="{place}" data-align="left">{room}</span>'
    opening.meta = {"after": after}
    if questions is not None and key not in questions:
        opening.meta = {"after": ""}
        return f"the link to {quote('#' + key)} is shown as text: there is no such question"
    return None


def write_link_end(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Return the end of a link, after what the output says of the place it leads to."""
    token = tokens[index]
    after = str(token.meta.get("after", ""))
    return f"{after}" + ("" if token.meta.get("hidden") else "</a>")
