"""The sheet for calibration."""

from __future__ import annotations

from qexport.outputs.flash_cards.calibration import describe_side, list_sides
from qexport.outputs.flash_cards.sheet import grid

GRID = grid("a7", "a4")


def test_a_pile_that_is_turned_by_hand_needs_two_sheets() -> None:
    assert list(list_sides("manual")) == [(1, False), (2, False), (1, True), (2, True)]
    assert list(list_sides("long")) == [(1, False), (1, True)]
    assert list(list_sides("fold")) == [(1, False)]


def test_the_back_has_its_rulers_behind_those_of_the_front() -> None:
    front = describe_side(GRID, "long", 1, (0, 0), is_back=False)["rulers"]
    back = describe_side(GRID, "long", 1, (0, 0), is_back=True)["rulers"]
    assert isinstance(front, list)
    assert isinstance(back, list)
    for one, other in zip(front, back, strict=True):
        assert abs(one["x"] + other["x"] - GRID.width) < 1e-9
        assert abs(one["y"] - other["y"]) < 1e-9


def test_offsets_move_what_is_on_the_side() -> None:
    moved = describe_side(GRID, "long", 1, (0.5, -1), is_back=True)["sheets"]
    assert moved == "0@0.0000,0.0000 1@0.5000,-1.0000"
