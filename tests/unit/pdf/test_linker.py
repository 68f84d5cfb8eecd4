"""The linker: chunks → one PDF."""

from dataclasses import replace

import pikepdf
import pypdfium2
from tests.unit.pdf.small_book import BOOK, _file, chunk

from qexport.common.memory import Memory
from qexport.layout.chunk import Chunk
from qexport.pdf.folio_lists import anchor_folios
from qexport.pdf.linker import link


def page_texts(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in document]


def test_folios_count_the_pages_before_a_place(contents: Chunk, long: Chunk, last: Chunk) -> None:
    assert anchor_folios([contents, long, last]) == {"top": 1, "long": 2, "last": 4}


def test_folios_of_pages_and_of_places_are_drawn_when_linked(
    contents: Chunk, long: Chunk, last: Chunk
) -> None:
    first, second, third, fourth = page_texts(link([contents, long, last], BOOK))
    assert [word for word in first.split() if word.strip(".")] == ["Contents", "The", "last", "one", "4", "1"]
    assert first.count(".") > 10  # the leader
    assert second.split() == ["Long", "one", "2"]
    assert third.split() == ["two", "back", "3"]
    assert fourth.split() == ["Last", "fi", "→", "bold", "4"]


def test_a_place_moves_with_what_comes_before_it(contents: Chunk, last: Chunk) -> None:
    first, second = page_texts(link([contents, last], replace(BOOK, outline=())))
    assert "2" in first.split()
    assert second.split()[-1] == "2"


def test_links_between_chunks_lead_both_ways(contents: Chunk, long: Chunk, last: Chunk) -> None:
    with pikepdf.open(_file(link([contents, long, last], BOOK))) as pdf:
        names = pdf.Root.Names.Dests.Names
        places = {
            str(names[i]): pdf.pages.index(pikepdf.Page(names[i + 1][0])) for i in range(0, len(names), 2)
        }
        links = [
            (number, str(annotation.Dest))
            for number, page in enumerate(pdf.pages)
            for annotation in page.get("/Annots", [])
        ]
    assert places == {"last": 3, "long": 1, "top": 0}
    assert links == [(0, "last"), (2, "top")]


def test_there_is_one_structure_tree_with_an_entry_for_every_page_and_link(
    contents: Chunk, long: Chunk, last: Chunk
) -> None:
    with pikepdf.open(_file(link([contents, long, last], BOOK))) as pdf:
        root = pdf.Root.StructTreeRoot
        tags = [str(element.S) for element in root.K[0].K]
        keys = [int(key) for key in list(root.ParentTree.Nums)[::2]]
        pages = [int(page.StructParents) for page in pdf.pages]
    assert tags == ["/H1", "/P", "/H1", "/Div", "/P", "/H1", "/P"]
    assert keys == [0, 1, 2, 3, 4, 5]
    assert pages == [0, 1, 2, 3]


def test_the_same_chunks_give_the_same_bytes(contents: Chunk, long: Chunk, last: Chunk) -> None:
    again = chunk('<h1 id="last">Last</h1><p>fi → <b>bold</b></p>')
    assert again == last
    assert link([contents, long, last], BOOK) == link([contents, long, again], BOOK)


def test_a_process_that_links_again_gives_the_same_bytes(contents: Chunk, long: Chunk, last: Chunk) -> None:
    memory = Memory()
    edited = chunk('<h1 id="long">Longer</h1><p>one</p><p>two <a href="qx:top">back</a></p>')
    first, second = [contents, long, last], [contents, edited, last]
    for book in (BOOK, replace(BOOK, mirrored=True)):
        for chunks in (first, second, first, [long, contents, last]):
            assert link(list(chunks), book, memory=memory) == link(list(chunks), book)
            memory.turn()
