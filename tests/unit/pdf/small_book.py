"""Chunks of a small book, for the tests of what is linked."""

import io

from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.metadata import Book, OutlineEntry

CSS = """
@page { size: A6; margin: 12mm; @bottom-right { content: "qx:folio"; font: 9pt "Source Sans Pro" } }
body { font: 10pt "Source Serif Pro" }
.entry { position: relative; padding-right: 10mm }
.folio { position: absolute; right: 0; bottom: 0 }
"""
BOOK = Book(title="Two & three", language="en", outline=(OutlineEntry("Last", "last"),))


def chunk(body: str) -> Chunk:
    return lay_out(f"<html lang=en><title>t</title>{body}", CSS)


def _file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
