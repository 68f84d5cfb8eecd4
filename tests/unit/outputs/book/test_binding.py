"""A book that is there already is not linked again, and one that is not the same is."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Scheduler
from qexport.layout.weasyprint.layout import lay_out
from qexport.outputs.book.binding import bind
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

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
