"""What a PDF says of itself follows from the bank, its questions and the options."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from tests.unit.outputs.handbook.handbooks import (
    ALL,
    SET,
    SLICE,
    handbook,
    pages,
)

from qexport.bank.lock import Entry, Lock, LockedNoteType, Stamp
from qexport.bank.model import Bank, Question
from qexport.common.errors import UsageError
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.document import Document
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


def test_the_fingerprint_is_the_banks_whatever_is_chosen_of_it(whole: Document) -> None:
    def printed_in(document: Document) -> str:
        found = re.search("fingerprint ([0-9a-f]{12})", pages(document)[1])
        return found[1] if found else ""

    assert printed_in(handbook(theme="mono")) == printed_in(whole)
    assert printed_in(handbook(*ALL[:3], replace(SLICE, answer="Another."))) != printed_in(whole)


def test_a_date_is_the_locks_or_an_option_and_never_the_clocks() -> None:
    entry = Entry(id="PY-1", birth="PY-1", guid="g", number=1, modified=1_740_787_200)
    lock = Lock(
        namespace="n",
        deck_root="T",
        style=Stamp("", 0),
        note_type=LockedNoteType((), (), ""),
        notes={"PY-1": entry},
    )

    def dates(document: Document) -> tuple[str, str]:
        with pikepdf.open(BytesIO(document.data)) as pdf:
            found = re.search(r"\d+ \w+ 20\d\d", pages(document)[0])
            return found[0] if found else "", str(pdf.docinfo.get("/ModDate", ""))

    assert dates(handbook(SET)) == ("", "")
    assert dates(handbook(SET, lock=lock)) == ("1 March 2025", "D:20250301000000Z")
    assert dates(handbook(SET, lock=lock, dated="2026-01-31")) == ("31 January 2026", "D:20260131000000Z")
