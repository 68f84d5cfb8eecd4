"""Two changes of one text are merged word by word, or are a conflict."""

from __future__ import annotations

import random

import pytest

from qexport.bank.merging import merge_texts

BASE = "A list can change; a tuple cannot, and so it can be a key."


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (BASE, BASE, BASE),
        (BASE.replace("list", "List"), BASE, BASE.replace("list", "List")),
        (BASE, BASE.replace("key", "dict key"), BASE.replace("key", "dict key")),
        (
            BASE.replace("list", "List"),
            BASE.replace("key", "dict key"),
            BASE.replace("list", "List").replace("key", "dict key"),
        ),
        (BASE.replace("list", "List"), BASE.replace("list", "List"), BASE.replace("list", "List")),
        (BASE.replace("list", "List"), BASE.replace("list", "vector"), None),
        (BASE.replace("list", "List"), BASE.replace("can change", "may change"), None),  # neighbouring words
        (BASE + " Always.", BASE + " Never.", None),
        (BASE.replace(" and so it can be a key", ""), BASE.replace("key", "dict key"), None),
        ("", BASE.replace("list", "List"), None),
    ],
)
def test_two_changes_are_merged_by_words(ours: str, theirs: str, merged: str | None) -> None:
    assert merge_texts(BASE, ours, theirs) == merged
    assert merge_texts(BASE, theirs, ours) == merged


@pytest.mark.parametrize("seed", range(200))
def test_no_change_is_lost_and_none_is_made_up(seed: int) -> None:
    dice = random.Random(seed)
    words = [f"w{number}" for number in range(30)]
    ours, theirs = list(words), list(words)
    for side, mark in ((ours, "o"), (theirs, "t")):
        for at in dice.sample(range(30), k=dice.randint(0, 4)):
            side[at] = f"{mark}{at}"
    merged = merge_texts(" ".join(words), " ".join(ours), " ".join(theirs))
    changed = [{at for at in range(30) if side[at] != words[at]} for side in (ours, theirs)]
    touch = any(abs(one - other) <= 1 for one in changed[0] for other in changed[1])
    expected = [ours[at] if at in changed[0] else theirs[at] for at in range(30)]
    assert merged == (None if touch else " ".join(expected))
