"""The options of the outputs: one table, from which come the flags of `build`, the checks and the docs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TypeAlias

from qexport.common.errors import UsageError
from qexport.outputs.paper import CARD_SIZES, FLIPS

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
    read: Callable[[str], object] = str
    """What reads such a text; ValueError where it means nothing, as 2026-02-31."""
    group: str = "Handbook"
    """The heading it stands under in the help."""


_SECTIONS = (
    "On backs, after the answer, as many other sections as fit: all, or some, as common-mistakes,follow-ups."
)
_OFFSET = r"-?\d{1,2}(\.\d+)?(,-?\d{1,2}(\.\d+)?)?"

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
    Option(
        "imposition", "booklet: two pages a side, in the order to fold them.", "none", ("none", "booklet")
    ),
    Option(
        "dated",
        "The date on the cover, as 2026-11-22; else that of the bank's last change.",
        pattern=r"\d{4}-\d{2}-\d{2}",
        read=date.fromisoformat,
    ),
    Option("release", "The version on the cover, as 1.2."),
    Option(
        "edition",
        "quiz: questions first, with room to answer; the answers at the back.",
        "study",
        ("study", "quiz"),
    ),
    Option(
        "answer-space",
        "Quiz: the room to answer is ruled, squared, or none.",
        "lines",
        ("lines", "grid", "none"),
    ),
    Option("answer-lines", "Quiz: how much room, in lines of 8 mm.", "6", pattern=r"[1-9]\d?"),
    Option(
        "key",
        "Quiz: the answers at the back, in a file of their own, or none.",
        "back",
        ("back", "separate", "none"),
    ),
    Option(
        "card-size",
        "The cards, or the perforated sheets they are printed on.",
        "2x4",
        CARD_SIZES,
        group="Cards",
    ),
    Option(
        "duplex",
        "How backs get behind fronts: the printer turns sheets about the long or the short edge; manual: all fronts, "
        "then all backs; fold: side by side, for printers with one side.",
        "long",
        FLIPS,
        group="Cards",
    ),
    Option("card-sections", _SECTIONS, pattern=r"[a-z_-]+(, *[a-z_-]+)*", group="Cards"),
    Option(
        "offset-x",
        "Move backs to the right by MM, or fronts and backs, as 0.5,-0.3.",
        pattern=_OFFSET,
        group="Cards",
    ),
    Option("offset-y", "Move backs down by MM, or fronts and backs.", pattern=_OFFSET, group="Cards"),
    Option(
        "calibration", "Make also a sheet that shows what offsets the printer needs.", False, group="Cards"
    ),
    Option("deck-root", "Name of the deck, with :: between levels; else the bank's title.", group="Deck"),
    Option(
        "deck-depth",
        "0: one deck; 1: in it one for each technology; 2: in those one for each category.",
        "1",
        ("0", "1", "2"),
        group="Deck",
    ),
    Option(
        "cards",
        "What a question makes cards of: recall, and after commas scenario, mistakes.",
        "recall",
        pattern=r"\s*recall\s*(,\s*(scenario|mistakes)\s*)*",
        group="Deck",
    ),
    Option(
        "tag-prefix",
        "Put before all tags, as hub in hub::level::advanced.",
        pattern=r"[^\s\"*]+",
        group="Deck",
    ),
    Option(
        "new-order",
        "What new cards come in the order of.",
        "bank",
        ("bank", "difficulty", "id"),
        group="Deck",
    ),
    Option("include-retired", "Keep retired questions in the deck, marked as such.", False, group="Deck"),
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
            raise UsageError(
                f"option {name} cannot be {value!r}",
                hint="true or false" if option.default in (True, False) else "a text",
            )
        if option.choices and value not in option.choices:
            raise UsageError(
                f"option {name} cannot be {value!r}", hint=f"one of: {', '.join(option.choices)}"
            )
        if option.pattern and value and not _means_something(option, str(value)):
            raise UsageError(f"option {name} cannot be {value!r}", hint=option.help)
    return {option.name: given.get(option.name, option.default) for option in OPTIONS}


def _means_something(option: Option, text: str) -> bool:
    try:
        option.read(text)
    except ValueError:
        return False
    return re.fullmatch(option.pattern, text) is not None
