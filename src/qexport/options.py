"""The options of the outputs: one table, from which come the flags of `build`, the checks and the docs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from qexport.errors import UsageError

Options: TypeAlias = Mapping[str, str | bool]
"""Every option by its name, as given or by default; `checked` makes them."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option. Without choices its value is free text; a flag is on or off."""

    name: str
    help: str
    default: str | bool = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """What a free text must look like, as a regular expression; its form in words stands in `help`."""


OPTIONS = (
    Option("paper", "Size of the page.", "a4", ("a4", "letter", "a5", "6x9in")),
    Option(
        "media",
        "screen: live links; print: mirrored margins, parts on the right, addresses shown; prepress: print, "
        "with bleed and crop marks.",
        "screen",
        ("screen", "print", "prepress"),
    ),
    Option("theme", "A theme's name, or the path of its folder.", "classic"),
    Option("large-print", "Set everything in 16 pt or more.", False),
    Option("flow", "Set questions one after another instead of each on a fresh page.", False),
    Option("notes", "Add boxes to rate yourself, and ruled lines on what is left of the page.", False),
    Option("imposition", "booklet: two pages a side, in the order to fold them.", "none", ("none", "booklet")),
    Option("dated", "The date on the cover, as 2026-11-22; else that of the bank's last change.", pattern=r"\d{4}-\d{2}-\d{2}"),
    Option("release", "The version on the cover, as 1.2."),
)


def checked(given: Mapping[str, str | bool]) -> Options:
    """Return all options with these values; UsageError for an unknown one or one that cannot be."""
    known = {option.name: option for option in OPTIONS}
    for name, value in given.items():
        option = known.get(name)
        if option is None:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"unknown option {name!r}", hint=f"{hint}known: {', '.join(known)}")
        if isinstance(option.default, bool) != isinstance(value, bool):
            raise UsageError(f"option {name} cannot be {value!r}", hint="true or false" if option.default in (True, False) else "a text")
        if option.choices and value not in option.choices:
            raise UsageError(f"option {name} cannot be {value!r}", hint=f"one of: {', '.join(option.choices)}")
        if option.pattern and value and not re.fullmatch(option.pattern, str(value)):
            raise UsageError(f"option {name} cannot be {value!r}", hint=option.help)
    return {option.name: given.get(option.name, option.default) for option in OPTIONS}
