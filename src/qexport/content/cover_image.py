"""The picture on covers: a file beside the bank, read through the one opener and judged like any other picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.content.images import Flaw, read_image

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.content.images import Image


def read_cover_image(bank: Bank, limits: Limits = USUAL) -> Image | None:
    """Return the picture that a bank names for covers, or None if it names none.

    Raises:
        InputRefused: There is no such picture in the bank's folder, or it cannot be used.
    """
    if not bank.cover_image:
        return None
    file = Path(bank.questions[0].location.path)
    read = read_image(file.parent, bank.cover_image, limits)
    if isinstance(read, Flaw):
        raise InputRefused((Problem(Location(str(file)), f"cover_image: {read.message}", read.hint),))
    return read
