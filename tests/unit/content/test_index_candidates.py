"""Terms that a question has."""

from __future__ import annotations

from qexport.bank.model import Question
from qexport.content.index_candidates import (
    _BREAK,
    find_candidates,
    fold_spelling,
    load_words,
    singular,
    topics_of,
)

QUESTION = Question(
    id="a",
    question="What is a context manager?",
    answer="An object with `__enter__` and `__exit__`.",
    technology="Python",
    category="Core",
    markup="markdown",
)


def test_spellings_of_one_term_have_one_key() -> None:
    assert fold_spelling("Type Hints", "phrase") == fold_spelling("type hint", "phrase")
    assert fold_spelling("Type Hints", "phrase") == fold_spelling("type-hint", "phrase")


def test_a_plural_loses_its_ending() -> None:
    assert singular("slices") == "slice"


def test_what_a_question_is_filed_under_is_its_topic() -> None:
    assert topics_of(QUESTION) == ("Python", "Core", "")


def test_a_language_without_lists_has_none() -> None:
    assert load_words("xx") == {}
    assert sorted(load_words("en")) == ["generic", "never", "part", "tail"]


def test_phrases_and_code_are_found() -> None:
    (found,) = find_candidates([QUESTION], "en")
    spellings = {row[1] for row in found.rows()}
    assert "__enter__" in spellings
    assert any("context manager" in each for each in spellings)


def test_phrases_end_at_signs_that_end_them() -> None:
    text = "one, two.three ... a/b A/B a/B left + right c++ x-y - z (in brackets) “said”\n \nend!"
    assert [each.strip() for each in _BREAK.split(text)] == [
        *("one", "two.three", "a", "b A/B a", "B left", "right c++ x-y", "z", "in brackets", "", "said"),
        *("", "end", ""),
    ]
