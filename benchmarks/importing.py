"""How long 10,000 rows of CSV take to become a bank: `python -m benchmarks.importing [--write]`.

Beside it the floor: Python's `csv` reads the same rows, and the YAML writer writes them, in a process that imports
no more than that. A row has a question, an answer of two sentences, a topic, a category, a level, a difficulty and
two tags.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Run, report, run

ROWS = 10_000
ALONE = """
import csv, sys
from qexport.bank.model import Bank, Question
from qexport.bank.yaml_writer import write_bank
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    questions = [
        Question(
            id=f"Q-{number}",
            question=row["Question"],
            answer=row["Answer"],
            technology=row["Topic"],
            category=row["Category"],
            level=row["Level"],
            difficulty=int(row["Difficulty"]),
            tags=tuple(row["Tags"].split(";")),
        )
        for number, row in enumerate(csv.DictReader(file), 1)
    ]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(write_bank(Bank(title="t", namespace="t", questions=tuple(questions))))
"""
_VERBS = (
    "open",
    "close",
    "copy",
    "merge",
    "sort",
    "lock",
    "share",
    "split",
    "cache",
    "trace",
    "hash",
    "pack",
    "pin",
)
_NOUNS = (
    "file",
    "socket",
    "list",
    "thread",
    "queue",
    "table",
    "index",
    "branch",
    "module",
    "cursor",
    "stream",
)
_TOPICS = ("Python", "SQL", "Linux", "Go")
_LEVELS = ("Beginner", "Intermediate", "Advanced")


def write_table(path: Path, rows: int) -> None:
    """Write a table of so many rows, each question another."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Question", "Answer", "Topic", "Category", "Level", "Difficulty", "Tags"])
        for number in range(rows):
            verb, noun = _VERBS[number % len(_VERBS)], _NOUNS[number // len(_VERBS) % len(_NOUNS)]
            other = _NOUNS[number // 7 % len(_NOUNS)]
            answer = (
                f"First {verb} the {other}, which keeps the {noun} as it is; then wait for {number % 31 + 1} "
                f'of them. Whoever holds it, "{noun}" is written once, and costs O(n) at most.'
            )
            table.writerow(
                [
                    f"How do you {verb} a {noun} that {number % 97 + 2} others hold, in case {number}?",
                    answer,
                    _TOPICS[number % len(_TOPICS)],
                    f"{noun.capitalize()}s",
                    _LEVELS[number % len(_LEVELS)],
                    number % 10 + 1,
                    f"{verb};{noun}",
                ]
            )


def measure(times: int) -> tuple[list[Run], list[Run]]:
    """Return the runs of both ways, taken in turn."""
    alone: list[Run] = []
    whole: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        write_table(table, ROWS)
        for number in range(times):
            alone.append(run([sys.executable, "-c", ALONE, str(table), f"{folder}/alone-{number}.yaml"]))
            command = ["import", str(table), "-o", f"{folder}/whole-{number}.yaml"]
            whole.append(run([sys.executable, "-m", "qexport", *command]))
    return alone, whole


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=7, help="runs of each; the middle one counts")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    alone, whole = measure(arguments.times)
    ratios = [one.cpu / other.cpu for one, other in zip(whole, alone, strict=True)]
    lines = ["| way | processor s | wall s | peak MB | ÷ alone |", "|---|--:|--:|--:|--:|"]
    for name, runs, ratio in (
        ("`csv` and the YAML writer alone", alone, 1.0),
        ("`qexport import table.csv -o bank.yaml`", whole, statistics.median(ratios)),
    ):
        cpu, wall = (statistics.median(getattr(each, kind) for each in runs) for kind in ("cpu", "wall"))
        lines.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {runs[0].largest:.0f} | {ratio:.2f} |")
    report("importing", lines, write=arguments.write)


if __name__ == "__main__":
    main()
