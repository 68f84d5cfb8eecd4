"""What ten thousand questions take a question, beside two thousand: `python -m benchmarks.scale [--write]`.

    python -m benchmarks.scale --sizes 2000 10000 --checkout ../before --only "handbook, cold"

Each row is a whole process; its processor time is that of all its processes, and so is its memory. A question must take
at most 1.1 times as long in the large bank, and the large bank at most 1.5 times the memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.commands import written
from benchmarks.handbook import ROOT, bank_of
from benchmarks.measure import Run, report, run

SIZES = (2_000, 10_000)
MOST_TIME, MOST_MEMORY = 1.1, 1.5
WAYS = {
    "handbook, cold": ("build", "--format", "handbook"),
    "handbook, warm": ("build", "--format", "handbook"),
    "handbook, one edit": ("build", "--format", "handbook"),
    "deck": ("build", "--format", "deck"),
    "web page": ("build", "--format", "web"),
    "bundle of book, deck and cards": ("bundle", "all", "--output", "bundle.zip"),
    "diff of one edit": ("diff", "first/bank.jsonl", "edited/bank.jsonl"),
}


def measure(count: int, checkout: Path, only: set[str], folder: Path) -> dict[str, Run]:
    """Return what each way took, in their order: those after the first find the pages that it kept."""
    for name in ("first", "edited"):  # the name of a bank's file is its title
        (folder / name).mkdir()
        written(bank_of(count, edited=name == "edited"), folder / name / "bank.jsonl")
    (folder / "qexport.toml").write_text('bank = "edited/bank.jsonl"\n[recipes.all]\n', "utf-8")
    environment = {"PYTHONPATH": str(checkout / "src"), "QEXPORT_CACHE": str(folder / "cache")}
    runs = {}
    for way, words in WAYS.items():
        if only and way not in only:
            continue
        bank = f"{'edited' if way.endswith('one edit') else 'first'}/bank.jsonl"
        more = ["--quiet", "--bank", bank, "--out", "."] if words[0] == "build" else []
        runs[way] = run([sys.executable, "-m", "qexport", *words, *more], env=environment, cwd=folder)
        print(
            f"  {count:,} {way}: {runs[way].cpu:.2f} s, {runs[way].tree:.0f} MB", file=sys.stderr, flush=True
        )
    return runs


def table(results: dict[int, dict[str, Run]]) -> list[str]:
    """Return Markdown rows: each way at each size, and the largest beside the smallest."""
    rows = [
        "| way | questions | wall s | processor s | ms a question | ÷ | all processes MB | ÷ |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    first = min(results)
    for way in results[first]:
        base = results[first][way]
        for count, runs in results.items():
            done = runs[way]
            each = done.cpu / count
            rows.append(
                f"| {way} | {count:,} | {done.wall:.1f} | {done.cpu:.1f} | {1000 * each:.2f} "
                f"| {each / (base.cpu / first):.2f} | {done.tree:.0f} | {done.tree / base.tree:.2f} |"
            )
    return rows


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument(
        "--checkout", type=Path, default=ROOT, metavar="DIR", help="whose program is measured"
    )
    parser.add_argument("--only", nargs="+", choices=WAYS, metavar="WAY", help="some of the ways, by name")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    arguments = parser.parse_args()
    results = {}
    for count in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            only = set(arguments.only or ())
            results[count] = measure(count, arguments.checkout.resolve(), only, Path(folder))
    report("scale", table(results), write=arguments.write)


if __name__ == "__main__":
    main()
