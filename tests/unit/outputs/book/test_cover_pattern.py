"""The pattern on a cover."""

from __future__ import annotations

from qexport.outputs.book.cover_pattern import PATTERN_COLUMNS, PATTERN_ROWS, draw_pattern


def test_a_bank_has_one_pattern_in_its_own_colours() -> None:
    drawing = draw_pattern("knowledge-hub/interview-questions", ["#1f3a6e", "#8c2d55"])
    assert drawing == draw_pattern("knowledge-hub/interview-questions", ["#1f3a6e", "#8c2d55"])
    shapes = drawing["shapes"]
    assert isinstance(shapes, list)
    assert len(shapes) == PATTERN_COLUMNS * PATTERN_ROWS
    assert {shape["colour"] for shape in shapes} == {"#1f3a6e", "#8c2d55"}


def test_another_bank_has_another_pattern() -> None:
    one, other = (draw_pattern(name, ["#000"]) for name in ("one", "other"))
    assert one["shapes"] != other["shapes"]
    assert (one["width"], one["height"]) == (other["width"], other["height"]) == (70, 30)
