"""The tags of a question's note."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qexport.bank.model import Question

RETIRED_TAG = "retired"

NAMES_REMEMBERED = 4_096
"""Names whose tags are remembered: those of technologies, categories and levels are on many questions."""


def tags_of_note(question: Question, prefix: str) -> str:
    """Return the tags of a question's note, as Anki keeps them."""
    named = (question.technology, question.category, question.level)
    return _write_tags(named, question.difficulty, question.status, question.tags, prefix)


@lru_cache(maxsize=NAMES_REMEMBERED)
def _write_tags(
    named: tuple[str, str, str], difficulty: int | None, status: str, own: tuple[str, ...], prefix: str
) -> str:
    values = zip(("technology", "category", "level"), named, strict=True)
    tags = [f"{name}::{slug}" for name, value in values if (slug := _make_tag_slug(value))]
    if difficulty is not None:
        tags.append(f"difficulty::{difficulty:02}")
    if status == "retired":
        tags.append(RETIRED_TAG)
    tags.extend(_tag(tag) for tag in own)
    tags = [_tag(f"{prefix}::{tag}") for tag in tags if tag]
    unique = {tag.casefold(): tag for tag in reversed(tags)}  # Anki keeps one of Python and python
    return " ".join(sorted(unique.values()))


@lru_cache(maxsize=NAMES_REMEMBERED)
def _make_tag_slug(text: str) -> str:
    """Return a name as the last part of a tag: "Core Python" is core-python, "C++" stays c++."""
    return re.sub(r"[^\w+#.]+", "-", text.lower()).strip("-")


@lru_cache(maxsize=NAMES_REMEMBERED)
def _tag(text: str) -> str:
    """Return a tag as Anki takes it: no white space, no empty level."""
    words = re.sub(r"\s+", "_", text.strip())
    return "::".join(part for level in words.split("::") if (part := level.strip(":")))
