"""Lists of a book are kept as pages, and set again only if something in them is another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Job, Scheduler
from qexport.outputs.book.lists import List, ListPages, ListRow
from qexport.pdf.folio_lists import Folios

PAGE = Chunk(page_width=1, mirror=0, pages=(0,), anchors=(), packed=b"")


def job(name: str) -> Job:
    return Job((name,), lambda: name, "")


LIST = List(job("frame"), job("opening"), [ListRow(job("a"), (), (Folios("7", "q-A"),)), ListRow(job("b"))])


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    def pages(self: List, chunks: list[Chunk], _fonts: object) -> list[Chunk]:
        return [replace(PAGE, room=len(chunks))]

    monkeypatch.setattr(List, "pages", pages)
    return Scheduler(ChunkCache(tmp_path))


def test_pages_that_are_kept_need_no_chunk_of_their_lines(scheduler: Scheduler) -> None:
    first = ListPages([LIST, LIST], scheduler)
    assert [each.parts[0] for each in first.jobs()] == ["frame", "opening", "a", "b"] * 2
    made = first.set(iter([PAGE] * 8))
    again = ListPages([LIST], scheduler)
    assert again.jobs() == []
    assert again.set(iter([])) == made[:1]


@pytest.mark.parametrize(
    "other",
    [
        replace(LIST, rows=[ListRow(job("a"), (), (Folios("8", "q-A"),)), ListRow(job("b"))]),
        replace(LIST, rows=[ListRow(job("a"), (), (Folios("7", "q-A", is_main=True),)), ListRow(job("b"))]),
        replace(LIST, rows=[ListRow(job("a"), (job("b"),), (Folios("7", "q-A"),))]),
        replace(LIST, opening=job("another")),
        replace(LIST, fit=True),
    ],
    ids=["another page", "a main page", "a heading for a row", "another opening", "tighter"],
)
def test_a_list_with_another_line_or_page_is_set_again(scheduler: Scheduler, other: List) -> None:
    ListPages([LIST], scheduler).set(iter([PAGE] * 4))
    assert len(ListPages([other], scheduler).jobs()) == 4


def test_without_a_cache_every_list_is_set() -> None:
    assert len(ListPages([LIST], Scheduler()).jobs()) == 4
