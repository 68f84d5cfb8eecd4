"""Colours of technologies, and the tabs at the edge of their pages."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from qexport.common.errors import UsageError
from qexport.content.technology_colours import COLOURS
from qexport.content.themes import find_theme, list_built_in, settings_of
from qexport.outputs.book.colours import colour_of, place_tabs
from qexport.outputs.lengths import MM
from qexport.outputs.paper import PAPERS


def setting(look: str = "classic", more: str = "") -> Callable[[str], str]:
    chosen = find_theme(look)
    sheets = [
        ("shared/type.css", chosen.templates().source("shared/type.css")),
        ("paper", PAPERS["a5"].css()),
    ]
    return settings_of([*sheets, *chosen.styles(), ("more", more)])


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_in_grey_colours_go_from_dark_to_light_and_differ() -> None:
    found = [luminance(colour_of(number, setting())) for number in range(COLOURS)]
    assert all(after - before > 10 for before, after in pairwise(found))
    assert colour_of(COLOURS, setting()) == colour_of(0, setting())


@pytest.mark.parametrize("name", list_built_in())
def test_every_theme_has_them_and_mono_is_black(name: str) -> None:
    found = {colour_of(number, setting(name)) for number in range(COLOURS)}
    assert found == {"#000"} if name == "mono" else len(found) == COLOURS


def test_tabs_step_down_the_edge_and_do_not_touch() -> None:
    pages = {3: "Go", 4: "Go", 5: "Python", 6: "Rust"}
    tabs = place_tabs(pages, {"Python": 0, "Go": 1, "Rust": 2}, setting(), bleed=0)
    assert tabs[3] == tabs[4]
    python, go, rust = tabs[5], tabs[3], tabs[6]
    assert python.y > go.y + go.height + MM
    assert go.y > rust.y + rust.height + MM
    assert python.y + python.height == pytest.approx((210 - 19) * MM)


def test_many_technologies_share_the_edge() -> None:
    numbers = {f"T{number}": number for number in range(40)}
    tabs = place_tabs({number: name for name, number in numbers.items()}, numbers, setting(), bleed=0)
    assert min(tab.y for tab in tabs.values()) >= 17 * MM - 0.01


def test_one_technology_needs_no_tab() -> None:
    assert place_tabs({3: "Go", 4: "Go"}, {"Go": 0}, setting(), bleed=0) == {}


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        place_tabs(
            {1: "Go", 2: "C"}, {"Go": 0, "C": 1}, setting(more=":root { --colour-1: bluish }"), bleed=0
        )
    assert (caught.value.message, caught.value.hint) == ("'bluish' is not a colour", "for example #1f3a6e")
