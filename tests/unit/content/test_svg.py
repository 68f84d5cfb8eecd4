"""SVG pictures are drawn, and do nothing else."""

from __future__ import annotations

import pytest

from qexport.content.svg import DEEPEST_ELEMENT, MOST_ELEMENTS, clean_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'


def svg(inside: str, attributes: str = 'viewBox="0 0 40 30"') -> bytes:
    return SVG.format(attributes, inside).encode()


def inside(data: bytes) -> str:
    text = clean_svg(data).data.decode()
    return text[text.index(">") + 1 :].removesuffix("</svg>")


def test_a_drawing_is_kept_to_the_letter() -> None:
    drawing = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="red" /></linearGradient></defs>'
        '<g transform="scale(2)"><path d="M0 0L9 9" stroke="#123" fill="url(#g)" /></g>'
        '<text x="1" y="2" font-family="serif">a <tspan dy="1">b</tspan> c</text>'
    )
    clean = clean_svg(svg(drawing))
    assert inside(svg(drawing)) == drawing
    assert (clean.width, clean.height, clean.left_out) == (40, 30, ())


@pytest.mark.parametrize(
    ("hostile", "left_out"),
    [
        ("<script>marker(1)</script>", "<script>"),
        ('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>', "<foreignObject>"),
        ('<image xlink:href="https://e.org/x.png"/>', "<image>"),
        ("<style>@import url(https://e.org/x.css)</style>", "<style>"),
        ('<animate attributeName="x" to="9"/>', "<animate>"),
        ('<rect onclick="marker(1)"/>', "its script"),
        ('<rect fill="url(https://e.org/x.svg#a)"/>', "what it would fetch"),
        ('<rect style="fill:url(file:///etc/passwd)"/>', "what it would fetch"),
        ('<rect style="fill: u\\72l(x)"/>', "what it would fetch"),
        ('<use xlink:href="https://e.org/x.svg#a"/>', "what it would fetch"),
        ('<use href="data:image/svg+xml,x"/>', "what it would fetch"),
        ('<a xlink:href="javascript:marker(1)"><rect/></a>', "the link"),
    ],
)
def test_what_does_more_than_draw_is_left_out_and_named(hostile: str, left_out: str) -> None:
    clean = clean_svg(svg(hostile + '<circle r="1"/>'))
    text = clean.data.decode()
    assert clean.left_out == (left_out,)
    assert '<circle r="1" />' in text
    for word in ("script", "e.org", "file:", "alert", "passwd", "javascript", "data:", "import", "foreign"):
        assert word not in text


def test_style_attributes_become_properties_and_notes_of_editors_go() -> None:
    drawing = (
        '<rect style="fill: red; stroke-width:2 !important; position: fixed" data-x="1"/>'
        '<x:note xmlns:x="https://e.org">n</x:note><metadata>m</metadata>'
    )
    assert inside(svg(drawing)) == '<rect fill="red" stroke-width="2" />'
    assert clean_svg(svg(drawing)).left_out == ()


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="20" height="10"', (20, 10)),
        ('width="1in" height="72pt"', (96, 96)),
        ('width="80" viewBox="0 0 40 30"', (80, 60)),
        ('width="100%" height="100%" viewBox="0 0 40 30"', (40, 30)),
        ('viewBox="0,0,40,30"', (40, 30)),
        ("", (300, 150)),
    ],
)
def test_the_size_is_that_of_the_picture_or_of_its_view(attributes: str, size: tuple[int, int]) -> None:
    clean = clean_svg(svg("<rect/>", attributes))
    assert (clean.width, clean.height) == size


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg", "is not well-formed: unclosed token: line 1, column 0"),
        (b"<p/>", "has no <svg> at its top"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "has a doctype with declarations"),
        (
            svg("<g>" * DEEPEST_ELEMENT + "</g>" * DEEPEST_ELEMENT),
            f"has more than {DEEPEST_ELEMENT} elements within each other",
        ),
        (svg("<g/>" * MOST_ELEMENTS), f"has more than {MOST_ELEMENTS:,} elements"),
        (svg('<g id="a"><use href="#a"/></g>'), "repeats itself without an end"),
        (
            svg('<g id="a">' + "<g/>" * 150 + "</g>" + '<use href="#a"/>' * 150),
            f"has more than {MOST_ELEMENTS:,} elements when it is drawn",
        ),
    ],
)
def test_what_cannot_be_drawn_in_time_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(") + "$"):
        clean_svg(data)


def test_a_doctype_without_declarations_is_what_editors_write() -> None:
    doctype = (
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'
    )
    assert clean_svg(doctype + svg("<rect/>")).left_out == ()
