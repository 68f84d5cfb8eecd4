"""Texts that are set aside and put back."""

from __future__ import annotations

from qexport.importers.held_texts import HeldTexts


def test_what_is_set_aside_comes_back_in_its_place() -> None:
    held = HeldTexts()
    assert not held
    text = f"a {held.hold('$x$')} b {held.hold('$y$')}"
    assert held
    assert held.put_back(text) == "a $x$ b $y$"


def test_signs_in_a_text_are_no_places() -> None:
    held = HeldTexts()
    assert held.clear("a\ue0105\ue011 &#xE010;5&#57361;b") == "a5 5b"
    assert held.put_back("\ue0105\ue011") == ""
