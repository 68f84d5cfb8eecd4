"""Which card is where: the sides of all sheets, in the order in which they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qexport.bank.model import Question
from qexport.common.records import Record
from qexport.content.languages import Language
from qexport.outputs.flash_cards.sheet import Cell, Grid


class Card(Record, frozen=True):
    """One piece of cardboard; a question may need several."""

    question: Question
    number: int
    """Counted from 0."""
    count: int

    @property
    def name(self) -> str:
        """What both its sides are called."""
        part = f" · {self.number + 1}/{self.count}" if self.count > 1 else ""
        return f"{self.question.id}{part}"


class Side(Record, frozen=True):
    """One side of a sheet: what is printed where."""

    name: str
    fronts: Sequence[tuple[Cell, Card]]
    backs: Sequence[tuple[Cell, Card]]
    is_back: bool = False


def arrange(cards: Sequence[Card], grid: Grid, duplex: str, words: Language) -> Iterator[Side]:
    """Yield the sides of all sheets in the order they are printed.

    Args:
        cards: In the order in which they are put on sheets.
        grid: Of one sheet.
        duplex: How the sheets are turned: `long`, `short`, `manual` or `fold`.
        words: The language of their names.
    """
    if duplex == "fold":
        yield from _arrange_folded(cards, grid, words)
        return
    cells = grid.cells()
    fronts, backs = [], []
    sheets = _batch_cards(cards, len(cells))
    for number, sheet in enumerate(sheets, start=1):
        name = _name_sheet(number, len(sheets), words)
        placed = list(zip(cells, sheet, strict=False))
        behind = [(grid.behind(cell, short_edge=duplex == "short"), card) for cell, card in placed]
        fronts.append(Side(f"{name}, {words.label('front')}", placed, ()))
        backs.append(Side(f"{name}, {words.label('back')}", (), behind, is_back=True))
    if duplex == "manual":
        yield from (*fronts, *backs)
    else:
        yield from (side for sheet in zip(fronts, backs, strict=True) for side in sheet)


def _name_sheet(number: int, total: int, words: Language) -> str:
    return words.label("sheet_number", n=words.label("n_of_total", n=number, total=total))


def _arrange_folded(cards: Sequence[Card], grid: Grid, words: Language) -> Iterator[Side]:
    pairs = grid.pairs()
    sheets = _batch_cards(cards, len(pairs))
    for number, sheet in enumerate(sheets, start=1):
        placed = list(zip(pairs, sheet, strict=False))
        fronts, backs = ([(pair[side], card) for pair, card in placed] for side in (0, 1))
        yield Side(_name_sheet(number, len(sheets), words), fronts, backs)


def _batch_cards(cards: Sequence[Card], size: int) -> list[Sequence[Card]]:
    return [cards[start : start + size] for start in range(0, len(cards), size)]
