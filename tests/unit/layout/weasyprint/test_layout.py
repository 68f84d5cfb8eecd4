"""A document is set tighter, filled, or numbered where its fonts end."""

from __future__ import annotations

import pypdfium2
import pytest
from tests.unit.layout.weasyprint.small_pages import (
    LINES_ON_A_PAGE,
    laid_out,
    lines,
    linked,
    texts,
)


def test_a_text_that_just_goes_over_its_page_is_set_tighter() -> None:
    over = f"<p>{lines(LINES_ON_A_PAGE + 2)}"
    assert len(laid_out(over).pages) == 2
    assert len(laid_out(over, "data-fit").pages) == 1


@pytest.mark.parametrize("count", [LINES_ON_A_PAGE + 8, 3 * LINES_ON_A_PAGE])
def test_where_that_saves_no_page_it_is_set_as_ever(count: int) -> None:
    wide, fitted = laid_out(f"<p>{lines(count)}"), laid_out(f"<p>{lines(count)}", "data-fit")
    assert len(fitted.pages) == len(wide.pages)
    assert fitted.room == wide.room


def test_what_is_expected_to_be_tight_stays_so_only_if_little_room_is_left() -> None:
    just_over, short = f"<p>{lines(LINES_ON_A_PAGE + 2)}", f"<p>{lines(LINES_ON_A_PAGE - 4)}"
    tight = laid_out(just_over, "data-fit")
    assert laid_out(just_over, f'data-fit="{int(tight.room) + 1}"') == tight
    assert laid_out(just_over, f'data-fit="{int(tight.room) - 1}"') == tight
    assert laid_out(short, 'data-fit="1"') == laid_out(short, "data-fit") == laid_out(short)
    assert laid_out(short, 'data-fit="9999"').room > laid_out(short).room


FILL = '<!--fill 40--><p>Notes</p><div><!--each 30--><p style="line-height: 30px">_</p><!--/each--></div><!--/fill-->'


@pytest.mark.parametrize(("count", "rows"), [(1, 8), (8, 3), (12, 0)])
def test_the_rest_of_a_page_is_filled_with_as_many_lines_as_there_is_room_for(count: int, rows: int) -> None:
    (text,) = texts(linked(laid_out(f"<p>{lines(count)}</p>{FILL}")))
    assert text.count("Notes") == 1
    assert text.count("_") == rows


def test_where_there_is_no_room_nothing_is_filled() -> None:
    (text,) = texts(linked(laid_out(f"<p>{lines(LINES_ON_A_PAGE - 1)}</p>{FILL}")))
    assert "Notes" not in text
    assert "_" not in text


def test_a_character_no_font_has_is_set_as_its_number_and_told() -> None:
    chunk = laid_out("<p>何 and 何🏭")
    assert chunk.missing == ("何", "🏭")
    assert "[U+4F55] and [U+4F55 U+1F3ED]" in texts(linked(chunk))[0]


def test_a_paragraph_of_such_numbers_goes_from_left_to_right() -> None:
    """In one from right to left brackets are turned, and its full stop is where it begins."""
    style = '<style>[dir="rtl"] { direction: rtl }</style>'
    (text,) = texts(linked(laid_out(f'{style}<p dir="rtl">ما for هي.')))
    assert "[U+0645 U+0627] for [U+0647 U+064A]." in text


def test_a_line_may_break_before_and_after_such_a_number() -> None:
    """As it could between the characters; else what stands beside them goes over the edge."""
    code = "wide" * 11
    data = linked(laid_out(f"<p><code>{code}</code>何{code}"))
    page = pypdfium2.PdfDocument(data)[0].get_textpage()
    lines = [page.get_text_bounded(*page.get_rect(at)) for at in range(page.count_rects())]
    assert [line.strip() for line in lines if line.strip() != "1"] == [code, "[U+4F55]", code]


def test_a_brief_line_names_no_more_than_three_of_a_run() -> None:
    (text,) = texts(linked(laid_out("<ul data-brief><li>何何何 and 何何何何</ul>")))
    assert "[U+4F55 U+4F55 U+4F55] and [U+4F55 U+4F55 U+4F55…]" in text
