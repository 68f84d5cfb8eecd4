"""Strips of lists, and what a reader of PDF finds on their pages."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from pypdfium2 import raw as pdfium

from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.linker import link
from qexport.pdf.list_pages import Line
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
