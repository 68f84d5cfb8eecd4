"""The words of the command line → calls of the pipeline, and its results → lines.

Commands import what they need when they run, so that `--help` is there at once.
"""

from __future__ import annotations

import functools
import io
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import (
    PATH,
    HeadedCommand,
    cache_option,
    encoding_option,
    filtered,
    flags,
    formatted,
    json_option,
    limited,
    locking_options,
    names_bank,
    reads_bank,
    size_option,
    speaking_flags,
    typeset,
)
from qexport.cli.program import Program, collect_seldom, end_on_signals, now, progress, say, say_json, warn
from qexport.cli.team import COMMANDS, plan_fields, plan_lines, recipes_to_build
from qexport.cli.terminal import file_size, problem_fields, quantity
from qexport.common.errors import InputRefused, Location, OutputsFailed, Problem, QexportError, UsageError

if TYPE_CHECKING:
    from qexport.bank.health import Stats
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.layout.cache import CacheInfo
    from qexport.layout.scheduler import Typesetter
    from qexport.pipeline import Build, Checked, Choice, Imported, Locking
    from qexport.team.recipes import Recipe


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from qexport.common.versions import versions

    program, *others = (f"{name} {number}" for name, number in versions().items())
    say([f"{program} ({', '.join(others)})"])
    ctx.exit()


# --- commands -----------------------------------------------------------------------------------------------


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has a --help of its own; --quiet and --debug may stand behind it too.",
)
@functools.partial(speaking_flags, hidden=False)
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
@limited
@json_option
@flags
def import_(
    *,
    captures: tuple[Path, ...],
    bank: Path,
    vocabulary: Path | None,
    encoding: str | None,
    strict: bool,
    limits: Limits,
    as_json: bool,
) -> None:
    """Take the questions of captured pages into a bank.

    What the bank says already stays: where a page says something else, that is told.
    """
    from qexport import pipeline

    done = pipeline.import_captures(
        captures, bank, vocabulary=vocabulary, encoding=encoding, strict=strict, limits=limits
    )
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
    *,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    with_health: bool,
    fail_on: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check a bank: all that is wrong with it, each with its line and what would be right."""
    from qexport import pipeline

    kinds = _kinds(fail_on)
    try:
        checked = pipeline.check(
            bank, encoding=encoding, with_health=with_health or bool(kinds), limits=limits
        )
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
        from qexport.bank.health import finding_json, stats_json

        fields["stats"] = stats_json(checked.stats)
        fields["findings"] = [finding_json(finding) for finding in checked.findings]
    return fields


def _check_lines(bank: Path, checked: Checked) -> Iterator[str]:
    if checked.findings is None:
        yield f"{bank}: {quantity(len(checked.bank.questions), 'question')}, nothing wrong"
        return
    from qexport.bank.health import KINDS

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

    from qexport.bank.health import KINDS

    if unknown := [name for name in names if name not in (*KINDS, "any")]:
        nearest = get_close_matches(unknown[0], KINDS, n=1)
        raise UsageError(
            f"--fail-on: health finds nothing of the kind {unknown[0]!r}",
            hint=(f"did you mean {nearest[0]}? " if nearest else "") + f"there are: any, {', '.join(KINDS)}",
        )
    return tuple(KINDS) if "any" in names else names


@program.command("list", cls=HeadedCommand)
@reads_bank
@json_option
@filtered
@flags
def list_(*, bank: Path, encoding: str | None, limits: Limits, filters: Filters, as_json: bool) -> None:
    """List questions, one a line.

    On a terminal a line is cut to its width; anything else, such as grep, gets it whole.
    """
    from qexport.cli.terminal import QUESTION_HEAD, question_fields, question_row, table

    choice = _choose(bank, filters, encoding, limits)
    if as_json:
        say_json([question_fields(question, whole=False) for question in choice.questions])
        return
    width = _terminal_width() if sys.stdout.isatty() else None
    say(table([QUESTION_HEAD, *map(question_row, choice.questions)], width=width))


@program.command(cls=HeadedCommand)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@reads_bank
@json_option
@filtered
@flags
def show(
    *,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    ids: tuple[str, ...],
    filters: Filters,
    as_json: bool,
) -> None:
    """Show whole questions: those with the IDs, or those the filters leave."""
    from qexport.cli.terminal import question_fields, question_page

    choice = _choose(bank, replace(filters, id=(*filters.id, *ids)), encoding, limits)
    if as_json:
        say_json([question_fields(question, whole=True) for question in choice.questions])
        return
    width = min(_terminal_width(), 100)  # beyond, the eye loses the line
    between = ["", "─" * width, ""]
    pages = [list(question_page(question, width=width)) for question in choice.questions]
    say(line for number, page in enumerate(pages) for line in [*(between if number else []), *page])


@program.command(cls=HeadedCommand)
@reads_bank
@json_option
@filtered
@flags
def stats(*, bank: Path, encoding: str | None, limits: Limits, filters: Filters, as_json: bool) -> None:
    """Count questions by technology, level and difficulty, beside what the bank's source claims."""
    from qexport.bank import health

    choice = _choose(bank, filters, encoding, limits)
    counts = health.stats(choice.bank, choice.questions)
    if as_json:
        say_json(health.stats_json(counts))
    else:
        say(_stats_lines(counts))


