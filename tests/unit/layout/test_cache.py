"""chunk_cache: a cache is there to be forgotten; whatever happens to it, a build goes on."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import threading
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qexport.common.errors import OutputError
from qexport.layout import cache as cache_module
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk, FontUse, PageContent, mark

FONT = FontUse("k", "Serif", "Source Serif", "sha", 4, 900, -200, 0.0, ((5, 500),), ((5, "é"),))
CONTENT = PageContent(
    objects=((b"<</Kids [%s]>>" % mark("pages"), b"\0\xff"),),
    elements=(0,),
    parents=((0, None),),
    annotations=(),
    fonts=(FONT,),
)
CHUNK = Chunk(
    page_width=793.7,
    mirror=12.5,
    pages=(0,),
    anchors=(("q-PY-1", 0, 1.5, 2.5),),
    packed=CONTENT.pack(),
    missing=("🏭",),
    terms=((0, "__init__"),),
    room=100,
)


def chunks(*keys: str) -> dict[str, Chunk]:
    return {key: replace(CHUNK, room=len(key)) for key in keys}


@pytest.fixture
def cache(tmp_path: Path) -> ChunkCache:
    return ChunkCache(tmp_path / "deep" / "cache")


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The day it is: the last of this list."""
    days = [20_000]
    monkeypatch.setattr(cache_module, "_today", lambda: days[-1])
    return days


def test_what_is_kept_is_found_as_it_was(cache: ChunkCache) -> None:
    cache.keep({"a": CHUNK})
    assert cache.load(["a", "b", "a"]) == {"a": CHUNK}
    assert ChunkCache(cache.path.parent).load(["a"]) == {"a": CHUNK}


def test_thousands_are_found_at_once(cache: ChunkCache) -> None:
    kept = chunks(*(f"key {number}" for number in range(1_200)))
    cache.keep(kept)
    assert cache.load(kept) == kept


def test_chunks_are_read_one_by_one(cache: ChunkCache) -> None:
    large = replace(CHUNK, packed=b"content" * 2_000)
    cache.keep({str(number): replace(large, room=number) for number in range(300)})
    tracemalloc.start()
    try:
        found = cache.load(map(str, range(300)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 300
    assert most < 300 * 14_000 * 1.3  # not twice as much, as what is kept and as what it says


def test_nothing_is_made_by_looking(cache: ChunkCache) -> None:
    info = cache.info()
    assert (info.path, info.chunks, info.size, info.limit) == (cache.path, 0, 0, 250_000_000)
    cache.prune(0)
    cache.clear()
    assert not cache.path.parent.exists()


def test_it_tells_how_full_it_is(cache: ChunkCache) -> None:
    cache.keep(chunks("a", "b"))
    with closing(sqlite3.connect(cache.path)) as database:
        sizes = [len(data) for (data,) in database.execute("SELECT data FROM chunks")]
    info = cache.info()
    assert (info.chunks, info.size) == (2, sum(sizes))


def test_what_was_not_used_for_longest_makes_room(cache: ChunkCache, today: list[int]) -> None:
    cache.keep(chunks("a"))
    cache.keep(chunks("b"))
    one = cache.info().size // 2
    today.append(20_001)
    cache.load(["a"])
    today.append(20_002)
    ChunkCache(cache.path.parent, limit=2 * one).keep(chunks("c"))
    assert list(cache.load("abc")) == ["a", "c"]
    cache.prune(one)
    assert list(cache.load("abc")) == ["c"]
    cache.prune(0)
    assert cache.info().chunks == 0


def test_clearing_leaves_nothing(cache: ChunkCache) -> None:
    cache.keep({"a": CHUNK})
    cache.clear()
    assert list(cache.path.parent.iterdir()) == []
    assert cache.load(["a"]) == {}


def change(cache: ChunkCache, statement: str) -> None:
    with closing(sqlite3.connect(cache.path)) as database:
        database.execute(statement)
        database.commit()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunks SET data = substr(data, 1, 20) WHERE key = 'a'",
        "UPDATE chunks SET digest = x'00' WHERE key = 'a'",
    ],
)
def test_a_damaged_entry_is_a_miss_until_it_is_kept_again(cache: ChunkCache, damage: str) -> None:
    cache.keep(chunks("a", "b"))
    change(cache, damage)
    assert cache.load(["a", "b"]) == chunks("b")
    cache.keep(chunks("a"))
    assert cache.load(["a", "b"]) == chunks("a", "b")


def test_an_entry_of_another_shape_is_a_miss(cache: ChunkCache) -> None:
    cache.keep({"a": replace(CHUNK, pages=("a",))})  # type: ignore[arg-type]
    assert cache.load(["a"]) == {}


