"""Blocks that CommonMark does not know: details, callouts, tasks.

<details><summary>Title</summary> … </details>      > [!NOTE] Title      - [ ] open      - [x] done
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qexport.common.patterns import compile_late

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

CALLOUTS = ("note", "tip", "important", "warning", "caution")
"""The kinds of callouts that GitHub has; others are called as they are written."""

_DETAILS_BEGIN = compile_late(r"\s{0,3}<details(?:\s+open(?:=\"[^\"]*\")?)?\s*>(?P<rest>.*)", re.IGNORECASE)
_DETAILS_END = compile_late(r"(?P<rest>.*)</details\s*>\s*", re.IGNORECASE)
_SUMMARY_LINE = compile_late(
    r"\s*<summary\s*>(?P<title>.*?)</summary\s*>(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_FENCE_IN_BOX = compile_late(r"\s{0,3}(`{3,}|~{3,})")
LONGEST_SUMMARY = 5
"""Lines that the title of details may take."""


def read_details(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `<details>` … `</details>` with Markdown in it, as markdown-it calls a rule for blocks."""
    opening = _DETAILS_BEGIN.match(_get_line(state, start))
    if opening is None:
        return False
    close = _closings(state).get(start)
    if close is None or close >= end:
        return False
    if silent:
        return True
    lines = [_get_line(state, number) for number in range(start, close + 1)]
    lines[0] = opening["rest"]
    last = _DETAILS_END.fullmatch(lines[-1])
    lines[-1] = last["rest"] if last else ""
    title, used = "", 0
    for count in range(1, min(len(lines), LONGEST_SUMMARY) + 1):
        if found := _SUMMARY_LINE.match("\n".join(lines[:count])):
            title, used = found["title"].strip(), count
            lines[count - 1] = found["rest"]
            break
    else:
        count = 1
    state.push("details_open", "details", 1).map = [start, close]
    state.push("summary_open", "summary", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = (
        title or state.env["labels"]["details"],
        [start, start + 1],
        [],
    )
    state.push("summary_close", "summary", -1)
    first = max(used - 1, 0)
    _push_paragraph(state, lines[first], start + first)
    if close > start + first + 1:
        kept, state.lineMax = state.lineMax, close
        state.md.block.tokenize(state, start + first + 1, close)
        state.lineMax = kept
    if close > start + first:
        _push_paragraph(state, lines[-1], close)
    state.push("details_close", "details", -1)
    state.line = close + 1
    return True


def _get_line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _push_paragraph(state: StateBlock, text: str, number: int) -> None:
    if text.strip():
        state.push("paragraph_open", "p", 1).map = [number, number + 1]
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = text.strip(), [number, number + 1], []
        state.push("paragraph_close", "p", -1)


def _closings(state: StateBlock) -> Mapping[int, int]:
    """Return the line that ends the details of each line that begins some; found once a text."""
    known: MutableMapping[str, Any] = state.env
    if known.get("details_of") is not state.src:
        closings: dict[int, int] = {}
        begun: list[int] = []
        fence = ""
        for number in range(len(state.bMarks) - 1):
            line = _get_line(state, number)
            marks = _FENCE_IN_BOX.match(line)
            if fence:
                fence = "" if marks and marks[1].startswith(fence) else fence
                continue
            if marks:
                fence = marks[1]
                continue
            begun += [number] * len(re.findall(r"<details\b", line, re.IGNORECASE))
            for _ in re.findall(r"</details\s*>", line, re.IGNORECASE):
                if begun:
                    closings[begun.pop()] = number
        known["details_of"], known["details"] = state.src, closings
    closed: Mapping[int, int] = known["details"]
    return closed


_CALLOUT = compile_late(r"\[!(?P<kind>[A-Za-z][\w-]{0,30})\][+-]?[ \t]*")
_TASK_BOX = compile_late(r"\[(?P<mark>[ xX])\](?:[ \t]+|$)")


def mark_boxes(tokens: list[Token], labels: Mapping[str, str]) -> list[Token]:
    """Return the tokens of a text with its callouts and tasks marked."""
    marked: list[Token] = []
    skipped = 0
    for at, token in enumerate(tokens):
        if at < skipped:
            continue
        marked.append(token)
        following = tokens[at + 1 : at + 3]
        if len(following) < 2 or following[0].type != "paragraph_open" or not following[1].children:
            continue
        if token.type == "list_item_open" and (task := _TASK_BOX.match(following[1].children[0].content)):
            _drop(following[1], task.end())
            token.attrSet("class", f"task {'open' if task['mark'] == ' ' else 'done'}")
        elif token.type == "blockquote_open" and (
            callout := _CALLOUT.match(following[1].children[0].content)
        ):
            marked += _open_callout(token, tokens[at + 1 : at + 4], callout, labels)
            skipped = at + 4
    return marked


def _drop(inline: Token, length: int) -> None:
    """Take characters from the beginning of a line."""
    children = inline.children or []
    children[0].content = children[0].content[length:]
    inline.content = inline.content[length:]


def _open_callout(
    quote: Token, paragraph: list[Token], callout: re.Match[str], labels: Mapping[str, str]
) -> list[Token]:
    """Return the title of a callout, and what is left of the paragraph that names it."""
    from markdown_it.token import Token

    opening, inline, closing = paragraph
    _drop(inline, callout.end())
    children = inline.children or []
    cut = next(
        (at for at, each in enumerate(children) if each.type in ("softbreak", "hardbreak")), len(children)
    )
    kind = callout["kind"].lower()
    title = [each for each in children[:cut] if each.content or each.nesting]
    title = title or [
        Token(
            "text", "", 0, content=labels[kind] if kind in CALLOUTS else kind.replace("-", " ").capitalize()
        )
    ]
    quote.attrSet("class", f"callout {kind if kind in CALLOUTS else 'note'}")
    begin = Token("paragraph_open", "p", 1, level=opening.level, block=True, map=opening.map)
    begin.attrSet("class", "title")
    words = "".join(each.content for each in title)
    line = Token("inline", "", 0, level=inline.level, children=title, content=words, map=inline.map)
    named = [begin, line, Token("paragraph_close", "p", -1, level=closing.level, block=True)]
    inline.children = children[cut + 1 :]
    return [*named, opening, inline, closing] if inline.children else named
