"""scheduler: a chunk is laid out once, whoever does it; the cache knows it by what it is made from."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qexport.common.errors import LimitExceeded
from qexport.layout import scheduler
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Job, Scheduler

BLANK = Chunk(600, 0, (), (), b"")


@pytest.fixture(autouse=True)
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lay out nothing; return the HTML of what was to be, as it comes."""
    pages: list[str] = []

    def lay_out(_fonts: object, unit: list[tuple[str, str, Mapping[str, bytes]]]) -> list[Chunk]:
        chunks = []
        for html, css, files in unit:
            if html == "no":
                raise KeyboardInterrupt
            chunks.append(replace(BLANK, terms=((0, html), (0, css), *((0, name) for name in files))))
        pages.append(" ".join(html for html, _, _ in unit))
        return chunks

    monkeypatch.setattr(scheduler, "lay_out_unit", lay_out)
    return pages


@pytest.fixture
def cache(tmp_path: Path) -> ChunkCache:
    return ChunkCache(tmp_path)


def job(name: str, css: str = "p {}") -> Job:
    return Job((name,), lambda: name, css)


def jobs(names: str) -> list[Job]:
    return [job(name) for name in names]


def names(chunks: list[Chunk]) -> str:
    return "".join(chunk.terms[0][1] for chunk in chunks)


def test_chunks_come_in_the_order_of_the_jobs(cache: ChunkCache, laid_out: list[str]) -> None:
    assert names(Scheduler(cache).chunks(jobs("bd"))) == "bd"
    assert names(Scheduler(cache).chunks(jobs("abcd"))) == "abcd"
    assert laid_out == ["b", "d", "a", "c"]
    assert names(Scheduler().chunks(jobs("ba"))) == "ba"


def test_what_is_in_the_cache_is_not_even_made_html_of(cache: ChunkCache) -> None:
    def never() -> str:
        raise AssertionError

    kept = Scheduler(cache).chunk(job("a"))
    assert Scheduler(cache).chunk(Job(("a",), never, "p {}", never)) == kept  # type: ignore[arg-type]


def test_a_job_that_comes_twice_is_done_once(laid_out: list[str]) -> None:
    assert names(Scheduler().chunks(jobs("aba"))) == "aba"
    assert laid_out == ["a", "b"]


