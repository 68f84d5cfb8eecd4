"""The words of the command line → calls of the pipeline, and its results → lines.

Commands import what they need when they run, so that `--help` is there at once.
"""

from __future__ import annotations

import functools
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qexport import __version__
from qexport.errors import InputRefused, Location, Problem, UsageError
from qexport.options import OPTIONS
from qexport.program import Flags, Program, end_on_signals, say, say_json, warn
from qexport.screen import Progress, problem_fields, quantity

if TYPE_CHECKING:
    from qexport.health import Stats
    from qexport.pipeline import Build, Checked, Choice, Imported, Tell
    from qexport.selection import Filters

DEFAULT_BANKS = (Path("seeds/questions.yaml"), Path("questions.yaml"))
"""Where a bank is looked for when none is named."""

Command = TypeVar("Command", bound=Callable[..., None])
PATH = click.Path(path_type=Path)


# --- options that commands share ----------------------------------------------------------------------------


class FilterOption(click.Option):
    """An option that says which questions."""


class OutputOption(click.Option):
    """An option that says how an output looks."""


class FilteringCommand(click.Command):
    """A command whose help shows the filters, and how outputs look, apart from its other options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in parts."""
        parts: dict[type, list[tuple[str, str]]] = {click.Option: [], OutputOption: [], FilterOption: []}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                parts[type(parameter)].append(record)
        for kind, title in (
            (click.Option, "Options"),
            (OutputOption, "Handbook"),
            (FilterOption, "Filters (all must hold; of one that is repeated, any)"),
        ):
            if parts[kind]:
                with formatter.section(title):
                    formatter.write_dl(parts[kind])


_MANY: Mapping[str, Any] = {"multiple": True}
FILTERS: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("technology", "NAME", "Of a technology; a name in any case, or as core-python.", _MANY),
    ("category", "NAME", "In a category.", _MANY),
    ("level", "NAME", "Of a level.", _MANY),
    ("tag", "NAME", "With a tag.", _MANY),
    ("difficulty", "RANGE", "As hard as 8, 7-9 or '>=8'.", _MANY),
    ("id", "PATTERN", "With an id, or ids like 'PY-*'.", _MANY),
    ("exclude", "PATTERN", "Not with this id, or ids like it.", _MANY),
    ("text", "WORDS", "Where this stands, case and accents aside; of several, all.", _MANY),
    (
        "where",
        "QUERY",
        "A search: 'difficulty>=8 -category:performance (weakref or \"gil\")'.",
        {"default": ""},
    ),
    ("sort", "ORDER", "bank, id, difficulty or level; -difficulty: hardest first.", {"default": "bank"}),
    ("limit", "N", "The first N of them.", {"type": int}),
    ("sample", "N", "N of them, spread over technologies and levels.", {"type": int}),
    ("seed", "N", "Another sample for another N.", {"type": int, "default": 0}),
)
"""Every filter in the order of the help: its name, what it takes, what it means, how click reads it."""


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all filters; it is called with them as `filters`."""

    @functools.wraps(command)
    def with_filters(**values: object) -> None:
        from qexport.selection import Filters

        chosen: dict[str, Any] = {name: values.pop(name) for name, *_ in FILTERS}
        command(filters=Filters(**chosen), **values)

    wrapped: Callable[..., None] = with_filters
    for name, metavar, text, reading in reversed(FILTERS):
        wrapped = click.option(f"--{name}", cls=FilterOption, metavar=metavar, help=text, **reading)(wrapped)
    return wrapped


def formatted(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the outputs; it is called with those that are given as `options`."""

    @functools.wraps(command)
    def with_options(**values: object) -> None:
        given = {option.name: values.pop(option.name.replace("-", "_")) for option in OPTIONS}
        command(options={name: value for name, value in given.items() if value is not None}, **values)

    wrapped: Callable[..., None] = with_options
    for option in reversed(OPTIONS):
        wrapped = click.option(
            f"--{option.name}",
            cls=OutputOption,
            is_flag=isinstance(option.default, bool),
            default=None,
            metavar="|".join(option.choices) or None,
            help=option.help + (f" [default: {option.default}]" if option.default else ""),
        )(wrapped)
    return wrapped


