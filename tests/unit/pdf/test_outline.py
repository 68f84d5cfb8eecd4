"""The outline of a book is written into its PDF."""

from dataclasses import replace

import pikepdf
from tests.unit.pdf.small_book import BOOK, _file

from qexport.layout.chunk import Chunk
from qexport.pdf.linker import link
from qexport.pdf.metadata import OutlineEntry


def test_the_outline_keeps_its_order_and_nesting(contents: Chunk, long: Chunk, last: Chunk) -> None:
    outline = (
        OutlineEntry("Contents", "top"),
        OutlineEntry("Part", "long", (OutlineEntry("Čapek", "long"), OutlineEntry("(b)", "last"))),
    )
    with (
        pikepdf.open(_file(link([contents, long, last], replace(BOOK, outline=outline)))) as pdf,
        pdf.open_outline() as tree,
    ):
        seen = [(item.title, [child.title for child in item.children]) for item in tree.root]
    assert seen == [("Contents", []), ("Part", ["Čapek", "(b)"])]
