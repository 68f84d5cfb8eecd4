"""The order of levels that everyone knows."""

from __future__ import annotations

_RANKS = {
    **dict.fromkeys(["beginner", "junior"], 0),
    **dict.fromkeys(["intermediate", "mid"], 1),
    **dict.fromkeys(["advanced", "senior", "expert"], 2),
}


def rank_of_level(level: str) -> int:
    """Return the place of a level's name among well-known ones, from the lowest; other names come last."""
    return _RANKS.get(level.casefold(), len(_RANKS))
