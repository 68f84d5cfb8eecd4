"""Strips, each laid out alone, read as a list that was laid out at once."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import pypdfium2
import pytest
from tests.unit.pdf.lists import CSS, frame, headed, linked, opening, page, read, row, rows, said, strip

from qexport.layout.weasyprint.layout import lay_out, lay_out_strips
from qexport.pdf import list_pages
from qexport.pdf.list_pages import Line, make_pages


def test_lines_follow_each_other_on_as_many_pages_as_they_take() -> None:
    chunks = make_pages(frame(), opening(), rows(20))
    assert [len(chunk.pages) for chunk in chunks] == [1, 1, 1]
    assert [line for lines in said(chunks) for line in lines] == [
        "Opening",
        *(f"row {number}" for number in range(20)),
    ]
    texts = [each.get_textpage().get_text_bounded().split() for each in pypdfium2.PdfDocument(linked(chunks))]
    assert [words[-1] for words in texts] == ["1", "2", "3"]


def test_the_larger_of_two_margins_is_between_two_lines_and_none_above_the_first_of_a_page() -> None:
    chunks = make_pages(frame(), opening(), [*rows(4), headed("next"), *rows(9)])
    first, second, _ = read(linked(chunks))
    places = [down for _, down, _ in first]
    assert [round(below - above) for above, below in pairwise(places)] == [5, 6, 6, 6]
    assert second[0][0] == "next"
    assert (
        round(places[0] - second[0][1], 1) == 2
    )  # the margin of the opening, which is at the top of the list


@pytest.mark.parametrize("before", range(1, 9))
def test_a_heading_has_three_rows_below_it_and_a_page_begins_with_two_of_a_run(before: int) -> None:
    listed = [
        *rows(before, "first"),
        headed("heading"),
        *rows(6, "second"),
        headed("last"),
        *rows(1, "third"),
    ]
    chunks = make_pages(frame(), opening(), listed)
    lines = [[line.split(" ")[0] for line in each] for each in said(chunks)]
    for each in lines:
        assert "heading" not in each[-3:]
        assert "last" not in each[-1:]
        assert each[:2] != ["second", "last"]  # one row alone, then what is next
        assert each[:2] != ["first", "heading"]
    assert [line for each in lines for line in each] == [
        "Opening",
        *["first"] * before,
        "heading",
        *["second"] * 6,
        "last",
        "third",
    ]


def test_a_last_page_that_is_nearly_empty_is_saved_where_the_list_may_be_set_tighter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_pages, "NEARLY_EMPTY", 0.25)
    monkeypatch.setattr(list_pages, "TIGHT", 0)
    listed = [*rows(3), *(each for title in "bc" for each in (headed(title), row("row")))]
    loose = make_pages(frame(), opening(), listed)
    tight = make_pages(frame(), opening(), listed, fit=True)
    assert [len(said(loose)), len(said(tight))] == [2, 1]
    many = [*listed, *rows(4)]
    assert make_pages(frame(), opening(), many, fit=True) == make_pages(frame(), opening(), many)


def test_a_heading_stays_with_a_row_though_two_are_more_than_a_page() -> None:
    high = [Line(strip(f"<ul><li>{'<br>'.join([name] * 5)}</li></ul>")) for name in ("one", "two")]
    listed = [*rows(4, "before"), headed("heading"), *high]
    assert said(make_pages(frame(), opening(), listed)) == [
        ["Opening", "before 0", "before 1", "before 2", "before 3"],
        ["heading", *["one"] * 5],
        ["two"] * 5,
    ]


def test_the_space_between_rows_counts_where_they_are_to_stay_with_a_heading() -> None:
    high = [
        Line(strip(f'<ul><li style="margin-bottom: 3mm">{"<br>".join([name] * count)}</li></ul>'))
        for name, count in (("one", 3), ("two", 2), ("three", 2))
    ]
    listed = [*rows(4, "before"), headed("heading"), *high]
    assert said(make_pages(frame(), opening(), listed)) == [
        ["Opening", "before 0", "before 1", "before 2", "before 3"],
        ["heading", *["one"] * 3, *["two"] * 2],
        ["three"] * 2,
    ]


def test_a_line_of_more_than_a_page_has_pages_of_its_own() -> None:
    words = [f"word{number}" for number in range(200)]
    long = Line(lay_out(page(f"<ul><li>{' '.join(words)}</li></ul>"), CSS))
    chunks = make_pages(frame(), opening(), [row("before"), long, row("after")])
    document = pypdfium2.PdfDocument(BytesIO(linked(chunks)))
    read = " ".join(each.get_textpage().get_text_bounded() for each in document).split()
    assert [word for word in read if word.startswith("word")] == words
    assert read.index("before") < read.index("word0")
    assert read.index("word199") < read.index("after")
    assert [len(chunk.pages) for chunk in chunks] == [1, len(long.chunk.pages), 1]


def test_strips_laid_out_together_are_as_if_each_was_laid_out_alone() -> None:
    htmls = [
        page(f"<ul><li>row {number} <code>x</code> {'long ' * number}</li></ul>") for number in range(12)
    ]
    assert lay_out_strips(htmls, CSS) == [lay_out(html, CSS) for html in htmls]


def test_a_character_no_font_has_is_told_by_its_strip_alone() -> None:
    fine, lost = lay_out_strips([page("<h2>fine</h2>"), page("<h2>lost \u4f55</h2>")], CSS)
    assert (fine.missing, lost.missing) == ((), ("\u4f55",))
    chunks = make_pages(frame(), opening(), [Line(fine, is_heading=True), Line(lost, is_heading=True)])
    assert said(chunks) == [["Opening", "fine", "lost [U+4F55]"]]
    assert chunks[0].missing == ("\u4f55",)
