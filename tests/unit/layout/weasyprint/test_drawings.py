"""A drawing is parsed once and drawn as often as it comes."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from tests.unit.layout.weasyprint.small_pages import (
    laid_out,
    linked,
)
from weasyprint.svg import SVG as SVG_ENGINE

from qexport.common.errors import LimitExceeded
from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint import drawings
from qexport.layout.weasyprint.layout import lay_out


def test_a_drawing_is_the_same_however_often_it_is_drawn() -> None:
    square = '<svg viewBox="0 0 10 10"><title>a square</title><rect width="9" height="9" stroke="red"/></svg>'
    first, again = laid_out(f"<p>{square}"), laid_out(f"<p>{square}")
    assert first == again
    with pikepdf.open(BytesIO(linked(laid_out(f"<p>{square}{square}")))) as pdf:
        states: Any = pdf.pages[0].Resources.get("/ExtGState", {}).keys()
        content = b"".join(each.read_bytes() for each in pdf.pages[0].Contents)
    assert content.count(b" re\n") >= 2
    assert set(re.findall(rb"/(\S+) gs", content)) <= {key[1:].encode() for key in states}


# --- drawings ------------------------------------------------------------------------------------------------

SVG = (
    '<svg class="m" viewBox="0 0 6 6" xmlns="http://www.w3.org/2000/svg"><title>mark {0}</title>'
    '<rect x="{0}" y="1" width="2" height="2" fill="currentColor"/></svg>'
)


def marks(*numbers: int) -> Chunk:
    drawn = "".join(SVG.format(number) for number in numbers)
    return lay_out(
        f'<html lang=en><title>t</title><body class="x"><p>{drawn}</p></body>',
        ".m { width: 4mm; height: 4mm }",
    )


def streams(chunk: Chunk) -> bytes:
    contents = [zlib.decompress(stream) for _, stream in chunk.content.objects if stream]
    return b"\n".join(contents)


def test_a_drawing_that_comes_again_is_drawn_as_the_first_time() -> None:
    drawings._drawing.cache_clear()
    once = streams(marks(1, 2, 1))
    again = streams(marks(1, 2, 1))
    assert once == again
    shapes = re.findall(rb"\d 1 2 2 re", once)
    assert len(shapes) == 3
    assert shapes[0] == shapes[2] != shapes[1]


def test_a_drawing_that_is_cut_short_is_an_error_and_no_later_page_has_half_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawings._drawing.cache_clear()
    whole = streams(marks(5))
    drawings._drawing.cache_clear()
    usual = SVG_ENGINE.draw_node

    def end_within(svg: Any, node: Any, *more: Any, **named: Any) -> None:
        if node.tag == "rect":
            raise LimitExceeded("its time is over")
        usual(svg, node, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(SVG_ENGINE, "draw_node", end_within)
        with pytest.raises(LimitExceeded, match="its time is over"):
            marks(5)
    assert streams(marks(5)) == whole


def test_drawings_have_their_titles_for_those_who_do_not_see_them() -> None:
    values = b"".join(value for value, _ in marks(3, 4).content.objects)
    assert values.count(b"/S /Figure") == 2
    assert [b"mark 3" in values, b"mark 4" in values] == [True, True]


def test_letters_in_a_drawing_are_set_in_the_fonts_of_the_book() -> None:
    svg = (
        '<svg viewBox="0 0 60 10" width="60mm" xmlns="http://www.w3.org/2000/svg"><title>t</title>'
        '<text x="0" y="8" font-family="Source Sans Pro" font-size="6">Letters</text></svg>'
    )
    chunk = lay_out(f'<html lang=en><title>t</title><body class="x">{svg}</body>', "")
    assert {use.family for use in chunk.content.fonts} == {"Source Sans Pro"}
