"""The few tags that are obeyed."""

from __future__ import annotations

from qexport.content.safe_tags import attributes_of, write_text
from qexport.content.text import write_prose


def test_text_is_escaped() -> None:
    assert write_text("a < b") == "a &lt; b"


def test_attributes_are_read_with_and_without_quotes() -> None:
    assert attributes_of('<img src="a.png" alt=A>') == {"src": "a.png", "alt": "A"}


def test_an_allowed_tag_with_its_partner_is_obeyed_and_others_are_text() -> None:
    assert write_prose("H<sub>2</sub>O", "markdown") == "<p>H<sub>2</sub>O</p>"
    assert write_prose("a <sub>b", "markdown") == "<p>a &lt;sub&gt;b</p>"
    assert write_prose("<blink>a</blink>", "markdown") == "<p>&lt;blink&gt;a&lt;/blink&gt;</p>"
