"""`qexport build`: a bank, or recipes → files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.completion import complete_format, complete_recipe_or_bank
from qexport.cli.help_layout import RARE, HeadedCommand, HeadedOption
from qexport.cli.options import (
    PATH,
    flags,
    json_option,
    locking_options,
    names_bank,
    takes_filters,
    takes_options,
    typeset,
)
from qexport.cli.program import now, print_error, progress, say, say_json, warn
from qexport.cli.project import is_foreign_name
from qexport.cli.recipes import plan_fields, plan_lines, recipes_to_build
from qexport.cli.terminal import file_size
from qexport.common.errors import InputRefused, OutputsFailed, QexportError
from qexport.common.wording import quantity
from qexport.outputs.registry import DEFAULT_OUTPUTS, OUTPUTS

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Scheduler
    from qexport.locking import Locking
    from qexport.pipeline import Build
    from qexport.recipe import Recipe


FOREIGN_OUTPUTS = ("handbook", "cheatsheet", "flash-cards")
"""What is made of them if nothing else is asked for: their own program has the deck."""

EXAMPLES = (
    ("qexport build", "the handbook and the deck of the bank here"),
    ("qexport build mine.yaml --paper a5 --ruled-lines", "an A5 book of your own bank, to write in"),
    ("qexport build --format quiz --sample 10 --seed 3", "a quiz of ten questions"),
)


@click.command(cls=HeadedCommand, examples=EXAMPLES)
@click.argument("names", nargs=-1, metavar="[RECIPE|BANK]...", shell_complete=complete_recipe_or_bank)
@click.option(
    "--format",
    "formats",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_format,
    help=f"{', '.join(OUTPUTS)}; can be repeated. [default: {' and '.join(DEFAULT_OUTPUTS)}]",
)
@click.option("-o", "--out", type=PATH, metavar="DIR", help="Folder for the files. [default: out]")
@click.option("--title", metavar="TEXT", default="", help="Title of the documents. [default: the bank's]")
@click.option("--all", "every", is_flag=True, help="Build every recipe of qexport.toml.")
@click.option("--watch", is_flag=True, help="Build again whenever a file of the bank is saved, until Ctrl-C.")
@click.option("--dry-run", is_flag=True, help="Only list the questions and files.")
@click.option(
    "--file-name",
    cls=HeadedOption,
    heading=RARE,
    metavar="NAME",
    default="",
    help="Name of the files, without ending. [default: from the title]",
)
@names_bank
@json_option
@takes_filters
@takes_options()
@locking_options
@typeset
@flags
def build(
    *,
    names: tuple[str, ...],
    every: bool,
    watch: bool,
    dry_run: bool,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    formats: tuple[str, ...],
    out: Path | None,
    title: str,
    file_name: str,
    lock: Path | None,
    locking: Locking,
    scheduler: Scheduler,
    options: Mapping[str, str | bool],
    filters: Filters,
    as_json: bool,
) -> None:
    """Make the handbook (PDF) and the deck (.apkg) of a bank.

    If there is a qexport.toml here or in a folder above, its default recipe is built, or the recipes you name.
    Options on the command line override those of the recipe. A file that is not a bank, such as someone else's Anki
    deck (.apkg), is imported into the output folder first, and made into a handbook, a cheat sheet and flash cards.

    All files are written together at the end. A failed output is reported; the others are still written. Building a
    deck also updates the lock beside the bank, which records when each note last changed, so that importing the
    deck again updates only the notes that changed.
    """
    names, imported = _without_foreign(names, out or Path("out"), encoding=encoding, limits=limits)
    if imported:
        bank = bank or imported
        formats = formats or FOREIGN_OUTPUTS
    given = {
        "bank": bank,
        "encoding": encoding,
        "limits": limits,
        "outputs": formats,
        "out": out,
        "title": title,
        "file_name": file_name,
        "lock": lock,
    }
    several = every or bool(names)

    def read_recipes() -> dict[str, Recipe]:
        return recipes_to_build(names, every=every, given=given, filters=filters, options=options)

    if watch:
        scheduler = scheduler.remembering()
    written: set[Path] = set()

    def build_once() -> None:
        with progress() as tell:  # before the imports, which may be what takes the time
            from qexport import pipeline

            recipes = read_recipes()
            if dry_run:
                _tell_plans(recipes, several=several, as_json=as_json)
                return
            built = pipeline.export_all(recipes, now=now(), locking=locking, tell=tell, scheduler=scheduler)
        written.update(each.path for done in built.values() for each in done.outputs)
        _tell_built(built, several=several, as_json=as_json)

    if watch:
        _build_again_and_again(build_once, read_recipes, scheduler, written)
    else:
        build_once()


def _build_again_and_again(
    build_once: Callable[[], None],
    read_recipes: Callable[[], dict[str, Recipe]],
    scheduler: Scheduler,
    written: Collection[Path],
) -> None:
    """Build at each change of what the recipes are made from; an error is printed, and the next change awaited.

    `written` is what the builds have written: it may lie beside the bank, and is no reason to build again.
    """
    from qexport.cli.project import find_recipes_file
    from qexport.preview.watch import look, places_of, wait_for_change, with_written

    recipes = read_recipes().values()
    places = {
        place
        for each in recipes
        for place in places_of(each.bank, str(each.all_options.get("theme", "")), find_recipes_file())
    }
    outs = {each.out for each in recipes}
    if scheduler.cache:  # it is written after each build, and may be inside what is watched
        outs.add(scheduler.cache.path.parent)
    while True:
        before = look(places, outs)
        try:
            build_once()
        except QexportError as error:
            print_error(error)
        scheduler.settle()
        wait_for_change(places, with_written(before, look(places, outs), written), outs)


def _tell_built(built: Mapping[str, Build], *, several: bool, as_json: bool) -> None:
    """Print what was built; raise what kept outputs from being written."""
    warnings = [
        *(warning for done in built.values() for warning in done.warnings),
        *(text for done in built.values() for each in done.outputs for text in each.document.warnings),
    ]
    warn(dict.fromkeys(warnings), every=as_json)  # several recipes and outputs may give the same
    if as_json:
        fields = [{"recipe": each, **_build_fields(done)} for each, done in built.items()]
        say_json(fields if several else fields[0])
    elif any(done.outputs for done in built.values()):
        say(line for done in built.values() for line in _build_lines(done))
    _tell_failures(built)


def _without_foreign(
    names: tuple[str, ...], out: Path, *, encoding: str | None, limits: Limits
) -> tuple[tuple[str, ...], Path | None]:
    """Import a file that is no bank, such as another's deck, and return the other names and the bank made of it."""
    foreign = [name for name in names if Path(name).is_file() and is_foreign_name(name)]
    if not foreign:
        return names, None
    from qexport.common.wording import slug
    from qexport.importers.session import import_files, write_session
    from qexport.importers.source import Wishes

    bank = out / f"{slug(Path(foreign[0]).stem) or 'imported'}.yaml"
    session = import_files([Path(name) for name in foreign], bank, Wishes(encoding=encoding), limits=limits)
    write_session(session)
    count = sum(each.questions for each in session.files)
    say([f"{bank}: {quantity(count, 'question')} of {', '.join(foreign)}"])
    warn(session.left_aside)
    return tuple(name for name in names if name not in foreign), bank


