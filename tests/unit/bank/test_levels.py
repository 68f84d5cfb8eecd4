"""Levels that everyone knows are in their order."""

from __future__ import annotations

from qexport.bank.levels import rank_of_level


def test_known_levels_are_in_their_order_and_others_come_last() -> None:
    levels = ["Guru", "Expert", "mid", "Junior", "Senior", "Intermediate", "beginner"]
    assert sorted(levels, key=rank_of_level) == [
        *("Junior", "beginner"),
        *("mid", "Intermediate"),
        *("Expert", "Senior"),
        "Guru",
    ]
