"""Files of Moodle XML."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from tests.unit.importers.imported import taken
from tests.unit.importers.question_facts import facts

from qexport.common.errors import InputRefused
from qexport.importers.moodle_xml import parse
from qexport.importers.source import Source

TRUE_FALSE = (
    '<quiz><question type="truefalse"><name><text>n</text></name><questiontext format="html">'
    '<text>Is &lt;b&gt;it&lt;/b&gt;?</text></questiontext><answer fraction="100"><text>true</text></answer>'
    '<answer fraction="0"><text>false</text></answer></question></quiz>'
)


def source(text: str, path: str = "a.txt") -> Source:
    return Source(path=path, data=text.encode(), text=text)


def test_true_and_false_are_choices() -> None:
    (found,) = parse(source(TRUE_FALSE, "a.xml")).questions
    assert found.fields == {"question": "Is **it**?", "choices": ("True", "False"), "correct": ("a",)}


@pytest.mark.parametrize("text", ["<html></html", "<file name='a'></file>"])
def test_another_file_of_xml_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        parse(source(text, "a.xml"))


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
<question type="cloze"><name><text>C</text></name><questiontext><text>It is {1:SA:=x}.</text></questiontext></question>
<question type="stack"><name><text>Z</text></name><questiontext><text>?</text></questiontext></question>
</quiz>
"""


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
        {"question": "Name it.", "answer": "x", **place},
        {"question": "Match.", "answer": "- a → 1", **place},
        {"question": "Discuss.", **place},
        {"question": "It is _____.", "answer": "It is **x**.", **place},
    ]
    assert read.questions(XML, "q.xml")[2].extra == (
        ("name", "S"),
        ("partly right", ("y (50 %)",)),
    )
    assert [str(each) for each in read.reading(XML, "q.xml").left_aside] == [
        "q.xml:21:1: a question of the type 'stack': left aside"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "<quiz><question></quiz>",
            "q.xml:1:24: not XML: Opening and ending tag mismatch: question line 1 and quiz",
        ),
        ("<quiz><!--\x9bab", r"q.xml:1:14: not XML: Comment not terminated <!--\x9b"),
        ("<quiz>\n<!DOCTYPE x></quiz>", "q.xml:1:1: a document type in XML is not read"),
        ("<quiz></quiz>", "q.xml:1:1: there is no question in this file"),
    ],
)
def test_xml_that_cannot_be_read_has_its_place(read: Any, text: str, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(text, "q.xml")
    assert str(caught.value.problems[0]) == message


def test_a_number_has_its_tolerance(read: Any) -> None:
    text = (
        '<quiz><question type="numerical"><questiontext><text>How many?</text></questiontext>'
        '<answer fraction="100"><text>12</text><tolerance>0.5</tolerance></answer></question></quiz>'
    )
    (question,) = read.questions(text, "q.xml")
    assert question.answer == "12 ± 0.5"


PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
KINDS = f"""<quiz>
<question type="matching"><name><text>M</text></name><questiontext format="html"><text>Match.</text></questiontext>
  <subquestion format="html"><text>a</text><answer><text>1</text></answer></subquestion>
  <subquestion format="html"><text></text><answer><text>3</text></answer></subquestion></question>
<question type="ordering"><name><text>O</text></name><questiontext format="html"><text>Order.</text></questiontext>
  <answer fraction="2.0"><text>two</text></answer><answer fraction="1.0"><text>one</text></answer></question>
<question type="ddwtos"><name><text>D</text></name>
  <questiontext format="html"><text>A [[2]] is [[1]].</text></questiontext>
  <dragbox><text>lazy</text><group>1</group></dragbox><dragbox><text>generator</text></dragbox>
  <dragbox><text>list</text></dragbox></question>
<question type="essay"><name><text>E</text></name><questiontext format="html">
  <text><![CDATA[<p>What is <img src="@@PLUGINFILE@@/a%20b.png" alt="this">?</p>]]></text>
  <file name="a b.png" path="/" encoding="base64">{PICTURE}</file></questiontext></question>
</quiz>"""


def test_pairs_orders_and_gaps_become_answers_and_what_is_beside_them_is_kept(read: Any) -> None:
    pairs, order, gaps, _ = read.questions(KINDS, "q.xml")
    assert (pairs.answer, dict(pairs.extra)) == (
        "- a → 1",
        {"name": "M", "quiz type": "matching", "unmatched": ("3",)},
    )
    assert order.answer == "1. one\n2. two"
    assert (gaps.question, gaps.answer) == ("A _____ is _____.", "A **generator** is **lazy**.")
    assert dict(gaps.extra)["unmatched"] == ("list",)


def test_pictures_in_the_file_come_along(folder: Path) -> None:
    outcome = taken("q.xml", KINDS)
    assert outcome.left_aside == ()
    (picture,) = Path("pictures").iterdir()
    assert picture.read_bytes() == b64decode(PICTURE)
    assert f"![this](pictures/{picture.name})" in Path("b.yaml").read_text()
