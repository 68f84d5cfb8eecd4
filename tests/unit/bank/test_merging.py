"""Two changes of one text are merged word by word, or are a conflict."""

from __future__ import annotations

import random

import pytest

from qexport.bank import merging
from qexport.bank.merging import Preference, merge_items, merge_texts

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


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.parametrize("prefer", ["ours", "theirs"])
def test_with_a_preference_only_words_that_meet_are_decided(seed: int, prefer: Preference) -> None:
    dice = random.Random(seed)
    words = [f"w{number}" for number in range(20)]
    ours, theirs = list(words), list(words)
    for side, mark in ((ours, "o"), (theirs, "t")):
        for at in dice.sample(range(0, 20, 3), k=dice.randint(0, 4)):
            side[at] = f"{mark}{at}"
    merged = merge_texts(" ".join(words), " ".join(ours), " ".join(theirs), prefer)
    first, second = (theirs, ours) if prefer == "theirs" else (ours, theirs)
    expected = [first[at] if first[at] != words[at] else second[at] for at in range(20)]
    assert merged == " ".join(expected)
    assert merge_texts(" ".join(words), merged, " ".join(theirs), prefer) == merged


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (("a", "d"), ("a", "c"), None),
        (("a", "b x"), ("a", "b"), ("a", "b x")),
        (("a", "b", "c"), ("a y", "b"), ("a y", "b", "c")),
        (("b",), ("a", "b z"), ("b z",)),
        (("b",), ("a z", "b"), None),
        (("a", "b", "c"), ("a", "b", "d"), None),
        (("a", "b", "c"), ("a", "b", "c"), ("a", "b", "c")),
        (("new", "a", "b"), ("a", "b", "other"), ("new", "a", "b", "other")),
    ],
)
def test_lists_are_merged_by_items(
    ours: tuple[str, ...], theirs: tuple[str, ...], merged: tuple[str, ...] | None
) -> None:
    base = ("a", "b")
    assert merge_items(base, ours, theirs) == merged
    assert merge_items(base, theirs, ours) == merged
    preferred = merge_items(base, ours, theirs, "theirs")
    assert preferred == (merged or theirs)


def test_an_item_that_both_changed_is_merged_by_words() -> None:
    base = ("A list can change; so it is no key.", "b")
    ours = ("One list can change; so it is no key.", "b")
    theirs = ("A list can change; so it is no dict key.", "b", "c")
    assert merge_items(base, ours, theirs) == ("One list can change; so it is no dict key.", "b", "c")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("k l m", "d f l m", "d f b m", "d f b m"),  # theirs has our change, and one beside it
        ("k v z", "m v z", "m z", None),  # a word of theirs is gone beside our change: nobody can tell
        (
            "g k l z",
            "b k m n z",
            "g m n z",
            None,
        ),  # a word that they replaced is there again, beside what replaced it
        ("a w b", "a q b", "a b", None),
        ("r s t. v w", "l b s t. v x", "l b s t. v w", "l b s t. v x"),  # taken before, and changed since
    ],
)
def test_a_change_that_was_taken_before_is_no_conflict(
    base: str, ours: str, theirs: str, merged: str | None
) -> None:
    assert merge_texts(base, ours, theirs) == merged
    assert merge_texts(base, theirs, ours) == merged


def test_texts_that_would_take_too_much_memory_are_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "_MOST_PAIRS", 20)
    base, ours, theirs = "a b c d e f", "a x y z e f", "a b c q r s"
    assert merge_texts(base, ours, theirs) is None
    assert merge_texts(base, ours, theirs, "theirs") == theirs
    assert merge_texts(base, "A b c d e f", "a b c d e F") == "A b c d e F"
