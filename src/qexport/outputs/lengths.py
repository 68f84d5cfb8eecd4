"""Lengths of a style sheet → numbers: `27mm`, `calc(20mm + 2 * 1.5mm)`, `0.87em`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qexport.common.errors import UsageError
from qexport.common.patterns import compile_late

MM = 72 / 25.4
"""Points in a millimetre."""

_POINTS = {"pt": 1.0, "mm": MM, "cm": 10 * MM, "q": MM / 4, "in": 72.0, "pc": 12.0, "px": 0.75}
_LENGTH_TOKEN = compile_late(
    r"\s*(?:(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<unit>[a-z%]*)|(?P<sign>[-+*/()])|calc)\s*",
    re.IGNORECASE,
)


def millimetres(text: str) -> float:
    """Return a length in millimetres; UsageError for what is none."""
    return points(text) / MM


def points(text: str, *, em: float | None = None) -> float:
    """Return a length in points.

    Args:
        text: as in CSS, with the usual units, and `calc()`.
        em: points of an em; None: the length must not have one.

    Raises:
        UsageError: no length.
    """
    try:
        return _evaluate_length(text, em)
    except (ArithmeticError, KeyError, IndexError, ValueError) as error:
        raise UsageError(f"{text!r} is not a length", hint="for example 27mm or calc(20mm + 7mm)") from error


def number(text: str) -> float:
    """Return a plain number, such as 1.05; UsageError for another text."""
    return points(text)


def _evaluate_length(text: str, em: float | None) -> float:
    tokens = list(_tokens(text, em))
    value = _parse_sum(tokens)
    if tokens:
        raise ValueError(text)
    return value


def _tokens(text: str, em: float | None) -> Iterator[float | str]:
    units = {**_POINTS, "": 1.0, **({} if em is None else {"em": em, "%": em / 100})}
    at = 0
    after_value = False
    while at < len(text.rstrip()):
        found = _LENGTH_TOKEN.match(text, at)
        if found is None:
            raise ValueError(text)
        if found["number"] and not (after_value and found["number"][0] in "+-"):
            yield float(found["number"]) * units[found["unit"].lower()]
            after_value = True
        elif found["number"]:  # the sign stands between two values
            yield found["number"][0]
            at = found.start("number") + 1
            after_value = False
            continue
        elif found["sign"]:
            yield found["sign"]
            after_value = found["sign"] == ")"
        at = found.end()


def _parse_sum(tokens: list[float | str]) -> float:
    value = _parse_product(tokens)
    while tokens and tokens[0] in ("+", "-"):
        value += _parse_product(tokens) if tokens.pop(0) == "+" else -_parse_product(tokens)
    return value


def _parse_product(tokens: list[float | str]) -> float:
    value = _factor(tokens)
    while tokens and tokens[0] in ("*", "/"):
        if tokens.pop(0) == "*":
            value *= _factor(tokens)
        else:
            value /= _factor(tokens)
    return value


def _factor(tokens: list[float | str]) -> float:
    first = tokens.pop(0)
    if isinstance(first, float):
        return first
    if first != "(":
        raise ValueError(first)
    value = _parse_sum(tokens)
    if tokens.pop(0) != ")":
        raise ValueError(first)
    return value
