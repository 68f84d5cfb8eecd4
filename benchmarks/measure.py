"""Whole processes, measured: wall and CPU seconds, the largest process's memory, and that of the whole tree."""

from __future__ import annotations

import compileall
import os
import platform
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs/performance.md"


@dataclass(frozen=True, slots=True)
class Run:
    """One command that ran to its end. Memory in MB (10^6 bytes) of resident pages at the peak."""

    wall: float
    cpu: float
    largest: float
    tree: float


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Run:
    """Run a command; CalledProcessError with what it wrote if it fails."""
    before = resource.getrusage(
        resource.RUSAGE_CHILDREN
    )  # to the microsecond; os.times counts ticks of 10 ms
    started = time.perf_counter()
    with subprocess.Popen(
        command, env={**ENVIRONMENT, **(env or {})}, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        peaks = _Peaks(process.pid)
        written, _ = process.communicate()
        peaks.stop()
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), written)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(wall, cpu, peaks.largest / 1e6, peaks.tree / 1e6)


class _Peaks:
    """The most memory a process and its descendants had, looked at every 10 ms (Linux)."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.largest = self.tree = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._stopped.wait(0.01):
            sizes = []
            waiting = [self.root]
            while waiting:
                pid = waiting.pop()
                try:
                    sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page)
                    for task in Path(f"/proc/{pid}/task").iterdir():
                        waiting += map(int, (task / "children").read_text().split())
                except (OSError, IndexError):  # it has ended
                    continue
            self.largest = max(self.largest, *sizes, 0)
            self.tree = max(self.tree, sum(sizes))


def machine() -> str:
    """Return what was measured on, and with what."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("weasyprint", "genanki", "typst") if find_spec(name)
    )
    chromium = ""
    if shutil.which("chromium"):  # the tests import this module on machines without it, too
        chromium = subprocess.run(
            ["chromium", "--version"], capture_output=True, text=True, check=False
        ).stdout
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model[1] if model else platform.machine()}), {memory:.0f} GB; "
        f"{platform.system()}, Python {platform.python_version()} ({_built()}), SQLite {sqlite3.sqlite_version}, "
        f"{packages}, {' '.join(chromium.split()[:2])}; load before it {os.getloadavg()[0]:.1f}"
    )


def _built() -> str:
    """Return whose Python it is: one that is not optimized takes a fifth longer."""
    if sys.base_prefix == "/usr":
        return "the system's"
    options = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return "optimized" if "--enable-optimizations" in options else "not optimized"


def report(name: str, lines: Sequence[str], *, write: bool) -> None:
    """Print a table; put it between its marks in docs/performance.md if asked."""
    text = "\n".join([f"`python -m benchmarks.{name}`: {MACHINE}.", "", *lines])
    print(text)
    if write:
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        page = DOCUMENT.read_text("utf-8")
        pattern = re.compile(f"{begin}.*{end}", re.DOTALL)
        DOCUMENT.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page), "utf-8")


# As from the second run on: a machine that keeps no bytecode compiles all modules again in each process.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
compileall.compile_dir(DOCUMENT.parents[1] / "src", quiet=1)

MACHINE = machine()
"""As it was before anything was measured."""
