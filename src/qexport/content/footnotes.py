"""Footnotes of a Markdown text: none is lost, each leads back; rules as markdown-it calls them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import Limits
from qexport.content.placeholders import fill_placeholders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token


def refuse_depth(depth: int, limits: Limits) -> None:
    """Raise InputRefused if Markdown is nested deeper than the limit."""
    if depth > limits.markup_depth:
        problem = Problem(
            Location("text"),
            f"lists, quotes and emphasis are nested more than {limits.markup_depth} deep",
            "write it flatter, or say `markup: plain` if it is not Markdown; " + limits.hint("markup-depth"),
        )
        raise InputRefused((problem,))


def keep_footnotes(state: StateCore) -> None:
    """Let no note be lost: one that nothing refers to, a second of that name, one inside another."""
    notes = state.env.get("footnotes")
    if not notes:
        return
    body: list[Token] = []
    ended: list[Token] = []
    nested = [body]
    labels: Counter[str] = Counter()
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            nested.append([])
            refuse_depth(len(nested) - 1, state.env["limits"])
            label = token.meta["label"]
            if again := labels[label]:
                token.meta["label"] += f" {again}"  # no label has a space
            labels[label] += 1
            key = ":" + token.meta["label"]
            if notes["refs"].setdefault(key, -1) < 0:
                notes["refs"][key] = len(notes["list"])
                notes["list"][len(notes["list"])] = {"label": token.meta["label"], "count": 0}
        nested[-1].append(token)
        if token.type == "footnote_reference_close":
            ended += nested.pop()
    state.tokens = body + ended


def _footnote_ref(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    number = tokens[index].meta["id"] + 1
    place, note = _footnote_places(tokens[index], env)
    title = escape(fill_placeholders(env["labels"]["note_number"], number=number))
    return f'<sup><a href="#{note}" id="{place}" title="{title}">{number}</a></sup>'


def _footnote_anchor(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    if not env["footnotes"]["list"][tokens[index].meta["id"]]["count"]:
        return ""
    place, _ = _footnote_places(tokens[index], env)
    title = escape(env["labels"]["back_to_text"])
    return f' <a class="back" href="#{place}" title="{title}">↑</a>'


def _footnote_open(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    _, note = _footnote_places(tokens[index], env)
    return f'<li id="{note}">'


def _footnote_places(token: Token, env: dict[str, Any]) -> tuple[str, str]:
    """Return the name of a place in the text that refers to a note, and the name of the note's."""
    number = f"{token.meta['id'] + 1}"
    name = f"{env['name']}-{number}" if env["name"] else number
    again = f"-{token.meta['subId'] + 1}" if token.meta.get("subId") else ""
    return f"fnref-{name}{again}", f"fn-{name}"


def _footnote_block_open(*_arguments: object) -> str:
    return '<ol class="footnotes">\n'


def _footnote_block_close(*_arguments: object) -> str:
    return "</ol>\n"


FOOTNOTE_RULES: Mapping[str, Callable[..., str]] = {
    "footnote_anchor": _footnote_anchor,
    "footnote_block_close": _footnote_block_close,
    "footnote_block_open": _footnote_block_open,
    "footnote_open": _footnote_open,
    "footnote_ref": _footnote_ref,
}
