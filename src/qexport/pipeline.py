"""The order of the stages, and nothing else: read → validate → select → stamp → render → write.

The time comes in as an argument (`now`, Unix seconds); seconds are only measured to be told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING

from qexport import importers, output
from qexport.editions import Changes, Edition, Lock, joined, read_lock, stamp, with_note_type, write_lock
from qexport.errors import InputRefused, Location, OutputError, Problem, UsageError
from qexport.exporters import Document, Tools, exporter_for
from qexport.health import Finding, Stats, health, stats
from qexport.options import checked
from qexport.question import PROSE_SECTIONS
from qexport.schema import SCHEMA_FILE, bank_schema
from qexport.selection import Filters, describe, select
from qexport.source_text import normalise, read_text
from qexport.templating import text_problems
from qexport.themes import ejected, theme
from qexport.typesetter import Typesetter
from qexport.validation import validate

if TYPE_CHECKING:
    from pathlib import Path

    from qexport.captures import ImportReport
    from qexport.options import Options
    from qexport.question import Bank, Question
    from qexport.recipes import Recipe

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: unknown)."""


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Locking:
    """What may become of the lock."""

    locked: bool = False
    """It must not change."""
    previous: tuple[Path, ...] = ()
    """Decks that are out there, to make a lost lock of."""
    new_note_type: bool = False
    """The note type may become another one, which learners have to merge."""


NO_LOCKING = Locking()
TYPESETTER = Typesetter()


@dataclass(frozen=True, slots=True)
class Stamped:
    """The lock a deck was made with; `moved` when its file had to be written."""

    path: Path
    lock: Lock
    changes: Changes
    moved: bool
    search: str
    """What finds all questions in Anki that are retired or gone; empty where none is."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recipe whose words have been looked up: what is to be rendered, and with what."""

    edition: Edition
    options: Options
    tools: Tools
    stem: str
    """Of the files' names."""
    stamped: Stamped | None
    warnings: tuple[Problem, ...]


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
    from qexport import captures  # and with it what reads HTML

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
    warnings = (*warnings, *_judged_texts(active))
    return Checked(bank, warnings, stats(bank, active), health(bank) if with_health else None)


def _judged_texts(questions: Iterable[Question]) -> Iterator[Problem]:
    """Yield what would be shown otherwise than it is written; InputRefused with what cannot be shown at all."""
    refused: list[Problem] = []
    for question in questions:
        if question.markup == "markdown":
            wrong, lost = text_problems(question)
            refused += wrong
            yield from lost
    if refused:
        raise InputRefused(tuple(refused))


def export(
    recipe: Recipe,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    typesetter: Typesetter = TYPESETTER,
) -> Build:
    """Make all outputs of a recipe, or none: they are written when the last is rendered."""
    tell("reading the bank", 0, 0)
    prepared = prepare(recipe, now=now, locking=locking, typesetter=typesetter)
    outputs = tuple(
        Written(name, recipe.out / f"{prepared.stem}{document.suffix}", document, seconds)
        for name, document, seconds in render(
            prepared.edition, recipe.outputs, prepared.options, prepared.tools, tell=tell
        )
    )
    contents = {written.path: written.document.data for written in outputs}
    tell("writing", 0, 0)
    output.write_all({**contents, **moved_lock(prepared.stamped)})
    return Build(prepared.edition, outputs, prepared.stamped, prepared.warnings)


def prepare(
    recipe: Recipe,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    typesetter: Typesetter = TYPESETTER,
    always_lock: bool = False,
) -> Prepared:
    """Look up everything a recipe names. What is quick to check comes first: outputs, options, templates.

    A deck brings the lock up to date, and with `always_lock` all else does.
    """
    for name in recipe.outputs:
        exporter_for(name)
    options = checked(recipe.options)
    look = theme(str(options["theme"]))
    tools = Tools(look.templates(), look.styles(), look.digest(), typesetter)
    choice = choose(recipe.bank, recipe.filters, encoding=recipe.encoding)
    title = _one_line(recipe.title) or choice.bank.title
    stem = file_stem(recipe, title)
    place = recipe.lock or lock_path(recipe.bank)
    stamped = None
    if always_lock or "deck" in recipe.outputs:
        stamped = stamp_bank(place, choice.bank, options, tools, locking=locking, now=now)
    edition = Edition(
        bank=choice.bank,
        questions=choice.questions,
        title=title,
        scope=describe(choice.bank, recipe.filters, choice.questions),
        retired=_retired(choice.bank, recipe.filters),
        lock=stamped.lock if stamped else _read_lock(place)[0],
    )
    pictured = [
        each for each in choice.questions if any("![" in getattr(each, part) for part in PROSE_SECTIONS)
    ]
    warnings = (*choice.warnings, *(stamped.warnings if stamped else ()), *_judged_texts(pictured))
    return Prepared(edition, options, tools, stem, stamped, warnings)


