"""Colours as inks of a printing press."""

from __future__ import annotations

import pytest

from qexport.layout.inks import convert_to_inks, write_inks


@pytest.mark.parametrize(
    ("colour", "inks"),
    [
        ((0, 0, 0), (0, 0, 0, 1)),
        ((1, 1, 1), (0, 0, 0, 0)),
        ((1, 0, 0), (0, 1, 1, 0)),
        ((0.5, 0.25, 0.5), (0, 0.5, 0, 0.5)),
    ],
)
def test_black_takes_what_is_grey(colour: tuple[float, float, float], inks: tuple[float, ...]) -> None:
    assert convert_to_inks(*colour) == inks


def test_only_operators_that_set_a_colour_change() -> None:
    assert write_inks(b"0.5 0.25 0.5 rg") == b"0 0.5 0 0.5 k"
    assert write_inks(b"1 0 0 RG") == b"0 1 1 0 K"
    assert [write_inks(each) for each in (b"0.2 g", b"BT", b"1 0 0 1 0 0 cm")] == [
        b"0.2 g",
        b"BT",
        b"1 0 0 1 0 0 cm",
    ]