def reads_bank(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --bank and --encoding; it is called with the path of a bank.

    An argument `place` of the command is another way to name that.
    """

    @functools.wraps(command)
    def with_bank(*, bank: Path | None, place: Path | None = None, **values: object) -> None:
        if bank and place:
            raise UsageError(f"two banks are named, {place} and {bank}", hint="name one")
        command(bank=place or bank or _default_bank(), **values)

    which = "A bank's file, or a folder of them. [default: seeds/questions.yaml, else questions.yaml]"
    return click.option("--bank", type=PATH, metavar="PATH", help=which)(encoding_option(with_bank))


def _default_bank() -> Path:
    for path in DEFAULT_BANKS:
        if path.is_file():
            return path
    raise UsageError(
        "no bank: there is no seeds/questions.yaml here, and no questions.yaml",
        hint="name one with --bank PATH, or make one of captured pages with qexport import",
    )


encoding_option = click.option("--encoding", metavar="NAME", help="Of the files read, where it is not UTF-8.")
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def flags(command: Command) -> Command:
    """Let --quiet and --debug stand here too; the help shows them once, at the program itself."""
    return _flags(command, hidden=True)


def _flags(command: Command, *, hidden: bool) -> Command:
    def option(*names: str, text: str) -> Callable[[Command], Command]:
        return click.option(
            *names, is_flag=True, expose_value=False, callback=_set_flag, hidden=hidden, help=text
        )

    command = option("--debug", text="Show the traceback of an error.")(command)
    return option("--quiet", "-q", text="Write results and errors only: no progress, no warnings.")(command)


def _set_flag(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and parameter.name:
        setattr(ctx.ensure_object(Flags), parameter.name, True)


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from importlib.metadata import PackageNotFoundError, version
    from platform import python_version

    parts = [f"Python {python_version()}"]
    for package in ("WeasyPrint", "genanki"):  # what the bytes of an output depend on most
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"no {package}")
    say([f"qexport {__version__} ({', '.join(parts)})"])
    ctx.exit()


# --- commands -----------------------------------------------------------------------------------------------


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has a --help of its own; --quiet and --debug may stand behind it too.",
)
@functools.partial(_flags, hidden=False)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show versions.",
)
def program() -> None:
    """One bank of interview questions: a handbook to print and an Anki deck to study."""


@program.command("import")
@click.argument("captures", nargs=-1, required=True, type=PATH, metavar="CAPTURE...")
@click.option(
    "-o", "--output", "bank", type=PATH, metavar="BANK", required=True, help="The bank's YAML file."
)
@click.option(
    "--vocabulary",
    type=PATH,
    metavar="PATH",
    help="The technologies, categories and levels of the pages. [default: vocabulary.yaml beside them]",
)
@encoding_option
@click.option(
    "--strict",
    is_flag=True,
    help="Write nothing, and end with status 3, where a page contradicts the bank or has unknown answers.",
)
@json_option
@flags
def import_(
    *,
    captures: tuple[Path, ...],
    bank: Path,
    vocabulary: Path | None,
    encoding: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Take the questions of captured pages into a bank.

    What the bank says already stays: where a page says something else, that is told.
    """
    from qexport import pipeline

    done = pipeline.import_captures(captures, bank, vocabulary=vocabulary, encoding=encoding, strict=strict)
    warn(done.report.warnings)
    if as_json:
        say_json({**asdict(done.report), "written": [str(path) for path in done.written]})
    else:
        say([str(done.report), *_import_lines(bank, done)])
    if done.refused:
        raise InputRefused(done.refused)


def _import_lines(bank: Path, done: Imported) -> Iterator[str]:
    if done.refused:
        return
    if bank not in done.written:
        yield f"{bank}: unchanged"
    for path in done.written:
        count = sum(len(capture.new) for capture in done.report.captures)
        yield f"{path}: {quantity(count, 'question')} added" if path == bank else f"{path}: written"


@program.command()
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@reads_bank
@click.option("--health", "with_health", is_flag=True, help="Tell also what is missing, doubled or damaged.")
@click.option(
    "--fail-on",
    metavar="KIND",
    multiple=True,
    help="End with status 3 where --health finds this kind; any: whatever it finds.",
)
@json_option
@flags
def check(
    *, bank: Path, encoding: str | None, with_health: bool, fail_on: tuple[str, ...], as_json: bool
) -> None:
    """Check a bank: all that is wrong with it, each with its line and what would be right."""
    from qexport import pipeline

    kinds = _kinds(fail_on)
    try:
        checked = pipeline.check(bank, encoding=encoding, with_health=with_health or bool(kinds))
    except InputRefused as refused:
        if not as_json:
            raise
        say_json({"bank": str(bank), "problems": [problem_fields(each) for each in refused.problems]})
        click.get_current_context().exit(refused.exit_code)
    if as_json:
        say_json(_check_fields(bank, checked))
    else:
        warn(checked.warnings)
        say(_check_lines(bank, checked))
    if failing := [finding for finding in checked.findings or () if finding.kind in kinds]:
        found = ", ".join(dict.fromkeys(finding.kind for finding in failing))
        message = f"{quantity(len(failing), 'finding')} that --fail-on forbids: {found}"
        raise InputRefused((Problem(Location(str(bank)), message),))


def _check_fields(bank: Path, checked: Checked) -> dict[str, object]:
    fields: dict[str, object] = {
        "bank": str(bank),
        "questions": len(checked.bank.questions),
        "problems": [],
        "warnings": [problem_fields(warning) for warning in checked.warnings],
    }
    if checked.findings is not None:
        from qexport.health import finding_json, stats_json

        fields["stats"] = stats_json(checked.stats)
        fields["findings"] = [finding_json(finding) for finding in checked.findings]
    return fields


def _check_lines(bank: Path, checked: Checked) -> Iterator[str]:
    if checked.findings is None:
        yield f"{bank}: {quantity(len(checked.bank.questions), 'question')}, nothing wrong"
        return
    from qexport.health import KINDS

    yield from _stats_lines(checked.stats)
    for kind, findings in groupby(checked.findings, key=attrgetter("kind")):
        yield ""
        yield f"{kind}: {KINDS[kind]}"
        for finding in findings:
            yield f"  {finding.location}: {finding.message}"
            yield f"    hint: {finding.hint}"
    yield ""
    yield f"{bank}: {quantity(len(checked.findings), 'finding')}"


def _kinds(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of findings that are named, all of them for `any`."""
    if not names:
        return ()
    from difflib import get_close_matches

    from qexport.health import KINDS

    if unknown := [name for name in names if name not in (*KINDS, "any")]:
        nearest = get_close_matches(unknown[0], KINDS, n=1)
        raise UsageError(
            f"--fail-on: health finds nothing of the kind {unknown[0]!r}",
            hint=(f"did you mean {nearest[0]}? " if nearest else "") + f"there are: any, {', '.join(KINDS)}",
        )
    return tuple(KINDS) if "any" in names else names


@program.command("list", cls=FilteringCommand)
@reads_bank
@json_option
@filtered
@flags
def list_(*, bank: Path, encoding: str | None, filters: Filters, as_json: bool) -> None:
    """List questions, one a line.

    On a terminal a line is cut to its width; anything else, such as grep, gets it whole.
    """
    from qexport.screen import QUESTION_HEAD, question_fields, question_row, table

    choice = _choose(bank, filters, encoding)
    if as_json:
        say_json([question_fields(question, whole=False) for question in choice.questions])
        return
    width = _terminal_width() if sys.stdout.isatty() else None
    say(table([QUESTION_HEAD, *map(question_row, choice.questions)], width=width))


@program.command(cls=FilteringCommand)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@reads_bank
@json_option
@filtered
@flags
def show(*, bank: Path, encoding: str | None, ids: tuple[str, ...], filters: Filters, as_json: bool) -> None:
    """Show whole questions: those with the IDs, or those the filters leave."""
    from qexport.screen import question_fields, question_page

    choice = _choose(bank, replace(filters, id=(*filters.id, *ids)), encoding)
    if as_json:
        say_json([question_fields(question, whole=True) for question in choice.questions])
        return
    width = min(_terminal_width(), 100)  # beyond, the eye loses the line
    between = ["", "─" * width, ""]
    pages = [list(question_page(question, width=width)) for question in choice.questions]
    say(line for number, page in enumerate(pages) for line in [*(between if number else []), *page])


@program.command(cls=FilteringCommand)
@reads_bank
@json_option
@filtered
@flags
def stats(*, bank: Path, encoding: str | None, filters: Filters, as_json: bool) -> None:
    """Count questions by technology, level and difficulty, beside what the bank's source claims."""
    from qexport import health

    choice = _choose(bank, filters, encoding)
    counts = health.stats(choice.bank, choice.questions)
    if as_json:
        say_json(health.stats_json(counts))
    else:
        say(_stats_lines(counts))


def _stats_lines(counts: Stats) -> Iterator[str]:
    from qexport.health import stats_rows
    from qexport.screen import table

    rows = stats_rows(counts)
    yield str(counts)
    yield ""
    yield from table(rows, numbers=range(2, len(rows[0])))


@program.command(cls=FilteringCommand)
@click.option(
    "--format",
    "formats",
    metavar="NAME",
    multiple=True,
    help="handbook or deck; repeated: several. [default: both]",
)
@click.option("--out", type=PATH, metavar="DIR", default="out", help="Folder of the files. [default: out]")
@click.option(
    "--title", metavar="TEXT", default="", help="Title of the cover and the deck. [default: the bank's]"
)
@click.option(
    "--name", metavar="NAME", default="", help="Name of the files, without ending. [default: from the title]"
)
@reads_bank
@json_option
@formatted
@filtered
@flags
def build(
    *,
    bank: Path,
    encoding: str | None,
    formats: tuple[str, ...],
    out: Path,
    title: str,
    name: str,
    options: Mapping[str, str | bool],
    filters: Filters,
    as_json: bool,
) -> None:
    """Make the handbook (PDF) and the deck (.apkg).

    Nothing is written unless all of it could be made. A deck also brings the lock beside the bank up to date,
    which keeps when each note last changed: so a deck imported again changes what changed, and nothing else.
    """
    with _progress() as tell:  # before the imports, which may be what takes the time
        from qexport import pipeline
        from qexport.recipes import DEFAULT_OUTPUTS, Recipe

        recipe = Recipe(
            bank=bank,
            encoding=encoding,
            filters=filters,
            outputs=formats or DEFAULT_OUTPUTS,
            title=title,
            name=name,
            out=out,
            options=options,
        )
        done = pipeline.export(recipe, now=_now(), tell=tell)
    warn([*done.warnings, *(text for written in done.outputs for text in written.document.warnings)])
    if as_json:
        say_json(_build_fields(done))
    else:
        say(_build_lines(done))


def _build_lines(done: Build) -> Iterator[str]:
    from qexport.screen import file_size

    longest = max(len(str(written.path)) for written in done.outputs)
    for written in done.outputs:
        facts = (
            quantity(len(done.edition.questions), "question"),
            written.document.summary,
            file_size(len(written.document.data)),
            f"{written.seconds:.1f} s",
        )
        yield f"{written.path!s:{longest}}  {', '.join(facts)}"
    if done.stamped:
        yield f"{done.stamped.path}: {done.stamped.changes}"


def _build_fields(done: Build) -> dict[str, object]:
    fields: dict[str, object] = {
        "title": done.edition.title,
        "scope": done.edition.scope,
        "questions": [question.id for question in done.edition.questions],
        "outputs": [
            {
                "format": written.name,
                "path": str(written.path),
                "summary": written.document.summary,
                "bytes": len(written.document.data),
                "seconds": round(written.seconds, 3),
            }
            for written in done.outputs
        ],
    }
    if done.stamped:
        stamped = done.stamped
        fields["lock"] = {"path": str(stamped.path), "written": stamped.moved, **asdict(stamped.changes)}
    return fields


@program.command()
@flags
def schema() -> None:
    """Write the JSON Schema of a bank.

    Editors complete and check a bank by it: qexport schema > seeds/bank.schema.json
    """
    from qexport.schema import bank_schema

    say_json(bank_schema())


# --- what the commands need ---------------------------------------------------------------------------------


def _choose(bank: Path, filters: Filters, encoding: str | None) -> Choice:
    from qexport import pipeline

    choice = pipeline.choose(bank, filters, encoding=encoding)
    warn(choice.warnings)
    return choice


def _terminal_width() -> int:
    return shutil.get_terminal_size().columns


@contextmanager
def _progress() -> Iterator[Tell]:
    """Give something to tell what is being done; it is shown where somebody looks on."""
    if sys.stderr.isatty() and not click.get_current_context().ensure_object(Flags).quiet:
        with Progress(sys.stderr) as tell:
            yield tell
    else:
        yield lambda _what, _done, _total: None


def _now() -> int:
    """Return the time, or what is to be taken for it."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return int(time.time())
    if not re.fullmatch("[0-9]{1,9}|[123][0-9]{9}", given):  # Anki's times end in 2106
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {given!r}",
            hint="it takes a number of seconds since 1970, for example 1767225600",
        )
    return int(given)


def main() -> None:
    """Run the program; this is what `qexport` and `python -m qexport` do."""
    sys.stdout = sys.stdout or io.StringIO()  # closed by a caller who wants to hear nothing
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no ’ shows \u2019
    end_on_signals()
    program(prog_name="qexport")
