"""Files of GIFT."""

from __future__ import annotations

from qexport.importers.gift import parse
from qexport.importers.source import Source


def source(text: str, path: str = "a.txt") -> Source:
    return Source(path=path, data=text.encode(), text=text)


def test_the_right_choice_is_the_one_with_an_equals_sign() -> None:
    (found,) = parse(source("::t:: What is it? {=yes ~no}\n")).questions
    assert found.fields == {"choices": ("yes", "no"), "correct": ("a",), "question": "What is it?"}
    assert str(found.location) == "a.txt:1:1"


def test_a_numerical_answer_is_written_in_words() -> None:
    (found,) = parse(source("How much? {#3:2}\n")).questions
    assert "3" in str(found.fields["answer"])
    assert "2" in str(found.fields["answer"])


def test_an_escaped_sign_is_a_sign() -> None:
    (found,) = parse(source("Is a \\= b? {=yes ~no}\n")).questions
    assert found.fields["question"] == "Is a = b?"
