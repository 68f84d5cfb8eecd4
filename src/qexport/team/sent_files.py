"""Bundles and decks that others send → their bytes, within their limits."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes


def read_limited(path: Path, limit: Literal["bundle", "deck"], limits: Limits) -> bytes:
    """Return the bytes of a bundle or a deck that is no larger than its limit."""
    try:
        return read_bytes(path, getattr(limits, limit))
    except Unreadable as error:
        raise InputRefused((Problem(Location(str(path)), error.reason),)) from error
    except TooLarge:
        raise limits.make_error(limit, f"{path}: larger than {limits.show(limit)}") from None
