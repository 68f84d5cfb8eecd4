"""A book that is there already is not linked again, and one that is not the same is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Scheduler
from qexport.layout.weasyprint.layout import lay_out
from qexport.outputs.book.binding import bind
from qexport.pdf.linker import _Linker, link
from qexport.pdf.metadata import Book
from qexport.pdf.placed_runs import CHUNKS_A_RUN

BOOK = Book(title="t", language="en")


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    return lay_out('<html lang="en"><title>t</title><body>a</body></html>', "")


@pytest.fixture
def scheduler(tmp_path: Path) -> Scheduler:
    return Scheduler(ChunkCache(tmp_path))


def fail(*_: object) -> bytes:
    raise AssertionError("it is linked again")


def test_the_file_of_the_last_build_is_the_book_if_nothing_has_changed(
    chunk: Chunk, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = bind([chunk], BOOK, scheduler)
    assert written == link([chunk], BOOK)
    monkeypatch.setattr("qexport.pdf.linker.link", fail)
    again = [chunk]
    assert bind(again, BOOK, scheduler, {len(written): written}.__getitem__) == written
    assert again == []


def test_a_file_that_somebody_changed_is_written_again(chunk: Chunk, scheduler: Scheduler) -> None:
    written = bind([chunk], BOOK, scheduler)
    assert bind([chunk], BOOK, scheduler, lambda size: b"%" * size) == written
    assert bind([chunk], BOOK, scheduler, lambda _: b"") == written


@pytest.mark.parametrize("change", ["title", "pages", "nothing kept"])
def test_what_is_linked_from_something_else_is_linked(
    change: str, chunk: Chunk, scheduler: Scheduler
) -> None:
    earlier = bind([chunk], BOOK, scheduler)
    book = Book(title="u", language="en") if change == "title" else BOOK
    chunks = [chunk, chunk] if change == "pages" else [chunk]
    kept = Scheduler() if change == "nothing kept" else scheduler
    assert bind([*chunks], book, kept, lambda _: earlier) == link(chunks, book)


def test_after_an_edit_only_the_pages_around_it_are_linked_again(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(number: int, word: str) -> Chunk:
        html = f'<html lang="en"><title>t</title><body><h1 id="p{number}">{word}</h1></body></html>'
        return lay_out(html, "")

    chunks = [page(number, "a") for number in range(3 * CHUNKS_A_RUN)]
    edited = [*chunks[:-1], page(3 * CHUNKS_A_RUN - 1, "b")]
    assert bind([*chunks], BOOK, scheduler) == link([*chunks], BOOK)
    expected = link([*edited], BOOK)
    placed: list[Chunk] = []
    place = _Linker._place

    def note(self: _Linker, each: Chunk) -> None:
        placed.append(each)
        place(self, each)

    monkeypatch.setattr(_Linker, "_place", note)
    assert bind([*edited], BOOK, scheduler) == expected
    assert placed == edited[-CHUNKS_A_RUN:]


def test_runs_of_pages_are_kept_of_no_book_that_would_fill_the_cache(
    chunk: Chunk, scheduler: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qexport.pdf.placed_runs.MOST_CHUNKS", 2 * CHUNKS_A_RUN + 1)
    for count, kept in ((2 * CHUNKS_A_RUN, 0), (2 * CHUNKS_A_RUN + 1, 3), (2 * CHUNKS_A_RUN + 2, 3)):
        bind([chunk] * count, BOOK, scheduler)
        with closing(sqlite3.connect(tmp_path / "chunks.sqlite")) as database:
            query = "SELECT count(*) FROM chunks WHERE key LIKE '%run-%'"
            assert database.execute(query).fetchone() == (kept,)
