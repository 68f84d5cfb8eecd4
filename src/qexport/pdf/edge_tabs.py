"""Marks at the outer edge of pages: drawn when a book is linked, as only then the outer side is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.layout.chunk import POINTS_PER_PIXEL
from qexport.layout.inks import write_inks

if TYPE_CHECKING:
    from qexport.pdf.metadata import Tab


def draw_tab(tab: Tab, page_width: float, *, verso: bool, is_inside: bool) -> bytes:
    """Return the operators of a tab, an artifact.

    Args:
        tab: in points.
        page_width: of the trimmed page, in CSS pixels.
        verso: whether the outer edge is the left one.
        is_inside: whether it is drawn where a unit is a CSS pixel and y grows downwards.
    """
    width, edge = tab.width + tab.bleed, page_width * POINTS_PER_PIXEL
    x, y, high = -tab.bleed if verso else edge - tab.width, tab.y, tab.height
    if is_inside:
        x, y, width, high = (
            x / POINTS_PER_PIXEL,
            (tab.page_height - tab.y - high) / POINTS_PER_PIXEL,
            width / POINTS_PER_PIXEL,
            high / POINTS_PER_PIXEL,
        )
    red, green, blue = tab.colour
    ink = b"%.3g g" % red if red == green == blue else b"%.3g %.3g %.3g rg" % tab.colour
    ink = write_inks(ink) if tab.bleed else ink
    return b"/Artifact BMC\nq\n%s\n%.3f %.3f %.3f %.3f re f\nQ\nEMC" % (ink, x, y, width, high)
