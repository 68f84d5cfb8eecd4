"""What chunks show waits in a file until it is looked at."""

from __future__ import annotations

import gc
import os
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.unit.layout.test_cache import CHUNK, CONTENT

from qexport.layout import chunk_file, scheduler
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk, Strip
from qexport.layout.chunk_file import WORTH_STORING, ChunkFile, StoredChunk
from qexport.layout.scheduler import Job, Scheduler

LARGE = replace(CHUNK, packed=replace(CONTENT, pieces=(os.urandom(3_000),)).pack())


def list_open() -> set[Path]:
    """The open files of this process that have no name any more."""
    files = Path("/proc/self/fd")
    said = (each.readlink() for each in files.iterdir() if each.is_symlink())
    return {each for each in said if each.name.endswith(" (deleted)")}


def test_a_chunk_that_is_stored_says_what_it_said(tmp_path: Path) -> None:
    file = ChunkFile(tmp_path)
    other = replace(LARGE, room=7, packed=replace(CONTENT, pieces=(os.urandom(4_000),)).pack())
    stored = [file.store(each) for each in (LARGE, other)]
    assert [type(each) for each in stored] == [StoredChunk] * 2
    assert [each.packed for each in stored] == [b""] * 2
    assert [each.whole() for each in stored] == [LARGE, other]
    assert [each.content for each in stored] == [LARGE.content, other.content]
    assert (stored[1].anchors, stored[1].room, stored[1].missing) == (other.anchors, 7, other.missing)


def test_its_file_has_no_name_and_goes_with_the_last_chunk(tmp_path: Path) -> None:
    before = list_open()
    file = ChunkFile(tmp_path)
    stored = file.store(LARGE)
    assert list(tmp_path.iterdir()) == []
    del file
    gc.collect()
    assert len(list_open()) == len(before) + 1
    assert stored.content == LARGE.content
    del stored
    gc.collect()
    assert list_open() == before


def test_what_is_small_or_a_strip_stays_as_it_is(tmp_path: Path) -> None:
    file = ChunkFile(tmp_path)
    strip = replace(LARGE, strip=Strip(0, 1, 0, 0, 10, is_item=True))
    assert len(CHUNK.packed) < WORTH_STORING < len(LARGE.packed)
    assert file.store(CHUNK) is CHUNK
    assert file.store(strip) is strip


def test_where_the_disk_is_full_chunks_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ChunkFile(tmp_path)

    def fill(_file: int, data: bytes, _place: int) -> int:
        if len(filled) == 1:
            raise OSError(28, "No space left on device")
        filled.append(data)
        return len(data) - 1

    filled: list[bytes] = []
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", fill)
    assert [file.store(LARGE) is LARGE for _ in range(2)] == [True, True]
    monkeypatch.setattr(os, "pwrite", write)
    assert file.store(LARGE).whole() == LARGE


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_chunks_of_a_large_book_wait_in_a_file(
    is_kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "WORTH_A_FILE", 20)
    packed = os.urandom(50_000)

    def lay_out(_fonts: object, unit: list[tuple[str, str, object]]) -> list[Chunk]:
        return [replace(CHUNK, room=float(html), packed=packed + html.encode()) for html, _, _ in unit]

    monkeypatch.setattr(scheduler, "lay_out_unit", lay_out)
    jobs = [Job((str(number),), partial(str, number), "") for number in range(100)]
    working = Scheduler(ChunkCache(tmp_path))
    if is_kept:
        working.chunks(jobs)
    tracemalloc.start()
    try:
        found = working.chunks(jobs)
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 1_000_000  # of 5 MB
    assert [chunk.room for chunk in found] == list(range(100))
    assert [chunk.whole().packed for chunk in found] == [packed + b"%d" % number for number in range(100)]


def test_a_small_book_and_one_without_a_cache_have_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise AssertionError

    monkeypatch.setattr(chunk_file, "ChunkFile", refuse)
    monkeypatch.setattr(scheduler, "lay_out_unit", lambda _, unit: [LARGE for _ in unit])
    jobs = [Job((str(number),), str, "") for number in range(scheduler.WORTH_A_FILE)]
    assert Scheduler(ChunkCache(tmp_path)).chunks(jobs[1:]) == [LARGE] * (len(jobs) - 1)
    assert Scheduler().chunks(jobs) == [LARGE] * len(jobs)
    with pytest.raises(AssertionError):
        Scheduler(ChunkCache(tmp_path)).chunks(jobs)


def test_where_no_file_can_be_made_chunks_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(chunk_file, "ChunkFile", refuse)
    monkeypatch.setattr(scheduler, "lay_out_unit", lambda _, unit: [LARGE for _ in unit])
    jobs = [Job((str(number),), str, "") for number in range(scheduler.WORTH_A_FILE)]
    assert Scheduler(ChunkCache(tmp_path)).chunks(jobs) == [LARGE] * len(jobs)
