"""The cover of a book."""

from __future__ import annotations

from math import ceil
from textwrap import wrap
from typing import TYPE_CHECKING

from qexport.common.wording import column_width
from qexport.content.cover_image import read_cover_image
from qexport.content.images import IMAGE_PREFIX, describe_by_name
from qexport.outputs.book.cover_pattern import draw_pattern
from qexport.outputs.book.overview import SCALE_SIZE, overview
from qexport.outputs.lengths import MM, millimetres, points
from qexport.outputs.paper import PAPERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qexport.layout.scheduler import Job
    from qexport.outputs.book.press import Press

WIDEST_OVERVIEW = 110
"""Millimetres."""

LEAST_LARGE = 16
"""Points of all that is in large print."""

CLEAR = 6
"""Points between the overview and what is at the foot of a cover."""


def make_cover(press: Press, kind: str) -> Job:
    """Return the cover of a kind of book: "Handbook", in the language of its bank."""
    bank, facts = press.edition.bank, press.facts
    image = read_cover_image(bank, press.tools.limits)
    picture = (
        {"name": f"{IMAGE_PREFIX}{image.name}", "words": describe_by_name(bank.cover_image)}
        if image
        else None
    )
    drawing = overview(
        press.edition.questions,
        large=press.options.large_print,
        tall=PAPERS[press.options.paper].wide,
    )
    values = {
        "kind": kind,
        "author": bank.author,
        "image": picture,
        "scope": facts.scope,
        "count": facts.count,
        "overview": _fit_overview(drawing, press, kind) if press.options.large_print else drawing,
        "imprint": _imprint(press),
        "pattern": draw_pattern(bank.namespace or bank.title, press.colours()),
    }
    return press.job("handbook/cover.html.j2", values, lambda: values, (image,) if image else ())


def _imprint(press: Press) -> list[str]:
    """Return the lines at the foot of a cover."""
    return [line for line in (press.facts.dated, press.facts.source, press.facts.licence) if line]


def _fit_overview(drawing: dict[str, object], press: Press, kind: str) -> dict[str, object]:
    """Return the overview of a cover in large print: with less space above it, or without rows, if it has no room.

    It has none either where it would be so narrow that its scale is no large print.
    """
    setting = press.style.setting
    width = _cover_width(setting)
    point = (
        min(WIDEST_OVERVIEW, width) * MM / float(str(drawing["width"]))
    )  # of the page, in one of the drawing
    taken = sum(_block_heights(press, kind, width)) + float(str(drawing["height"])) * point
    left = millimetres(setting("--page-height")) * MM - taken - CLEAR
    em = points(setting("--text-size"))
    if SCALE_SIZE * point < LEAST_LARGE or left < em:
        return {**drawing, "rows": []}
    return {**drawing, "near": left < 2 * em}


def _cover_width(setting: Callable[[str], str]) -> float:
    """Return the millimetres of a title on the cover (`.plate` in book.css)."""
    page = millimetres(setting("--page-size").split()[0])
    return page - millimetres(setting("--spine")) - 1.5 * millimetres(setting("--margin-outer"))


def _block_heights(press: Press, kind: str, width: float) -> Iterator[float]:
    """Yield roughly the points that margins and texts of a cover in large print take (book.css, large-print.css)."""
    setting, facts, title = press.style.setting, press.facts, press.edition.title
    label, scope, count, cover = (
        points(setting(f"--{name}-size")) for name in ("label", "scope", "count", "cover")
    )
    heading = cover * (0.5 if len(title) > 96 else 0.72 if len(title) > 48 else 1)
    yield 0.16 * millimetres(setting("--page-height")) * MM
    foot = width - 0.5 * millimetres(setting("--margin-outer"))
    blocks = [  # text, size, width of a character, height of a line, space below
        (kind, label, 0.65, 1.26, 1.0),
        (title, heading, 0.52, 1.15, 0.42),
        *([(press.edition.bank.author, 0.92 * scope, 0.45, 1.35, 0.6)] if press.edition.bank.author else []),
        (facts.scope, scope, 0.45, 1.35, 0.0),
        (facts.count, count, 0.5, 1.6, 0.4),
        *((line, label, 0.45, 1.5, 0.0) for line in _imprint(press)),
    ]
    for number, (text, size, character, line, below) in enumerate(blocks):
        room = foot if number >= len(blocks) - len(_imprint(press)) else width
        characters = max(1, int(room * MM / (character * size)))
        lines = max(len(wrap(text, characters)), ceil(column_width(text) / characters))
        yield size * (lines * line + below)
