"""Files of GIFT."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.importers.question_facts import facts

from qexport.common.errors import InputRefused
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


GIFT = r"""
// [id:PY-1] [tag:gc] [tag:memory]
::Title:: What does \{x\: 1\} make\?\n{
=A dict
~A set#no, it has a colon
~%-50%A list
#### Because of \= and \~.
}

$CATEGORY: $course$/Python/Core

Two plus two is {=four =4} of course.

The sky is blue.{T}

What is \#1?{#3:2}

Match {=a -> 1 =b -> 2}

Explain closures.{}

[html]<p>Is <b>it</b>?</p>{FALSE#wrong}
"""


def test_gift(read: Any) -> None:
    assert [facts(each) for each in read.questions(GIFT, "q.txt")] == [
        {
            "id": "PY-1",
            "question": "What does {x: 1} make\\?",
            "answer": "Because of = and ~.",
            "choices": ("A dict", "A set", "A list"),
            "correct": ("a",),
            "tags": ("gc", "memory"),
            "deep_explanation": "no, it has a colon",
        },
        {
            "question": "Two plus two is _____ of course.",
            "answer": "four / 4",
            "technology": "Python",
            "category": "Core",
        },
        {
            "question": "The sky is blue.",
            "choices": ("True", "False"),
            "correct": ("a",),
            "technology": "Python",
            "category": "Core",
        },
        {"question": "What is #1?", "answer": "3 ± 2", "technology": "Python", "category": "Core"},
        {"question": "Match", "answer": "- a → 1\n- b → 2", "technology": "Python", "category": "Core"},
        {"question": "Explain closures.", "technology": "Python", "category": "Core"},
        {
            "question": "Is **it**?",
            "answer": "wrong",
            "choices": ("True", "False"),
            "correct": ("b",),
            "technology": "Python",
            "category": "Core",
        },
    ]


def test_an_arrow_in_a_choice_makes_no_pairs_of_it(read: Any) -> None:
    """Moodle looks for ~ first: with one, it is a choice."""
    (question,) = read.questions("::A:: Which?{=f -> int ~f -> str}\n", "q.gift")
    assert (question.choices, question.correct) == (("f -> int", "f -> str"), ("a",))


def test_one_short_answer_needs_no_sign_and_an_answer_may_have_a_form_of_its_own(read: Any) -> None:
    text = "How do you write 1?{One#Yes.}\n\n[html]<b>Which?</b>{=[plain]a<b ~[markdown]*b* ~<i>c</i>}\n"
    one, which = read.questions(text, "q.gift")
    assert facts(one) == {"question": "How do you write 1?", "answer": "One\n\nYes."}
    assert facts(which) == {
        "question": "**Which?**",
        "choices": ("a<b", "*b*", "*c*"),
        "correct": ("a",),
    }


def test_gift_that_is_wrong_has_its_place(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading("::A:: What?{=x ~y\n\n::B:: Why?{so\nor so}\n", "q.gift")
    assert [str(each) for each in caught.value.problems] == [
        "q.gift:1:1: the answers are not closed with }",
        "q.gift:3:1: the answers begin with neither = nor ~",
    ]


def test_answers_that_get_a_part_of_the_points_are_not_right_and_are_kept(read: Any) -> None:
    text = "Which is *it*? {~none#No. ~%50%half#Nearly. =all#Yes.}\n\nName it. {=Rust =%75%Rusty =rust}\n"
    which, name = read.questions(text, "q.gift")
    assert facts(which) == {
        "question": "Which is *it*?",
        "choices": ("none", "half", "all"),
        "correct": ("c",),
        "deep_explanation": "none: No.\n\nhalf: Nearly.\n\nall: Yes.",
    }
    assert facts(name) == {"question": "Name it.", "answer": "Rust / rust"}
    assert [each.extra for each in (which, name)] == [
        (("partly right", ("b (50 %)",)),),
        (("partly right", ("Rusty (75 %)",)),),
    ]


def test_an_empty_line_before_the_end_of_answers_ends_no_question(read: Any) -> None:
    text = "::A:: Is it? {\n  =yes\n  ~no\n\n}\n\n::B:: Was it? {=so}\n"
    assert [(each.question, each.choices, each.answer) for each in read.questions(text, "q.gift")] == [
        ("Is it?", ("yes", "no"), ""),
        ("Was it?", (), "so"),
    ]
    with pytest.raises(InputRefused):
        read.questions("::A:: Is it? {\n =yes\n\n::B:: Was it? {=so}\n", "q.gift")


def test_a_text_with_embedded_answers_is_one_question(read: Any) -> None:
    (found,) = read.questions("::A:: A {1:SA:=map} has {1:SA:=keys}.\n", "q.gift")
    assert (found.question, found.answer) == ("A _____ has _____.", "A **map** has **keys**.")


def test_of_several_categories_in_one_block_the_last_holds(read: Any) -> None:
    text = "$CATEGORY: Go\n$CATEGORY:Go/Types\n::one::Is it typed? {T}\n\n$CATEGORY: \n\nIs it fast? {T}\n"
    assert [(each.technology, each.category) for each in read.questions(text, "q.gift")] == [
        ("Go", "Types"),
        ("", ""),
    ]
