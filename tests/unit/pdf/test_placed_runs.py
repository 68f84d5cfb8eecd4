"""Runs of chunks that an earlier book has: taken where nothing has changed, with the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.unit.pdf.small_book import BOOK, chunk

from qexport.layout.chunk import Chunk
from qexport.pdf import linker, placed_runs
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book, Tab
from qexport.pdf.placed_runs import KeptRuns

TAB = Tab(y=100, width=9, height=30, colour=(0.1, 0.2, 0.3), page_height=400)


class Store:
    """Values of one kind, in place of a cache."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    def load(self, names: Iterable[str]) -> dict[str, bytes]:
        return {name: self.values[name] for name in names if name in self.values}

    def keep(self, values: Mapping[str, bytes]) -> None:
        self.values.update(values)


@pytest.fixture(scope="module")
def pages() -> list[Chunk]:
    """Some pages that lead to each other; the first shows a text of the book."""
    bodies = [
        f'<h1 id="p{number}">Page {number}</h1><p class="entry"><a href="qx:p{(number + 3) % 7}">to '
        f'<span class="folio" data-folio="p{(number + 3) % 7}">0</span></a></p>'
        for number in range(7)
    ]
    bodies[0] += '<p class="entry">digest <span class="folio" data-folio="digest">0</span></p>'
    return [chunk(body) for body in bodies]


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placed_runs, "CHUNKS_A_RUN", 2)
    monkeypatch.setattr(linker, "CHUNKS_A_RUN", 2)


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[Chunk]:
    """What is placed, and not taken from what is kept."""
    seen: list[Chunk] = []
    place = linker._Linker._place

    def note(self: linker._Linker, each: Chunk) -> None:
        seen.append(each)
        place(self, each)

    monkeypatch.setattr(linker._Linker, "_place", note)
    return seen


def link_again(store: Store, chunks: Sequence[Chunk], book: Book) -> bytes:
    digests = [sha256(each.encode()).digest() for each in chunks]
    kept = KeptRuns(store, "book", digests)  # type: ignore[arg-type]
    return link(list(chunks), book, kept=kept)


DIGEST = {"digest": "a1"}
FIRST = replace(BOOK, outline=(), texts=DIGEST)


def test_only_the_runs_of_what_has_changed_are_placed_again(pages: list[Chunk], placed: list[Chunk]) -> None:
    store = Store()
    assert link_again(store, pages, FIRST) == link(list(pages), FIRST)
    placed.clear()
    assert link_again(store, pages, FIRST) == link(list(pages), FIRST)
    assert placed == pages  # by the one that has no runs
    edited = [*pages[:5], replace(pages[5], page_height=pages[5].page_height + 1), pages[6]]
    placed.clear()
    link_again(store, edited, FIRST)
    assert placed == edited[4:6]
    placed.clear()
    link_again(store, edited, replace(FIRST, texts={"digest": "b2"}))
    assert placed == edited[:2]


def changes(pages: Sequence[Chunk]) -> Iterator[tuple[Sequence[Chunk], Book]]:
    """Yield books of which each differs from the first in one thing."""
    longer = chunk('<h1 id="p3">Page 3</h1><div style="break-after: page">one</div>two')
    more = chunk('<h1 id="p3">Page 3</h1><p>a</p><p>b</p><p><a href="qx:p1">c</a></p>')
    other_glyphs = chunk('<h1 id="p6">XYZ</h1><p><b>Q</b></p>')
    yield [*pages[:3], longer, *pages[4:]], FIRST
    yield [*pages[:3], more, *pages[4:]], FIRST
    yield [*pages[:6], other_glyphs], FIRST
    yield [pages[1], pages[0], *pages[2:]], FIRST
    yield pages, replace(FIRST, title="other")
    yield pages, replace(FIRST, mirrored=True)
    yield pages, replace(FIRST, tabs={3: TAB})
    yield pages, replace(FIRST, tabs=dict.fromkeys(range(1, 8), TAB), mirrored=True)
    yield pages, replace(FIRST, texts={"digest": "b2"})
    yield pages, replace(FIRST, texts={**DIGEST, "p4": "f"})


def test_whatever_changes_the_bytes_are_those_that_are_linked_from_nothing(pages: list[Chunk]) -> None:
    books = list(changes(pages))
    whole = [link(list(chunks), book) for chunks, book in books]
    first = link(list(pages), FIRST)
    assert len({first, *whole}) == 1 + len(books)
    store = Store()
    for (chunks, book), expected in zip(books, whole, strict=True):
        assert link_again(store, pages, FIRST) == first
        assert link_again(store, chunks, book) == expected
        assert link_again(store, chunks, book) == expected
    assert len(store.values) == 4  # each run of a book is kept once


@pytest.mark.parametrize("damage", ["nothing", "cut", "another"])
def test_what_cannot_be_read_is_placed_again(damage: str, pages: list[Chunk]) -> None:
    store = Store()
    expected = link_again(store, pages, FIRST)
    values = list(store.values.values())
    for number, name in enumerate(store.values):
        store.values[name] = {
            "nothing": b"",
            "cut": values[number][:-9],
            "another": values[(number + 1) % len(values)],
        }[damage]
    assert link_again(store, pages, FIRST) == expected


def test_many_runs_are_read_and_kept_some_at_a_time(
    pages: list[Chunk], monkeypatch: pytest.MonkeyPatch, placed: list[Chunk]
) -> None:
    monkeypatch.setattr(placed_runs, "READ_AT_ONCE", 2)
    store = Store()
    expected = link_again(store, pages, FIRST)
    placed.clear()
    assert link_again(store, pages, FIRST) == expected
    assert placed == []
