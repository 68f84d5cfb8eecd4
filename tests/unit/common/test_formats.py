"""Files of formats that this program does not know."""

from __future__ import annotations

from qexport.common.formats import describe_other_format


def test_a_newer_format_asks_for_a_newer_program() -> None:
    message, hint = describe_other_format(9, 1)
    assert "9" in message
    assert hint


def test_what_is_no_number_is_no_format() -> None:
    message, hint = describe_other_format("x", 1)
    assert message
    assert hint
