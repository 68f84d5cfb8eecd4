"""How long `qexport pull` takes beside `qexport list` of one bank: `python -m benchmarks.pull [--notes N] [--write]`.

A bank of 10,000 questions is built, imported into a collection of the real Anki library, and 100 of its notes are
edited there; then the deck is exported. Compared is the processor time of a whole `pull` of that export with that
of a whole `list`; the ratio must be at most 2. The texts are the shipped bank's, each with a number.

This is done twice: while the notes are of the newest edition, and after every question has been edited and published
again, so that every note of the export is of an older one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

from benchmarks.handbook import bank_of
from benchmarks.measure import Run, report, run
from qexport.bank.jsonl_writer import write_jsonl
from qexport.bank.model import Claims
from qexport.bank.yaml_writer import write_bank

QEXPORT = [sys.executable, "-m", "qexport"]
EDITED = 100
"""Notes that the learner edits."""
MOST = 2.0
"""The largest ratio of processor times that is accepted."""
ALLOWED = ["--allow", "values=10M"]


def prepare(folder: Path, count: int, form: str = "yaml") -> None:
    """Write a bank and the export of a learner who edited some notes of it."""
    bank = replace(bank_of(count), title="Big", claims=Claims())
    text = write_bank(bank) if form == "yaml" else write_jsonl(bank)
    (folder / f"big.{form}").write_text(text, encoding="utf-8")
    publish(folder, form)
    collection = Collection(str(folder / "collection.anki2"))
    request = ImportAnkiPackageRequest(
        package_path=str(folder / "big.apkg"), options=ImportAnkiPackageOptions()
    )
    collection.import_anki_package(request)
    for number in collection.find_notes("")[:: max(1, count // EDITED)]:
        note = collection.get_note(number)
        note["Answer"] = note["Answer"].replace(".", ", as a learner says.", 1)
        collection.update_note(note)
    collection.export_anki_package(
        out_path=str(folder / "export.apkg"), limit=None, options=ExportAnkiPackageOptions(legacy=False)
    )
    collection.close()


def publish(folder: Path, form: str = "yaml") -> None:
    """Build the deck of a folder's bank."""
    build = ["build", "--quiet", "--bank", f"big.{form}", "--format", "deck", "--out", ".", *ALLOWED]
    run([*QEXPORT, *build], cwd=folder)


def edit_every_question(bank: Path) -> None:
    """Change a word of every question, and some of other texts."""
    text = bank.read_text(encoding="utf-8")
    bank.write_text(text.replace(" is ", " was ").replace("?", ", then?"), encoding="utf-8")


def measure(folder: Path, times: int, form: str = "yaml") -> dict[str, list[Run]]:
    """Return the runs of both commands, taken in turn; each pull begins with the bank as it was."""
    bank = folder / f"big.{form}"
    before = bank.read_bytes()
    runs: dict[str, list[Run]] = {"list": [], "pull": []}
    for _ in range(times):
        runs["list"].append(run([*QEXPORT, "list", "--bank", bank.name, *ALLOWED], cwd=folder))
        runs["pull"].append(run([*QEXPORT, "pull", "export.apkg", "--bank", bank.name, *ALLOWED], cwd=folder))
        if bank.read_bytes() == before:
            raise AssertionError("the pull changed nothing")
        bank.write_bytes(before)
    return runs


def rows_of(runs: Mapping[str, Sequence[Run]], count: int, notes: str) -> tuple[list[str], float]:
    """Return the rows of one case, and its ratio of processor times."""
    cpu = {name: statistics.median(each.cpu for each in done) for name, done in runs.items()}
    rows = []
    for name, done in runs.items():
        memory = max(each.largest for each in done)
        rows.append(
            f"| `qexport {name}` | {count:,} | {notes} | {cpu[name]:.2f} | {cpu[name] / cpu['list']:.2f} "
            f"| {memory:.0f} |"
        )
    return rows, cpu["pull"] / cpu["list"]


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked; status 1 if the ratio is too large."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3, help="runs of each command; the middle one counts")
    parser.add_argument(
        "--form", choices=("yaml", "jsonl"), default="yaml", help="what the bank is written in"
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    lines = [
        "| command | questions | notes of | processor s | ÷ list | peak MB |",
        "|---|--:|---|--:|--:|--:|",
    ]
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(folder, arguments.notes, arguments.form)
        for edition in ("the newest edition", "an older edition"):
            if ratios:
                edit_every_question(folder / f"big.{arguments.form}")
                publish(folder, arguments.form)
            runs = measure(folder, arguments.times, arguments.form)
            rows, ratio = rows_of(runs, arguments.notes, edition)
            lines += rows
            ratios.append(ratio)
    report("pull", lines, write=arguments.write)
    if max(ratios) > MOST:
        raise SystemExit(f"pull takes {max(ratios):.2f} times as long as list; at most {MOST} is accepted")


if __name__ == "__main__":
    main()
