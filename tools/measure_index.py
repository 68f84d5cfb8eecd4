"""Measure the index of a bank: how many of the terms a reader wants it has, and how many of its entries nobody wants.

    python -m tools.measure_index [FOLDER]

FOLDER has the corpora, by default `../shared/corpora` beside the project. The lists are in tests/golden/index: for each
bank 60 terms or more that a reader looks up, and the entries of its index that were judged useless. Entries in neither
list are printed with `--all`, to be judged.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.content.index_terms import index_terms
from tools.try_corpora import CORPORA, banks

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT / "tests" / "golden" / "index"
TITLES = {"thirty-seconds": "30 seconds of interviews", "data-science": "data science, theory"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How good an index is."""

    entries: tuple[str, ...]
    missing: tuple[str, ...]
    """Wanted terms that are no entry."""
    useless: tuple[str, ...]
    recall: float
    """Part of the wanted terms that are an entry."""
    precision: float
    """Part of the entries that are not useless."""


def measure(name: str, questions: Sequence[Question]) -> Figures:
    """Return the figures of a bank whose lists have this name."""
    lists = read_lists(name)
    entries = [term.name for term in index_terms(questions)]
    known = {fold_term(entry) for entry in entries}
    missing = tuple(term for term in lists["wanted"] if fold_term(term) not in known)
    judged = {fold_term(term) for term in lists["useless"]}
    useless = tuple(entry for entry in entries if fold_term(entry) in judged)
    return Figures(
        entries=tuple(entries),
        missing=missing,
        useless=useless,
        recall=1 - len(missing) / len(lists["wanted"]),
        precision=1 - len(useless) / len(entries),
    )


def read_lists(name: str) -> dict[str, list[str]]:
    """Return the lists of a bank: the terms wanted, and the entries judged useless."""
    text = (LISTS / f"{name}.txt").read_text("utf-8")
    parts = re.findall(r"^== (\w+)\n((?:(?!==).*\n?)*)", text, re.MULTILINE)
    return {
        title: [term.strip() for term in re.split(r"[|\n]", body) if term.strip()] for title, body in parts
    }


def fold_term(name: str) -> str:
    """Return a term without its long form and brackets, in lower case."""
    return re.sub(r" \(.*\)$|\(\)$", "", name).casefold()


def main() -> None:
    """Print the figures of all banks that are there."""
    words = [word for word in sys.argv[1:] if word != "--all"]
    folder = Path(words[0]) if words else CORPORA
    questions = {"shipped": read_bank(ROOT / "seeds" / "questions.yaml")[0].questions}
    if folder.is_dir():
        titles = {title: name for name, title in TITLES.items()}
        questions |= {titles[bank.title]: bank.questions for bank in banks(folder) if bank.title in titles}
    for name, each in questions.items():
        found = measure(name, each)
        print(
            f"{name}: {len(found.entries)} entries, recall {found.recall:.0%}, precision {found.precision:.0%}"
        )
        print(f"  missing: {', '.join(found.missing) or 'none'}")
        print(f"  useless: {', '.join(found.useless) or 'none'}")
        if "--all" in sys.argv:
            print(f"  entries: {'; '.join(found.entries)}")


if __name__ == "__main__":
    main()
