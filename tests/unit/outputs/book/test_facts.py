"""What a PDF says of itself follows from the bank, its questions and the options."""

from __future__ import annotations

import pytest

from qexport.bank.model import Bank, Question
from qexport.common.errors import UsageError
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.options import BookOptions


def question(technology: str) -> Question:
    return Question(id="a", question="q", answer="a", technology=technology)


def test_texts_are_their_authors_or_else_their_sources() -> None:
    assert name_author(Bank(title="T", author="Ada", source="A page", questions=())) == "Ada"
    assert name_author(Bank(title="T", source="A page\nof the web", questions=())) == "A page"


def test_keywords_are_technologies_each_once() -> None:
    assert list_keywords(map(question, ["Go", "", "SQL", "Go"])) == ("Go", "SQL")


def test_colours_are_for_a_press_an_archive_or_nothing() -> None:
    assert choose_intent(BookOptions()) == ""
    assert choose_intent(BookOptions(media="prepress")) == "press"
    assert choose_intent(BookOptions(pdfa=True)) == "archive"
    with pytest.raises(UsageError) as caught:
        choose_intent(BookOptions(pdfa=True, media="prepress"))
    assert caught.value.message == "--pdfa has the colours of a screen, --media prepress those of a press"
