"""Sheets: where cards, their backs and the marks to cut them are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from qexport.outputs.flash_cards.sheet import CARD_SIZES, Cell, CutLine, Grid, grid
from qexport.outputs.paper import PAPERS

GRIDS = [sheet for size in CARD_SIZES for paper in PAPERS if (sheet := grid(size, paper)).columns]


def places(cells: tuple[Cell, ...]) -> list[tuple[float, float]]:
    return [(round(cell.x, 2), round(cell.y, 2)) for cell in cells]


def test_eight_a7_cards_fill_a4() -> None:
    sheet = grid("a7", "a4")
    assert places(sheet.cells()) == [(x, y) for y in (0, 74.25, 148.5, 222.75) for x in (0, 105)]
    assert (sheet.card_width, sheet.card_height) == (105, 74.25)


@pytest.mark.parametrize(
    ("size", "paper", "columns", "rows"),
    [
        ("a7", "letter", 2, 3),
        ("3x5in", "a4", 1, 3),
        ("3x5in", "letter", 1, 3),
        ("2x4", "a4", 2, 4),
        ("2x4", "letter", 2, 4),
        ("3x3", "a4", 3, 3),
        ("3x3", "letter", 3, 3),
        ("2x4", "a5", 2, 4),
        ("3x3", "a5", 2, 3),
        ("2x4", "a6", 1, 3),
    ],
)
def test_a_paper_takes_as_many_cards_as_fit(size: str, paper: str, columns: int, rows: int) -> None:
    sheet = grid(size, paper)
    assert (sheet.columns, sheet.rows) == (columns, rows)


def test_a_perforated_sheet_is_its_own_paper() -> None:
    sheet = grid("avery-5371", "a4")
    assert (sheet.width, sheet.height) == (PAPERS["letter"].width, PAPERS["letter"].height)
    assert places(sheet.cells())[:3] == [(19.05, 12.7), (107.95, 12.7), (19.05, 63.5)]
    assert len(sheet.cells()) == 10


@pytest.mark.parametrize("sheet", GRIDS)
def test_cards_lie_on_the_paper_and_not_on_each_other(sheet: Grid) -> None:
    cells = sheet.cells()
    for cell in cells:
        assert cell.x >= -1e-9
        assert cell.y >= -1e-9
        assert cell.x + cell.width <= sheet.width + 1e-9
        assert cell.y + cell.height <= sheet.height + 1e-9
    for one, other in pairwise(cells):
        assert other.x >= one.x + one.width - 1e-9 or other.y >= one.y + one.height - 1e-9


@pytest.mark.parametrize("sheet", GRIDS)
@pytest.mark.parametrize("short_edge", [False, True])
def test_behind_every_card_is_a_card(sheet: Grid, short_edge: bool) -> None:
    behind = [sheet.behind(cell, short_edge=short_edge) for cell in sheet.cells()]
    for cell in sheet.cells():
        assert any(abs(cell.x - other.x) + abs(cell.y - other.y) < 1e-9 for other in behind)


def test_about_the_long_edge_columns_change_places_about_the_short_edge_rows_do() -> None:
    sheet = grid("2x4", "a4")
    first, second, *_, seventh, eighth = sheet.cells()
    assert places((sheet.behind(first, short_edge=False),)) == places((second,))
    assert places((sheet.behind(first, short_edge=True),)) == places((seventh,))
    assert places((sheet.behind(second, short_edge=True),)) == places((eighth,))


def test_a_back_to_fold_lies_beside_its_front_or_below_it_where_there_is_one_column() -> None:
    assert [places(pair) for pair in grid("3x3", "a4").pairs()] == [[(9, y), (73, y)] for y in (9, 102, 195)]
    assert [places(pair) for pair in grid("3x5in", "a4").pairs()] == [[(41.5, 34.2), (41.5, 110.4)]]


@pytest.mark.parametrize("sheet", GRIDS)
def test_marks_are_at_the_same_places_on_both_sides(sheet: Grid) -> None:
    def turned(mark: CutLine) -> CutLine:
        return CutLine(sheet.width - mark.x - mark.width, mark.y, mark.width, mark.height, mark.fold)

    def exact(marks: tuple[CutLine, ...]) -> set[tuple[float, ...]]:
        return {tuple(round(each, 3) for each in (mark.x, mark.y, mark.width, mark.height)) for mark in marks}

    marks = sheet.marks()
    assert marks
    assert len(exact(marks)) == len(marks)
    assert exact(tuple(turned(mark) for mark in marks)) == exact(marks)


def test_marks_stand_outside_the_cards_where_the_margin_has_room() -> None:
    sheet = grid("2x4", "a4")
    corners = {
        (round(cell.x + across, 2), round(cell.y + down, 2))
        for cell in sheet.cells()
        for across in (0, cell.width)
        for down in (0, cell.height)
    }
    crosses: list[CutLine] = []
    others: list[CutLine] = []
    for mark in sheet.marks():
        middle = round(mark.x + mark.width / 2, 2), round(mark.y + mark.height / 2, 2)
        (crosses if middle in corners else others).append(mark)
    for mark in others:
        for cell in sheet.cells():
            apart_x = mark.x + mark.width < cell.x or mark.x > cell.x + cell.width
            apart_y = mark.y + mark.height < cell.y or mark.y > cell.y + cell.height
            assert apart_x or apart_y
    assert len(others) == 2 * (3 + 5)
    assert len(crosses) == 2 * 3 * 5  # at every corner of a card


def test_cards_that_fill_the_paper_have_crosses_at_their_corners() -> None:
    crosses = {(mark.x + mark.width / 2, mark.y + mark.height / 2) for mark in grid("a7", "a4").marks()}
    assert {(105.0, 74.25), (105.0, 148.5), (105.0, 222.75)} <= crosses


def test_marks_of_folds_are_told_from_those_of_cuts() -> None:
    folds = {round(mark.x + mark.width / 2, 2) for mark in grid("2x4", "a4").marks(folded=True) if mark.fold}
    assert folds == {105.0}
    folds = {
        round(mark.y + mark.height / 2, 2) for mark in grid("3x5in", "a4").marks(folded=True) if mark.fold
    }
    assert folds == {110.4}
