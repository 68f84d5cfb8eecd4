"""Ids made from questions."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("Größe?", "grosse"),
        ("Hvad er forskellen på smørbrød og æbler?", "er-smorbrod-aebler"),
        ("Czym różni się łódź od żaglówki?", "lodz-zaglowki"),
        ("Đường là gì?", "duong-gi"),
        ("Nədir ışık?", "isik"),
        ("Чем отличается ёлка от щётки?", "elka-shchetki"),
        ("Що таке їжак у PostgreSQL?", "izhak-postgresql"),
        ("Τι είναι η Ψυχή;", "psychi"),
        ("Qu'est-ce que l'héritage ?", "heritage"),
        ("What’s a closure?", "closure"),
        ("Difference between C, C++ and C#?", "c-cpp-csharp"),
        (r"$\\text{Definition of a functor } \\textbf{F}$", "definition-functor-f"),
        ("Python 中的 GIL 是什么？", "python-gil"),
        ("什么是索引？", "q-2d6b6d"),
        ("كيف تعمل؟", "q-b0c6e7"),
    ],
)
def test_letters_with_signs_and_other_alphabets_are_written_in_ascii(question: str, key: str) -> None:
    assert make_id(question, ()) == key
