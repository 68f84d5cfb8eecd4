"""Strips keep their structure, links and shadings on the page they are put on."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
from tests.unit.pdf.lists import CSS, MM, frame, headed, linked, opening, page, read, row, rows

from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.list_pages import Line, make_pages


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


def test_the_lines_of_a_page_are_one_stream_with_their_folios_and_leaders_in_it() -> None:
    head = '@page { @top-left { content: "a head"; font: 9pt "Source Sans Pro" } }'
    with_head = lay_out(page('<p><span data-folio="qx-strips">0</span></p>', strip=""), CSS + head)
    data = linked(make_pages(with_head, opening(), rows(4)))
    with pikepdf.open(BytesIO(data)) as pdf:
        streams = [each.read_bytes() for each in pdf.pages[0].Contents]
    assert [stream.count(b" TJ") for stream in streams if b"TJ" in stream] == [
        9,
        1,
    ]  # the head is behind them
    assert b"".join(streams).count(b"/Artifact BMC") == 4 + 2
    (shown,) = [each.get_textpage().get_text_bounded() for each in pypdfium2.PdfDocument(data)]
    assert shown.replace(" .", "").split() == [
        *["Opening"],
        *[word for number in range(4) for word in ("row", f"{number}", "1")],
        *["a", "head", "1"],
    ]
