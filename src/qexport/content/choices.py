"""Choices and links of a question → HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TypedDict

from markupsafe import Markup

from qexport.common.patterns import compile_late
from qexport.content.safe_html import escape_lines, mark_safe


class ChoiceView(TypedDict):
    """One choice of a multiple-choice question."""

    letter: str
    html: Markup
    correct: bool


def list_choices(choices: Sequence[ChoiceView]) -> Markup:
    """Return choices as a list of HTML; the letters are text, so that they are copied, too."""
    if not choices:
        return Markup()
    listed = "\n".join(
        f'<li><span class="letter">{each["letter"]})</span> {each["html"]}</li>' for each in choices
    )
    return mark_safe(f'<ul class="choices">\n{listed}\n</ul>')


def show_right_choices(choices: Sequence[ChoiceView]) -> Markup:
    """Return the choices that are right as a paragraph, the first thing of an answer; empty if none is."""
    right = [
        f'<span class="letter">{each["letter"]})</span> {each["html"]}' for each in choices if each["correct"]
    ]
    return mark_safe(f'<p class="correct">{"<br>".join(right)}</p>') if right else Markup()


_LINK_OR_ADDRESS = compile_late(r"\[(?P<title>.+)\]\((?P<address>\S+)\)|(?P<bare>\S+)")


def write_link(link: str) -> Markup:
    """Return one of a question's links as HTML; only its text, unless it leads to the web.

    Args:
        link: A web address, or `[title](address)`.
    """
    found = _LINK_OR_ADDRESS.fullmatch(link.strip())
    address = (found["address"] or found["bare"]) if found else ""
    if found is None or not re.match(r"https?://|mailto:", address, re.IGNORECASE):
        return mark_safe(escape_lines(link.strip()))
    return mark_safe(f'<a href="{escape(address)}">{escape_lines(found["title"] or address)}</a>')
