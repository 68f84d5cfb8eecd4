"""The names of subdecks and the places of new cards."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qexport.bank.deck_order import HIGHEST_PLACE, arrange_places, name_decks, without_number


def decks(*paths: Sequence[str], published: dict[str, str] | None = None, may: bool = True) -> dict[str, str]:
    return name_decks([tuple(path) for path in paths], published or {}, "Other", may_number=may)


def test_decks_in_the_order_of_their_names_get_no_number() -> None:
    assert decks(["AI"], ["c++"], ["Python"]) == {"ai": "AI", "c++": "c++", "python": "Python"}
    assert decks([""], ["AI"], ["ai"]) == {
        "ai": "AI"
    }  # those without one are in the deck that has the others


def test_decks_in_another_order_are_numbered_those_without_a_name_too() -> None:
    assert decks(["Python"], ["AI"], [""]) == {"python": "01 Python", "ai": "02 AI", "": "03 Other"}
    assert decks(["AI"], [""]) == {"ai": "01 AI", "": "02 Other"}


def test_each_level_is_looked_at_alone() -> None:
    assert decks(["AI", "Models"], ["AI", "Basics"], ["Go", "A"], ["Go", "B"]) == {
        "ai": "AI",
        "ai::models": "01 Models",
        "ai::basics": "02 Basics",
        "go": "Go",
        "go::a": "A",
        "go::b": "B",
    }


def test_a_published_deck_keeps_its_name_and_a_later_one_goes_on() -> None:
    published = {"python": "01 Python", "ai": "02 AI"}
    assert decks(["AI"], ["Rust"], ["PYTHON"], published=published) == {**published, "rust": "03 Rust"}
    plain = {"go": "Go", "10 things": "10 Things"}
    assert decks(["Rust"], ["Go"], ["10 Things"], published=plain) == {**plain, "rust": "Rust"}


def test_a_bank_that_was_published_without_numbers_gets_none() -> None:
    assert decks(["Python"], ["AI"], may=False) == {"python": "Python", "ai": "AI"}


def test_a_hundred_decks_have_numbers_of_one_length() -> None:
    names = list(decks(*([f"T{number}"] for number in range(100))).values())
    assert names[:2] + names[-1:] == ["001 T0", "002 T1", "100 T99"]
    assert names == sorted(names)


def test_a_number_in_front_is_known() -> None:
    assert [without_number(name) for name in ("01 Go", "01", "7 Up", "2026 Go", "Go 01 x")] == [
        *("Go", "01", "7 Up", "Go", "Go 01 x")
    ]


@pytest.mark.parametrize(
    ("order", "published", "places"),
    [
        ("abc", {}, {"a": 100, "b": 200, "c": 300}),
        ("axb", {"a": 100, "b": 200}, {"a": 100, "x": 150, "b": 200}),
        ("xyab", {"a": 100, "b": 200}, {"x": 33, "y": 66, "a": 100, "b": 200}),
        ("bax", {"a": 100, "b": 200}, {"b": 50, "a": 100, "x": 300}),  # one moved
        ("ac", {"a": 100, "b": 200, "c": 300}, {"a": 100, "c": 300}),  # one left
        ("axb", {"a": 1, "b": 2}, {"a": 1, "x": 102, "b": 202}),  # no room
        ("axbc", {"a": 1, "b": 2, "c": 9}, {"a": 1, "x": 3, "b": 6, "c": 9}),
        ("ab", {"a": HIGHEST_PLACE}, {"a": 100, "b": 200}),
        ("", {"a": 1}, {}),
    ],
)
def test_places_ascend_and_stay_as_far_as_they_can(
    order: str, published: dict[str, int], places: dict[str, int]
) -> None:
    assert arrange_places(order, published) == places


def test_places_of_a_big_bank_stay_below_what_anki_renumbers() -> None:
    order = [str(number) for number in range(50_000)]
    places = list(arrange_places(order, {}).values())
    assert places == sorted(set(places))
    assert places[-1] <= HIGHEST_PLACE
