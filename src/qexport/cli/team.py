"""The commands of a team: recipes, bundle, verify, diff, release; and what `build` takes from a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qexport.cli.options import (
    PATH,
    default_bank,
    flags,
    json_option,
    limited,
    locking_options,
    names_bank,
    typeset,
)
from qexport.cli.program import now, progress, say, say_json, warn
from qexport.cli.terminal import file_size, quantity, shown, table
from qexport.common.errors import UsageError

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Typesetter
    from qexport.pipeline import Locking
    from qexport.team.recipes import Recipe, RecipeBook
    from qexport.team.sharing import Bundled, Plan, Verified


# Recipes by their names


def named_recipes(
    names: Sequence[str], *, every: bool, limits: Limits, bank: Path | None = None, bundled: bool = False
) -> dict[str, Recipe]:
    """Return the recipes of the current folder that are asked for: by name, all, or the default one."""
    from qexport.team.recipes import BUNDLED_OUTPUTS, DEFAULT_OUTPUTS, RECIPES_FILE, recipe_book

    if names and every:
        raise UsageError("--all, and names of recipes", hint="leave one of them out")
    if not Path(RECIPES_FILE).exists():
        raise UsageError(f"no {RECIPES_FILE} here", hint="recipes are written into one: [recipes.everything]")
    book = recipe_book(limits=limits)
    chosen = tuple(book.recipes) if every else book.named(names) or _default(book)
    outputs = BUNDLED_OUTPUTS if bundled else DEFAULT_OUTPUTS
    return {name: book.recipe(name, bank or _usual_bank(limits), outputs, limits) for name in chosen}


def _default(book: RecipeBook) -> tuple[str, ...]:
    if book.default:
        return (book.default,)
    raise UsageError(
        f"{book.path} has no default recipe",
        hint=f'name one of {", ".join(book.recipes)}, ask for --all, or write default = "…" into it',
    )


def _usual_bank(limits: Limits) -> Path | None:
    try:
        return default_bank(limits)
    except UsageError:
        return None  # a recipe may name its own


def recipes_to_build(
    names: Sequence[str],
    *,
    every: bool,
    said: Mapping[str, Any],
    filters: Filters,
    options: Mapping[str, str | bool],
) -> dict[str, Recipe]:
    """Return what `build` is to make, as its flags change it; without a recipe the name is empty."""
    from qexport.team.recipes import RECIPES_FILE, Recipe, changed

    if names or every or Path(RECIPES_FILE).exists():
        found = named_recipes(names, every=every, limits=said["limits"], bank=said["bank"])
    else:
        found = {"": Recipe(bank=said["bank"] or default_bank(said["limits"]))}
    return {name: changed(recipe, said, filters, options) for name, recipe in found.items()}


def plan_lines(plan: Plan) -> Iterator[str]:
    """Say what a recipe would make."""
    from qexport.bank.selection import describe

    choice = plan.choice
    count = quantity(len(choice.questions), "question")
    words = describe(choice.bank, plan.recipe.filters, choice.questions, plan.recipe.limits)
    yield f"{plan.name}: {count} · {words}" if plan.name else f"{count} · {words}"
    yield from (f"  → {path}" for path in plan.paths)
    yield from (f"  {each.id}  {' '.join(each.question.split())}" for each in choice.questions)


def plan_fields(plan: Plan) -> dict[str, object]:
    """Return what JSON says of a recipe."""
    return {
        "recipe": plan.name,
        "bank": str(plan.recipe.bank),
        "questions": [question.id for question in plan.choice.questions],
        "outputs": [str(path) for path in plan.paths],
    }


# Commands


@click.command()
@limited
@json_option
@flags
def recipes(*, limits: Limits, as_json: bool) -> None:
    """List the recipes of qexport.toml, and how many questions each has."""
    from qexport.bank.selection import describe
    from qexport.team.recipes import recipe_book
    from qexport.team.sharing import plans

    found = plans(named_recipes((), every=True, limits=limits))
    default = recipe_book(limits=limits).default
    if as_json:
        say_json([{**plan_fields(plan), "default": plan.name == default} for plan in found])
        return
    rows = [
        (
            f"{plan.name} (default)" if plan.name == default else plan.name,
            str(len(plan.choice.questions)),
            ", ".join(plan.recipe.outputs),
            describe(plan.choice.bank, plan.recipe.filters, plan.choice.questions, limits),
        )
        for plan in found
    ]
    say(table([("recipe", "questions", "makes", "holds"), *rows], numbers=(1,)))


@click.command("bundle")
@click.argument("names", nargs=-1, metavar="[RECIPE]...")
@click.option(
    "-o",
    "--output",
    "path",
    type=PATH,
    metavar="ZIP",
    default="out/team.zip",
    help="The bundle. [default: out/team.zip]",
)
@click.option("--all", "every", is_flag=True, help="Put every recipe in.")
@locking_options
@typeset
@limited
@json_option
@flags
def make_bundle(
    *,
    names: tuple[str, ...],
    path: Path,
    every: bool,
    lock: Path | None,
    locking: Locking,
    typesetter: Typesetter,
    limits: Limits,
    as_json: bool,
) -> None:
    """Make one file for a team: documents, the data they were made from, and what is new.

    Without a RECIPE it is the default one of qexport.toml.
    """
    from dataclasses import replace

    with progress() as tell:
        from qexport.team import sharing

        found = named_recipes(names, every=every, limits=limits, bundled=True)
        if lock:
            found = {name: replace(recipe, lock=lock) for name, recipe in found.items()}
        done = sharing.make_bundle(found, path, now=now(), locking=locking, tell=tell, typesetter=typesetter)
    warn(done.warnings)
    if as_json:
        say_json(_bundle_fields(done))
        return
    size = sum(map(len, done.files.values()))
    say([f"{done.path}: {quantity(len(done.files), 'file')}, {file_size(size)}", *_bundle_lines(done)])


def _bundle_lines(done: Bundled) -> Iterator[str]:
    for recipe in done.recipes:
        yield f"  {recipe.name}: {quantity(len(recipe.ids), 'question')} · {recipe.scope}"
    yield f"{done.stamped.path}: {done.stamped.changes}"


def _bundle_fields(done: Bundled) -> dict[str, object]:
    return {
        "path": str(done.path),
        "files": {path: len(data) for path, data in done.files.items()},
        "recipes": {recipe.name: list(recipe.ids) for recipe in done.recipes},
        "lock": {
            "path": str(done.stamped.path),
            "written": done.stamped.moved,
            **asdict(done.stamped.changes),
        },
    }


@click.command()
@click.argument("path", type=PATH, metavar="ZIP")
@click.option("--rebuild", is_flag=True, help="Make it again from the data in it, and compare every byte.")
@click.option(
    "--theme", "with_theme", default="", metavar="DIR", help="The theme, if it was made with one's own."
)
@limited
@json_option
@flags
def verify(*, path: Path, rebuild: bool, with_theme: str, limits: Limits, as_json: bool) -> None:
    """Check a bundle: that every byte of it is as it was made."""
    with progress() as tell:
        from qexport.team import sharing

        done = sharing.verify(path, rebuild=rebuild, with_theme=with_theme, tell=tell, limits=limits)
    if as_json:
        say_json(
            {
                "path": str(path),
                "files": {name: len(data) for name, data in done.files.items()},
                "edition": done.release.number if done.release else None,
                "recipes": {recipe.name: list(recipe.ids) for recipe in done.manifest.recipes},
                "made_with": dict(done.manifest.made_with),
                "rebuilt": done.rebuilt,
            }
        )
    else:
        say(_verified_lines(done))


def _verified_lines(done: Verified) -> Iterator[str]:
    edition = f"edition {done.release.number} of {done.release.date}, " if done.release else ""
    again = "; made again, they are the same" if done.rebuilt else ""
    yield f"{done.path}: {edition}{quantity(len(done.files), 'file')}, all as they were made{again}"
    for recipe in done.manifest.recipes:
        yield f"  {recipe.name}: {quantity(len(recipe.ids), 'question')} · {recipe.scope}"


FORMATS = ("text", "markdown", "json", "html")


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="[default: text]")
@click.option("--bank", type=PATH, metavar="PATH", help="The bank of git:REVISION. [default: as for build]")
@limited
@flags
def diff(*, old: str, new: str, form: str, bank: Path | None, limits: Limits) -> None:
    """Tell what became of each question between two editions.

    OLD and NEW are banks, bundles (.zip), decks (.apkg), REVISION:PATH as git has it, or git:REVISION of the
    bank. As Markdown it is release notes.
    """
    from qexport.team import differences, sharing

    found = sharing.compare(old, new, bank=bank or _usual_bank(limits), limits=limits)
    if form == "json":
        say_json(differences.as_fields(found))
    elif form == "markdown":
        click.echo(shown(differences.as_markdown(found)), nl=False)
    elif form == "html":
        from qexport.content.templates import Templates

        click.echo(shown(differences.as_html(found, Templates())), nl=False)
    else:
        say(differences.as_text(found))


@click.command()
@click.option(
    "--recipe", "name", default="", metavar="NAME", help="Whose bank it is. [default: the default recipe]"
)
@click.option(
    "--since",
    default="",
    metavar="OLD",
    help="The edition before, as diff takes it. [default: what git has of the last release]",
)
@names_bank
@json_option
@flags
def release(
    *, name: str, since: str, bank: Path | None, encoding: str | None, limits: Limits, as_json: bool
) -> None:
    """Give the bank as it is now the next edition number, with notes on what is new.

    Commit what it writes together with the bank. Decks and covers made from then on tell the number.
    """
    from qexport.team import sharing

    said = {"bank": bank, "encoding": encoding, "limits": limits}
    names = (name,) if name else ()
    from qexport.bank.selection import Filters

    (recipe,) = recipes_to_build(names, every=False, said=said, filters=Filters(), options={}).values()
    done = sharing.make_release(recipe, now=now(), since=since)
    if as_json:
        say_json(
            {
                "edition": done.release.number,
                "date": done.release.date,
                "changes": {kind: list(ids) for kind, ids in done.release.changes.items()},
                "written": [str(path) for path in done.paths],
                "search": done.found.search if done.found else "",
            }
        )
        return
    what = str(done.found) if done.found else "the first"
    say(
        [
            f"edition {done.release.number} of {done.release.date}: {what}",
            *(f"  {path}" for path in done.paths),
        ]
    )


COMMANDS = (recipes, make_bundle, verify, diff, release)