def _tell_plans(recipes: Mapping[str, Recipe], *, several: bool, as_json: bool) -> None:
    from qexport.outputs.registry import warn_of_options
    from qexport.pipeline import plan

    found = plan(recipes)
    warnings = [
        warning
        for each in found
        for warning in (*warn_of_options(each.recipe.options, each.outputs), *each.choice.warnings)
    ]
    warn(dict.fromkeys(warnings), every=as_json)
    if as_json:
        fields = [plan_fields(plan) for plan in found]
        say_json(fields if several else fields[0])
    else:
        say(line for plan in found for line in plan_lines(plan))


def _tell_failures(built: Mapping[str, Build]) -> None:
    """Raise what kept outputs from being written, if anything did, and say which others were."""
    from qexport.recipe import with_recipe_name

    errors = tuple(
        with_recipe_name(each.error, name) for name, done in built.items() for each in done.failures
    )
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
        from qexport.anki.search import search_for, search_lines

        yield f"{done.stamped.path}: {done.stamped.changes}"
        if done.stamped.search:
            yield from search_lines("to find retired notes, paste into Anki's browser", done.stamped.search)
        if left := done.stamped.lock.departed_from(done.edition.deck):
            ids = ", ".join(entry.id for entry in left[:20]) + (" …" if len(left) > 20 else "")
            search = search_for(map(done.stamped.lock.key_of, left))
            state = "in it once more" if done.edition.leavers else "not updated by it"
            yield from search_lines(f"left this deck, and {state}: {ids}; to find them in Anki", search)
            if not done.edition.leavers:
                yield "  to send them once more: --send-leavers"


def _reasons(error: QexportError) -> tuple[object, ...]:
    return error.problems if isinstance(error, InputRefused) else (error.message,)


def _build_fields(done: Build) -> dict[str, object]:
    fields: dict[str, object] = {
        "title": done.edition.title,
        "scope": done.edition.scope,
        "questions": [question.id for question in done.edition.questions],
        "drafts_left_out": [question.id for question in done.drafts],
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
            "left_this_deck": [entry.id for entry in stamped.lock.departed_from(done.edition.deck)],
        }
    return fields
