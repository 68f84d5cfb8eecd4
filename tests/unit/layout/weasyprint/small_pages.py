"""Small pages that are laid out, and what a reader of PDF finds on them."""

from __future__ import annotations

import pypdfium2

from qexport.layout.chunk import Chunk
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
