"""Each part of a question has the footnotes and link definitions that it uses."""

from __future__ import annotations

from qexport.content.shared_definitions import share_definitions


def test_a_footnote_goes_where_it_is_called_from() -> None:
    parts = {"answer": "a[^1] b[^n]", "deep": "text\n\n[^1]: one\n    more\n\n[^n]: two\n\nend"}
    assert share_definitions(parts) == {
        "answer": "a[^1] b[^n]\n\n[^1]: one\n    more\n\n[^n]: two",
        "deep": "text\n\nend",
    }


def test_one_that_both_parts_call_is_in_both_and_one_that_none_calls_stays() -> None:
    both = {"answer": "a[^1]", "deep": "b[^1]\n\n[^1]: one"}
    assert share_definitions(both) == {"answer": "a[^1]\n\n[^1]: one", "deep": "b[^1]\n\n[^1]: one"}
    alone = {"answer": "a", "deep": "b\n\n[^1]: one"}
    assert share_definitions(alone) == alone


def test_link_definitions_are_shared_and_stay() -> None:
    parts = {"answer": "[x] [Y][z]", "deep": "[x]: https://e.org/x\n[Z]: https://e.org/z"}
    assert share_definitions(parts) == {
        "answer": "[x] [Y][z]\n\n[x]: https://e.org/x\n\n[Z]: https://e.org/z",
        "deep": parts["deep"],
    }


def test_what_is_in_code_defines_nothing() -> None:
    parts = {"answer": "a[^1]", "deep": "```\n[^1]: one\n```"}
    assert share_definitions(parts) == parts
