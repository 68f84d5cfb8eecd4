"""What the cover of a book says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.outputs.handbook.handbooks import (
    BANK,
    LIST,
    SLICE,
    handbook,
    pages,
)

from qexport.outputs.document import Document


def test_the_cover_says_what_is_in_the_book_and_which_edition_it_is(whole: Document) -> None:
    cover = pages(whole)[0]
    assert cover == (
        "HANDBOOK Types & loops Python and Go 4 of 54 questions Python Difficulty 1 2 3 4 5 6 7 8 9 10 "
        "Edition 1.2, 1 March 2025 Source: A page Licence: CC BY 4.0"
    )


@pytest.mark.parametrize("look", ["classic", "pocket"])
def test_a_cover_in_large_print_has_no_overview_where_its_numbers_would_be_small(look: str) -> None:
    cover = pages(handbook(LIST, theme=look, paper="a6", large_print=True))[0]
    assert cover == (
        "HANDBOOK Types & loops Python and Go 1 of 54 questions Source: A page Licence: CC BY 4.0"
    )
    assert "Python 1 2 3" in pages(handbook(LIST, theme=look, paper="a5", large_print=True))[0]


def test_a_cover_in_large_print_has_no_overview_that_would_lie_upon_what_is_below() -> None:
    """Of two of A5 alike but for the author and a technology, one has room."""
    bank = replace(BANK, title="Types, loops and lists in three languages")
    some = (LIST, replace(SLICE, difficulty=3), replace(SLICE, id="R-1", technology="Rust", difficulty=9))
    fitting = pages(handbook(*some[:2], bank=bank, paper="a5", large_print=True))[0]
    assert "Python Go 1 2 3" in fitting
    signed = replace(bank, author="Ada Lovelace")
    full = pages(handbook(*some, bank=signed, paper="a5", large_print=True))[0]
    assert "1 2 3" not in full
    assert full.startswith("HANDBOOK Types, loops and lists in three languages Ada Lovelace")
    assert "Python Go Rust 1 2 3" in pages(handbook(*some, bank=signed, paper="a4", large_print=True))[0]
