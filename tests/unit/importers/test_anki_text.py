"""Anki's text exports."""

from __future__ import annotations

from typing import Any

import pytest

from qexport.common.errors import InputRefused
from qexport.importers.anki_text import parse
from qexport.importers.source import Source


def source(text: str, path: str = "a.txt") -> Source:
    return Source(path=path, data=text.encode(), text=text)


def test_front_and_back_are_question_and_answer() -> None:
    reading = parse(source("#separator:tab\nWhat?\tThat.\n"))
    (found,) = reading.questions
    assert found.fields == {"question": "What?", "answer": "That."}
    assert str(found.location) == "a.txt:2:1"
    assert reading.columns == (("Front", "question"), ("Back", "answer"))


def test_an_export_of_cards_has_no_front_in_its_back(read: Any) -> None:
    text = '#separator:tab\n#html:true\nWhat?\t"What?\n\n<hr id=answer>\n\nThat."\n'
    assert read.pairs(text, "cards.txt") == [("What?", "That.")]


def test_a_quote_that_is_never_closed_has_its_place(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading('#separator:tab\n#html:true\na\t"b\n', "cards.txt")
    assert [str(each) for each in caught.value.problems] == ["cards.txt:3:1: this quote is never closed"]


def test_the_guid_of_a_note_of_one_card_is_kept(read: Any) -> None:
    rows = (
        "a\tBasic\tWhat?\tThat.",
        "b\tCloze\tThe {{c1::sky}} is {{c1::blue}}.\t",
        "c\tCloze\tThe {{c1::sky}} is {{c2::blue}}.\t",
        "d\tBasic (and reversed card)\tHaus\thouse",
    )
    text = "\n".join(("#separator:tab", "#html:true", "#guid column:1", "#notetype column:2", *rows, ""))
    found = read.reading(text, "q.txt").questions
    assert [each.key for each in found] == ["a", "b", "c", "d"]
    assert [each.extra.get("anki_guid") for each in found] == ["a", "b", None, None]


def test_a_number_of_a_column_may_have_a_control_character_behind_it(read: Any) -> None:
    reading = read.reading("#separator:tab\n#tags column:3\x1f\nWhat?\tThat.\tgo\n", "q.txt")
    assert [each.fields["tags"] for each in reading.questions] == [("go",)]