def _stats_lines(counts: Stats) -> Iterator[str]:
    from qexport.bank.health import stats_rows
    from qexport.cli.terminal import table

    rows = stats_rows(counts)
    yield str(counts)
    yield ""
    yield from table(rows, numbers=range(2, len(rows[0])))


@program.command(cls=HeadedCommand)
@click.argument("names", nargs=-1, metavar="[RECIPE]...")
@click.option("--all", "every", is_flag=True, help="Make every recipe of qexport.toml.")
@click.option("--dry-run", is_flag=True, help="Only tell which questions and files it would be.")
@click.option(
    "--format",
    "formats",
    metavar="NAME",
    multiple=True,
    help="handbook, deck, cards or cheatsheet; repeated: several. [default: handbook and deck]",
)
@click.option("--out", type=PATH, metavar="DIR", help="Folder of the files. [default: out]")
@click.option(
    "--title",
    metavar="TEXT",
    default="",
    help="Title of the edition; decks keep the bank's. [default: the bank's]",
)
@click.option(
    "--name", metavar="NAME", default="", help="Name of the files, without ending. [default: from the title]"
)
@names_bank
@typeset
@json_option
@formatted
@locking_options
@filtered
@flags
def build(
    *,
    names: tuple[str, ...],
    every: bool,
    dry_run: bool,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    formats: tuple[str, ...],
    out: Path | None,
    title: str,
    name: str,
    lock: Path | None,
    locking: Locking,
    typesetter: Typesetter,
    options: Mapping[str, str | bool],
    filters: Filters,
    as_json: bool,
) -> None:
    """Make the handbook (PDF) and the deck (.apkg), or what recipes say.

    With a qexport.toml in the current folder it makes the default recipe of that, or those that are named; flags
    come before what a recipe says.

    Files are written when the last is made, each whole or not at all; one that fails is told, and leaves the
    others to be written. A deck also brings the lock beside the bank up to date, which keeps when each note last
    changed: so a deck imported again changes what changed, and nothing else.
    """
    said = {
        "bank": bank,
        "encoding": encoding,
        "limits": limits,
        "outputs": formats,
        "out": out,
        "title": title,
        "name": name,
        "lock": lock,
    }
    with progress() as tell:  # before the imports, which may be what takes the time
        from qexport import pipeline
        from qexport.team.recipes import in_recipe

        recipes = recipes_to_build(names, every=every, said=said, filters=filters, options=options)
        several = every or bool(names)
        if dry_run:
            _tell_plans(recipes, several=several, as_json=as_json)
            return
        if len(recipes) > 1:
            from qexport.team.sharing import plans

            plans(recipes)  # what is wrong with the last is told before the first is made
        built: dict[str, Build] = {}
        for recipe_name, recipe in recipes.items():
            with in_recipe(recipe_name):
                built[recipe_name] = pipeline.export(
                    recipe, now=now(), locking=locking, tell=tell, typesetter=typesetter
                )
    for done in built.values():
        warn([*done.warnings, *(text for written in done.outputs for text in written.document.warnings)])
    if as_json:
        fields = [{"recipe": each, **_build_fields(done)} for each, done in built.items()]
        say_json(fields if several else fields[0])
    elif any(done.outputs for done in built.values()):
        say(line for done in built.values() for line in _build_lines(done))
    _tell_failures(built)


def _tell_plans(recipes: Mapping[str, Recipe], *, several: bool, as_json: bool) -> None:
    from qexport.team.sharing import plans

    found = plans(recipes)
    if as_json:
        fields = [plan_fields(plan) for plan in found]
        say_json(fields if several else fields[0])
    else:
        say(line for plan in found for line in plan_lines(plan))


def _tell_failures(built: Mapping[str, Build]) -> None:
    """Raise what kept outputs from being written, if anything did, and say which others were."""
    from qexport.team.recipes import named

    errors = tuple(named(each.error, name) for name, done in built.items() for each in done.failures)
    if not errors:
        return
    failed = [f"{name} {each.name}".strip() for name, done in built.items() for each in done.failures]
    made = [str(written.path) for done in built.values() for written in done.outputs]
    message = f"not written: {', '.join(failed)}; written: {', '.join(made)}" if made else ""
    raise OutputsFailed(errors, message) if made or len(errors) > 1 else errors[0]


def _build_lines(done: Build) -> Iterator[str]:
    longest = max((len(str(written.path)) for written in done.outputs), default=0)
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
        if done.stamped.search:
            yield f"  what is retired, to paste into Anki's browser: {done.stamped.search}"


