"""csv_table and table: dialects, columns by name and by wish, choices, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from qexport.common.errors import InputRefused, UsageError
from qexport.common.limits import USUAL
from qexport.importers.assembling import assemble
from qexport.importers.source import Wishes


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("question,answer\nWhat?,That\n", "CSV, columns divided by commas"),
        ("Frage;Antwort\nWas, wie?;Das, so\n", "CSV, columns divided by semicolons"),
        ("sep=;\nquestion;answer\nWhat?;That\n", "CSV, columns divided by semicolons"),
        ("问题\t答案\n什么？\t是\n", "TSV, columns divided by tabs"),
        ('question,answer\n"print(""a"", b)","x, y"\n', "CSV, columns divided by commas"),
        ('front\tback\n"hi\tno\nb\tc\nd\te\nf\tg\n', "TSV, columns divided by tabs, quotes are text"),
    ],
)
def test_the_dialect_is_the_one_in_which_rows_are_even(read: Any, text: str, shape: str) -> None:
    reading = read.reading(text, "t.csv")
    assert reading.shape == shape


def test_columns_are_found_by_name_in_several_languages_and_the_others_are_kept(read: Any) -> None:
    text = "Nr,Pregunta,Respuesta,Nivel,Etiquetas,Autor\n1,¿Qué?,Eso,Fácil,a; b,Ada\n"
    reading = read.reading(text, "t.csv")
    assert reading.columns == (
        ("Nr", "id"),
        ("Pregunta", "question"),
        ("Respuesta", "answer"),
        ("Nivel", "level"),
        ("Etiquetas", "tags"),
        ("Autor", "extra"),
    )
    (question,) = read.questions(text, "t.csv")
    assert (question.id, question.tags, question.extra) == ("1", ("a", "b"), (("Autor", "Ada"),))


def test_text_stays_text(read: Any) -> None:
    (question,) = read.questions("question,answer\nWhich version?,3.10\n", "t.csv")
    assert question.answer == "3.10"


def test_choices_in_columns_with_the_letter_of_the_answer(read: Any) -> None:
    text = "Question,Option A,Option B,Option C,Correct Answer\nWhich?,x,y,,B\nWhat?,x,y,z,z\n"
    first, second = read.questions(text, "t.csv")
    assert (first.choices, first.correct, first.answer, first.status) == (("x", "y"), ("b",), "", "active")
    assert (second.choices, second.correct) == (("x", "y", "z"), ("c",))


def test_columns_by_wish_and_by_number(read: Any) -> None:
    text = "country,country:de\nFrance,Frankreich\n"
    wishes = Wishes(columns={"question": "country", "answer": "2"})
    assert read.pairs(text, "t.csv", wishes) == [("France", "Frankreich")]
    with pytest.raises(UsageError) as caught:
        read.reading(text, "t.csv", Wishes(columns={"question": "land"}))
    assert (caught.value.message, caught.value.hint) == (
        "--map question=land: no column 'land'",
        "columns: country, country:de",
    )


def test_two_columns_without_a_head(read: Any) -> None:
    assert read.pairs("What?,That\nWhy?,So\n", "t.csv") == [("What?", "That"), ("Why?", "So")]


def test_what_does_not_fit_is_kept_and_reported(read: Any) -> None:
    text = "question,answer,difficulty\nWhat?,That,hard\nWhy?,So,77\n,only an answer,1\na,b,3,more\n"
    reading = read.reading(text, "t.csv")
    assert [str(each) for each in reading.left_aside] == [
        "t.csv:4:1: a row without a question: ' only an answer 1'",
        "t.csv:5:7: 4 cells under 3 columns: the others are kept in extra",
    ]
    first, second, third = read.questions(text, "t.csv")
    assert (first.level, first.difficulty) == ("Hard", None)
    assert second.extra == (("difficulty", "77"),)
    assert third.extra == (("column 4", "more"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n", "t.csv:1:1: no column is known as a question: 'a', 'b', 'c'"),
        (
            'question,answer\n"open,x\ny,z\nq,r\n',
            "t.csv:2:1: this quote is never closed",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(read: Any, text: str, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading(text, "t.csv")
    assert [str(each) for each in caught.value.problems] == [message]


def test_what_is_wrong_has_its_line_and_its_column(read: Any) -> None:
    text = 'question,difficulty,correct,a,b\n"What\nis, it?",hard one?,z,x,y\nWhy?,3,a,x,y,more\n,4,a,x,y\n'
    reading = read.reading(text, "q.csv")
    _, aside = assemble(reading.questions, limits=USUAL)
    assert [str(each) for each in (*reading.left_aside, *aside)] == [
        "q.csv:4:14: 6 cells under 5 columns: the others are kept in extra",
        "q.csv:5:1: a row without a question: ' 4 a x y'",
        "q.csv:3:10: difficulty 'hard one?' is not a number from 1 to 10: kept in extra",
        "q.csv:3:20: the correct answer is not among the choices: kept in extra",
    ]
    assert [(each.choices, each.correct, each.answer) for each in read.questions(text, "q.csv")] == [
        (("x", "y"), (), ""),
        (("x", "y"), ("a",), ""),
    ]
