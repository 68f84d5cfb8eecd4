"""From a saved file to the finished PDF: `build --watch`, which is there already, and a build of its own.

    python -m benchmarks.watch [--base FOLDER] [--runs 5] [--write]

FOLDER is a checkout of an older commit, whose builds are measured beside ours, in turns. Each run edits one answer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks import measure
from qexport.bank.model import Bank
from qexport.bank.reader import read
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler
from qexport.preview.session import PreviewSession
from qexport.recipe import Recipe

ROOT = Path(__file__).parents[1]
SIZES = {15: "one edit", 54: "one edit", 500: "warm"}
"""Questions, and which build of the older commit that of an edit is measured against."""
PREVIEWED = 1000


SENTENCES = (
    "A reader sees this at once.",
    "Measure it before you change it.",
    "The cache keeps what was asked for twice.",
    "Small steps are easier to undo.",
    "Nobody has to wait for the others.",
    "It holds for lists as well as for dictionaries.",
    "Write a test that fails first.",
)
"""What a writer adds to an answer, one at a save."""


def bank_of(count: int, edit: int) -> str:
    """Return a bank of the shipped questions, each with a number of its own, one with a sentence more for each edit."""
    shipped = validate(read(ROOT / "seeds/questions.yaml"))[0]
    questions = []
    for number in range(count):
        of = shipped.questions[number % len(shipped.questions)]
        more = SENTENCES[:edit] if number == 3 else ()
        answer = " ".join([f"{of.answer} This is number {number}.", *more])
        questions.append(replace(of, id=f"{of.id}-{number}", answer=answer))
    whole = Bank(title="Watched", namespace="watched", questions=tuple(questions))
    return write_bank(whole)


def save(path: Path, text: str) -> None:
    """Save a file as editors do: beside it, then renamed."""
    beside = path.with_name("4913~")
    beside.write_text(text)
    beside.replace(path)


def command(source: Path, folder: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that builds the handbook with the sources of a checkout, and its environment."""
    own = folder / source.name
    made = ["--bank", "bank/bank.yaml", "--format", "handbook", "--out", str(own / "out")]
    paths = {"PYTHONPATH": str(source / "src"), "QEXPORT_CACHE": str(own / "cache")}
    return [sys.executable, "-m", "qexport", "build", *made, *more], {**measure.ENVIRONMENT, **paths}


def build(source: Path, folder: Path) -> float:
    """Return the seconds of one build."""
    words, environment = command(source, folder)
    began = time.perf_counter()
    subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


@contextmanager
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start `build --watch`, and end it."""
    words, environment = command(ROOT, folder, "--watch")
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def compare(count: int, base: Path, runs: int, against: str = "one edit") -> tuple[float, float]:
    """Return the medians of the base's build, and of ours from the saved file to the PDF.

    Args:
        count: questions.
        base: a checkout of the older commit.
        runs: edits that are counted, after two that are not.
        against: the base's build after `one edit`, or a `warm` one, with the same bank again.
    """
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bank").mkdir()
        bank, made = folder / "bank/bank.yaml", folder / ROOT.name / "out/watched.pdf"
        save(bank, bank_of(count, 0))
        build(base, folder)
        with watching(folder):
            wait_for(made, 0)
            for edit in range(1, runs + 3):
                text, before = bank_of(count, edit), made.stat().st_ino
                began = time.perf_counter()
                save(bank, text)
                wait_for(made, before)
                ours.append(time.perf_counter() - began)
                theirs.append(build(base, folder))
                if against == "warm":
                    theirs[-1] = build(base, folder)
    return median(theirs[2:]), median(ours[2:])


def wait_for(path: Path, before: int) -> None:
    """Wait until a file is there and is another one than that of a number; it is written beside and renamed."""
    while not path.exists() or path.stat().st_ino == before:
        time.sleep(0.005)


def previewed(count: int, runs: int) -> float:
    """Return the median from a changed file to the page of its question as PDF, in a session that is there."""
    taken = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bank.yaml"
        cache = ChunkCache(Path(name) / "cache")
        session = PreviewSession(
            lambda: Recipe(bank=path, outputs=("handbook",)), Scheduler(cache).remembering()
        )
        save(path, bank_of(count, 0))
        session.refresh()
        for edit in range(1, runs + 3):
            text = bank_of(count, edit)
            began = time.perf_counter()
            save(path, text)
            session.refresh()
            session.page(session.changed)
            taken.append(time.perf_counter() - began)
    return median(taken[2:])


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--base", type=Path, default=ROOT)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    lines = [
        "| one edit of | beside a build | that takes, s | build --watch, s | ratio |",
        "| --- | --- | --: | --: | --: |",
    ]
    for count, against in SIZES.items():
        theirs, ours = compare(count, given.base.resolve(), given.runs, against)
        lines.append(f"| {count} questions | {against} | {theirs:.2f} | {ours:.2f} | {ours / theirs:.2f} |")
    lines += [
        "",
        f"To the changed page in the preview, of {PREVIEWED:,} questions: {previewed(PREVIEWED, given.runs):.2f} s.",
    ]
    measure.report("watch", lines, write=given.write)


if __name__ == "__main__":
    main()
