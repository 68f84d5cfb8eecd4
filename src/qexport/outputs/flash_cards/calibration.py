"""The sheet for calibration: it shows how far backs are from where they should be, held against the light."""

from __future__ import annotations

from collections.abc import Iterator

from qexport.outputs.flash_cards.sheet import Cell, Grid, format_place


def list_sides(duplex: str) -> Iterator[tuple[int, bool]]:
    """Yield the number of each sheet for calibration, and whether the side is its back, in the order of printing.

    Args:
        duplex: How sheets are turned: `long`, `short`, `manual` or `fold`.
    """
    numbers = (1, 2) if duplex == "manual" else (1,)  # two show whether they are drawn in the right order
    yield from ((number, False) for number in numbers)
    if duplex != "fold":
        yield from ((number, True) for number in numbers)


def describe_side(
    grid: Grid, duplex: str, number: int, moved: tuple[float, float], *, is_back: bool
) -> dict[str, object]:
    """Return the values of one side's template.

    Args:
        grid: Of the sheets of cards.
        duplex: How sheets are turned.
        number: Of the sheet, from 1.
        moved: Millimetres right and down, by which this side is moved to make up for a printer that shifts.
        is_back: Whether it is the back of its sheet.
    """
    short_edge = duplex == "short"
    places = [
        (axis, at * grid.width, down * grid.height)
        for down in (0.58, 0.85)
        for axis, at in (("x", 0.28), ("y", 0.72))
    ]
    if is_back:
        behind = [(axis, grid.behind(Cell(x, y, 0, 0), short_edge=short_edge)) for axis, x, y in places]
        places = [(axis, cell.x, cell.y) for axis, cell in behind]
    return {
        "number": number,
        "is_back": is_back,
        "flip": duplex,
        "rulers": [{"axis": axis, "x": x, "y": y} for axis, x, y in places],
        # Beside each step what moves a back from there to 0, as one looks at the front.
        "signs": {"x": -1, "y": 1} if short_edge else {"x": 1, "y": -1},
        "steps": list(range(-10, 11)),
        "sheets": f"{format_place(0, 0, 0)} {format_place(1, *moved)}",
    }
