"""What the cover of a book says."""

from __future__ import annotations

from tests.unit.outputs.handbook.handbooks import (
    pages,
)

from qexport.outputs.document import Document


def test_the_cover_says_what_is_in_the_book_and_which_edition_it_is(whole: Document) -> None:
    cover = pages(whole)[0]
    assert cover == (
        "HANDBOOK Types & loops Python and Go 4 of 54 questions Python Difficulty 1 2 3 4 5 6 7 8 9 10 "
        "Edition 1.2, 1 March 2025 Source: A page Licence: CC BY 4.0"
    )
