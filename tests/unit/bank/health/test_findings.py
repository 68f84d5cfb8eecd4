"""Findings, and how they are worded."""

from __future__ import annotations

from qexport.bank.health.findings import Finding, finding_fields, quote_briefly, some_of
from qexport.common.errors import Location


def test_five_ids_are_named_and_the_others_counted() -> None:
    assert some_of(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert some_of(["a"]) == "a"


def test_a_quoted_text_is_one_short_line() -> None:
    assert quote_briefly("one\ntwo") == "“one two”"
    assert len(quote_briefly("x " * 100)) <= 82


def test_the_json_of_a_finding_has_its_place() -> None:
    assert finding_fields(Finding("gap", "m", "h", Location("p", 1), ("a",))) == {
        "kind": "gap",
        "message": "m",
        "hint": "h",
        "path": "p",
        "line": 1,
        "column": 0,
        "ids": ["a"],
    }