def test_parts_style_and_what_draws_tell_chunks_apart(
    cache: ChunkCache, laid_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (job("a"), job("b"), job("a", css="p { margin: 0 }"), Job(("a", 1), lambda: "c", "p {}")):
        Scheduler(cache).chunk(each)
    monkeypatch.setattr(scheduler, "digest_what_draws", lambda: "the next version")
    Scheduler(cache).chunk(job("a"))
    assert laid_out == ["a", "b", "a", "c", "a"]


def test_text_with_half_of_a_pair_has_a_key_too(cache: ChunkCache, laid_out: list[str]) -> None:
    for _ in range(2):
        Scheduler(cache).chunk(Job(("\ud800",), lambda: "a", ""))
    assert laid_out == ["a"]


def test_progress_counts_what_was_there_and_ends_with_the_total(cache: ChunkCache) -> None:
    told: list[tuple[int, int]] = []
    setter = Scheduler(cache, progress=lambda done, total: told.append((done, total)))
    setter.chunks(jobs("ab"))
    setter.chunks(jobs("abcdc"))
    setter.chunks(jobs("abcd"))
    assert told == [(1, 2), (2, 2), (3, 4), (4, 4)]


def test_a_build_that_is_broken_off_keeps_what_it_had_done(
    cache: ChunkCache, laid_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "KEPT_AT_ONCE", 2)
    with pytest.raises(KeyboardInterrupt):
        Scheduler(cache).chunks([*jobs("abcde"), job("no")])
    Scheduler(cache).chunks(jobs("abcdef"))
    assert laid_out == ["a", "b", "c", "d", "e", "e", "f"]


def test_any_executor_does_it() -> None:
    with ThreadPoolExecutor(2) as executor:
        assert (
            names(Scheduler(executor=executor).chunks(jobs("abcdefghijklmnopqrst"))) == "abcdefghijklmnopqrst"
        )


def test_pictures_go_with_their_page() -> None:
    chunk = Scheduler().chunk(Job(("a",), lambda: "a", "", lambda: {"picture:1": b"PNG"}))
    assert chunk.terms == ((0, "a"), (0, ""), (0, "picture:1"))


def test_one_process_is_this_one() -> None:
    setter = Scheduler(jobs=1)
    with setter.at_work() as working:
        assert working is setter
        assert names(working.chunks(jobs("abcdefghijklmnopqrst"))) == "abcdefghijklmnopqrst"


def test_the_file_of_the_cache_is_opened_once_a_build(cache: ChunkCache, opened: list[object]) -> None:
    with Scheduler(cache, jobs=1).at_work() as working:
        for _ in range(2):
            assert names(working.chunks(jobs("ab"))) == "ab"
    assert opened == [cache.path]


class Processes:
    """Stands for processes; tells what they were given."""

    def __init__(self, *, can_start: bool = True) -> None:
        self.can_start = can_start
        self.running = False
        self.given: list[str] = []
        self.rehearse: Any = None

    @property
    def hired(self) -> bool:
        return bool(self.given)

    def start(self) -> bool:
        self.running = self.can_start
        return self.can_start

    def map(self, function: Any, items: Any, *, chunksize: int, weights: list[int]) -> Any:  # noqa: ARG002  as workers
        self.running = True
        self.weights = weights
        for item in items:
            self.given += [html for html, _, _ in item]
            yield function(item)


def test_processes_are_started_when_there_is_enough_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "WORTH_A_POOL", 4)
    processes = Processes()
    working = Scheduler(workers=processes)  # type: ignore[arg-type]
    assert names(working.chunks(jobs("abc"))) == "abc"
    assert names(working.chunks([job("enough for two, but one")])) == "enough for two, but one"
    assert processes.given == []
    assert names(working.chunks(jobs("abcde"))) == "abcde"
    _, samples = processes.rehearse.args
    assert samples == [[("c", "p {}", {})]]  # the one in the middle
    processes.rehearse = None
    assert names(working.chunks(jobs("f"))) == "f"  # they are there
    assert processes.rehearse is None
    assert processes.given == list("abcdef")


def test_processes_are_started_at_once_where_nothing_can_be_found(
    cache: ChunkCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starts(kept: ChunkCache | None) -> bool:
        processes = Processes()
        Scheduler(kept, workers=processes).expect()  # type: ignore[arg-type]
        return processes.running

    assert starts(None)
    assert starts(cache)
    assert not cache.path.exists()
    Scheduler(cache).chunk(job("a"))
    assert not starts(cache)
    monkeypatch.setattr(scheduler, "digest_what_draws", lambda: "0" * 64)
    assert starts(cache)
    Scheduler(cache).expect()  # no processes: nothing to start


def test_where_no_process_can_be_started_this_one_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "WORTH_A_POOL", 1)
    processes = Processes(can_start=False)
    working = Scheduler(workers=processes)  # type: ignore[arg-type]
    working.expect()
    assert (names(working.chunks(jobs("abc"))), processes.given) == ("abc", [])


def test_strips_of_a_kind_are_laid_out_together_before_all_else(
    monkeypatch: pytest.MonkeyPatch, laid_out: list[str]
) -> None:
    monkeypatch.setattr(scheduler, "STRIPS_AT_ONCE", 3)
    mixed = [replace(each, strips="row" if str(each.parts[0]) in "aceg" else "") for each in jobs("abcdefg")]
    mixed += [replace(job("h"), strips="heading"), replace(job("i", css="b {}"), strips="row")]
    assert names(Scheduler().chunks(mixed)) == "abcdefghi"
    assert laid_out == ["a c e", "g", "h", "i", "b", "d", "f"]


def test_a_layout_that_loses_the_end_of_its_time_has_failed_too() -> None:
    """The engine goes on after any error in a drawing, which then is not whole."""

    def lay_out(_unit: object) -> list[Chunk]:
        with suppress(LimitExceeded):
            signal.raise_signal(signal.SIGALRM)
        return []

    with pytest.raises(LimitExceeded, match="takes more than 9 seconds"):
        scheduler._limit_time(9, lay_out, [])
    assert scheduler._limit_time(9, lambda _unit: [], []) == []
