"""Folios and leaders are drawn where their placeholders were."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from tests.unit.layout.weasyprint.small_pages import (
    CSS,
    laid_out,
    linked,
    page,
    texts,
)

from qexport.layout.weasyprint.layout import lay_out

# Slots


def test_a_leader_begins_behind_the_last_word_also_where_code_is_on_its_line() -> None:
    """Code is smaller, so that its box begins lower than those of the words."""
    code = "<code style=\"font: 8pt 'IBM Plex Mono'\">alt</code>"
    folio = '<span class="folio" data-folio="there" data-leader="">0</span>'
    chunk = laid_out(f'<p id="there" class="entry">Of {code} in images{folio}</p>')
    (slot,) = [slot for slot in chunk.content.slots if slot.anchor]
    (plain,) = [
        slot
        for slot in laid_out(f'<p id="there" class="entry">Of {code} in{folio}</p>').content.slots
        if slot.anchor
    ]
    assert slot.leader is not None
    assert plain.leader is not None
    assert slot.leader - plain.leader > 30


def test_the_folio_of_a_place_is_drawn_where_its_stand_in_was() -> None:
    contents = laid_out('<p class="entry">Two <span class="folio" data-folio="two" data-leader>00</span></p>')
    data = linked(contents, laid_out('<div style="break-after: page">one</div><p id="two">two'))
    assert "00" not in texts(data)[0]
    assert texts(data)[0].startswith("Two . . .")
    assert texts(data)[0].split()[-2:] == ["3", "1"]  # that of the place, that of the page


def test_a_folio_stands_at_the_right_of_its_room_or_at_the_left() -> None:
    def left_of_folio(attribute: str) -> float:
        body = f'<p>see p. <span data-folio="here"{attribute}>000</span> and <b id="here">on</b>'
        text_page = pypdfium2.PdfDocument(linked(laid_out(body)))[0].get_textpage()
        at, _ = text_page.search("1").get_next()
        return float(text_page.get_charbox(at)[0])

    digit = left_of_folio(' data-align="left"')
    assert left_of_folio("") == pytest.approx(digit + 2 * 5, abs=1.5)  # two of three digits of 5 points


def test_the_folio_of_a_page_changes_sides_where_pages_do() -> None:
    chunks = [laid_out("one"), laid_out("two")]

    def lefts(*, mirrored: bool) -> list[float]:
        found = []
        for number, each in enumerate(pypdfium2.PdfDocument(linked(*chunks, mirrored=mirrored)), start=1):
            text_page = each.get_textpage()
            at, _ = text_page.search(str(number)).get_next()
            found.append(float(text_page.get_charbox(at)[0]))
        return found

    right, verso = lefts(mirrored=True)
    assert lefts(mirrored=False) == pytest.approx([right, right], abs=1)
    assert verso == pytest.approx(10 / 25.4 * 72, abs=1)


def test_what_is_drawn_late_at_the_end_of_a_page_is_one_stream() -> None:
    """Between margin boxes nothing is drawn, and behind them only the colours are brought back."""
    heads = (
        '@page { @top-left { content: "a head"; color: red } @top-right { content: "a side"; color: blue } }'
    )
    data = linked(lay_out(page("<p>text</p>"), CSS + heads))
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.pages[0].Contents) == 2
        stream = b"\n".join(each.read_bytes() for each in pdf.pages[0].Contents)
    operators = stream.split()
    assert operators.count(b"q") == operators.count(b"Q")
    assert texts(data) == ["text a head a side 1"]
    image = pypdfium2.PdfDocument(data)[0].render(scale=4).to_pil()
    above = image.crop((0, 0, image.width, image.height // 10))
    assert {(255, 0, 0), (0, 0, 255)} <= {color for _, color in above.getcolors(100_000)}
