"""What a reader copies is what is written; a longer run is `python tools/check_text_layer.py`."""

from __future__ import annotations

import io
import subprocess

import pypdfium2
import pytest
from tools.check_text_layer import find_wrong, list_characters, list_fonts, make_pdf

from qexport.layout.glyph_texts import read_glyph_texts
from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

CSS = """@page { size: 200mm 100mm; margin: 10mm } html { font: 10pt "Source Serif Pro" } p { margin: 0 }
code, pre { font-family: "IBM Plex Mono" } b { color: red }"""
FONTS = {name: (style, file) for name, style, file in list_fonts(None)}


def pdf_of(body: str) -> bytes:
    html = f'<html lang="en"><title>t</title><body class="">{body}</body></html>'
    return link([lay_out(html, CSS)], Book(title="t", language="en"))


def read(data: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        text: str = pdf[0].get_textpage().get_text_range()
    return text.replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("name", ["SourceSerifPro-Regular", "SourceSansPro-BoldIt", "IBMPlexMono-Regular"])
def test_every_character_of_a_font_is_read_as_itself(name: str) -> None:
    style, file = FONTS[name]
    characters = list_characters(read_glyph_texts(file.path.read_bytes()))
    assert len(characters) > 700
    assert find_wrong(characters, read(make_pdf(characters, style))) == []


LETTERS = "ȳ, the sum of all y by n; yes, any y. x̄ h̄ fi office i̋"


def test_a_letter_of_two_glyphs_takes_none_out_of_the_text() -> None:
    assert read(pdf_of(f"<p>{LETTERS}</p>")) == LETTERS
    first, second = (
        lay_out(f'<html lang="en"><title>t</title><body class=""><p>{text}</p></body></html>', CSS)
        for text in ("ȳ", "any y, x and h")
    )
    for chunks in ([first, second], [second, first]):
        with pypdfium2.PdfDocument(io.BytesIO(link(list(chunks), Book(title="t", language="en")))) as pdf:
            texts = {page.get_textpage().get_text_range() for page in pdf}
        assert texts == {"ȳ", "any y, x and h"}


def test_characters_that_share_a_glyph_are_told_apart() -> None:
    assert read(pdf_of("<p>µ μ ʼ ’ ‐ -</p>")) == "µ μ ʼ ’ ‐ -"


CODE = (
    "<pre><code><b>class</b> <i>Foo</i>:\n    <b>def</b> bar(self):\n        <b>return</b> 1\n</code></pre>"
)


@pytest.mark.needs("poppler")
def test_blanks_before_and_between_coloured_words_are_kept() -> None:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf_of(CODE), capture_output=True, check=True
    )
    assert done.stdout.decode().rstrip("\f\n") == "class Foo:\n    def bar(self):\n        return 1"


def test_a_running_head_may_have_such_a_letter() -> None:
    css = CSS + '@page { @top-left { content: "ȳ and y"; font: 9pt "Source Serif Pro" } }'
    html = '<html lang="en"><title>t</title><body class=""><p>text</p></body></html>'
    assert read(link([lay_out(html, css)], Book(title="t", language="en"))) == "text\nȳ and y"
