"""The deck against genanki as its README shows it: `python -m benchmarks.deck [--sizes 1000,10000] [--write]`.

Both get the same notes, in a process each. Timed is the writing of a package from notes whose fields are ready,
which is what genanki does; the making of these fields from a bank's text is told beside it. The text is the shipped
bank's over and over, in an order in which it does not come again within what deflate looks back at: a file is as
small as it would be if all of it were different.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from benchmarks.measure import Run, report, run
from qexport.anki import notes
from qexport.anki.fields import FIELDS
from qexport.bank import reader
from qexport.bank.lock import Edition, guid_of
from qexport.bank.model import Bank
from qexport.bank.stamping import stamp
from qexport.bank.validation import validate
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck import document as anki_deck
from qexport.outputs.document import Tools

ROOT = Path(__file__).parents[1]
NOW = 1_760_000_000
LIMITS = {"time": 1.5, "memory": 150, "size": 0.25}


def bank_of(count: int) -> Bank:
    """Return a bank of so many questions, in whose deck no text comes again soon."""
    shipped, _ = validate(reader.read(ROOT / "seeds/questions.yaml"))
    keys = [replace(shipped.questions[0], id=f"Q-{number}") for number in range(count)]
    numbers = {int(guid_of(shipped.namespace, each.id), 16) % 21_600_000: each.id for each in keys}
    texts = cycle(shipped.questions)
    made = [replace(next(texts), id=numbers[number]) for number in sorted(numbers)]
    return replace(shipped, questions=tuple(made))


def write_with_qexport(bank: Bank, path: Path) -> dict[str, float]:
    """Write a deck; return the seconds of its making and of its writing."""
    options = DeckOptions()
    started = time.perf_counter()
    tools = anki_deck.with_notes(bank, options, Tools(Templates()))
    lock, _ = stamp(anki_deck.content(bank, options, tools), None, NOW)
    made = time.perf_counter()
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="", lock=lock)
    path.write_bytes(anki_deck.render(edition, options, tools).data)
    return {"making": made - started, "writing": time.perf_counter() - made}


def write_with_genanki(bank: Bank, path: Path) -> dict[str, float]:
    """Write a deck as genanki's README does; return the seconds of its writing."""
    import genanki

    fields = [
        note.fields.decode().split("\x1f") for note in notes.notes_of(bank, notes.NoteShape(), Templates())
    ]
    started = time.perf_counter()
    model = genanki.Model(
        1607392319,
        "Simple Model",
        fields=[{"name": name} for name in FIELDS],
        templates=[
            {"name": "Card 1", "qfmt": "{{Question}}", "afmt": '{{FrontSide}}<hr id="answer">{{Answer}}'}
        ],
    )
    deck = genanki.Deck(2059400110, bank.title)
    for each in fields:
        deck.add_note(genanki.Note(model=model, fields=each))
    genanki.Package(deck).write_to_file(path)
    return {"making": 0, "writing": time.perf_counter() - started}


WRITERS = {"genanki": write_with_genanki, "qexport": write_with_qexport}


def measured(writer: str, count: int, path: Path) -> tuple[Run, dict[str, float]]:
    """Run a writer in a process of its own."""
    told = path.with_suffix(".json")
    words = [sys.executable, __file__, "--writer", writer, "--sizes", str(count), "--path", str(path)]
    done = run([*words, "--report", str(told)])
    return done, json.loads(told.read_text())


def rows(sizes: list[int], times: int) -> tuple[list[list[str]], bool]:
    """Return the table, and whether all of it is within the limits."""
    table, is_well = [], True
    for count in sizes:
        seconds: dict[str, list[float]] = {name: [] for name in WRITERS}
        memory, size, making = dict.fromkeys(WRITERS, 0.0), dict.fromkeys(WRITERS, 0), 0.0
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(times):
                for name in WRITERS:  # in turns, so that a busy moment of the machine meets both
                    path = Path(folder) / f"{name}.apkg"
                    done, told = measured(name, count, path)
                    seconds[name].append(told["writing"])
                    memory[name] = max(memory[name], done.largest)
                    size[name] = path.stat().st_size
                    making = told["making"]
        least = {name: min(each) for name, each in seconds.items()}
        middle = {name: statistics.median(each) for name, each in seconds.items()}
        ratios = {
            "time": least["qexport"] / least["genanki"],
            "memory": memory["qexport"],
            "size": size["qexport"] / size["genanki"],
        }
        if count == 10_000:
            is_well = all(ratios[name] <= limit for name, limit in LIMITS.items())
        table += [
            [
                f"{count:,}",
                name,
                f"{making:.2f}" if name == "qexport" else "",
                f"{least[name]:.2f}",
                f"{middle[name]:.2f}",
                f"{ratios['time']:.2f}" if name == "qexport" else "1",
                f"{memory[name]:.0f}",
                f"{size[name] / 1e6:.1f}",
                f"{ratios['size']:.3f}" if name == "qexport" else "1",
            ]
            for name in WRITERS
        ]
    return table, is_well


HEAD = ["notes", "writer", "making s", "writing s", "median", "ratio", "peak MB", "file MB", "ratio"]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--times", type=int, default=5, help="how often each is run; the fastest counts")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--writer", choices=WRITERS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    sizes = [int(size) for size in words.sizes.split(",")]
    if words.writer:
        told = WRITERS[words.writer](bank_of(sizes[0]), words.path)
        words.report.write_text(json.dumps(told))
        return
    table, is_well = rows(sizes, words.times)
    lines = [f"| {' | '.join(row)} |" for row in [HEAD, ["--:"] * len(HEAD), *table]]
    report("deck", lines, write=words.write)
    if not is_well:
        limits = ", ".join(f"{name} {limit}" for name, limit in LIMITS.items())
        raise SystemExit(f"beyond the limits for 10,000 notes: {limits}")


if __name__ == "__main__":
    main()
