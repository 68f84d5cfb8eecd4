"""What goes into a reader, and what comes out."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.source import Found, as_tuple


def test_a_text_is_the_only_item_of_a_list() -> None:
    assert as_tuple("a") == ("a",)
    assert as_tuple(("a", "b")) == ("a", "b")


def test_a_field_is_where_its_question_is_if_nothing_else_is_known() -> None:
    place = Location("a.txt", 3)
    assert Found(location=place, fields={"question": "Q?"}).place_of("question") == place
    found = Found(location=place, fields={"question": "Q?"}, locate=lambda _: Location("a.txt", 4))
    assert found.place_of("question") == Location("a.txt", 4)
    assert found.place_of("answer") == place
