"""How long commands take to start, and banks to be read: `python -m benchmarks.commands [--write]`.

Beside each start-up, that of bare Python; beside each reading, the reading of the same lines by Python's json alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.handbook import bank_of
from benchmarks.measure import Run, report, run
from qexport.bank.model import Bank

ROOT = Path(__file__).parents[1]
QEXPORT = [sys.executable, "-m", "qexport"]
STARTS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "qexport --help": [*QEXPORT, "--help"],
    "qexport --version": [*QEXPORT, "--version"],
    "qexport list": [*QEXPORT, "list"],
    "qexport check": [*QEXPORT, "check"],
}
JSON = "import json, sys; [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]"
SIZES = (10_000, 100_000)


def starts(times: int) -> list[str]:
    """Return a table of start-up times."""
    lines = ["| command | wall s | − bare Python | MB |", "|---|--:|--:|--:|"]
    bare = 0.0
    for name, command in STARTS.items():
        runs = [run(command, cwd=ROOT) for _ in range(times)]
        wall = statistics.median(each.wall for each in runs)
        bare = bare or wall
        lines.append(f"| `{name}` | {wall:.3f} | {wall - bare:.3f} | {runs[0].largest:.0f} |")
    return lines


def written(bank: Bank, path: Path) -> None:
    """Write a bank as JSON Lines: what `qexport list --json` gives of each question."""
    with path.open("w", encoding="utf-8") as file:
        for each in bank.questions:
            fields = ("id", "question", "technology", "category", "level", "difficulty", "answer")
            more = ("deep_explanation", "real_world_example", "common_mistakes", "production_scenario")
            record = {name: getattr(each, name) for name in (*fields, *more)}
            file.write(json.dumps({**record, "follow_ups": each.follow_ups}, ensure_ascii=False) + "\n")


def readings() -> list[str]:
    """Return a table of what reading and checking takes."""
    lines = [
        "| questions | MB | way | wall s | ÷ json | µs a question | peak MB |",
        "|--:|--:|---|--:|--:|--:|--:|",
    ]
    allowed = ["--allow", "file=1G", "--allow", "values=10M"]
    with tempfile.TemporaryDirectory() as folder:
        for count in SIZES:
            path = Path(folder) / f"{count}.jsonl"
            written(replace(bank_of(count), claims=bank_of(1).claims), path)
            size = path.stat().st_size / 1e6
            ways = {
                "json alone": [sys.executable, "-c", JSON, str(path)],
                "`qexport list --limit 1`": [*QEXPORT, "list", "--limit", "1", "--bank", str(path), *allowed],
            }
            base: Run | None = None
            for name, command in ways.items():
                done = run(command, cwd=ROOT)
                base = base or done
                lines.append(
                    f"| {count:,} | {size:.0f} | {name} | {done.wall:.1f} | {done.wall / base.wall:.2f} "
                    f"| {1e6 * done.wall / count:.0f} | {done.largest:.0f} |"
                )
    return lines


def main() -> None:
    """Measure, print the tables, and write them into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=11, help="starts of each command; the middle one counts")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    report("commands", [*starts(arguments.times), "", *readings()], write=arguments.write)


if __name__ == "__main__":
    main()
