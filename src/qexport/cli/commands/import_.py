"""`qexport import`: files of any shape → a bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.asking import agree
from qexport.cli.completion import complete_shape
from qexport.cli.options import PATH, encoding_option, flags, json_option, takes_limits
from qexport.cli.program import say, say_json, warn
from qexport.cli.terminal import on_one_line, problem_fields
from qexport.common.errors import InputRefused, UsageError
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.common.limits import Limits
    from qexport.importers.hub.captured_files import CaptureImport
    from qexport.importers.hub.report import Difference
    from qexport.importers.merging import Conflict, Update
    from qexport.importers.session import FileReport, ImportOutcome

_MOST_TOLD = 20
_WIDEST_NAME = 96
_UNSETTLED = "the bank is not changed; settle them with --take source or --take ask"


@click.command("import")
@click.argument("sources", nargs=-1, required=True, type=PATH, metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    "bank",
    type=PATH,
    metavar="BANK",
    required=True,
    help="The bank's file, .yaml or .jsonl; a new one, or one to add to.",
)
@click.option(
    "--map",
    "columns",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="Take a field from a column, key or note field of this name, for example question=Front.",
)
@click.option("--sheet", metavar="NAME", default="", help="The sheet of a workbook. [default: the first]")
@click.option(
    "--markup",
    type=click.Choice(["plain", "markdown"]),
    default=None,
    help="How the texts are written. [default: guessed from the texts]",
)
@click.option(
    "--as",
    "shape",
    metavar="FORMAT",
    default="",
    shell_complete=complete_shape,
    help="Read the files as this format, whatever their contents look like.",
)
@click.option(
    "--take",
    type=click.Choice(["bank", "source", "ask"]),
    default="bank",
    help="How to settle a conflict. bank: show it and change nothing. source: take the text of the source. "
    "ask: ask for each.",
)
@click.option(
    "--vocabulary",
    type=PATH,
    metavar="PATH",
    help="File with the technologies, categories and levels of captured hub pages. "
    "[default: vocabulary.yaml beside them]",
)
@encoding_option
@click.option("--dry-run", is_flag=True, help="Only show how the files are read, and what would change.")
@click.option("--all", "everything", is_flag=True, help="Show every problem, not only the first 20.")
@click.option(
    "--strict",
    is_flag=True,
    help="Write nothing, and end with status 3, if there is a conflict or something is left aside.",
)
@takes_limits
@json_option
@flags
def import_(
    *,
    sources: tuple[Path, ...],
    bank: Path,
    columns: tuple[str, ...],
    sheet: str,
    markup: str | None,
    shape: str,
    take: str,
    vocabulary: Path | None,
    encoding: str | None,
    dry_run: bool,
    everything: bool,
    strict: bool,
    limits: Limits,
    as_json: bool,
) -> None:
    """Import questions into a bank, from files in many formats.

    It reads CSV and similar tables, Excel workbooks, JSON, JSON Lines, Markdown files and folders, Anki packages
    and text exports, Moodle's GIFT and XML, HTML pages and captured hub pages. It looks at the content of a file,
    not at its ending. If you run it again, it adds new questions, updates those that changed in the source, and
    keeps what changed in the bank.
    """
    from qexport.importers.session import find_hub_pages, import_files, write_session
    from qexport.importers.source import Wishes

    wishes = Wishes(
        columns=_read_mapping(columns), sheet=sheet, markup=markup or "", encoding=encoding, shape=shape
    )
    if vocabulary or find_hub_pages(sources, wishes, limits):
        from qexport.importers.hub.captured_files import import_captures
        from qexport.importers.hub.taking import take_all

        done = import_captures(
            sources,
            bank,
            vocabulary=vocabulary,
            encoding=encoding,
            strict=strict,
            dry_run=dry_run,
            take=take_all if take == "source" else _ask_of_page if take == "ask" else None,
            limits=limits,
        )
        _show_hub(bank, done, dry_run=dry_run, as_json=as_json)
        return
    session = import_files(
        sources,
        bank,
        wishes,
        take=take,
        ask=_ask_about_conflict,
        strict=strict,
        limits=limits,
    )
    if not dry_run:
        write_session(session)
    if as_json:
        say_json(_session_fields(session, dry_run=dry_run))
    else:
        say(describe_session(session, dry_run=dry_run, everything=everything))
    if session.refused:
        raise InputRefused(session.refused)


def _read_mapping(columns: tuple[str, ...]) -> dict[str, str]:
    mapped = {}
    for words in columns:
        field, equals, column = words.partition("=")
        if not equals or not field.strip() or not column.strip():
            raise UsageError(
                f"--map {words!r} maps nothing", hint="write FIELD=COLUMN, for example question=Front"
            )
        mapped[field.strip().replace("-", "_")] = column.strip()
    return mapped


def _ask_about_conflict(conflict: Conflict) -> bool:
    return agree(_conflict_lines(conflict), "Take what the source says?")


def describe_session(
    session: ImportOutcome, *, dry_run: bool = False, everything: bool = False
) -> Iterator[str]:
    """Yield what an import says: how it read each file, what it left aside, and what changes."""
    most = None if everything else _MOST_TOLD
    files = [each for each in session.files if each.path]
    if len(files) > 12 and not everything:
        yield from _summary_lines(files)
    else:
        for each in files:
            yield from _file_lines(each)
    aside = session.left_aside
    for problem in aside[:most]:
        yield f"  {problem}" + (f" ({problem.hint})" if problem.hint else "")
    if most is not None and len(aside) > most:
        yield f"  and {len(aside) - most:,} more: --all shows them"
    for guess in session.guesses:
        yield f"  {guess}"
    merged = session.merge
    for update in [*merged.updates, *session.settled]:
        yield from _update_lines(update)
    for conflict in merged.conflicts:
        yield from _conflict_lines(conflict)
    if merged.gone:
        named = ", ".join(merged.gone[:10]) + (" …" if len(merged.gone) > 10 else "")
        yield f"  no longer in the source, kept in the bank: {named}"
    yield _result_line(session, dry_run=dry_run)
    if merged.conflicts:
        yield f"  {quantity(len(merged.conflicts), 'conflict')}: {_UNSETTLED}"


def _result_line(session: ImportOutcome, *, dry_run: bool) -> str:
    merged = session.merge
    if not session.contents or session.bank not in session.contents:
        return f"{session.bank}: unchanged"
    drafts = sum(each.status == "draft" for each in merged.new)
    parts = (
        [f"{quantity(len(merged.new), 'question')} {'would be ' if dry_run else ''}added"]
        if merged.new
        else []
    )
    if drafts:
        parts[-1] += f", {quantity(drafts, 'draft')} among them"
    changed = len({each.id for each in [*merged.updates, *session.settled]})
    if changed:
        parts.append(f"{quantity(changed, 'question')} {'would be ' if dry_run else ''}changed")
    if merged.unchanged:
        parts.append(f"{merged.unchanged:,} unchanged")
    return f"{session.bank}: {'; '.join(parts)}"


def _file_lines(report: FileReport) -> Iterator[str]:
    yield f"{report.path}: {report.shape}"
    drafts = f", {quantity(report.drafts, 'draft')} without an answer" if report.drafts else ""
    yield f"  {quantity(report.questions, 'question')}{drafts}"
    if report.columns:
        shown = [f"{on_one_line(name)} → {field}" for name, field in report.columns[:16]]
        more = f" and {len(report.columns) - 16} more" if len(report.columns) > 16 else ""
        yield f"  {', '.join(shown)}{more}"
    yield from chain.from_iterable(map(_example_lines, report.examples))


def _example_lines(question: Question) -> Iterator[str]:
    yield _cut(f"  Q: {question.question}")
    if question.answer:
        yield _cut(f"     A: {question.answer}")
    elif question.correct:
        yield f"     A: {', '.join(question.correct)} of {quantity(len(question.choices), 'choice')}"


def _summary_lines(files: list[FileReport]) -> Iterator[str]:
    """Summarise many files by their shapes."""
    shapes: dict[str, list[FileReport]] = {}
    for each in files:
        shapes.setdefault(each.shape, []).append(each)
    for shape, several in shapes.items():
        questions = sum(each.questions for each in several)
        yield f"{quantity(len(several), 'file')}: {shape}: {quantity(questions, 'question')}"
    columns = dict.fromkeys(field for each in files for _, field in each.columns)
    yield f"  fields: {', '.join(columns)}"
    examples = [question for each in files for question in each.examples[:1]][:3]
    yield from chain.from_iterable(map(_example_lines, examples))


def _cut(text: str) -> str:
    line = text[: len(text) - len(text.lstrip())] + on_one_line(text)
    return line if len(line) <= _WIDEST_NAME else line[: _WIDEST_NAME - 1] + "…"


def _update_lines(update: Update) -> Iterator[str]:
    yield _cut(f"  {update.location}: {update.id}: {update.field} changed: {_format_value(update.value)}")


def _conflict_lines(conflict: Conflict) -> Iterator[str]:
    from qexport.importers.hub.captures import word_diff

    yield f"  {conflict.location}: {conflict.id}: {conflict.field} changed in the source and in the bank"
    yield f"    {word_diff(_format_value(conflict.ours), _format_value(conflict.theirs))}"


def _format_value(value: object) -> str:
    text = " · ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return on_one_line(text)


def _session_fields(session: ImportOutcome, *, dry_run: bool) -> dict[str, object]:
    merged = session.merge
    return {
        "bank": str(session.bank),
        "sources": [
            {
                "path": each.path,
                "shape": each.shape,
                "questions": each.questions,
                "drafts": each.drafts,
                "columns": dict(each.columns),
                "fields": dict(each.fields),
                "examples": [_example_fields(question) for question in each.examples],
                "left_aside": [problem_fields(problem) for problem in each.left_aside],
            }
            for each in session.files
        ],
        "guesses": list(session.guesses),
        "passed": [problem_fields(problem) for problem in session.passed],
        "new": [question.id for question in merged.new],
        "changed": [_change_fields(each) for each in [*merged.updates, *session.settled]],
        "conflicts": [
            {
                **_describe_place(each),
                "id": each.id,
                "field": each.field,
                "bank": each.ours,
                "source": each.theirs,
            }
            for each in merged.conflicts
        ],
        "unchanged": merged.unchanged,
        "gone": merged.gone,
        "written": [] if dry_run else sorted(str(path) for path in session.contents),
    }


def _example_fields(question: Question) -> dict[str, object]:
    fields: dict[str, object] = {"question": question.question, "answer": question.answer}
    if question.choices:
        fields |= {"choices": list(question.choices), "correct": list(question.correct)}
    return fields


def _change_fields(update: Update) -> dict[str, object]:
    return {**_describe_place(update), "id": update.id, "field": update.field, "value": update.value}


def _describe_place(change: Update | Conflict) -> dict[str, object]:
    return asdict(change.location)


# Captured hub pages


def _ask_of_page(identity: str, difference: Difference) -> bool:
    lines = (f"  {difference.location}: {identity}: {difference.field}", f"    {difference.words}")
    return agree(lines, "Take what the page says?")


def _show_hub(bank: Path, done: CaptureImport, *, dry_run: bool, as_json: bool) -> None:
    warn(done.report.warnings)
    if as_json:
        written = [] if dry_run else [str(path) for path in done.written]
        say_json({**asdict(done.report), "written": written})
    else:
        say([str(done.report), *_hub_lines(bank, done, dry_run=dry_run)])
    if done.refused:
        raise InputRefused(done.refused)


def _hub_lines(bank: Path, done: CaptureImport, *, dry_run: bool) -> Iterator[str]:
    if done.refused:
        return
    if bank not in done.written:
        yield f"{bank}: unchanged"
    would_be = "would be " if dry_run else ""
    for path in done.written:
        if path != bank:
            yield f"{path}: {would_be}written"
            continue
        added = sum(len(capture.new) for capture in done.report.captures)
        changed = len({taken.id for taken in done.report.taken})
        parts = [f"{quantity(added, 'question')} {would_be}added"] if added or not changed else []
        parts += [f"{quantity(changed, 'question')} {would_be}changed"] if changed else []
        yield f"{path}: {'; '.join(parts)}"
    if count := len(done.report.conflicts):
        yield f"  {quantity(count, 'conflict')}: {_UNSETTLED}"
