"""The door to the layout engine: what HTML may ask for, seen in the chunk and in the PDF it becomes."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint import drawings
from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

CSS = """
@page { size: 100mm 100mm; margin: 10mm; @bottom-right { content: "qx:folio"; font: 9pt "Source Sans Pro" } }
html { font: 10pt/15pt "Source Serif Pro"; orphans: 1; widows: 1 }
body, p, ul { margin: 0; padding: 0 }
.tight { line-height: 12pt }
.entry { position: relative }
.folio { position: absolute; right: 0; bottom: 0 }
svg { width: 10mm; height: 10mm }
"""
LINES_ON_A_PAGE = 15
"""80 mm in lines of 15 points."""


def page(body: str, attributes: str = "") -> str:
    return f'<html lang="en"><title>t</title><body class="" {attributes}>{body}</body></html>'


def lines(count: int) -> str:
    return "<br>".join(f"Line {number}." for number in range(1, count + 1))


def laid_out(body: str, attributes: str = "") -> Chunk:
    return lay_out(page(body, attributes), CSS)


def linked(*chunks: Chunk, mirrored: bool = False) -> bytes:
    return link(list(chunks), Book(title="t", language="en", outline=(), mirrored=mirrored))


def texts(data: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(data)]


# Places and links


def test_an_element_with_an_id_is_a_place_on_its_page() -> None:
    chunk = laid_out('<p id="first">one<p style="break-before: page; margin-top: 30pt" id="second">two')
    (first, on_first, left, _), (second, on_second, _, top) = chunk.anchors
    assert (first, on_first, second, on_second) == ("first", 0, "second", 1)
    assert left == pytest.approx(10 / 25.4 * 72, abs=0.1)
    assert top == pytest.approx((100 - 10) / 25.4 * 72 - 30, abs=15)


def test_a_link_leads_to_a_place_of_another_chunk_and_says_what_it_is() -> None:
    data = linked(laid_out('<a href="qx:there" title="The other">go</a>'), laid_out('<p id="there">there'))
    with pikepdf.open(BytesIO(data)) as pdf:
        (annotation,) = pdf.pages[0].Annots
        assert (str(annotation.Dest), str(annotation.Contents)) == ("there", "The other")
        names = pdf.Root.Names.Dests.Names
        assert str(names[0]) == "there"
        assert names[1][0].objgen == pdf.pages[1].objgen


def test_a_link_to_the_web_stays_one() -> None:
    with pikepdf.open(BytesIO(linked(laid_out('<a href="https://e.org/a" title="t">e</a>')))) as pdf:
        (annotation,) = pdf.pages[0].Annots
        assert str(annotation.A.URI) == "https://e.org/a"


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


# Pages that are nearly full, and nearly empty


def test_what_is_left_of_the_last_page_is_told() -> None:
    chunk = laid_out(f"<p>{lines(5)}")
    assert chunk.page_height == pytest.approx(80 / 25.4 * 96, abs=0.1)
    assert chunk.page_height - chunk.room == pytest.approx(5 * 20, abs=0.5)  # CSS pixels


def test_a_text_that_just_goes_over_its_page_is_set_tighter() -> None:
    over = f"<p>{lines(LINES_ON_A_PAGE + 2)}"
    assert len(laid_out(over).pages) == 2
    assert len(laid_out(over, "data-fit").pages) == 1


@pytest.mark.parametrize("count", [LINES_ON_A_PAGE + 8, 3 * LINES_ON_A_PAGE])
def test_where_that_saves_no_page_it_is_set_as_ever(count: int) -> None:
    wide, fitted = laid_out(f"<p>{lines(count)}"), laid_out(f"<p>{lines(count)}", "data-fit")
    assert len(fitted.pages) == len(wide.pages)
    assert fitted.room == wide.room


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


# What is drawn


def test_code_is_told_with_its_page() -> None:
    chunk = laid_out(
        '<code class="term">a()</code><p style="break-before: page"><code class="term">b</code> <code>c</code>'
    )
    assert chunk.terms == ((0, "a()"), (1, "b"))


def test_code_that_goes_over_a_page_is_told_once_and_without_places_to_break() -> None:
    over = lines(LINES_ON_A_PAGE - 1)
    chunk = laid_out(f'<p>{over}<br><code class="term">{"name_" * 6}\u200b{"other_" * 6}</code>')
    assert len(chunk.pages) == 2
    assert chunk.terms == ((0, "name_" * 6 + "other_" * 6),)


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


def test_pictures_are_those_that_were_given_and_no_others() -> None:
    picture = BytesIO()
    Image.new("RGB", (10, 10), "red").save(picture, "PNG")
    body = page(
        '<p><img src="qx:image/a" alt="A"> <img src="qx:image/b" alt="B"> '
        '<img src="file:///etc/hostname" alt="C">'
    )
    chunk = lay_out(body, CSS, {"qx:image/a": picture.getvalue()})
    drawn = pypdfium2.PdfDocument(linked(chunk))[0]
    assert len(list(drawn.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) == 1
    assert texts(linked(chunk))[0].split() == ["B", "C", "1"]


def test_a_drawing_is_the_same_however_often_it_is_drawn() -> None:
    square = '<svg viewBox="0 0 10 10"><title>a square</title><rect width="9" height="9" stroke="red"/></svg>'
    first, again = laid_out(f"<p>{square}"), laid_out(f"<p>{square}")
    assert first == again
    with pikepdf.open(BytesIO(linked(laid_out(f"<p>{square}{square}")))) as pdf:
        states: Any = pdf.pages[0].Resources.get("/ExtGState", {}).keys()
        content = b"".join(each.read_bytes() for each in pdf.pages[0].Contents)
    assert content.count(b" re\n") >= 2
    assert set(re.findall(rb"/(\S+) gs", content)) <= {key[1:].encode() for key in states}


def test_all_text_is_tagged() -> None:
    data = linked(
        laid_out('<h1>Title</h1><p>A <b>bold</b> word</p><ul style="list-style: none"><li>one</ul>')
    )
    with pikepdf.open(BytesIO(data)) as pdf:
        found: list[str] = []

        def walk(element: pikepdf.Object) -> None:
            found.append(str(element.S))
            kids: Any = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    walk(kid)

        top = pdf.Root.StructTreeRoot.K
        walk(top[0] if isinstance(top, pikepdf.Array) else top)
        assert pdf.Root.Lang == "en"
    assert found == ["/Document", "/H1", "/P", "/L", "/LI", "/LBody"]


@pytest.mark.parametrize("width", range(98, 124, 2))
def test_a_line_is_full_before_a_name_that_has_no_room_on_it(width: int) -> None:
    """WeasyPrint 70 breaks it after its first word where there is room for all but the space before the name."""
    text = "Using flexbox, create a 3-column layout where each column takes up a <code>gc.collect()</code> ratio."
    css = f'@page {{ size: 160mm 60mm }} html {{ font: 10pt "Source Serif Pro" }} p {{ width: {width}mm }}'
    drawn = pypdfium2.PdfDocument(linked(lay_out(page(f"<p>{text}</p>"), css)))[0]
    first_line = drawn.get_textpage().get_text_bounded().splitlines()[0]
    assert first_line.startswith("Using flexbox, create a 3-column layout where each")


def test_a_block_of_code_is_a_paragraph_to_who_listens() -> None:
    data = linked(laid_out('<div><pre><code>a = 1\n<span class="k">b</span> = 2</code></pre></div>'))
    with pikepdf.open(BytesIO(data)) as pdf:
        document = pdf.Root.StructTreeRoot.K[0]
        (block,) = document.K[0].K
        assert str(block.S) == "/P"
        (code,) = block.K
        assert (str(code.S), str(code.ActualText)) == ("/Code", "a = 1\nb = 2")
        assert all(isinstance(kid, int) for kid in code.K)


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
