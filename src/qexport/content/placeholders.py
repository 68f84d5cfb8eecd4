"""Labels with places for values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

_PLACE = re.compile(r"\{(\w+)\}")


def fill_placeholders(text: str, **values: object) -> str:
    """Return a text with values in its places: `{n} of {total}`."""
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)


def fill_markup(text: str, **values: object) -> Markup:
    """Return a text as HTML with values in its places; those that are HTML stay so, others are escaped."""
    from markupsafe import Markup, escape

    parts = _PLACE.split(text)  # text, name, text, …
    written = (escape(values.get(part, "") if at % 2 else part) for at, part in enumerate(parts))
    return Markup("").join(written)
