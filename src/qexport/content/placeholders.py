"""Labels with places for values."""

from __future__ import annotations

import re


def fill_placeholders(text: str, **values: object) -> str:
    """Return a text with values in its places: `{n} of {total}`."""
    return re.sub(r"\{(\w+)\}", lambda place: str(values.get(place[1], place[0])), text)
