"""A list of folios is set in its line, and below it if it is long."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
import pytest
from tests.unit.pdf.lists import MM, frame, linked, opening, read, said, strip

from qexport.pdf import list_sheets
from qexport.pdf.folio_lists import Folios, set_folios
from qexport.pdf.list_pages import Line, make_pages

LINE = 5 * 96 / 25.4
"""A line of text, in CSS pixels."""


# --- lists of folios -----------------------------------------------------------------------------------------


def term(name: str, *folios: str) -> Line:
    stand_in = '<span data-folio="pages" data-align="left" data-folios="">0</span>'
    chunk = strip(f"<ul><li>{name}, {stand_in}</li></ul>", "index")
    return Line(chunk, folios=[Folios(each, "top") for each in folios])


def test_a_list_of_folios_is_read_as_it_was_written() -> None:
    chunks = make_pages(frame(), opening(), [term("lists", "3", "5–7", "12"), term("loops", "1")])
    assert said(chunks) == [["Opening", "lists, 3, 5–7, 12", "loops, 1"]]


def test_folios_are_set_when_their_page_is_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noted(*arguments: Any) -> Any:
        done.append("set")
        return set_folios(*arguments)

    monkeypatch.setattr(list_sheets, "set_folios", noted)
    chunks = make_pages(frame(), opening(), [term("lists", "3"), term("loops", "1")])
    assert done == []  # those of an index of 2,000 questions are 45 MB then
    assert said(chunks) == [["Opening", "lists, 3", "loops, 1"]]
    assert done == ["set"] * 2


def test_a_long_list_of_folios_goes_on_in_lines_below_which_begin_further_in() -> None:
    folios = [str(number) for number in range(100, 130)]
    chunks = make_pages(frame(), opening(), [term("lists", *folios), term("next", "1")])
    (lines,) = said(chunks)
    assert " ".join(lines[1:-1]) == f"lists, {', '.join(folios)}"
    assert lines[-1] == "next, 1"
    data = linked(chunks)
    (set_,) = read(data)
    assert [left for _, _, left in set_] == [5, 5, *[9] * (len(set_) - 3), 5]
    text = pypdfium2.PdfDocument(data)[0].get_textpage()
    assert max(text.get_charbox(index)[2] for index in range(text.count_chars() - 1)) < 52.1 * MM
    with pikepdf.open(BytesIO(data)) as pdf:
        said_of = [str(each.Contents) for each in pdf.pages[0].Annots]
        root: Any = pdf.Root.StructTreeRoot
        item = root.K[0].K[1].K[0].K[0]
        kids = [kid if isinstance(kid, int) else str(kid.S) for kid in item.K]
    assert said_of == [*(f"page {each}" for each in folios), "page 1"]
    assert [kid for kid in kids if kid == "/Link"] == ["/Link"] * 30
    assert len(kids) == 1 + 30 + 29  # the name, then links with a comma between two of them


def test_what_follows_a_long_list_of_folios_stands_below_it() -> None:
    chunks = make_pages(frame(), opening(), [term("lists", *map(str, range(100, 130))), term("next", "1")])
    (lines,) = read(linked(chunks))
    assert {round(below - above, 1) for (_, above, _), (_, below, _) in pairwise(lines)} == {5}
    assert chunks[0].page_height - chunks[0].room > 4 * LINE


def test_folios_follow_each_other_from_right_to_left_in_a_slot_that_is_aligned_right() -> None:
    stand_in = '<span data-folio="pages" data-align="right" data-folios="">0</span>'
    chunk = strip(f'<ul style="direction: rtl"><li>lists, {stand_in}</li></ul>', "index")
    folios = [str(number) for number in range(100, 130)]
    line = Line(chunk, folios=[Folios(each, "top") for each in folios])
    text = pypdfium2.PdfDocument(linked(make_pages(frame(), opening(), [line])))[0].get_textpage()
    places = []
    for each in folios:
        found = text.search(each).get_next()
        assert found is not None, each
        places.append(text.get_charbox(found[0]))
    rows = sorted({round(bottom) for _, bottom, _, _ in places}, reverse=True)
    assert len(rows) > 2
    for (left, bottom, _, _), (next_left, next_bottom, _, _) in pairwise(places):
        if round(bottom) == round(next_bottom):
            assert next_left < left
        else:
            assert next_bottom < bottom
    assert min(left for left, *_ in places) > 5 * MM - 0.1
