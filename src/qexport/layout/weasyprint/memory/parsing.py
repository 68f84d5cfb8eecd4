"""Expressions of the HTML parser, compiled once."""

from __future__ import annotations

import re
from typing import Any


class Expressions(dict[tuple[Any, bool], re.Pattern[str]]):
    """What the parser looks for next, as it means to keep it.

    It builds each expression again for each word, since it keeps it under itself instead of the characters.
    """

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        self[key] = re.compile(f"[{'' if opposite else '^'}{listed}]+")
        return self[key]
