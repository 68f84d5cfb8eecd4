"""Signs of another markup than a bank declares: its texts are shown as they are written, which is seldom meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.common.errors import Problem
from qexport.common.wording import quantity

SAFE_TAGS = ("b", "code", "del", "em", "i", "kbd", "mark", "s", "strong", "sub", "sup", "u")
"""Tags of HTML that a Markdown text may use without attributes, beside `<br>`, `<img>` and `<details>`."""

_STRONG = re.compile(
    r"^[ ]{0,3}(?:```|~~~)\w*[ \t]*$"  # a fence
    r"|^[ ]{0,3}[-*+] \S.*\n[ ]{0,3}[-*+] \S"  # two items of a list
    r"|^[ ]{0,3}#{1,6} \S"  # a heading
    r"|^[ ]{0,3}\|?[ ]*:?-{3,}:?[ ]*\|"  # the line below the head of a table
    r"|(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,200}(?<=\S)\*\*(?![\w*])"  # bold
    r"|!?\[[^\]\n]{1,200}\]\((?:https?://|[^()\s]+\.(?:png|jpe?g|gif|svg|webp|md))",  # a link, a picture
    re.MULTILINE | re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"(?<![`\w])`[^`\n]{1,200}`(?![`\w])")

_EVERY_SIGN_HAS = ("`", "\n", "#", "|", "**", "](", "~~~")
"""One of these is in each of the signs: most texts have none, which is seen at once."""

ENOUGH_CODE = 5
"""Pairs of backticks in a bank that are no accident; a stronger sign needs one other beside it."""


def warn_of_markdown(questions: Iterable[Question]) -> tuple[Problem, ...]:
    """Return a warning if plain texts of a bank read like Markdown: at the first of them, with what to write."""
    first = None
    strong = code = 0
    found = set()
    for question in questions:
        if question.markup != "plain":
            continue
        sections = [getattr(question, key) for key in PROSE_SECTIONS]
        for text in (question.question, *sections, *question.follow_ups):
            if not any(map(text.__contains__, _EVERY_SIGN_HAS)):
                continue
            signs = len(_STRONG.findall(text)), len(_CODE_SPAN.findall(text))
            if any(signs):
                first = first or question
                found.add(question.id)
                strong += signs[0]
                code += signs[1]
    if first is None or (strong < 2 and code < ENOUGH_CODE and not (strong and code)):
        return ()
    message = f"reads like Markdown in {quantity(len(found), 'question')}, and is shown as it is written"
    hint = "write `markup: markdown` at the top of the bank if it is Markdown"
    return (Problem(first.location, message, hint),)


_FORMULA = re.compile(
    r"(?<![\\$\w])\$(?=[^\s$])[^$\n]*?(?:\\[a-zA-Z]{2,}|[\^_]\{|\w\^\w|\w_\w\b|[a-zA-Z]\(\w\))[^$\n]*?(?<=\S)\$(?!\w)"
    r"|\$\$[^$]{1,2000}\$\$|^```math[ \t]*$|\\\([^\n]{1,200}?\\\)|\\\[.{1,2000}?\\\]",
    re.MULTILINE,
)


def warn_of_formulas(questions: Iterable[Question]) -> tuple[Problem, ...]:
    """Return a warning if Markdown texts of a bank that does not say `math: true` seem to have formulas."""
    first = None
    found = set()
    for question in questions:
        if question.markup != "markdown":
            continue
        sections = [getattr(question, key) for key in PROSE_SECTIONS]
        for text in (question.question, *sections, *question.follow_ups):
            if ("$" in text or "\\" in text or "math" in text) and _FORMULA.search(text):
                first = first or question
                found.add(question.id)
    if first is None:
        return ()
    message = (
        f"reads like formulas in {quantity(len(found), 'question')}, and dollars and backslashes are text"
    )
    hint = "write `math: true` at the top of the bank; put code with dollars between backticks"
    return (Problem(first.location, message, hint),)
