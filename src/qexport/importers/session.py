"""One import from beginning to end: read the sources, merge them into the bank, and only then write.

paths → sources → readings → questions → merge with the bank there is → texts of files → written together
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from qexport.bank import jsonl_reader, yaml_reader
from qexport.bank.jsonl_writer import write_jsonl
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.bank.schema import QUESTION_FIELDS, SCHEMA_FILE, bank_schema
from qexport.bank.validation import validate
from qexport.bank.yaml_append import append_questions, find_new_names
from qexport.bank.yaml_editor import Edit, edit_yaml
from qexport.bank.yaml_writer import write_bank
from qexport.common import files
from qexport.common.errors import InputRefused, Location, Problem, QexportError, UsageError
from qexport.common.formats import BANK_ENDINGS
from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.text_input import read_text
from qexport.importers.assembling import Assembled, assemble, with_one_spelling, without_doubles
from qexport.importers.files_read import read_sources
from qexport.importers.merging import (
    Conflict,
    Merge,
    Update,
    merge,
    read_imports,
    write_imports,
)
from qexport.importers.new_bank import describe_guesses, start_bank
from qexport.importers.picture_sources import bring_pictures, find_held
from qexport.importers.registry import find_shape, read_source
from qexport.importers.source import NO_WISHES, Reading, Source, Wishes

TAKES = ("bank", "source", "ask")
"""What a conflict may be settled by."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one source."""

    path: str
    shape: str
    questions: int
    drafts: int
    columns: tuple[tuple[str, str], ...]
    examples: tuple[Question, ...]
    """The first three, as they came out."""
    left_aside: tuple[Problem, ...]
    fields: Mapping[str, int]
    """How many questions have each field."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do."""

    bank: Path
    files: tuple[FileReport, ...]
    merge: Merge
    settled: tuple[Update, ...]
    """Conflicts that were settled for the source."""
    contents: Mapping[Path, bytes]
    """What is written; empty if nothing changed, or if it is refused."""
    refused: tuple[Problem, ...] = ()
    """Why nothing is written under `strict`."""
    passed: tuple[Problem, ...] = ()
    """Files of a folder that were passed over."""
    guesses: tuple[str, ...] = ()
    """What a new bank says of its texts by their look, and not by the sources' word."""

    @property
    def left_aside(self) -> tuple[Problem, ...]:
        """All that was left aside, of every source."""
        return (*self.passed, *(problem for each in self.files for problem in each.left_aside))


@dataclass(slots=True)
class _Read:
    """The sources, read."""

    readings: list[tuple[Source, Reading]] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)
    assembled: list[Assembled] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)


def find_hub_pages(paths: Sequence[Path], wishes: Wishes, limits: Limits = USUAL) -> bool:
    """Report whether the sources are captured hub pages, which have a way of their own.

    Raises:
        UsageError: some are, and some are not.
        InputRefused: a source cannot be read.
    """
    if wishes.shape and wishes.shape != "hub":
        return False
    if any(path.is_dir() for path in paths):
        return False
    sources, _ = read_sources(paths, wishes, limits)
    kinds = {find_shape(source).name == "hub" for source in sources}
    if len(kinds) > 1:
        raise UsageError(
            "captured hub pages and other files in one command",
            hint="import each kind with a command of its own",
        )
    return kinds == {True}


def import_files(
    paths: Sequence[Path],
    bank: Path,
    wishes: Wishes = NO_WISHES,
    *,
    take: str = "bank",
    ask: Callable[[Conflict], bool] | None = None,
    strict: bool = False,
    limits: Limits = USUAL,
) -> ImportOutcome:
    """Return what an import of files into a bank comes to; nothing is written.

    Args:
        paths: Files and folders.
        bank: The bank's file; a new one is made if there is none.
        wishes: How the user wants the sources read.
        take: `bank`: a conflict is shown, and the bank stays; `source`: the source's value is taken; `ask`.
        ask: With `ask`: returns whether to take the source's value.
        strict: Conflicts, and what is left aside, refuse it all.
        limits: Of files and of the bank.

    Raises:
        UsageError, InputRefused, LimitExceeded: see the readers.
    """
    if bank.suffix.lower() not in BANK_ENDINGS:
        raise UsageError(f"{bank}: a bank's name ends in .yaml or .jsonl", hint=f"write it to {bank}.yaml")
    sources, passed = read_sources(paths, wishes, limits)
    read = _assemble_sources(sources, wishes, bank, limits)
    text = read_text(bank, limits=limits) if bank.exists() else ""
    there = _bank_of(text, bank, limits) if text else None
    read.assembled = with_one_spelling(read.assembled, there)
    place = imports_path(bank)
    base = read_imports(read_text(place, limits=limits), str(place)) if place.exists() and there else {}
    result = merge(there, read.assembled, base, read.origins)
    settled = _settle(result, take, ask)
    contents = _contents(bank, text, there, read, result=result, settled=settled, limits=limits)
    if bank in contents or list(result.base.items()) != list(base.items()):
        contents[place] = write_imports(result.base).encode()
    if not result.new and not there:
        raise InputRefused((Problem(Location(str(paths[0])), "no question was found in it"),))
    guesses = () if there else describe_guesses(read.readings, result.new)
    session = ImportOutcome(
        bank, tuple(read.reports), result, settled, contents, passed=passed, guesses=guesses
    )
    if strict and (problems := _strict_problems(session)):
        return replace(session, contents={}, refused=problems)
    return session


