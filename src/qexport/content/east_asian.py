"""Lines of Chinese and Japanese: where one ends in the source there is no blank between its characters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token


def is_written_without_blanks(character: str) -> bool:
    """Return whether a character belongs to a script that has no blanks between words (CSS Text 4, 4.1.3)."""
    if "\uac00" <= character <= "\ud7a3":  # Korean has them
        return False
    return unicodedata.east_asian_width(character) in "WF" and not "\U0001f300" <= character <= "\U0001faff"


def joins_without_blank(before: str, after: str) -> bool:
    """Return whether two lines are joined without a blank."""
    return bool(before and after) and (
        is_written_without_blanks(before[-1]) and is_written_without_blanks(after[0])
    )


def join_lines(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a paragraph without the line ends that are no blanks."""
    if not any(token.type == "softbreak" for token in tokens):
        return tokens
    kept = []
    for at, token in enumerate(tokens):
        if token.type == "softbreak":
            before = next((each.content for each in reversed(tokens[:at]) if each.content), "")
            after = next((each.content for each in tokens[at + 1 :] if each.content), "")
            if joins_without_blank(before, after):
                continue
        kept.append(token)
    return kept
