"""A cache with a memory before it: found as it was, written when a build is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.common.memory import Memory
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk, PageContent
from qexport.layout.remembered_cache import WAITING, RememberedCache
from qexport.layout.scheduler import Scheduler

CHUNK = Chunk(
    page_width=100,
    mirror=0,
    pages=(0,),
    anchors=(),
    packed=PageContent(
        objects=((b"<<>>", b""),), elements=(), parents=((),), annotations=(), fonts=()
    ).pack(),
)


@pytest.fixture
def kept(tmp_path: Path) -> ChunkCache:
    return ChunkCache(tmp_path)


@pytest.fixture
def cache(kept: ChunkCache) -> RememberedCache:
    return RememberedCache(kept, Memory())


def test_finds_at_once_what_is_written_when_the_build_is_done(
    cache: RememberedCache, kept: ChunkCache
) -> None:
    cache.keep({"a": CHUNK})
    cache.keep_bytes({"b": b"some"})
    assert cache.load(["a", "z"]) == {"a": CHUNK}
    assert cache.load_bytes(["b", "z"]) == {"b": b"some"}
    assert cache.absent(["a", "z", "a"]) == ["z"]
    assert kept.info().chunks == 0
    cache.write()
    assert kept.load(["a"]) == {"a": CHUNK}
    assert kept.load_bytes(["b"]) == {"b": b"some"}


def test_finds_what_another_build_kept_and_asks_for_it_once(cache: RememberedCache, kept: ChunkCache) -> None:
    kept.keep({"a": CHUNK})
    kept.keep_bytes({"b": b"some"})
    assert cache.absent(["a"]) == []
    assert cache.load(["a"])["a"] is cache.load(["a"])["a"]
    assert cache.load_bytes(["b"]) == {"b": b"some"}
    kept.clear()
    assert cache.load(["a"]) == {"a": CHUNK}
    assert cache.load_bytes(["b"]) == {"b": b"some"}


def test_a_long_build_writes_as_it_goes(cache: RememberedCache, kept: ChunkCache) -> None:
    cache.keep_bytes({str(number): b"x" for number in range(WAITING)})
    assert kept.info().chunks == WAITING


def test_a_scheduler_remembers_with_a_cache_and_without(kept: ChunkCache) -> None:
    with_cache, without = Scheduler(kept).remembering(), Scheduler().remembering()
    assert isinstance(with_cache.cache, RememberedCache)
    with_cache.cache.keep({"a": CHUNK})
    with_cache.settle()
    assert kept.load(["a"]) == {"a": CHUNK}
    assert (without.cache, without.memory is None) == (None, False)
    without.settle()
