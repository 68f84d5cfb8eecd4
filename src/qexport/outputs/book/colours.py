"""The colour and the place of each technology: on the edge of its pages, and above its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qexport.common.errors import UsageError
from qexport.content.technology_colours import number_colour
from qexport.outputs.lengths import MM, millimetres
from qexport.pdf.metadata import Tab

TAB_WIDTH, TAB_GAP, HIGHEST = 4.5, 2.0, 26.0
"""Millimetres of a tab, of the gap between two, and of its height at most."""


def colour_of(number: int, setting: Callable[[str], str]) -> str:
    """Return the colour of a technology, as the theme writes it."""
    return setting(f"--colour-{number_colour(number)}")


def place_tabs(
    pages: Mapping[int, str], numbers: Mapping[str, int], setting: Callable[[str], str], *, bleed: float
) -> dict[int, Tab]:
    """Return the tab of each page; tabs step down the edge by technology.

    Args:
        pages: the technology of a page, by its folio.
        numbers: of the technologies (`number_technologies`).
        setting: gives the style's settings.
        bleed: millimetres beyond the edge.
    """
    there = sorted({numbers[name] for name in pages.values()})
    if len(there) < 2:
        return {}
    page = millimetres(setting("--page-height"))
    top = millimetres(setting("--margin-top"))
    room = page - top - millimetres(setting("--margin-bottom"))
    step = min(HIGHEST + TAB_GAP, room / len(there))
    tabs = {}
    for place, number in enumerate(there):
        high = max(step - TAB_GAP, step / 2)
        tabs[number] = Tab(
            y=(page - top - place * step - high) * MM,
            width=TAB_WIDTH * MM,
            height=high * MM,
            colour=_parse_colour(colour_of(number, setting)),
            page_height=page * MM,
            bleed=bleed * MM,
        )
    return {folio: tabs[numbers[name]] for folio, name in pages.items()}


def _parse_colour(colour: str) -> tuple[float, float, float]:
    """Return a colour such as #1f3a6e or #000; UsageError for another form."""
    digits = colour.strip().removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    try:
        red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    except ValueError as error:
        raise UsageError(f"{colour!r} is not a colour", hint="for example #1f3a6e") from error
    return red, green, blue
