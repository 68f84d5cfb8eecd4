"""Searches for exactly these notes; tests/e2e/test_deck_in_anki.py pastes them into the real Anki."""

from __future__ import annotations

import pytest

from qexport.anki.search import LONGEST_PASTE, MOST_NOTES, fitting_search, search_for, search_lines


@pytest.mark.parametrize(
    ("keys", "search"),
    [
        (["PY-ADV-007@12ab", "ML-ADV-003@12ab"], "Key:PY-ADV-007@12ab or Key:ML-ADV-003@12ab"),
        (["c_d*@1", 'q"\\@1'], r'"Key:c\_d\*@1" or "Key:q\"\\@1"'),
        (["A<B&[sound:x]@1", "(x)@1"], r'"Key:A&lt;B&amp;&#91;sound\:x]@1" or "Key:(x)@1"'),
        (["re:1@1", "nc:e@1"], r'"Key:re\:1@1" or "Key:nc\:e@1"'),
        ([], ""),
    ],
)
def test_keys_become_a_search_to_paste_into_anki(keys: list[str], search: str) -> None:
    assert search_for(keys) == search


def test_a_search_has_as_many_notes_as_fit() -> None:
    keys = [f"PY-{number}@12ab" for number in range(100)]
    found = fitting_search(keys, longest=100)
    assert (found.text, found.left_out) == (search_for(keys[:5]), 95)
    assert fitting_search(keys).left_out == 0


def test_what_anki_cannot_search_at_once_is_several_searches() -> None:
    keys = [f"PY-{number}@12ab" for number in range(MOST_NOTES * 2 + 1)]
    searches = search_for(keys).splitlines()
    assert " or ".join(searches) == " or ".join(f"Key:{key}" for key in keys)
    assert [each.count("Key:") for each in searches] == [MOST_NOTES, MOST_NOTES, 1]
    long = [f"{'ä' * 200}-{number}@12ab" for number in range(MOST_NOTES)]
    searches = search_for(long).splitlines()
    assert " or ".join(searches) == " or ".join(f"Key:{key}" for key in long)
    assert all(len(each) <= LONGEST_PASTE for each in searches)


def test_several_searches_are_printed_one_a_line() -> None:
    assert list(search_lines("to find them", "Key:a")) == ["  to find them: Key:a"]
    assert list(search_lines("to find them", "Key:a\nKey:b")) == [
        "  to find them, one line after the other:",
        "    Key:a",
        "    Key:b",
    ]
