"""Anki's text exports."""

from __future__ import annotations

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
