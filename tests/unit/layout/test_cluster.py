"""Layout on a real Dask cluster of separate processes: the same chunks, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import qexport
from qexport.common.errors import MachineLacks
from qexport.layout import cluster as cluster_module
from qexport.layout.cache import ChunkCache
from qexport.layout.cluster import Cluster
from qexport.layout.scheduler import Job, Scheduler

pytest.importorskip("distributed")
SOURCE = Path(qexport.__file__).parents[1]
CSS = "p { margin: 0 }"


def jobs(count: int) -> list[Job]:
    return [
        Job((number,), lambda n=number: f"<html lang=en><title>{n}</title><p>Text {n}</p></html>", CSS)  # type: ignore[misc]
        for number in range(count)
    ]


class Processes:
    """A scheduler and workers, each a process of its own, as on several machines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start(self, *words: str, source: Path = SOURCE) -> subprocess.Popen[bytes]:
        """Start a part of Dask that finds the program in a folder."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1h",
            "PYTHONWARNINGS": "ignore",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def start_scheduler(self) -> None:
        """Start the scheduler, on a port that is free."""
        file = self.folder / "scheduler.json"
        self.start(
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if file.exists() and (text := file.read_text()).endswith("}"):
                self.address = json.loads(text)["address"]
                return
            time.sleep(0.1)
        raise AssertionError("no scheduler")

    def start_worker(self, source: Path = SOURCE) -> subprocess.Popen[bytes]:
        """Start a worker with one thread."""
        return self.start(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
            source=source,
        )  # fmt: skip

    def wait_for(self, count: int) -> None:
        """Wait until the scheduler knows so many workers."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=90)

    def end(self) -> None:
        """End them all."""
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()


@contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    started = Processes(folder)
    try:
        started.start_scheduler()
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with processes(tmp_path_factory.mktemp("cluster")) as started:
        started.start_worker()
        started.start_worker()
        started.wait_for(2)
        yield started


@pytest.fixture(scope="module")
def laid_out_here() -> list[Any]:
    return Scheduler().chunks(jobs(20))


def test_chunks_are_the_same_as_here_and_are_kept(
    two_workers: Processes, laid_out_here: list[Any], tmp_path: Path
) -> None:
    cache = ChunkCache(tmp_path)
    with Scheduler(cache, address=two_workers.address).at_work() as scheduler:
        assert scheduler.chunks(jobs(20)) == laid_out_here
    assert Scheduler(cache, address="tcp://127.0.0.1:1").chunks(jobs(20)) == laid_out_here  # asks nobody


def test_dask_s_executor_does_it_too(two_workers: Processes, laid_out_here: list[Any]) -> None:
    from distributed import Client

    with Client(two_workers.address, set_as_default=False) as client:
        assert Scheduler(executor=client.get_executor()).chunks(jobs(20)) == laid_out_here


def test_a_worker_that_differs_is_left_out(
    two_workers: Processes, laid_out_here: list[Any], tmp_path: Path
) -> None:
    other = tmp_path / "src"
    shutil.copytree(SOURCE / "qexport", other / "qexport")
    with (other / "qexport/layout/__init__.py").open("a") as file:
        file.write("# another version\n")
    broken = tmp_path / "broken"
    (broken / "qexport").mkdir(parents=True)
    (broken / "qexport/__init__.py").write_text("raise ImportError\n")
    different = two_workers.start_worker(other)
    without = two_workers.start_worker(broken)
    try:
        two_workers.wait_for(4)
        with Cluster(two_workers.address) as cluster:
            assert len(cluster._workers) == 2
            assert sorted(cluster.left_out.values()) == [
                "it has no qexport that can be imported",
                "its program, layout engine, libraries or fonts differ from this machine's",
            ]
        with Scheduler(address=two_workers.address).at_work() as scheduler:
            assert scheduler.chunks(jobs(20)) == laid_out_here
    finally:
        for process in (different, without):
            process.kill()
            process.wait()


def test_a_worker_that_dies_costs_only_its_chunks(
    tmp_path: Path, laid_out_here: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "TASK_UNITS", 1)
    with processes(tmp_path) as started:
        victim = started.start_worker()
        started.start_worker()
        started.wait_for(2)
        done: list[int] = []

        def kill_one(count: int, _total: int) -> None:
            done.append(count)
            if len(done) == 3:
                victim.send_signal(signal.SIGKILL)

        with Scheduler(address=started.address, progress=kill_one).at_work() as scheduler:
            assert scheduler.chunks(jobs(20)) == laid_out_here
        assert victim.wait() == -signal.SIGKILL


def test_a_cluster_without_a_worker_is_said(tmp_path: Path) -> None:
    with processes(tmp_path) as started, pytest.raises(MachineLacks) as caught:
        Cluster(started.address)
    assert (
        caught.value.message
        == f"the cluster at {started.address} has no worker that can be used: it has none"
    )


def test_an_address_at_which_nothing_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 1)
    with pytest.raises(MachineLacks) as caught:
        Cluster("tcp://127.0.0.1:1")
    assert (caught.value.message, caught.value.hint) == (
        "no Dask scheduler answers at tcp://127.0.0.1:1",
        "start one with `dask scheduler`, and name its address: --scheduler tcp://HOST:8786",
    )