def render(
    edition: Edition, outputs: Sequence[str], options: Options, tools: Tools, *, tell: Tell = silent
) -> Iterator[tuple[str, Document, float]]:
    """Yield every document of an edition with its exporter's name and the seconds it took."""
    options = _dated(options, edition.lock)
    folios: Mapping[str, int] = {}
    with tools.typesetter.at_work() as typesetter:
        for name in sorted(outputs, key=lambda name: name != "handbook"):  # others may name its folios
            tell(name, 0, 0)
            started = perf_counter()
            telling = replace(typesetter, progress=partial(tell, name))
            document = exporter_for(name).render(
                edition, options, replace(tools, typesetter=telling, folios=folios)
            )
            folios = folios or document.folios
            for each in (document, *document.beside):
                yield name, each, perf_counter() - started
                started = perf_counter()


def _dated(options: Options, lock: Lock | None) -> Options:
    """Say which release it is, where nothing else is asked for; "3+" is what came after the third."""
    if lock is None or lock.release is None:
        return options
    is_it = lock.changed <= lock.release.time
    number = f"{lock.release.number}{'' if is_it else '+'}"
    date = lock.release.date if is_it else ""
    return {**options, "release": options["release"] or number, "dated": options["dated"] or date}


def moved_lock(stamped: Stamped | None) -> dict[Path, bytes]:
    """Return the file of a lock, if it has to be written."""
    return {stamped.path: write_lock(stamped.lock).encode()} if stamped and stamped.moved else {}


def eject_theme(name: str, folder: Path) -> tuple[Path, ...]:
    """Write a built-in theme into a new folder, as one to change; return its files."""
    files = ejected(name)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        message = f"{folder}: cannot be written: it is there already, and not empty"
        raise OutputError(message, hint="name a new folder")
    contents = {folder / path: data for path, data in files.items()}
    output.write_all(contents)
    return tuple(contents)


def _one_line(text: str) -> str:
    """What a shell hands over is no cleaner than a file."""
    return " ".join(normalise(text)[0].split())


def file_stem(recipe: Recipe, title: str) -> str:
    """Return the name of a recipe's files, without ending."""
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


def stamp_bank(
    path: Path, bank: Bank, options: Options, tools: Tools, *, locking: Locking, now: int
) -> Stamped:
    """Bring the lock up to date with the whole bank, whatever part of it is exported this time."""
    from qexport.exporters.anki_deck import content
    from qexport.exporters.anki_notes import anki_search

    before, text = _read_lock(path)
    if locking.previous:
        if before is not None:
            raise UsageError(f"there is a lock: {path}", hint="--previous is for a lock that is lost")
        before = _lock_of(locking.previous, bank)
    now_is = content(bank, options, tools)
    note_type = with_note_type(now_is.note_type, before, str(path), may_change=locking.new_note_type)
    lock, changes = stamp(replace(now_is, note_type=note_type), before, now)
    moved = write_lock(lock) != text
    if locking.locked and moved:
        raise _unlocked(path, changes, before, lock)
    warnings = () if before is None else _other_options(path, before, lock)
    return Stamped(path, lock, changes, moved, anki_search(sorted(lock.left)), warnings)


def _lock_of(decks: Sequence[Path], bank: Bank) -> Lock:
    from qexport.exporters.anki_previous import LARGEST, lock_of

    locks = []
    for path in decks:
        try:
            with path.open("rb") as file:
                package = file.read(LARGEST + 1)
        except OSError as error:
            problem = Problem(Location(str(path)), f"cannot be read: {error.strerror}")
            raise InputRefused((problem,)) from error
        locks.append(lock_of(package, str(path), bank))
    return joined(locks)


def _unlocked(path: Path, changes: Changes, before: Lock | None, after: Lock) -> InputRefused:
    """Say what would change in a lock that must not."""
    kinds = {"added": changes.added, "changed": changes.changed, "retired": changes.retired}
    said = [f"{kind}: {', '.join(ids)}" for kind, ids in kinds.items() if ids]
    if before is None:
        said = ["there is none yet"]
    elif before.style != after.style:
        said.append("the style of the cards")
    elif before.options != after.options:
        said.append("its options")
    message = f"--locked, but this build would change it ({'; '.join(said) or 'its form'})"
    hint = "build without --locked, and commit the lock with the bank"
    return InputRefused((Problem(Location(str(path)), message, hint),))


def _other_options(path: Path, before: Lock, after: Lock) -> tuple[Problem, ...]:
    """Warn where notes move because an option did: two decks that take turns would move them each time."""
    hint = "a deck that is to differ from the bank's others needs a lock of its own: --lock PATH"
    return tuple(
        Problem(Location(str(path)), f"{name} was {before.options[name]!r}, and is {value!r} now", hint)
        for name, value in after.options.items()
        if before.options.get(name, value) != value
    )


def _retired(bank: Bank, filters: Filters) -> tuple[Question, ...]:
    """Return the retired questions that pass the filters, if nothing else kept them out."""
    retired = {question.id for question in bank.questions if question.status == "retired"}
    if not retired:
        return ()
    active = replace(bank, questions=tuple(replace(each, status="active") for each in bank.questions))
    passing = {question.id for question in select(active, replace(filters, limit=None, sample=None))}
    return tuple(question for question in bank.questions if question.id in retired & passing)