def write_session(session: ImportOutcome) -> None:
    """Write the files of an import, all of them or none."""
    files.write_all(dict(session.contents))


def imports_path(bank: Path) -> Path:
    """Return where it is kept what was imported last: beside the bank."""
    return bank.with_suffix(".imports.json")


def _strict_problems(session: ImportOutcome) -> tuple[Problem, ...]:
    conflicts = (
        Problem(
            each.location,
            f"{each.id}: {each.field} changed here and in the bank",
            "settle it: --take bank, source or ask",
        )
        for each in session.merge.conflicts
    )
    return tuple(sorted([*conflicts, *session.left_aside], key=lambda problem: problem.location))


def _assemble_sources(sources: Sequence[Source], wishes: Wishes, bank: Path, limits: Limits) -> _Read:
    """Read and assemble every source; what is wrong with any is reported together."""
    read = _Read()
    problems: list[Problem] = []
    nothing: list[Problem] = []
    for source in sources:
        try:
            reading = read_source(source)
        except InputRefused as refused:
            (nothing if source.in_folder else problems).extend(refused.problems)
            continue
        if source.text and (source.find_picture or reading.held_pictures):
            find = find_held(reading.held_pictures, source.find_picture)
            questions, pictures, missing = bring_pictures(reading.questions, find, bank, limits)
            aside_too = (*reading.left_aside, *missing)
            reading = replace(
                reading, questions=questions, pictures={**reading.pictures, **pictures}, left_aside=aside_too
            )
        found, aside = assemble(reading.questions, markup=wishes.markup, limits=limits)
        found, doubles = without_doubles(found)
        noted = (*reading.left_aside, *aside, *doubles)
        report = FileReport(
            path=source.path,
            shape=reading.shape,
            questions=len(found),
            drafts=sum(each.question.status == "draft" for each in found),
            columns=reading.columns,
            examples=tuple(each.question for each in found[:3]),
            left_aside=tuple(noted),
            fields=_count_filled_fields(found),
        )
        read.readings.append((source, reading))
        read.reports.append(report)
        read.assembled += found
        read.origins += [_name_origin(source, reading)] * len(found)
    if problems or (nothing and not read.assembled):
        raise InputRefused((*problems, *nothing))
    if nothing:
        read.reports.append(FileReport("", "not read", 0, 0, (), (), tuple(nothing), {}))
    return read


def _name_origin(source: Source, reading: Reading) -> str:
    """Return the name that a source is known by: without the folders above it, which differ between people."""
    return "/".join(filter(None, (*source.folder, PurePath(source.path).name, reading.part)))


_COUNTED_FIELDS = tuple(each.name for each in QUESTION_FIELDS if each.name not in ("id", "markup", "status"))
"""What a report counts."""


def _count_filled_fields(assembled: Sequence[Assembled]) -> dict[str, int]:
    """Return how many questions have each field."""
    empty = ("", (), None)
    counts = {
        name: sum(getattr(each.question, name) not in empty for each in assembled) for name in _COUNTED_FIELDS
    }
    return {name: count for name, count in counts.items() if count}


def _settle(result: Merge, take: str, ask: Callable[[Conflict], bool] | None) -> tuple[Update, ...]:
    """Settle conflicts as the user wants; those that are settled are no longer in the merge."""
    if take == "bank" or not result.conflicts:
        return ()
    settled, left = [], []
    for conflict in result.conflicts:
        if take == "source" or (ask is not None and ask(conflict)):
            settled.append(
                Update(conflict.id, conflict.field, conflict.ours, conflict.theirs, conflict.location)
            )
        else:
            left.append(conflict)
    for each in settled:
        imported = result.base[each.id]
        result.base[each.id] = replace(imported, fields={**imported.fields, each.field: _digest(each.value)})
    result.conflicts[:] = left
    return tuple(settled)


def _digest(value: object) -> str:
    from qexport.importers.merging import digest_value

    return digest_value(value)


