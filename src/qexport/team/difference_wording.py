"""How a change is worded in every form of differences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qexport.team.differences import Piece, QuestionChange

if TYPE_CHECKING:
    from qexport.content.languages import Language


CONTEXT = 6
"""Words that are shown around a change."""


def shorten_unchanged(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Leave of what stayed only the words around the changes."""
    short = []
    for number, piece in enumerate(pieces):
        words = piece.text.split()
        head = [] if number == 0 else words[:CONTEXT]
        tail = [] if number == len(pieces) - 1 else words[-CONTEXT:]
        if piece.kind != "same" or len(words) <= len(head) + len(tail) + 1:
            short.append(Piece(piece.kind, re.sub(r"\s+", " ", piece.text)))
            continue
        text = " ".join([*head, "…", *tail])
        before = " " if head and piece.text[:1].isspace() else ""
        after = " " if tail and piece.text[-1:].isspace() else ""
        short.append(Piece("same", f"{before}{text}{after}"))
    return tuple(short)


def field_name(name: str) -> str:
    """Return what a reader calls a field: `deep_explanation` and `Deep Explanation` are "Deep explanation"."""
    return name.replace("_", " ").replace("-", " ").capitalize().replace("Follow ups", "Follow-ups")


def field_label(name: str, words: Language) -> str:
    """Return what a field is called in a language."""
    key = name.lower().replace(" ", "_").replace("-", "_")
    return field_name(name) if words.labels_tag == "en" else words.labels.get(key, field_name(name))


def tags_of(entry: QuestionChange) -> str:
    """Return the tags of an entry: −removed and +added."""
    return " ".join([*(f"−{tag}" for tag in entry.tags_removed), *(f"+{tag}" for tag in entry.tags_added)])


def flat_text(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
