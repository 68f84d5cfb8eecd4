"""Ids for questions whose source has none: short, readable, and the same whatever stands around the question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from hashlib import sha256

_LONGEST_ID = 40
_MOST_WORDS = 5
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "between",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "explain",
        "describe",
        "difference",
        "differences",
        "for",
        "from",
        "give",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "mean",
        "means",
        "meant",
        "name",
        "of",
        "on",
        "or",
        "please",
        "should",
        "some",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "use",
        "used",
        "using",
        "was",
        "we",
        "were",
        "what",
        "whats",
        "what's",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "ist",
        "sind",
        "was",
        "wie",
        "und",
        "oder",
        "von",
        "zu",
        "im",
        "in",
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "es",
        "son",
        "que",
        "qué",
        "cómo",
        "y",
        "o",
        "de",
        "en",
        "le",
        "les",
        "des",
        "du",
        "est",
        "sont",
        "quoi",
        "comment",
        "et",
        "ou",
    ]
)


def make_id(question: str, taken: Collection[str]) -> str:
    """Return an id for a question.

    Args:
        question: Its text.
        taken: Ids that are in use, folded by casefold().

    Returns:
        Up to five words of the question (`list-tuple`), or `q-` and a digest if it has none in Latin letters;
        with a part of the digest if the words are taken.
    """
    plain = unicodedata.normalize(
        "NFKD", re.sub(r"<[^<>]*>|\]\([^)]*\)", " ", question.split("\n", maxsplit=1)[0])
    )
    words = re.findall(r"[a-z0-9]+(?:'[a-z]+)?", plain.encode("ascii", "ignore").decode().casefold())
    telling = [word.replace("'", "") for word in words if word not in _COMMON] or words
    name = ""
    for word in telling[:_MOST_WORDS]:
        if len(name) + len(word) >= _LONGEST_ID:
            break
        name = f"{name}-{word}" if name else word
    letters = 0 if plain.isascii() else sum(character.isalpha() for character in plain)
    is_named = name and sum(map(len, words)) * 2 >= letters
    if is_named and name.casefold() not in taken:
        return name
    digest = sha256(" ".join(question.split()).encode("utf-8", "surrogatepass")).hexdigest()
    if not is_named:
        name = f"q-{digest[:6]}"
    for length in (0, 4, 8, 16, 64):
        chosen = f"{name}-{digest[:length]}" if length else name
        if chosen.casefold() not in taken:
            return chosen
    number = 2  # the same question twice
    while f"{name}-{digest[:4]}-{number}" in taken:
        number += 1
    return f"{name}-{digest[:4]}-{number}"
