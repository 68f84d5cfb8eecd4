"""A cold book laid out on 1, 2 and 4 Dask workers: `python -m benchmarks.cluster [--questions 2000] [--write]`.

The workers are processes of this machine with one thread each, so that more of them than it has cores bring nothing:
what is to be seen is what sending costs, and that the book is the same.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

from distributed import LocalCluster

from benchmarks.commands import written
from benchmarks.handbook import bank_of, handbook_command
from benchmarks.measure import report, run

WORKERS = (1, 2, 4)
SILENT = {"silence_logs": 50, "dashboard_address": None, "processes": True, "threads_per_worker": 1}


def measure(bank: Path, folder: Path, workers: int) -> tuple[float, str]:
    """Return the wall seconds of a cold build, and the digest of its file; 0 workers are none of Dask's."""
    command = handbook_command(bank, folder, "--no-cache")
    if workers:
        with LocalCluster(n_workers=workers, **SILENT) as cluster:
            wall = run([*command, "--scheduler", cluster.scheduler_address]).wall
    else:
        wall = run([*command, "--jobs", "1"]).wall
    return wall, hashlib.sha256((folder / "bank.pdf").read_bytes()).hexdigest()


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=2_000, metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    arguments = parser.parse_args()
    lines = ["| questions | workers | wall s | ÷ `--jobs 1` |", "|--:|---|--:|--:|"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bank = folder / "bank.jsonl"
        written(bank_of(arguments.questions), bank)
        base, expected = measure(bank, folder, 0)
        lines.append(f"| {arguments.questions:,} | none, `--jobs 1` | {base:.1f} | 1.00 |")
        for workers in WORKERS:
            wall, digest = measure(bank, folder, workers)
            if digest != expected:
                raise AssertionError(f"{workers} workers made another book")
            lines.append(f"| {arguments.questions:,} | {workers} | {wall:.1f} | {wall / base:.2f} |")
            print(lines[-1], file=sys.stderr, flush=True)
    report("cluster", lines, write=arguments.write)


if __name__ == "__main__":
    main()
