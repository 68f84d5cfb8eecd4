"""Embedded answers of Moodle."""

from __future__ import annotations

import pytest

from qexport.importers.moodle_cloze import flatten_embedded, has_embedded_answers


@pytest.mark.parametrize(
    ("text", "asked", "answered"),
    [
        ("A {1:SHORTANSWER:=map~table#no}.", "A _____.", "A **map**."),
        ("It {:SA:=who~=that} is.", "It _____ is.", "It **who / that** is."),
        ("Pick {2:MULTICHOICE:no~=yes#right~%50%half}.", "Pick [no / yes / half].", "Pick **yes**."),
        ("It is {1:NM:=5:0.1~%50%4:1}.", "It is _____.", "It is **5 ± 0.1**."),
        (r"Is {1:MCV:%100%a\}b~c}?", "Is [a}b / c]?", "Is **a}b**?"),
        ("No {braces} and {1:XX:=y}.", "No {braces} and {1:XX:=y}.", "No {braces} and {1:XX:=y}."),
    ],
)
def test_gaps_are_shown_and_filled(text: str, asked: str, answered: str) -> None:
    assert flatten_embedded(text) == (asked, answered)
    assert has_embedded_answers(text) is (asked != text)
