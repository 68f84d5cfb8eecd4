"""Which colour a technology has: the same on every page, sheet and card of a bank.

The colours are those of a style: `--colour-1` to `--colour-6`; they come back after the sixth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.bank.model import Bank

COLOURS = 6


def number_technologies(bank: Bank) -> dict[str, int]:
    """Return the number of each technology, from 0, in the bank's order: the same in every edition of the bank."""
    named = [*bank.technologies, *(question.technology for question in bank.questions)]
    return {name: number for number, name in enumerate(dict.fromkeys(filter(None, named)))}


def number_colour(number: int) -> int:
    """Return the number of a technology's colour, from 1.

    Args:
        number: of the technology (`number_technologies`).
    """
    return number % COLOURS + 1


def choose_colour(technology: str, numbers: Mapping[str, int]) -> int:
    """Return the number of a technology's colour, from 1; 0 for one that has no number, or is the only one.

    Args:
        technology: its name.
        numbers: of all technologies (`number_technologies`).
    """
    return number_colour(numbers[technology]) if technology in numbers and len(numbers) > 1 else 0
