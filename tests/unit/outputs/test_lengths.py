"""Lengths of a style sheet as numbers."""

from __future__ import annotations

import pytest

from qexport.common.errors import UsageError
from qexport.outputs.lengths import millimetres, number, points


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27mm", 27),
        ("2.7CM", 27),
        ("1in", 25.4),
        ("72pt", 25.4),
        ("96px", 25.4),
        ("6pc", 25.4),
        ("calc(20mm + 7mm)", 27),
        ("calc(20mm - -7mm)", 27),
        ("calc(2 * (10mm + 3.5mm))", 27),
        ("calc(54mm/2)", 27),
        (" .5in ", 12.7),
    ],
)
def test_a_length_is_a_number_of_millimetres(text: str, expected: float) -> None:
    assert millimetres(text) == pytest.approx(expected)


def test_an_em_is_what_it_is_said_to_be() -> None:
    assert points("0.87em", em=10) == pytest.approx(8.7)
    assert points("87%", em=10) == pytest.approx(8.7)
    assert number("1.05") == pytest.approx(1.05)


@pytest.mark.parametrize(
    "text", ["", "wide", "3furlongs", "calc(1mm", "1mm 2mm", "1em", "calc(1mm/0)", "1mm)", "+"]
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        millimetres(text)
    assert (caught.value.message, caught.value.hint) == (
        f"{text!r} is not a length",
        "for example 27mm or calc(20mm + 7mm)",
    )
