"""The e-book: EPUB 3, a document for each question, for e-readers and phones."""

from __future__ import annotations

from qexport.outputs.declaration import Output
from qexport.outputs.options import CommonOptions

EPUB_ENDING = ".epub"

OUTPUT = Output(
    name="epub",
    summary="an e-book for e-readers and phones (EPUB 3)",
    module="qexport.outputs.epub.document",
    options=CommonOptions,
    label="e_book",
    endings=lambda _: (EPUB_ENDING,),
    also_called=("ebook", "e-book", "kindle"),
    lays_out_pages=False,
)
