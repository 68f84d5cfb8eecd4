"""Measure handbooks from their finished PDF, by tools that did not make it: pdfium, qpdf, poppler, veraPDF.

    python -m tools.inspect_book                           the shipped bank in every output, theme, paper and medium
    python -m tools.inspect_book --bank worst --paper a5   what is worst, on one paper
    python -m tools.inspect_book --sample 12 --seed 7      some of all there are
    python -m tools.inspect_book --matrix --jobs 2         every bank, theme and paper, and some of all variants
    python -m tools.inspect_book --keep FOLDER             keep the PDFs, to look at them
    python -m tools.inspect_book --conformance check.sh    have them judged by veraPDF's rules, too

Outputs are those on paper; media are the handbook's. Each book is a line of the table, as soon as it is measured: its
pages, the characters of a full line, the seconds it took to make and to measure, and for each check how much was found.
Below it stands what was found. The last line says how many books were measured of those asked for; the exit status is 1
where anything was found, 2 where some were not measured.

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
from tools.inspect_book.inspection import CHECKS, MEDIA, ON_PAPER, THEMES, VARIANTS
from tools.inspect_book.order import OWN_PAGES, PAPERS


def matrix(arguments: argparse.Namespace) -> list[Cell]:
    """The books asked for, or some of them, drawn by lot; for `--matrix` all plain ones, and some of the others."""
    axes = (
        arguments.bank,
        arguments.theme,
        arguments.paper,
        arguments.media,
        arguments.variant,
        arguments.output,
    )
    cells = [cell for cell in (Cell(*values) for values in product(*axes)) if _is_another(cell, arguments)]
    plain = [cell for cell in cells if arguments.matrix and _is_of_matrix(cell, arguments)]
    others = [cell for cell in cells if cell not in set(plain)]
    if arguments.sample is None and not arguments.matrix:
        return cells
    count = min(ALSO if arguments.sample is None else arguments.sample, len(others))
    return plain + sorted(random.Random(arguments.seed).sample(others, count), key=cells.index)


def _is_another(cell: Cell, arguments: argparse.Namespace) -> bool:
    """Return whether a cell is not the same as another: some themes have their own page, and sheets have no medium."""
    if cell.theme in OWN_PAGES and cell.output in BOOKS and cell.paper != arguments.paper[0]:
        return False
    is_first = cell.media == arguments.media[0] and cell.variant == arguments.variant[0]
    return cell.output == "handbook" or is_first


def _is_of_matrix(cell: Cell, arguments: argparse.Namespace) -> bool:
    """Return whether a plain cell is always measured: all of the shipped bank; of others one medium for each look."""
    if cell.variant != "plain" or (cell.output != "handbook" and cell.bank not in ("shipped", "worst")):
        return False
    turn = sum(
        axis.index(value)
        for axis, value in zip((arguments.bank, arguments.theme, arguments.paper), cell, strict=False)
    )
    its_medium = arguments.media[turn % len(arguments.media)]
    return cell.bank == "shipped" or cell.output != "handbook" or cell.media == its_medium


BOOKS = ("handbook", "quiz")
"""Outputs with the page of the theme."""

ALSO = 60
"""Books of other variants that `--matrix` measures, unless `--sample` says otherwise."""


def main() -> int:
    from tools.sample_banks import BANKS, NOBODYS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, known in (
        ("output", ON_PAPER),
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
        "output": list(ON_PAPER),
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
    print(f"{'book':58} {'pages':>5} {'chars':>5} {'made':>5} {'read':>5}  {'  '.join(CHECKS)}", flush=True)
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
