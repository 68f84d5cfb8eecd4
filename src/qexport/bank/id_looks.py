"""What an id looks like to a reader, who cannot tell А (Cyrillic) from A, nor Ａ (wide)."""

from __future__ import annotations

import unicodedata

_LOOKS_LIKE = str.maketrans(
    "авеԍһіјкӏмнорԛѕтуѵԝхԁɡαβεικνορτυχ‐‑‒–—−․",
    "abeghijklmhopqstyvwxdgabeiknoptyx------.",
)
"""Small letters of Cyrillic and Greek, and signs, to the Latin ones they are taken for, small or as capitals."""


def as_seen(identity: str) -> str:
    """Return an id as it looks: the same for ids that nobody can tell apart."""
    return unicodedata.normalize("NFKC", identity).casefold().translate(_LOOKS_LIKE)


def name_foreign(identity: str) -> str:
    """Return the first character that is not ASCII, with its name; empty if there is none."""
    found = next((each for each in identity if not each.isascii()), "")
    return f"{unicodedata.name(found, 'a character').lower()} (U+{ord(found):04X})" if found else ""
