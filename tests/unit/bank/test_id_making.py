"""Ids made from questions."""

from __future__ import annotations

from qexport.bank.id_making import make_id


def test_an_id_is_the_words_that_tell_the_question_from_others() -> None:
    assert make_id("What is the difference between a list and a tuple?", ()) == "list-tuple"


def test_a_taken_id_is_not_given_again() -> None:
    first = make_id("What is a slice?", ())
    second = make_id("What is a slice?", {first})
    assert first == "slice"
    assert second != first
    assert second.startswith("slice")


def test_a_question_without_words_gets_an_id_of_its_digest() -> None:
    assert make_id("???", ()) == make_id("???", ()) == "q-a03b22"
