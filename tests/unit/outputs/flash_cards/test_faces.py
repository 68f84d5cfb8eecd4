"""What is on the sides of cards beside their text, and what text has."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from tests.unit.outputs.flash_cards.printed_cards import LIST, SET, cards, pages

from qexport.common.errors import Location


def test_a_difficulty_is_said_in_fewer_words_where_ids_need_the_room() -> None:
    def front(id_: str, size: str) -> tuple[str, int]:
        document = cards(replace(LIST, id=id_), options={"card-size": size})
        drawn = pypdfium2.PdfDocument(document.data)[0].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])
        said = re.findall(rf"{id_} ((?:Difficulty )?3/10) Python", pages(document)[0])
        return said[0], sum(item.get_bounds()[3] - item.get_bounds()[1] > 3 for item in drawn)

    squares = 10
    marks = front("PY-LISTS-AND-TUPLES-1", "3x3")[1]  # where to cut
    assert front("PY-1", "3x3") == ("Difficulty 3/10", marks + squares)
    assert front("PY-LISTS-1", "3x3") == ("3/10", marks + squares)
    assert front("PY-LISTS-AND-TUPLES-1", "3x3") == ("3/10", marks)
    assert front("PY-LISTS-AND-TUPLES-1", "2x4")[0] == "Difficulty 3/10"


def test_an_id_too_long_for_a_line_has_several_on_both_sides_and_nothing_stands_on_it() -> None:
    long = "PY-" + "VERY-" * 12 + "LONG-1"
    document = cards(replace(LIST, id=long), options={"card-size": "3x3"})
    for page in pypdfium2.PdfDocument(document.data):
        text = page.get_textpage()
        words = text.get_text_range()
        assert long in words.replace("\r\n", "").replace("\x02", "-").replace("\ufffe", "-")
        end = text.get_charbox(words.index("LONG"), loose=True)
        asked = text.get_charbox(max(words.find("What is"), words.find("A sequence")), loose=True)
        assert asked[3] < end[1]


def test_title_and_technology_stand_on_one_line_and_are_cut_only_where_there_is_no_room() -> None:
    title = "Interview Questions & Model Answers of the Hub"

    def feet(title: str, technology: str, size: str) -> list[str]:
        question = replace(SET, technology=technology, category="Types")
        document = cards(question, title=title, options={"card-size": size})
        return [page.partition(" PY-2 ")[2].partition(" What ")[0] for page in pages(document)]

    long = "Machine Learning and Other Things That Take Some Time"
    assert feet(title, "Python", "2x4") == ["Python · Types", f"{title} · Python"]
    assert feet(title, title, "2x4")[1] == title
    assert feet(title, "Python", "3x3")[1] == "Interview Questions & Model… · Python"
    assert feet(title, long, "3x3") == [
        "Machine Learning and Other Things Th…",
        "Interview Questi… · Machine Learning…",
    ]


def test_code_headings_and_pictures_of_markdown_fit_a_card(tmp_path: Path) -> None:
    Image.new("RGB", (900, 1600)).save(tmp_path / "tall.png")
    (tmp_path / "bank.yaml").touch()
    answer = "# Tall\n\n![A tower](tall.png)\n\n```python\n" + "print(1234567890) # " * 8 + "\n```"
    question = replace(
        SET, markup="markdown", answer=answer, location=Location(str(tmp_path / "bank.yaml"), 1, 1)
    )
    document = cards(question)
    with pikepdf.open(BytesIO(document.data)) as pdf:
        tags = [str(item.S) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]
    assert "/H2" in tags
    assert "/H3" not in tags  # a card's question is H1
    backs = pypdfium2.PdfDocument(document.data)[1]
    (picture,) = backs.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    left, bottom, right, top = picture.get_bounds()
    assert (top - bottom) / 72 * 25.4 < 69.75 - 32 + 0.1
    assert (top - bottom) / (right - left) == pytest.approx(1600 / 900, rel=0.01)