def _bank_of(text: str, path: Path, limits: Limits) -> Bank:
    parse_there = jsonl_reader.parse_jsonl if path.suffix.lower() == ".jsonl" else yaml_reader.parse_yaml
    bank, _ = validate(parse_there(text, str(path), limits), limits)
    return bank


def _contents(
    path: Path,
    text: str,
    there: Bank | None,
    read: _Read,
    *,
    result: Merge,
    settled: Sequence[Update],
    limits: Limits,
) -> dict[Path, bytes]:
    """Return the files that change, by their paths."""
    updates = [*result.updates, *settled]
    contents: dict[Path, bytes] = {}
    if there is None:
        if not result.new:
            return contents
        bank = start_bank(path, read.readings, result.new)
        contents[path] = _write_new_bank(bank, path, limits).encode()
        schema = path.with_name(SCHEMA_FILE)
        if path.suffix.lower() != ".jsonl" and not schema.exists():
            contents[schema] = (json.dumps(bank_schema(), ensure_ascii=False, indent=2) + "\n").encode()
    elif result.new or updates:
        contents[path] = _update_bank_text(text, path, there, result.new, updates, limits=limits).encode()
    for _, reading in read.readings if contents else ():
        for name, data in reading.pictures.items():
            picture = path.parent / name
            if not _has_picture(picture, data):
                contents[picture] = data
    return contents


def _has_picture(picture: Path, data: bytes) -> bool:
    """Return whether a picture is there already, as a file beside the bank."""
    try:
        return read_bytes(picture, len(data)) == data
    except (TooLarge, Unreadable):
        return False  # what is in its place is then refused when it is to be written


def _update_bank_text(
    text: str,
    path: Path,
    bank: Bank,
    new: Sequence[Question],
    updates: Sequence[Update],
    *,
    limits: Limits,
) -> str:
    changed = {question.id: question for question in bank.questions}
    for each in updates:
        value: Any = {each.field: each.value or _empty(each.field)}  # its type is that of the field
        changed[each.id] = replace(changed[each.id], **value)
    if path.suffix.lower() == ".jsonl":
        questions = (*changed.values(), *new)
        technologies = dict.fromkeys((*bank.technologies, *(each.technology for each in questions)))
        levels = dict.fromkeys((*bank.levels, *(each.level for each in questions)))
        bank = replace(
            bank, technologies=tuple(filter(None, technologies)), levels=tuple(filter(None, levels))
        )
        return _write_new_bank(replace(bank, questions=questions), path, limits)
    if updates:
        names = find_new_names(yaml_reader.parse_yaml(text, str(path), limits), bank, [*changed.values()])
        edits = [Edit(each.id, each.field, each.value or None) for each in updates]  # type: ignore[arg-type]
        text = edit_yaml(text, str(path), [*names, *edits], limits)
    text = append_questions(text, str(path), new, limits) if new else text
    _check_merged(text, path, limits)
    return text


def _check_merged(text: str, path: Path, limits: Limits) -> None:
    """Refuse an import that would leave a bank that is refused: of two fields that go together, one may be kept."""
    try:
        _bank_of(text, path, limits)
    except InputRefused as refused:
        hint = "settle the conflicts: --take source or --take ask"
        problems = (
            Problem(Location(str(path)), f"the import would leave a wrong bank: {each.message}", hint)
            for each in refused.problems
        )
        raise InputRefused(tuple(problems)) from refused


def _empty(name: str) -> object:
    return getattr(Question(id="", question=""), name)


def _write_new_bank(bank: Bank, path: Path, limits: Limits) -> str:
    """Return the text of a bank; what could be written wrongly is read back before anything is written."""
    write = write_jsonl if path.suffix.lower() == ".jsonl" else write_bank
    # Each question is written by itself. Of one whose texts are single lines of plain characters there is one way
    # to write it, so a sample of these is enough, and an import takes half the time.
    proved = [each for number, each in enumerate(bank.questions) if number < _SAMPLE or _is_intricate(each)]
    again = _bank_of(write(replace(bank, questions=tuple(proved))), path, limits)
    if again.questions != tuple(proved):
        pairs = zip(proved, again.questions, strict=False)
        wrong = next((ours.id for ours, theirs in pairs if ours != theirs), "")
        raise QexportError(f"question {wrong!r} does not read back as it was written; please report this")
    return write(bank)


_SAMPLE = 200


def _is_intricate(question: Question) -> bool:
    """Report whether a question has a text of several lines, of odd characters, or fields of its own."""
    texts = [question.id, question.question, question.technology, question.category, question.level]
    texts += [getattr(question, name) for name in PROSE_SECTIONS]
    texts += [*question.choices, *question.follow_ups, *question.links, *question.tags, question.source]
    return bool(question.extra or question.former_ids) or not "".join(texts).isprintable()
