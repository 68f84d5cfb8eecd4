"""Captured pages in files → a bank's file: what `qexport import` does with pages of the hub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn

from qexport.bank import reader
from qexport.bank.schema import SCHEMA_FILE, bank_schema
from qexport.common import files
from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record
from qexport.common.text_input import read_text
from qexport.importers.hub import captures, taking

if TYPE_CHECKING:
    from pathlib import Path

    from qexport.importers.hub.report import ImportReport
    from qexport.importers.hub.taking import Decision
    from qexport.importers.source import Source


class CaptureImport(Record, frozen=True):
    """What came of captured pages, and the files that were written for it."""

    report: ImportReport
    written: tuple[Path, ...]
    refused: tuple[Problem, ...] = ()
    """Why nothing was written, where it was to be strict."""


def refuse_in_folder(source: Source) -> NoReturn:
    """Refuse a page that was found among files of other shapes: pages are merged with each other, and in their own way.

    Raises:
        InputRefused: always.
    """
    hint = "name the pages themselves: qexport import PAGE... -o BANK"
    raise InputRefused((Problem(Location(source.path), "a captured hub page in a folder: left aside", hint),))


def import_captures(
    paths: Sequence[Path],
    bank: Path,
    *,
    vocabulary: Path | None = None,
    encoding: str | None = None,
    strict: bool = False,
    dry_run: bool = False,
    take: Decision | None = None,
    limits: Limits = USUAL,
) -> CaptureImport:
    """Merge captured pages into a bank's file, which is not touched where nothing is new.

    `take`: decides of each difference whether the bank takes what the page says.
    `dry_run`: nothing is written, and what would be is returned as if it were.
    `strict`: nothing is written where a page contradicts the bank, or has an answer to no known question.
    """
    if bank.suffix.lower() not in reader.IMPORTERS:
        raise UsageError(f"{bank}: a bank's name ends in .yaml", hint=f"write it to {bank}.yaml")
    words = vocabulary or _vocabulary(paths)
    existing = (str(bank), read_text(bank, limits=limits)) if bank.exists() else None
    result = captures.merge_captures(
        _read_texts(paths, encoding, limits),
        (str(words), read_text(words, limits=limits)),
        existing,
        limits,
        take=take or taking.take_none,
        as_lines=bank.suffix.lower() == ".jsonl",
    )
    report = result.report
    if strict and (report.conflicts or report.unmatched):
        conflicts = (
            Problem(
                conflict.location,
                f"{conflict.id} differs from {conflict.known_at}",
                "correct one of them, or use --take source",
            )
            for conflict in report.conflicts
        )
        unmatched = (
            Problem(block.location, "answers to no known question", "import the page that lists it, too")
            for block in report.unmatched
        )
        return CaptureImport(report, (), tuple(sorted([*conflicts, *unmatched], key=attrgetter("location"))))
    contents: dict[Path, bytes] = {}
    if result.text is not None:
        contents[bank] = result.text.encode()
        schema = bank.with_name(SCHEMA_FILE)  # which the first line of a bank names, for editors
        if not existing and not schema.exists() and bank.suffix.lower() != ".jsonl":
            contents[schema] = (json.dumps(bank_schema(), ensure_ascii=False, indent=2) + "\n").encode()
    if not dry_run:
        files.write_all(contents)
    return CaptureImport(report, tuple(contents))


def _read_texts(paths: Sequence[Path], encoding: str | None, limits: Limits) -> list[tuple[str, str]]:
    """Read all the files, or say of each what keeps it from being read."""
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            texts.append((str(path), read_text(path, encoding=encoding, limits=limits)))
        except InputRefused as refused:
            problems += refused.problems
    if problems:
        raise InputRefused(tuple(problems))
    return texts


def _vocabulary(paths: Sequence[Path]) -> Path:
    """Find the words that divide the lines of the captures: they lie beside them."""
    beside = dict.fromkeys(path.with_name("vocabulary.yaml") for path in paths)
    found = [path for path in beside if path.exists()]
    if len(found) == 1:
        return found[0]
    raise UsageError(
        f"two vocabularies: {found[0]} and {found[1]}"
        if found
        else f"no vocabulary: there is no {next(iter(beside))}",
        hint="name one with --vocabulary PATH: it lists the technologies, categories and levels of the pages",
    )
