"""Moodle's GIFT and XML: every kind of question, escapes right."""

from __future__ import annotations

from typing import Any

import pytest

from qexport.common.errors import InputRefused

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

XML = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/Go/Basics</text></category></question>
<question type="multichoice">
  <name><text>Q1</text></name>
  <questiontext format="html"><text><![CDATA[<p>Which is <code>lazy</code>?</p>]]></text></questiontext>
  <generalfeedback format="html"><text>So.</text></generalfeedback>
  <answer fraction="0" format="html"><text>a list</text><feedback><text>no</text></feedback></answer>
  <answer fraction="100" format="html"><text>a &lt; generator</text></answer>
  <tags><tag><text>gen</text></tag></tags>
  <idnumber>G-1</idnumber>
</question>
<question type="truefalse"><name><text>T</text></name><questiontext><text>Is it?</text></questiontext>
  <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="shortanswer"><name><text>S</text></name><questiontext><text>Name it.</text></questiontext>
  <answer fraction="100"><text>x</text></answer><answer fraction="50"><text>y</text></answer></question>
<question type="matching"><name><text>M</text></name><questiontext><text>Match.</text></questiontext>
  <subquestion><text>a</text><answer><text>1</text></answer></subquestion></question>
<question type="essay"><name><text>E</text></name><questiontext><text>Discuss.</text></questiontext></question>
<question type="cloze"><name><text>C</text></name><questiontext><text>{1:SA:=x}</text></questiontext></question>
</quiz>
"""


def facts(question: Any) -> dict[str, Any]:
    names = (
        "id",
        "question",
        "answer",
        "choices",
        "correct",
        "technology",
        "category",
        "tags",
        "deep_explanation",
    )
    return {name: value for name in names if (value := getattr(question, name))}


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


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        ("[markdown]What is *it*?{=this ~that}\n", "q.txt", "gift"),
        (
            "[![badge](https://example.org/x.svg)](y)\n\n## Why?\nSo.\n\n## How?\nThus.\n",
            "README.md",
            "markdown",
        ),
        ("[a link](https://example.org)\n\n## Why?\nSo.\n", "README.md", "markdown"),
        ('[ {"question": "Why?"} ]', "q.txt", "json"),
        ('{"a": [1]}', "q.txt", "json"),
        ("[oops", "q.json", "json"),
    ],
)
def test_a_bracket_is_not_yet_json(read: Any, text: str, name: str, shape: str) -> None:
    assert read.shape(text, name) == shape


def test_gift_that_is_wrong_has_its_place(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading("::A:: What?{=x ~y\n\n::B:: Why?{so\nor so}\n", "q.gift")
    assert [str(each) for each in caught.value.problems] == [
        "q.gift:1:1: the answers are not closed with }",
        "q.gift:3:1: the answers begin with neither = nor ~",
    ]


def test_moodle_xml(read: Any) -> None:
    place = {"technology": "Go", "category": "Basics"}
    assert [facts(each) for each in read.questions(XML, "q.xml")] == [
        {
            "id": "G-1",
            "question": "Which is `lazy`?",
            "answer": "So.",
            "choices": ("a list", "a < generator"),
            "correct": ("b",),
            "tags": ("gen",),
            "deep_explanation": "no",
            **place,
        },
        {"question": "Is it?", "choices": ("True", "False"), "correct": ("a",), **place},
        {"question": "Name it.", "answer": "x / y", **place},
        {"question": "Match.", "answer": "- a → 1", **place},
        {"question": "Discuss.", **place},
    ]
    assert [str(each) for each in read.reading(XML, "q.xml").left_aside] == [
        "q.xml:20:1: a question of the type 'cloze': left aside"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "<quiz><question></quiz>",
            "q.xml:1:24: not XML: Opening and ending tag mismatch: question line 1 and quiz",
        ),
        ("<quiz>\n<!DOCTYPE x></quiz>", "q.xml:1:1: a document type in XML is not read"),
        ("<quiz></quiz>", "q.xml:1:1: there is no question in this file"),
    ],
)
def test_xml_that_cannot_be_read_has_its_place(read: Any, text: str, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(text, "q.xml")
    assert str(caught.value.problems[0]) == message
