"""A line that was read out of HTML is found again in its source."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.html_places import TextPlaces

PAGE = """<html><style>What is {}</style>
<h2>1. What is a <b>list</b>?</h2>
  <p>A sequence &amp; more</p>
<h2>What is a list?</h2></html>
"""


def test_lines_are_found_in_their_order() -> None:
    places = TextPlaces(PAGE, "page.html")
    assert places.find("1. What is a **list**?") == Location("page.html", 2, 8)
    assert places.find("A sequence & more") == Location("page.html", 3, 6)
    assert places.find("## What is a list?") == Location("page.html", 4, 5)


def test_the_words_of_a_style_or_a_tag_are_no_text() -> None:
    assert TextPlaces(PAGE, "page.html").find("What is a list?").line == 2


def test_what_is_not_in_the_page_has_only_its_path() -> None:
    assert TextPlaces(PAGE, "page.html").find("Nothing of it") == Location("page.html")
    assert TextPlaces(PAGE, "page.html").find("?!") == Location("page.html")