def _reasons(error: QexportError) -> tuple[object, ...]:
    return error.problems if isinstance(error, InputRefused) else (error.message,)


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
    if done.failures:
        fields["failed"] = [
            {"format": each.name, "problems": [str(line) for line in _reasons(each.error)]}
            for each in done.failures
        ]
    if done.stamped:
        stamped = done.stamped
        fields["lock"] = {
            "path": str(stamped.path),
            "written": stamped.moved,
            **asdict(stamped.changes),
            "search": stamped.search,
        }
    return fields


@program.command()
@click.option("--recipes", "of_recipes", is_flag=True, help="That of a qexport.toml instead.")
@flags
def schema(*, of_recipes: bool) -> None:
    """Write the JSON Schema of a bank.

    Editors complete and check a bank by it: qexport schema > seeds/bank.schema.json
    """
    if of_recipes:
        from qexport.team.recipes import recipes_schema

        say_json(recipes_schema())
        return
    from qexport.bank.schema import bank_schema

    say_json(bank_schema())


@program.group()
def theme() -> None:
    """Look at the handbook's themes, and make one of your own."""


@theme.command("list")
@json_option
@flags
def theme_list(*, as_json: bool) -> None:
    """List the built-in themes."""
    from qexport.cli.terminal import table
    from qexport.content.themes import built_in, theme

    themes = [(name, theme(name).description) for name in built_in()]
    if as_json:
        say_json([{"name": name, "description": description} for name, description in themes])
    else:
        say(table([("name", "description"), *themes]))


@theme.command("eject")
@click.argument("name")
@click.argument("folder", type=PATH, metavar="DIR")
@json_option
@flags
def theme_eject(*, name: str, folder: Path, as_json: bool) -> None:
    """Copy a built-in theme, with the templates it uses, into a folder to change it there.

    Build with it by --theme DIR. What you do not change is best deleted: it then comes from the built-in
    theme.
    """
    from qexport import pipeline

    paths = pipeline.eject_theme(name, folder)
    if as_json:
        say_json({"theme": name, "folder": str(folder), "files": [str(path) for path in paths]})
    else:
        say([f"{folder}: {quantity(len(paths), 'file')} of theme {name}; build with --theme {folder}"])


@program.group()
def cache() -> None:
    """Look after the cache of laid-out pages.

    It needs no care: it knows by itself what is out of date, and lets go of what was not used for longest.
    """


@cache.command("info")
@cache_option
@json_option
@flags
def cache_info(*, cache_folder: Path, as_json: bool) -> None:
    """Tell where the cache is and how full."""
    from qexport.layout.cache import ChunkCache

    info = ChunkCache(cache_folder).info()
    if as_json:
        say_json(_cache_fields(info))
    else:
        say([f"{info.path}: {_held(info)}, of {file_size(info.limit)} at most"])


@cache.command("prune")
@size_option
@cache_option
@json_option
@flags
def cache_prune(*, size: int, cache_folder: Path, as_json: bool) -> None:
    """Let go of the pages not used for longest."""
    from qexport.layout.cache import ChunkCache

    chunks = ChunkCache(cache_folder)
    before = chunks.info()
    chunks.prune(size)
    _tell_removed(before, chunks.info(), as_json=as_json)


@cache.command("clear")
@cache_option
@json_option
@flags
def cache_clear(*, cache_folder: Path, as_json: bool) -> None:
    """Let go of all pages; the next build lays them out again."""
    from qexport.layout.cache import ChunkCache

    chunks = ChunkCache(cache_folder)
    before = chunks.info()
    chunks.clear()
    _tell_removed(before, chunks.info(), as_json=as_json)


def _tell_removed(before: CacheInfo, after: CacheInfo, *, as_json: bool) -> None:
    removed = before.chunks - after.chunks
    if as_json:
        say_json({**_cache_fields(after), "removed": removed})
    else:
        say([f"{after.path}: {quantity(removed, 'chunk')} removed, {_held(after)} left"])


def _cache_fields(info: CacheInfo) -> dict[str, object]:
    return {**asdict(info), "path": str(info.path)}


def _held(info: CacheInfo) -> str:
    return f"{quantity(info.chunks, 'chunk')} ({file_size(info.size)})"


for command in COMMANDS:
    program.add_command(command)


# --- what the commands need ---------------------------------------------------------------------------------


def _choose(bank: Path, filters: Filters, encoding: str | None, limits: Limits) -> Choice:
    from qexport import pipeline

    choice = pipeline.choose(bank, filters, encoding=encoding, limits=limits)
    warn(choice.warnings)
    return choice


def _terminal_width() -> int:
    return shutil.get_terminal_size().columns


def main() -> None:
    """Run the program; this is what `qexport` and `python -m qexport` do."""
    sys.stdout = sys.stdout or io.StringIO()  # closed by a caller who wants to hear nothing
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no ’ shows \u2019
    end_on_signals()
    collect_seldom()
    program(prog_name="qexport")