@pytest.mark.parametrize("where", [0, 5_000])
def test_a_damaged_file_is_begun_anew(cache: ChunkCache, where: int) -> None:
    """Damage at its beginning shows when it is opened, elsewhere only when it is read."""
    kept = chunks(*(f"key {number}" for number in range(200)))
    cache.keep(kept)
    data = bytearray(cache.path.read_bytes())
    data[where : where + 20_000] = b"x" * 20_000
    cache.path.write_bytes(data)
    assert len(cache.load(kept)) < len(kept)
    cache.keep(kept)
    assert cache.load(kept) == kept


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 99", "ALTER TABLE chunks ADD COLUMN more"])
def test_a_cache_of_an_unknown_form_is_replaced_and_reported(tmp_path: Path, statement: str) -> None:
    told: list[str] = []
    cache = ChunkCache(tmp_path, tell=told.append)
    cache.keep({"a": CHUNK})
    with closing(sqlite3.connect(cache.path)) as database:
        database.execute(statement)
        database.commit()
    assert cache.load(["a"]) == {}
    assert told == [f"{cache.path}: a cache of an unknown format is replaced"]
    cache.keep({"a": CHUNK})
    assert cache.load(["a"]) == {"a": CHUNK}
    assert len(told) == 1


def test_a_cache_from_before_its_form_had_a_number_is_kept(tmp_path: Path) -> None:
    cache = ChunkCache(tmp_path)
    cache.keep({"a": CHUNK})
    with closing(sqlite3.connect(cache.path)) as database:
        database.execute("PRAGMA user_version = 0")
        database.commit()
    assert cache.load(["a"]) == {"a": CHUNK}


def test_a_cache_that_cannot_be_written_to_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ChunkCache(tmp_path / "file")
    cache.keep({"a": CHUNK})
    assert cache.load(["a"]) == {}
    assert cache.info().chunks == 0


def test_a_cache_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    cache = ChunkCache(tmp_path)
    cache.path.mkdir()
    with pytest.raises(OutputError) as caught:
        cache.clear()
    why = os.strerror(errno.EPERM if sys.platform == "darwin" else errno.EISDIR)
    assert caught.value.message == f"{cache.path}: cannot be removed: {why}"


@pytest.mark.parametrize("attempt", range(20))
def test_three_builds_may_begin_it_at_once(cache: ChunkCache, attempt: int) -> None:
    """SQLite does not wait, whatever it was told, for who makes the same file."""
    all_ready = threading.Barrier(3)
    lost: list[str] = []

    def build(name: str) -> None:
        own = ChunkCache(cache.path.parent)
        all_ready.wait()
        for number in range(4):
            own.keep(chunks(f"{name}{number}"))
            if not own.load([f"{name}{number}"]):
                lost.append(f"{name}{number}")

    builds = [threading.Thread(target=build, args=(name,)) for name in "abc"]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert lost == []
    assert cache.info().chunks == 12


def test_it_keeps_values_of_other_kinds_and_knows_what_is_absent(cache: ChunkCache) -> None:
    cache.keep_bytes({"a": b"\0terms", "b": b"notes"})
    assert cache.load_bytes(["b", "a", "c"]) == {"a": b"\0terms", "b": b"notes"}
    assert cache.load(["a"]) == {}
    assert cache.absent(["c", "a", "c", "d"]) == ["c", "d"]


def test_the_file_is_opened_once_while_it_is_held(cache: ChunkCache, opened: list[object]) -> None:
    with cache.held():
        cache.keep(chunks("a", "b"))
        with cache.held():
            assert cache.load(["a", "c"]) == chunks("a")
        assert cache.absent(["b", "c"]) == ["c"]
        assert opened == [cache.path]
        thread = threading.Thread(target=cache.keep, args=[chunks("cc")])
        thread.start()
        thread.join()
        assert cache.load(["cc"]) == chunks("cc")
        assert opened == [cache.path] * 2
    assert [path.name for path in cache.path.parent.iterdir()] == ["chunks.sqlite"]
    assert cache.load(["a"]) == chunks("a")
    assert opened == [cache.path] * 3


def test_a_process_that_is_forked_opens_the_file_itself(
    cache: ChunkCache, opened: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    with cache.held():
        cache.keep(chunks("a"))
        with monkeypatch.context() as forked:
            forked.setattr(os, "getpid", lambda: 0)
            assert cache.load(["a"]) == chunks("a")
        assert cache.load(["a"]) == chunks("a")
        assert opened == [cache.path] * 2


def test_a_file_that_is_damaged_while_it_is_held_is_started_again(cache: ChunkCache) -> None:
    with cache.held():
        cache.keep(chunks(*(f"{number}" for number in range(99))))
        with closing(sqlite3.connect(cache.path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cache.path.write_bytes(b"no database" * 999)
        assert cache.load(["1"]) == {}
        cache.keep(chunks("a"))
        assert cache.load(["a", "1"]) == chunks("a")
    assert cache.load(["a"]) == chunks("a")


def test_what_others_write_is_seen_though_nothing_could_be_noted_before(
    cache: ChunkCache, today: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_PATIENCE", 0.01)
    cache.keep(chunks("a"))
    today.append(20_001)
    with cache.held():
        with closing(sqlite3.connect(cache.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert cache.load(["a"]) == chunks("a")  # but not that it was used today
            other.execute("COMMIT")
        for name in ("bb", "dddd"):
            ChunkCache(cache.path.parent).keep(chunks(name))
            assert cache.load([name]) == chunks(name)
        cache.keep(chunks("ccc"))
        assert cache.load(["ccc"]) == chunks("ccc")
