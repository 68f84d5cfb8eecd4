"""Each font of a book is written once."""

import pikepdf
from tests.unit.pdf.small_book import BOOK, _file

from qexport.layout.chunk import Chunk
from qexport.pdf.linker import link


def test_each_font_is_embedded_once_and_subset_over_all_chunks(
    contents: Chunk, long: Chunk, last: Chunk
) -> None:
    with pikepdf.open(_file(link([contents, long, last], BOOK))) as pdf:
        fonts = {str(font.BaseFont).split("+")[1]: font for font in pdf.pages[0].Resources.Font.values()}
        sizes = {
            name: len(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes())
            for name, font in fonts.items()
        }
    assert sorted(sizes) == ["Source-Sans-Pro", "Source-Serif-Pro", "Source-Serif-Pro-Bold"]
    assert max(sizes.values()) < 20_000  # of 200,000
