"""Texts that are set aside while what is around them is read as HTML, and then put back in their places.

The place of one is its number between two signs that no text has: from the private area of Unicode.
"""

from __future__ import annotations

import re

_FIRST_SIGN, _LAST_SIGN = "\ue010", "\ue011"
_HELD_PLACE = re.compile(f"{_FIRST_SIGN}([0-9]{{1,7}}){_LAST_SIGN}")
_HELD_SIGNS = re.compile(f"[{_FIRST_SIGN}{_LAST_SIGN}]|&#(?:x0*e01[01]|0*5736[01]);?", re.IGNORECASE)


class HeldTexts:
    """What is set aside of one text."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._texts)

    @staticmethod
    def clear(text: str) -> str:
        """Return a text without the signs, before anything of it is set aside."""
        return _HELD_SIGNS.sub("", text)

    def hold(self, text: str) -> str:
        """Set a text aside; return what is to be in its place."""
        self._texts.append(text)
        return f"{_FIRST_SIGN}{len(self._texts) - 1}{_LAST_SIGN}"

    def put_back(self, text: str) -> str:
        """Return a text with all that was set aside in its place."""
        return _HELD_PLACE.sub(self._text, text)

    def _text(self, found: re.Match[str]) -> str:
        number = int(found[1])
        return self._texts[number] if number < len(self._texts) else ""
