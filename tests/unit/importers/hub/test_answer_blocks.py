"""Paragraphs of answers are matched with the questions of the bank."""

from __future__ import annotations

import pytest
from tests.unit.importers.hub.imported import (
    ANSWERS,
    bank_of,
)

from qexport.bank.model import Question, RawText
from qexport.common.errors import Location
from qexport.importers.hub.answer_blocks import find_blocks


def counts(paragraphs: list[str], questions: tuple[Question, ...]) -> tuple[int, int, int]:
    """Return how many blocks are known, in conflict and unmatched."""
    lines = [RawText(text, Location("a.txt", number)) for number, text in enumerate(paragraphs, 1)]
    blocks = find_blocks(lines, questions)
    assert [line for block in blocks for line in block.paragraphs] == lines
    whole = sum(
        block.question is not None
        and not block.surplus
        and not block.is_shuffled
        and all(pair.paragraph and pair.paragraph.text == pair.text for pair in block.pairs)
        for block in blocks
    )
    unmatched = sum(block.question is None for block in blocks)
    return whole, len(blocks) - whole - unmatched, unmatched


@pytest.mark.parametrize("at", range(45))
def test_one_odd_paragraph_spoils_its_own_block_only(text: str, at: int) -> None:
    questions = bank_of(text).questions
    lines = ANSWERS[1].split("\n")[2:-1]
    assert counts(lines, questions) == (9, 0, 0)
    assert counts([*lines[:at], *lines[at + 1 :]], questions) == (8, 1, 0)  # missing
    assert counts([*lines[:at], lines[at][:-40] + "x", *lines[at + 1 :]], questions) == (8, 1, 0)  # changed
    assert counts([*lines[:at], "Another thing.", *lines[at + 1 :]], questions) == (8, 1, 0)  # replaced
    assert counts([*lines[:at], lines[at], *lines[at:]], questions) == (8, 1, 0)  # doubled
    stray = (9, 0, 1) if at % 5 == 0 else (8, 1, 0)
    assert counts([*lines[:at], "Another thing.", *lines[at:]], questions) == stray
    if at % 5 < 4:
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        assert counts(swapped, questions) == (8, 1, 0)


def test_blocks_may_stand_twice_and_in_any_order(text: str) -> None:
    questions = bank_of(text).questions
    lines = ANSWERS[1].split("\n")[2:-1]
    assert counts(lines + lines, questions) == (18, 0, 0)
    assert counts(lines[:5] * 3, questions) == (3, 0, 0)
    assert counts(lines[40:] + lines[10:20] + lines[:5], questions) == (4, 0, 0)
    assert counts([f"Nothing {n}" for n in range(12)], questions) == (0, 0, 3)
    assert counts(lines, ()) == (0, 0, 9)
