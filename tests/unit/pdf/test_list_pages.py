"""Strips, each laid out alone, read as a list that was laid out at once."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pypdfium2 import raw as pdfium

from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint.layout import lay_out, lay_out_strips
from qexport.pdf import list_pages
from qexport.pdf.folio_lists import Folios
from qexport.pdf.linker import link
from qexport.pdf.list_pages import Line, make_pages
from qexport.pdf.metadata import Book

CSS = """
@page { size: 60mm 60mm; margin: 5mm 8mm 10mm 5mm; @bottom-right { content: "qx:folio"; font: 9pt "Source Sans Pro" } }
html { font: 10pt/5mm "Source Serif Pro" }
body { margin: 0; position: relative }
h1, h2 { font-size: 10pt; margin: 2mm 0 0 }
ul { list-style: none; margin: 0; padding: 0 }
li { margin-bottom: 1mm; position: relative; padding-right: 8mm }
.index li { margin: 0; padding: 0 0 0 4mm; text-indent: -4mm }
.folio { position: absolute; right: 0; bottom: 0 }
.strip { position: absolute; top: 0; left: 0; right: 0 }
"""
MM = 72 / 25.4
LINE = 5 * 96 / 25.4
"""A line of text, in CSS pixels."""


def page(body: str, kind: str = "list", strip: str = ' data-strip=""') -> str:
    return f'<html lang="en"><title>t</title><body class="{kind}"{strip}>{body}</body></html>'


def frame() -> Chunk:
    return lay_out(page('<p><span data-folio="qx-strips">0</span></p>', strip=""), CSS)


def headed(title: str) -> Line:
    return Line(strip(f'<h2 id="{title.replace(" ", "-")}">{title}</h2>'), is_heading=True)


def strip(body: str, kind: str = "list") -> Chunk:
    return lay_out(page(body, kind), CSS)


def row(words: str) -> Line:
    return Line(
        strip(
            f'<ul><li><a href="qx:top" title="{words}">{words}'
            '<span class="folio" data-folio="top" data-leader="">0</span></a></li></ul>'
        )
    )


def rows(count: int, name: str = "row") -> list[Line]:
    return [row(f"{name} {number}") for number in range(count)]


def opening() -> Chunk:
    return strip('<h1 id="top">Opening</h1>')


def linked(chunks: Sequence[Chunk], *, mirrored: bool = False) -> bytes:
    return link(list(chunks), Book(title="t", language="en", mirrored=mirrored))


def read(data: bytes) -> list[list[tuple[str, float, float]]]:
    """For each page its lines but for leaders and folios: text, baseline and left end in mm from the top left."""
    found = []
    for each in pypdfium2.PdfDocument(BytesIO(data)):
        text = each.get_textpage()
        lines: dict[float, list[tuple[float, str]]] = {}
        for index in range(text.count_chars()):
            x, y = ctypes.c_double(), ctypes.c_double()
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            letter = text.get_text_range(index, 1)
            if letter not in "\r\n\0":
                down = round((each.get_height() - y.value) / MM, 1)
                lines.setdefault(down, []).append((x.value / MM, letter))
        set_ = [
            ("".join(letter for _, letter in sorted(line)), down, round(min(line)[0], 1))
            for down, line in sorted(lines.items())
        ]
        found.append([(words.split(" . ")[0].strip(), down, left) for words, down, left in set_ if left < 45])
    return found


def said(chunks: Sequence[Chunk]) -> list[list[str]]:
    return [[words for words, _, _ in lines] for lines in read(linked(chunks))]


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


def test_one_structure_tree_has_headings_and_the_rows_between_them_as_lists() -> None:
    chunks = make_pages(frame(), opening(), [*rows(2), headed("next"), *rows(2)])
    with pikepdf.open(BytesIO(linked(chunks))) as pdf:
        root: Any = pdf.Root.StructTreeRoot
        tags = [
            (str(each.S), [str(kid.S) for kid in each.K if not isinstance(kid, int)]) for each in root.K[0].K
        ]
        (sheet,) = pdf.pages
        links = [(str(each.Contents), str(each.Dest), int(each.StructParent)) for each in sheet.Annots]
        numbers = dict(zip(list(root.ParentTree.Nums)[::2], list(root.ParentTree.Nums)[1::2], strict=True))
        owners = [str(numbers[key].S) for _, _, key in links]
        content = [None if each is None else str(each.S) for each in numbers[0]]
    assert tags == [("/H1", []), ("/L", ["/LI", "/LI"]), ("/H2", []), ("/L", ["/LI", "/LI"])]
    assert [link[:2] for link in links] == [("row 0", "top"), ("row 1", "top")] * 2
    assert owners == ["/Link"] * 4
    assert set(content) == {None, "/H1", "/H2", "/Link"}


def test_places_and_links_are_where_the_line_is() -> None:
    chunks = make_pages(frame(), opening(), [row("row 0"), row("row 1"), headed("next"), row("row 2")])
    data = linked(chunks, mirrored=True)
    with pikepdf.open(BytesIO(data)) as pdf:
        names_ = pdf.Root.Names.Dests.Names
        places = {str(names_[at]): float(names_[at + 1][3]) for at in range(0, len(names_), 2)}
        boxes = [[float(number) for number in each.Rect] for each in pdf.pages[0].Annots]
    (lines,) = read(data)
    baselines = {words: 60 - down for words, down, _ in lines}
    for number, box in enumerate(boxes):
        assert min(box[1::2]) < baselines[f"row {number}"] * MM < max(box[1::2])
    assert 3 < places["next"] / MM - baselines["next"] < 5


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


def test_shadings_of_strips_do_not_take_each_others_names() -> None:
    css = CSS + ".a { background: linear-gradient(red, blue) } .b { background: linear-gradient(blue, lime) }"
    lines = [Line(lay_out(page(f'<ul><li class="{each}">row</li></ul>'), css)) for each in "aba"]
    image = pypdfium2.PdfDocument(BytesIO(linked(make_pages(frame(), opening(), lines))))[0].render().to_pil()
    top = [image.getpixel((100, y)) for y in range(image.height)]
    # Each begins in its own colour: red, blue, red.
    starts = [
        here
        for above, here in pairwise(top)
        if above == (255, 255, 255) and max(here) > 230 and min(here) < 60
    ]
    assert [pixel.index(max(pixel)) for pixel in starts] == [0, 2, 0]


# --- lists of folios -----------------------------------------------------------------------------------------


def term(name: str, *folios: str) -> Line:
    stand_in = '<span data-folio="pages" data-align="left" data-folios="">0</span>'
    chunk = strip(f"<ul><li>{name}, {stand_in}</li></ul>", "index")
    return Line(chunk, folios=[Folios(each, "top") for each in folios])


def test_a_list_of_folios_is_read_as_it_was_written() -> None:
    chunks = make_pages(frame(), opening(), [term("lists", "3", "5–7", "12"), term("loops", "1")])
    assert said(chunks) == [["Opening", "lists, 3, 5–7, 12", "loops, 1"]]


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
