"""The order of the stages, and nothing else: read → validate → select → stamp → render → write.

The time comes in as an argument (`now`, Unix seconds); seconds are only measured to be told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING

from qexport import captures, importers, output
from qexport.captures import ImportReport
from qexport.editions import Changes, Edition, Lock, read_lock, stamp, write_lock
from qexport.errors import InputRefused, Problem, UsageError
from qexport.exporters import Document, Tools, exporter_for
from qexport.health import Finding, Stats, health, stats
from qexport.options import checked
from qexport.schema import SCHEMA_FILE, bank_schema
from qexport.selection import Filters, describe, select
from qexport.source_text import normalise, read_text
from qexport.themes import theme
from qexport.typesetter import Typesetter
from qexport.validation import validate

if TYPE_CHECKING:
    from pathlib import Path

    from qexport.question import Bank, Question
    from qexport.recipes import Recipe

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: unknown)."""


def _silent(what: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Choice:
    """A checked bank, the questions the filters leave of it, and what is odd about it."""

    bank: Bank
    questions: tuple[Question, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A bank in which nothing is wrong; `findings` is None where its health was not asked for."""

    bank: Bank
    warnings: tuple[Problem, ...]
    stats: Stats
    findings: tuple[Finding, ...] | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of captured pages, and the files that were written for it."""

    report: ImportReport
    written: tuple[Path, ...]
    refused: tuple[Problem, ...] = ()
    """Why nothing was written, where it was to be strict."""


@dataclass(frozen=True, slots=True)
class Written:
    """One output that was written."""

    name: str
    """The exporter's."""
    path: Path
    document: Document
    seconds: float


@dataclass(frozen=True, slots=True)
class Stamped:
    """The lock a deck was made with; `moved` when its file had to be written."""

    path: Path
    lock: Lock
    changes: Changes
    moved: bool


@dataclass(frozen=True, slots=True)
class Build:
    """All that one build did."""

    edition: Edition
    outputs: tuple[Written, ...]
    stamped: Stamped | None
    warnings: tuple[Problem, ...]


def read_bank(path: Path, *, encoding: str | None = None) -> tuple[Bank, tuple[Problem, ...]]:
    """Read and check a bank; the second part is what is odd but no reason to refuse it."""
    return validate(importers.read(path, encoding=encoding))


def choose(path: Path, filters: Filters, *, encoding: str | None = None) -> Choice:
    """Read and check a bank, and select from it."""
    bank, warnings = read_bank(path, encoding=encoding)
    return Choice(bank, select(bank, filters), warnings)


def import_captures(
    paths: Sequence[Path],
    bank: Path,
    *,
    vocabulary: Path | None = None,
    encoding: str | None = None,
    strict: bool = False,
) -> Imported:
    """Merge captured pages into a bank's file, which is not touched where nothing is new.

    `strict`: nothing is written where a page contradicts the bank, or has an answer to no known question.
    """
    if bank.suffix.lower() not in importers.IMPORTERS:
        raise UsageError(f"{bank}: a bank's name ends in .yaml", hint=f"write it to {bank}.yaml")
    words = vocabulary or _vocabulary(paths)
    existing = (str(bank), read_text(bank)) if bank.exists() else None
    result = captures.import_captures(
        _texts(paths, encoding),
        (str(words), read_text(words)),
        existing,
    )
    report = result.report
    if strict and (report.conflicts or report.unmatched):
        conflicts = (
            Problem(conflict.location, f"{conflict.id} differs from {conflict.known_at}", "mend one of them")
            for conflict in report.conflicts
        )
        unmatched = (
            Problem(block.location, "answers to no known question", "import the page that lists it, too")
            for block in report.unmatched
        )
        return Imported(report, (), tuple(sorted([*conflicts, *unmatched], key=attrgetter("location"))))
    contents: dict[Path, bytes] = {}
    if result.text is not None:
        contents[bank] = result.text.encode()
        schema = bank.with_name(SCHEMA_FILE)  # which the first line of a bank names, for editors
        if not existing and not schema.exists():
            contents[schema] = (json.dumps(bank_schema(), ensure_ascii=False, indent=2) + "\n").encode()
    output.write_all(contents)
    return Imported(report, tuple(contents))


def _texts(paths: Sequence[Path], encoding: str | None) -> list[tuple[str, str]]:
    """Read all the files, or say of each what keeps it from being read."""
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            texts.append((str(path), read_text(path, encoding=encoding)))
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


def check(path: Path, *, encoding: str | None = None, with_health: bool = False) -> Checked:
    """Read and check a bank, and tell its state; InputRefused has all that is wrong with it."""
    bank, warnings = read_bank(path, encoding=encoding)
    active = [question for question in bank.questions if question.status == "active"]
    return Checked(bank, warnings, stats(bank, active), health(bank) if with_health else None)


def export(recipe: Recipe, *, now: int, tell: Tell = _silent, typesetter: Typesetter = Typesetter()) -> Build:
    """Make all outputs of a recipe, or none: they are written when the last is rendered."""
    exporters = {name: exporter_for(name) for name in recipe.outputs}
    options = checked(recipe.options)
    look = theme(str(options["theme"]))
    tools = Tools(look.templates(), look.styles(), look.digest(), typesetter)
    tell("reading the bank", 0, 0)
    choice = choose(recipe.bank, recipe.filters, encoding=recipe.encoding)
    title = _one_line(recipe.title) or choice.bank.title
    stem = recipe.out / _file_stem(recipe, title)
    stamped = _stamp(recipe.bank, choice.bank, tools, now) if "deck" in exporters else None
    edition = Edition(
        bank=choice.bank,
        questions=choice.questions,
        title=title,
        scope=describe(choice.bank, recipe.filters, choice.questions),
        lock=stamped.lock if stamped else _read_lock(lock_path(recipe.bank))[0],
    )

    outputs = []
    for name, exporter in exporters.items():
        tell(name, 0, 0)
        started = perf_counter()
        speaking = replace(tools, typesetter=replace(typesetter, progress=partial(tell, name)))
        document = exporter.render(edition, options, speaking)
        path = stem.with_name(stem.name + document.suffix)
        outputs.append(Written(name, path, document, perf_counter() - started))

    contents = {written.path: written.document.data for written in outputs}
    if stamped and stamped.moved:
        contents[stamped.path] = write_lock(stamped.lock).encode()
    tell("writing", 0, 0)
    output.write_all(contents)
    return Build(edition, tuple(outputs), stamped, choice.warnings)


def _one_line(text: str) -> str:
    """What a shell hands over is no cleaner than a file."""
    return " ".join(normalise(text)[0].split())


def _file_stem(recipe: Recipe, title: str) -> str:
    name = recipe.name
    if not name:
        return output.slug(title)
    if name in (".", "..") or "/" in name or "\\" in name:
        raise UsageError(f"{name!r} is not a file's name", hint="the folder goes into --out")
    return name


def lock_path(bank: Path) -> Path:
    """Where the lock of a bank lies: beside a file (`python.yaml`, `python.lock.json`), inside a folder."""
    return bank / "questions.lock.json" if bank.is_dir() else bank.with_suffix(".lock.json")


def _read_lock(path: Path) -> tuple[Lock | None, str]:
    """Return the lock and its text; none and an empty one where there is no lock yet."""
    if not path.exists():
        return None, ""
    text = read_text(path)
    return read_lock(text, str(path)), text


def _stamp(path: Path, bank: Bank, tools: Tools, now: int) -> Stamped:
    """Bring the lock up to date with the whole bank, whatever part of it is exported this time."""
    from qexport.exporters.anki_deck import note_digests, note_type_digest

    place = lock_path(path)
    old, old_text = _read_lock(place)
    former_ids = {question.id: question.former_ids for question in bank.questions if question.former_ids}
    lock, changes = stamp(note_digests(bank, tools), note_type_digest(tools), old, now, former_ids=former_ids)
    return Stamped(place, lock, changes, moved=write_lock(lock) != old_text)
