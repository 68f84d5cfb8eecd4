"""Sheets of paper with cards on them: where each card is printed, what is behind it, and where to cut.

Lengths are millimetres from the upper left corner of a side as one looks at it; paper stands upright. A card's back
is printed where the card is when the sheet is turned over: about the long edge columns change places, about the short
edge rows do.

    A4, 2x4, long edge       front  1 2     back  2 1
                                    3 4           4 3
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from qexport.common.records import Record
from qexport.outputs.paper import INCH, PAPERS

FLIPS = ("long", "short", "manual", "fold")
"""How a front gets its back: behind it, the sheet turned about an edge by the printer or by hand, or beside it."""

CUT = 0.15
"""Width of a mark's line."""

_GRID_MARGIN = 9.0  # of grids that fill the paper: marks fit, and printers reach it
_MARK_LENGTH, _GAP_LENGTH, _CROSS_LENGTH = 4.0, 1.5, 2.5

SMALLEST = (55.0, 40.0)
"""Width and height of the smallest card that fills a part of a sheet: a small paper has fewer of them."""


class Cell(Record, frozen=True):
    """Where a card is printed."""

    x: float
    y: float
    width: float
    height: float


class CutLine(Record, frozen=True):
    """A line, as a thin rectangle: where to cut, or to `fold`."""

    x: float
    y: float
    width: float
    height: float
    fold: bool = False


class Grid(Record, kw_only=True, frozen=True):
    """Cards in columns and rows in the middle of a sheet."""

    width: float
    """Of the paper."""
    height: float
    columns: int
    rows: int
    card_width: float
    card_height: float
    gap_x: float = 0.0
    gap_y: float = 0.0
    perforated: bool = False

    @property
    def left(self) -> float:
        """Where the first column begins: as far from the left edge as the last one ends from the right."""
        return (self.width - self.columns * self.card_width - (self.columns - 1) * self.gap_x) / 2

    @property
    def top(self) -> float:
        """Where the first row begins."""
        return (self.height - self.rows * self.card_height - (self.rows - 1) * self.gap_y) / 2

    def cells(self) -> tuple[Cell, ...]:
        """Return all cells, row by row."""
        return tuple(self._cell(column, row) for row in range(self.rows) for column in range(self.columns))

    def pairs(self) -> tuple[tuple[Cell, Cell], ...]:
        """Return cells that lie side by side, for a front and the back that is folded behind it.

        Where there is one column, the back lies below its front.
        """
        if self.columns > 1:
            return tuple(
                (self._cell(column, row), self._cell(column + 1, row))
                for row in range(self.rows)
                for column in range(0, self.columns - 1, 2)
            )
        return tuple((self._cell(0, row), self._cell(0, row + 1)) for row in range(0, self.rows - 1, 2))

    def _cell(self, column: int, row: int) -> Cell:
        return Cell(
            self.left + column * (self.card_width + self.gap_x),
            self.top + row * (self.card_height + self.gap_y),
            self.card_width,
            self.card_height,
        )

    def behind(self, cell: Cell, *, short_edge: bool) -> Cell:
        """Return where on the other side that is, when the sheet is turned about its long or its short edge."""
        if short_edge:
            return Cell(cell.x, self.height - cell.y - cell.height, cell.width, cell.height)
        return Cell(self.width - cell.x - cell.width, cell.y, cell.width, cell.height)

    def marks(self, *, folded: bool = False) -> tuple[CutLine, ...]:
        """Return where to cut and to fold: the same on both sides of a sheet, as the cards are in its middle."""
        cards = [_both(*pair) for pair in self.pairs()] if folded else self.cells()
        columns = {_round_edge(edge): False for card in cards for edge in (card.x, card.x + card.width)}
        rows = {_round_edge(edge): False for card in cards for edge in (card.y, card.y + card.height)}
        if folded and self.columns > 1:
            columns |= {_round_edge(back.x): True for _, back in self.pairs()}
        elif folded:
            rows |= {_round_edge(back.y): True for _, back in self.pairs()}
        across = tuple(self._ends(min(columns), max(columns), self.width))
        down = tuple(self._ends(min(rows), max(rows), self.height))
        uprights = [(x, fold) for x, fold in sorted(columns.items()) if 0 < x < self.width]
        levels = [(y, fold) for y, fold in sorted(rows.items()) if 0 < y < self.height]
        marks = [_make_upright_line(x, *ends, fold=fold) for x, fold in uprights for ends in down]
        marks += [_make_level_line(y, *ends, fold=fold) for y, fold in levels for ends in across]
        if not self.perforated:  # crosses at every card
            for (x, fold_x), (y, fold_y) in product(uprights, levels):
                marks.append(_make_upright_line(x, y - _CROSS_LENGTH, y + _CROSS_LENGTH, fold=fold_x))
                marks.append(_make_level_line(y, x - _CROSS_LENGTH, x + _CROSS_LENGTH, fold=fold_y))
        return tuple(marks)

    def _ends(self, first: float, last: float, edge: float) -> Iterator[tuple[float, float]]:
        """Yield the ends of a line's marks: beyond the cards, or where that is too narrow at the paper's edge."""
        if first >= _MARK_LENGTH + _GAP_LENGTH:
            yield first - _GAP_LENGTH - _MARK_LENGTH, first - _GAP_LENGTH
            yield last + _GAP_LENGTH, last + _GAP_LENGTH + _MARK_LENGTH
        elif not self.perforated:
            yield 0, _MARK_LENGTH + _GAP_LENGTH
            yield edge - _MARK_LENGTH - _GAP_LENGTH, edge


