"""Books of the matrix: each made, measured and judged."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tools.inspect_book.book import Book
from tools.inspect_book.inspection import CHECKS, VARIANTS, checks_of, make
from tools.inspect_book.layout_checks import line_length

MEASURED = ("shipped", "fifty-four")
"""Banks whose texts are long enough to count the characters of a line."""

JUDGED = ("shipped",)
"""Banks with lists of terms that their index should have: all of it, so not those of which a part is taken."""


class Cell(NamedTuple):
    """One book of the matrix."""

    bank: str
    theme: str
    paper: str
    media: str
    variant: str
    output: str = "handbook"

    @property
    def name(self) -> str:
        """Return bank, output, theme, paper, medium and variant."""
        return " ".join((self.bank, self.output, *self[1:5]))

    @property
    def made(self) -> dict[str, Any]:
        """What `make` is given beside the bank and the options."""
        judged_index = self.bank if self.bank in JUDGED else ""
        return {"output": self.output, "measured": self.bank in MEASURED, "judged_index": judged_index}

    @property
    def options(self) -> dict[str, str | bool]:
        return {"theme": self.theme, "paper": self.paper, "media": self.media, **VARIANTS[self.variant]}


class Measured(NamedTuple):
    """What came of a cell."""

    cell: Cell
    pages: int
    characters: float
    """In a full line."""
    made: float
    read: float
    """Seconds."""
    found: Mapping[str, Sequence[str]]
    """For each check."""

    def __str__(self) -> str:
        counts = "  ".join(f"{len(self.found.get(name, ())) or '·':>{len(name)}}" for name in CHECKS)
        size = f"{self.pages:5} {self.characters:5.0f} {self.made:5.1f} {self.read:5.1f}"
        lines = [f"{self.cell.name:58} {size}  {counts}"]
        for found in self.found.values():
            lines += [f"    {finding}" for finding in found[:TOLD]]
            lines += [f"    … and {len(found) - TOLD} more" for _ in found[TOLD : TOLD + 1]]
        return "\n".join(lines)


TOLD = 12
"""Findings of one kind in one book that are printed: the next ones are rarely other ones."""


def measure(cell: Cell, folder: Path, cache: Path | None = None) -> Measured:
    """Make the book of a cell, and read it."""
    from tools.sample_banks import BANKS

    started = time.perf_counter()
    document, order = make(BANKS[cell.bank](), cell.options, cache=cache, **cell.made)
    (folder / f"{'-'.join(cell)}.pdf").write_bytes(document.data)
    made = time.perf_counter()
    book = Book(document.data)
    found = {
        name: [str(finding) for finding in check(book, order)]
        for name, check in checks_of(cell.output).items()
    }
    end = time.perf_counter()
    return Measured(cell, len(book.pages), line_length(book), made - started, end - made, found)


def each_measured(cells: Sequence[Cell], folder: Path, cache: Path | None, jobs: int) -> Iterator[Measured]:
    """Measure books, in some processes, and yield what came of them in their order."""
    measuring = partial(measure, folder=folder, cache=cache)
    if jobs == 1:
        yield from map(measuring, cells)
        return
    with ProcessPoolExecutor(jobs) as executor:
        try:
            yield from executor.map(measuring, cells)
        finally:
            executor.shutdown(cancel_futures=True)


def judged(script: Path, books: Sequence[Path]) -> list[str]:
    """What keeps books from being PDF/UA-1, by veraPDF's rules; a book that they were not tried on is found, too."""
    done = subprocess.run(["sh", script, "ua1", *books], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    failed = [line for line in lines if not line.startswith(("#", "PASS"))]
    failed = failed or ([done.stderr] if done.returncode else [])
    words = {word for line in lines for word in line.split()}
    return failed + [f"{book}: not judged" for book in books if str(book) not in words]
