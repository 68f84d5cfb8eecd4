"""Measure handbooks from their finished PDF, by tools that did not make it: pdfium, qpdf, poppler, veraPDF.

    python -m tools.inspect_book                           the shipped bank in every theme, paper and medium
    python -m tools.inspect_book --bank worst --paper a5   what is worst, on one paper
    python -m tools.inspect_book --sample 12 --seed 7      some of all there are
    python -m tools.inspect_book --matrix --jobs 2         every bank, theme, paper and medium, and some of all variants
    python -m tools.inspect_book --keep FOLDER             keep the PDFs, to look at them
    python -m tools.inspect_book --conformance check.sh    have them judged by veraPDF's rules, too

Each book is a line of the table, as soon as it is measured: its pages, the characters of a full line, the seconds it
took to make and to measure, and for each check how much was found. Below it stands what was found. The last line says
how many books were measured of those asked for; the exit status is 1 where anything was found, 2 where some were not
measured.

`inspected()` is what tests use: it returns a list of findings, which is to be empty.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from tools.inspect_book.cells import Cell, Measured, each_measured, judged
from tools.inspect_book.inspection import CHECKS, MEDIA, THEMES, VARIANTS
from tools.inspect_book.order import PAPERS


def matrix(arguments: argparse.Namespace) -> list[Cell]:
    """The books asked for, or some of them, drawn by lot; for `--matrix` all plain ones, and some of the others."""
    axes = (arguments.bank, arguments.theme, arguments.paper, arguments.media, arguments.variant)
    cells = [Cell(*values) for values in product(*axes)]
    plain = [cell for cell in cells if cell.variant == "plain" and arguments.matrix]
    others = [cell for cell in cells if cell not in set(plain)]
    if arguments.sample is None and not arguments.matrix:
        return cells
    count = min(ALSO if arguments.sample is None else arguments.sample, len(others))
    return plain + sorted(random.Random(arguments.seed).sample(others, count), key=cells.index)


ALSO = 60
"""Books of other variants that `--matrix` measures, unless `--sample` says otherwise."""


def main() -> int:
    from tools.sample_banks import BANKS, NOBODYS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, known in (
        ("bank", BANKS),
        ("theme", THEMES),
        ("paper", PAPERS),
        ("media", MEDIA),
        ("variant", VARIANTS),
    ):
        parser.add_argument(f"--{name}", nargs="+", choices=list(known))
    parser.add_argument("--matrix", action="store_true", help="every bank, and some of all variants")
    parser.add_argument("--sample", type=int, metavar="N", help="measure N of these books")
    parser.add_argument("--seed", type=int, default=0, help="draw other ones")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the PDFs there")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="keep what is laid out for the next time"
    )
    parser.add_argument(
        "--conformance", type=Path, metavar="SCRIPT", help="`sh SCRIPT ua1 FILE…` judges them, too"
    )
    arguments = parser.parse_args()
    every = {
        "bank": list(BANKS) if arguments.matrix else ["shipped"],
        "theme": list(THEMES),
        "paper": list(PAPERS),
        "media": list(MEDIA),
        "variant": list(VARIANTS) if arguments.matrix else ["plain"],
    }
    for name, default in every.items():
        setattr(arguments, name, getattr(arguments, name) or default)

    cells = matrix(arguments)
    if arguments.matrix and not set(NOBODYS) <= set(BANKS):
        print("The corpora are not here: their banks are left out.")
    print(f"{'book':46} {'pages':>5} {'chars':>5} {'made':>5} {'read':>5}  {'  '.join(CHECKS)}", flush=True)
    done: list[Measured] = []
    judgements: list[str] = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for each in each_measured(cells, folder, arguments.cache, arguments.jobs):
                done.append(each)
                print(each, flush=True)
            if arguments.conformance:
                judgements = judged(arguments.conformance, sorted(folder.glob("*.pdf")))
                print(*judgements, sep="\n")
        except KeyboardInterrupt:
            print("broken off")
    count = sum(len(found) for each in done for found in each.found.values()) + len(judgements)
    pages = sum(each.pages for each in done)
    minutes = (time.perf_counter() - started) / 60
    print(f"{len(done)} of {len(cells)} books, {pages} pages: {count} findings; {minutes:.1f} min")
    return 2 if len(done) < len(cells) else 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
