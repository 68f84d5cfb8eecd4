"""The pattern on a cover: the same for every book of a bank, for it is drawn from the bank's namespace.

namespace → digest → one byte a tile: its shape, how it is turned, its colour
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

PATTERN_COLUMNS, PATTERN_ROWS = 7, 3
"""Tiles beside and below each other."""

TILE = 10
"""Units of the drawing that a tile is wide and high."""

_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Where a turned tile has its corner, in tiles from its left and its top."""


def draw_pattern(identity: str, colours: Sequence[str]) -> dict[str, object]:
    """Return the drawing of a cover's pattern: its size and its shapes, each a path and a colour.

    Args:
        identity: of the bank, its namespace.
        colours: as a style sheet writes them, at least one; the pattern has no others.
    """
    digest = sha256(identity.encode()).digest()
    shapes = []
    for number in range(PATTERN_COLUMNS * PATTERN_ROWS):
        value = digest[number]
        x, y = number % PATTERN_COLUMNS * TILE, number // PATTERN_COLUMNS * TILE
        path = _draw_tile(x, y, value % 5, value // 5 % 4)
        shapes.append({"path": path, "colour": colours[value // 20 % len(colours)]})
    return {"width": PATTERN_COLUMNS * TILE, "height": PATTERN_ROWS * TILE, "shapes": shapes}


def _draw_tile(x: int, y: int, shape: int, turn: int) -> str:
    """Return the path of a tile: a quarter, a leaf, a ring's quarter, a half, or a circle."""
    places = [(x + TILE * across, y + TILE * down) for across, down in _CORNERS]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (places[(turn + step) % 4] for step in range(4))
    half = TILE / 2
    if shape == 0:
        return f"M{ax} {ay}L{bx} {by}A{TILE} {TILE} 0 0 1 {dx} {dy}Z"
    if shape == 1:
        return f"M{ax} {ay}A{TILE} {TILE} 0 0 1 {cx} {cy}A{TILE} {TILE} 0 0 1 {ax} {ay}Z"
    if shape == 2:
        (px, py), (qx, qy) = (((ax + ox) / 2, (ay + oy) / 2) for ox, oy in ((bx, by), (dx, dy)))
        outer = f"M{px:g} {py:g}L{bx} {by}A{TILE} {TILE} 0 0 1 {dx} {dy}"
        return f"{outer}L{qx:g} {qy:g}A{half:g} {half:g} 0 0 0 {px:g} {py:g}Z"
    if shape == 3:
        return f"M{ax} {ay}L{bx} {by}A{half:g} {half:g} 0 0 1 {ax} {ay}Z"
    reach = half * 0.6
    there, back = (f"a{reach:g} {reach:g} 0 1 1 {way:g} 0" for way in (2 * reach, -2 * reach))
    return f"M{x + half - reach:g} {y + half:g}{there}{back}Z"
