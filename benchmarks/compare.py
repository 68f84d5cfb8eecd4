"""Two checkouts, one after the other and over again (A B A B …): `python -m benchmarks.compare A B`.

    python -m benchmarks.compare ../before . --runs 5 --only "list of 15" "warm build of 15"

Each figure is the median of B's processor times divided by the median of A's, so that a machine that is busy with other
things is so for both. Both run under this Python, each with its own sources; the cache of each is its own.
"""

from __future__ import annotations

import argparse
import compileall
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.commands import written
from benchmarks.handbook import bank_of
from benchmarks.measure import report, run

BUILD = ("build", "--quiet", "--format", "handbook")
DECK = ("build", "--quiet", "--format", "deck")


class Checkout:
    """A checkout and the folder its builds go to."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root.resolve()
        self.folder = folder
        folder.mkdir()
        compileall.compile_dir(self.root / "src", quiet=1)  # as an installed program is
        self.environment = {
            "PYTHONPATH": str(self.root / "src"),
            "QEXPORT_CACHE": str(folder / "cache"),
            "SOURCE_DATE_EPOCH": "1767225600",
        }

    def time(self, *words: str) -> float:
        """Return the processor time of a command in seconds, that of its processes included."""
        command = [sys.executable, "-m", "qexport", *words]
        return run(command, env=self.environment, cwd=self.root).cpu

    def build(self, bank: Path, words: tuple[str, ...] = BUILD, *more: str) -> float:
        """Return the processor time of a build."""
        place = ("--bank", str(bank), "--out", str(self.folder), "--lock", str(self.folder / "lock.json"))
        return self.time(*words, *place, *more)


def figures(folder: Path) -> Mapping[str, Callable[[Checkout], float]]:
    """Return what is measured, by its name."""

    def bank(count: int, *, edited: bool = False) -> Path:
        path = folder / ("edited" if edited else "first") / f"{count}.jsonl"  # its name is the bank's title
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            written(bank_of(count, edited=edited), path)
        return path

    def edit(checkout: Checkout, count: int) -> float:
        checkout.build(bank(count))
        kept = checkout.folder / "cache" / "chunks.sqlite"
        before = kept.read_bytes()
        taken = checkout.build(bank(count, edited=True))
        kept.write_bytes(before)  # the next time it is an edit again
        return taken

    def deck(checkout: Checkout, *, again: bool) -> float:
        kept = checkout.folder / "cache" / "chunks.sqlite"
        if again:
            checkout.build(bank(10_000), DECK)
        else:
            kept.unlink(missing_ok=True)
        return checkout.build(bank(10_000), DECK)

    def warm(count: int) -> Callable[[Checkout], float]:
        def measure(checkout: Checkout) -> float:
            checkout.build(bank(count))
            return checkout.build(bank(count))

        return measure

    return {
        "help": lambda checkout: checkout.time("--help"),
        "list of 15": lambda checkout: checkout.time("list", "--bank", str(bank(15))),
        "check of 15": lambda checkout: checkout.time("check", "--bank", str(bank(15))),
        "warm build of 15": warm(15),
        "warm build of 54": warm(54),
        "warm build of 500": warm(500),
        "one edit of 54": lambda checkout: edit(checkout, 54),
        "one edit of 500": lambda checkout: edit(checkout, 500),
        "cold build of 54": lambda checkout: checkout.build(bank(54), BUILD, "--no-cache"),
        "cold build of 500": lambda checkout: checkout.build(bank(500), BUILD, "--no-cache"),
        "deck of 10,000": lambda checkout: deck(checkout, again=False),
        "deck of 10,000 again": lambda checkout: deck(checkout, again=True),
        "check --health of 10,000": lambda checkout: checkout.time(
            "check", "--health", "--quiet", "--bank", str(bank(10_000))
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, metavar="A", help="the checkout that is divided by")
    parser.add_argument("after", type=Path, metavar="B", help="the other one")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="times each is measured")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--only", nargs="+", metavar="FIGURE", help="some of the figures, by name")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sides = [Checkout(arguments.before, folder / "a"), Checkout(arguments.after, folder / "b")]
        lines = ["| figure | A, s | B, s | B ÷ A |", "|---|--:|--:|--:|"]
        print("\n".join(lines), flush=True)
        for name, measure in figures(folder).items():
            if arguments.only and name not in arguments.only:
                continue
            times: list[list[float]] = [[], []]
            for _ in range(arguments.runs):
                for side, taken in zip(sides, times, strict=True):
                    taken.append(measure(side))
            before, after = map(statistics.median, times)
            lines.append(f"| {name} | {before:.3f} | {after:.3f} | {after / before:.2f} |")
            print(lines[-1], flush=True)
    if arguments.write:
        report("compare", lines, write=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
