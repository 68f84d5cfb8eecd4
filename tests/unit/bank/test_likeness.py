"""What a question asks about, and how."""

from __future__ import annotations

from qexport.bank.likeness import answered_follow_ups, gist_of, split_words, stem_of
from qexport.bank.model import Question


def test_signs_are_words() -> None:
    assert split_words("What is C++?") == ["what", "is", "c", "++"]


def test_a_stem_is_without_the_s_of_a_plural_only() -> None:
    assert (stem_of("slices"), stem_of("class")) == ("slice", "class")


def test_the_same_question_in_other_words_asks_the_same() -> None:
    assert gist_of("How do you copy a list?").asks_as(gist_of("How can one copy a list?"))
    assert not gist_of("How do you copy a list?").asks_as(gist_of("Why do you copy a list?"))


def test_the_order_counts_only_where_it_is_a_direction() -> None:
    one, other = gist_of("How do you convert JSON to YAML?"), gist_of("How do you convert YAML to JSON?")
    assert one.directed
    assert (one.all, one.stems) == (other.all, ("convert", "json", "yaml"))
    assert other.stems == ("convert", "yaml", "json")
    assert not gist_of("What is the difference between a list and a tuple?").directed


def test_a_follow_up_is_answered_by_the_question_that_asks_it() -> None:
    first = Question(
        id="a", question="What is a slice?", answer="A view.", follow_ups=("How do you copy a slice?",)
    )
    other = Question(id="b", question="How can one copy a slice?", answer="With copy().")
    assert answered_follow_ups([first, other]) == {("a", 0): (other,)}
