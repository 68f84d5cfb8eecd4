"""What importers read becomes questions with ids and names that agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.importers.imported import taken

from qexport.choosing import read_bank


def test_ids_are_short_and_differ(folder: Path) -> None:
    rows = "What is a slice?,a\nExplain a slice!,b\n什么是切片？,c\nWhat is a slice?,d\n"
    taken("q.csv", "question,answer\n" + rows)
    assert [each.id for each in read_bank(Path("b.yaml"))[0].questions] == [
        "slice",
        "slice-2cb9",
        "q-5a5208",
        "slice-5b1c",
    ]


def test_names_that_differ_in_case_are_one(folder: Path) -> None:
    taken(
        "q.csv",
        "question,answer,technology,level\nA?,a,go,Easy\nB?,b,Go,easy\nC?,c,Go,Easy\nD?,d,Git,Hard\n",
    )
    bank = read_bank(Path("b.yaml"))[0]
    assert [(each.technology, each.level) for each in bank.questions] == [
        ("Go", "Easy"),
        ("Go", "Easy"),
        ("Go", "Easy"),
        ("Git", "Hard"),
    ]
    taken("r.csv", "question,answer,technology\nE?,e,GO\n")
    assert read_bank(Path("b.yaml"))[0].questions[-1].technology == "Go"


@pytest.mark.parametrize(
    ("text", "question", "markup"),
    [
        ("What is the difference between <div> and <span>?", "", "plain"),
        ("What does the <br> tag do, and what <img>?", "", "plain"),
        ("Is <p> closed by <div>, or by </body>?", "", "plain"),
        ("What is a <b>list</b>?", "What is a **list**?", "markdown"),
        ("One<br>two", "One\\\ntwo", "markdown"),
        ("What is &lt;div&gt;?", "What is \\<div>?", "markdown"),
    ],
)
def test_tags_that_a_text_only_names_stay_in_it(read: Any, text: str, question: str, markup: str) -> None:
    (found,) = read.questions(f'question,answer\n"{text}",An answer.\n', "q.csv")
    assert (found.question, found.markup) == (question or text, markup)


def test_what_says_it_is_active_and_has_no_answer_is_a_draft(folder: Path) -> None:
    taken("q.csv", "question,answer,status\nWhat?,,active\nWhy?,TODO,retired\nHow?,So.,retired\n")
    questions = read_bank(Path("b.yaml"))[0].questions
    assert [(each.status, each.extra) for each in questions] == [
        ("draft", (("status", "active"),)),
        ("draft", (("answer placeholder", "TODO"), ("status", "retired"))),
        ("retired", ()),
    ]


def test_a_question_of_blanks_is_left_aside(read: Any) -> None:
    reading = read.questions("question,answer\n\u2800,a\nWhat?,b\n", "q.csv")
    assert [each.question for each in reading] == ["What?"]


def test_former_ids_of_a_source_are_ids_and_no_two_questions_have_the_same(folder: Path) -> None:
    taken(
        "q.json",
        '[{"question": "A?", "answer": "a", "former_ids": ["x", "y z", "x"]},'
        ' {"question": "B?", "answer": "b", "former_ids": ["X", "w"]}]',
    )
    questions = read_bank(Path("b.yaml"))[0].questions
    assert [each.former_ids for each in questions] == [("x",), ("w",)]


def test_a_choice_without_a_text_keeps_its_place(read: Any) -> None:
    lists = '"choices": ["<b></b>", "\\u0001", "<i>no</i>"], "follow_ups": ["<p></p>", "<p>?</p>"]'
    text = f'[{{"question": "Is it?", "answer": "c", {lists}}}]'
    (found,) = read.questions(text, "q.json")
    assert (found.choices, found.correct, found.follow_ups) == (("–", "–", "*no*"), ("c",), ("?",))


def test_a_column_may_have_the_name_of_a_merge_key(folder: Path) -> None:
    taken("q.csv", "question,answer,<<\nWhat?,That.,x\n")
    assert read_bank(Path("b.yaml"))[0].questions[0].extra == (("<<", "x"),)


def test_an_answer_of_blanks_is_none(folder: Path) -> None:
    rows = "Which?,x,y,a,\u034f\nWhat is &amp;\u3000<br>?,,,,\u2800\n"
    taken("q.csv", f"question,option a,option b,correct,answer\n{rows}")
    assert [(each.answer, each.status) for each in read_bank(Path("b.yaml"))[0].questions] == [
        ("", "active"),
        ("", "draft"),
    ]


def test_a_long_name_of_a_column_is_cut_to_a_name(folder: Path) -> None:
    taken("q.csv", f"question,answer,{'x' * 199} and more\nWhat?,That.,y\n")
    assert read_bank(Path("b.yaml"))[0].questions[0].extra == (("x" * 199, "y"),)
