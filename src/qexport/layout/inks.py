"""Colours as inks: red, green and blue → cyan, magenta, yellow and black, as operators of PDF.

Black takes all that the three inks would make of grey together, so that text in a dark colour needs the least ink.
The figures are those of ISO 32000-1, 10.3.5, with all black generated and all undercolour removed.
"""

from __future__ import annotations

import re

_RGB = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) (rg|RG)")
_OPERATORS = {b"rg": b"k", b"RG": b"K"}


def convert_to_inks(red: float, green: float, blue: float) -> tuple[float, float, float, float]:
    """Return cyan, magenta, yellow and black for a colour; all are 0 to 1."""
    black = 1 - max(red, green, blue)
    if black >= 1:
        return 0.0, 0.0, 0.0, 1.0
    cyan, magenta, yellow = ((1 - part - black) / (1 - black) for part in (red, green, blue))
    return cyan, magenta, yellow, black


def write_inks(operator: bytes) -> bytes:
    """Return an operator that sets a colour as one that sets inks; any other operator as it is."""
    found = _RGB.fullmatch(operator)
    if found is None:
        return operator
    inks = convert_to_inks(*map(float, found.groups()[:3]))
    return b"%.4g %.4g %.4g %.4g %s" % (*inks, _OPERATORS[found[4]])
