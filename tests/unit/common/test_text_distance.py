"""How far texts are apart, against what the definition gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.common.text_distance import count_slips, edit_steps, most_similar, similarity


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("abc", "abc", 100), ("abc", "xyz", 0), ("concurrent", "concurrency", 2 * 9 / 21 * 100), ("", "", 100)],
)
def test_similarity_is_the_share_of_characters_in_both(one: str, other: str, alike: float) -> None:
    assert similarity(one, other) == pytest.approx(alike)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("title", "titel", 1), ("title", "tile", 1), ("title", "titled", 1), ("a", "b", 1)],
)
def test_two_swapped_letters_are_one_slip(one: str, other: str, slips: int) -> None:
    assert count_slips(one, other) == slips


def test_the_most_similar_text_is_found_if_one_is_similar_enough() -> None:
    assert most_similar("titel", ["table", "title"], at_least=75) == "title"
    assert most_similar("titel", ["table", "title"], at_least=95) is None
    assert most_similar("titel", [], at_least=0) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=12))
def test_the_steps_turn_the_old_sequence_into_the_new_one(old: list[int], new: list[int]) -> None:
    built: list[int] = []
    place = 0
    for what, start, end, new_start, new_end in edit_steps(old, new):
        assert start == place
        place = end
        built += old[start:end] if what == "equal" else new[new_start:new_end]
    assert (built, place) == (new, len(old))
