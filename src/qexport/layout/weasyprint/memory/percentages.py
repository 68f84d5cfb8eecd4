"""Lengths of boxes, resolved once for each style and containing block."""

from __future__ import annotations

from typing import Any

from weasyprint.css.functions import check_math
from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.layout import percent

from qexport.layout.weasyprint.memory.styles import BOX_EDGES

MOST_SIZES = 100
"""Containing blocks for which a kept style knows its percentages."""

_resolve_percentages, _resolve_radii = percent.resolve_percentages, percent.resolve_radii_percentages

_RESOLVED = (
    *sorted(BOX_EDGES),
    *(f"{bound}{size}" for bound in ("", "min_", "max_") for size in ("width", "height")),
    *(f"border_{side}_width" for side in ("top", "right", "bottom", "left")),
)
_RADII = tuple(
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)
_SQUARE_CORNERS = dict.fromkeys(_RADII, (0, 0))


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Give a box the lengths that a box of the same style had in a containing block of this size.

    They depend on nothing else, but for borders that collapse, and what is calculated from percentages and the size of
    the page. Where layout gave the style another margin, they are not what they are in the kept style.
    """
    style = box.style
    kept = getattr(style, "kept", None)
    if kept is None or style.resized or style["border_collapse"] == "collapse" or not isinstance(box, Box):
        _resolve_percentages(box, containing_block)
        return
    if isinstance(containing_block, Box):
        size = containing_block.width, containing_block.height, isinstance(box, PageBox)
    else:
        size = *containing_block, isinstance(box, PageBox)
    found = kept.sizes.get(size)
    if found is not None:
        box.__dict__.update(found)
        return
    _resolve_percentages(box, containing_block)
    if (
        style.kept is kept
        and len(kept.sizes) < MOST_SIZES
        and not any(check_math(style[name]) for name in _RESOLVED)
    ):
        kept.sizes[size] = {name: box.__dict__[name] for name in _RESOLVED}


def resolve_radii_percentages(box: Any) -> None:
    """Give a box square corners if its style has no others."""
    style = box.style
    kept = getattr(style, "kept", None)
    if kept is None or not isinstance(box, Box):
        _resolve_radii(box)
        return
    if kept.square is None and all((0, "px") in style[name] for name in _RADII) and style.kept is kept:
        kept.square = True
    if kept.square:
        box.__dict__.update(_SQUARE_CORNERS)
    else:
        _resolve_radii(box)