def _both(front: Cell, back: Cell) -> Cell:
    return Cell(front.x, front.y, back.x + back.width - front.x, back.y + back.height - front.y)


def _round_edge(edge: float) -> float:
    return round(edge, 4)  # cards that meet have one edge


def _make_upright_line(x: float, top: float, bottom: float, *, fold: bool = False) -> CutLine:
    return CutLine(x - CUT / 2, top, CUT, bottom - top, fold)


def _make_level_line(y: float, left: float, right: float, *, fold: bool = False) -> CutLine:
    return CutLine(left, y - CUT / 2, right - left, CUT, fold)


def _make_perforated(paper: str, columns: int, rows: int, width: float, height: float, *gaps: float) -> Grid:
    gap_x, gap_y = gaps or (0.0, 0.0)
    return Grid(
        width=PAPERS[paper].width,
        height=PAPERS[paper].height,
        columns=columns,
        rows=rows,
        card_width=width,
        card_height=height,
        gap_x=gap_x,
        gap_y=gap_y,
        perforated=True,
    )


PERFORATED = {
    "avery-5371": _make_perforated("letter", 2, 5, 3.5 * INCH, 2 * INCH),
    "avery-5388": _make_perforated("letter", 1, 3, 5 * INCH, 3 * INCH),
    "avery-8373": _make_perforated("letter", 2, 4, 3.5 * INCH, 2 * INCH, 0.5 * INCH, 0.5 * INCH),
    "avery-c32011": _make_perforated("a4", 2, 5, 85, 54, 10, 0),
    "avery-c32015": _make_perforated("a4", 2, 4, 85, 54, 6, 6),
}
"""Sheets one can buy, by their name; each is for one paper.

The Letter sheets are as in two public tables that agree: the templates of gLabels (`avery-us-templates.xml`, whose
names for 5371 are also 5376, 5877, 8371, 8871 and others; for 5388 also 5386 and 8388) and Paper::Specs on CPAN.
The A4 sheets are as in gLabels (`avery-iso-templates.xml`; C32015 a second time in `zweckform-iso-templates.xml`). In
both the cards are in the middle of the sheet, as they have to be for both sides to agree. A sheet whose tables
disagree (5389) is left out.
"""

CARD_SIZES = ("a7", "3x5in", "2x4", "3x3", *PERFORATED)


def grid(size: str, paper: str) -> Grid:
    """Return where cards of a size lie on a paper. A perforated sheet is its own paper."""
    if size in PERFORATED:
        return PERFORATED[size]
    width, height = PAPERS[paper].width, PAPERS[paper].height
    match size:
        case "a7":  # A4 halved three times: a quarter of a millimetre over ISO's 74, and nothing is trimmed
            card_width, card_height = 105.0, 74.25
        case "3x5in":
            card_width, card_height = 5 * INCH, 3 * INCH
        case _:
            columns, rows = map(int, size.split("x"))
            wide, high = width - 2 * _GRID_MARGIN, height - 2 * _GRID_MARGIN
            card_width = wide / min(columns, int(wide / SMALLEST[0]))
            card_height = high / min(rows, int(high / SMALLEST[1]))
    return Grid(
        width=width,
        height=height,
        columns=_how_many(card_width, width),
        rows=_how_many(card_height, height),
        card_width=card_width,
        card_height=card_height,
    )


def _how_many(card: float, paper: float) -> int:
    return int(paper / card + 1e-6)


def format_place(page: int, x: float, y: float) -> str:
    """Return where a page goes on its sheet, in millimetres, as the layout reads it."""
    return f"{page}@{x:.4f},{y:.4f}"
