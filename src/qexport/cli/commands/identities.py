"""`qexport renumber`, `migrate` and `repair-times`: what keeps notes the notes they are."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import PATH, flags, json_option, names_bank
from qexport.cli.program import now, say, say_json, warn
from qexport.cli.project import RECIPES_FILE, find_recipes_file
from qexport.cli.recipes import recipe_to_build
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from qexport.common.limits import Limits
    from qexport.recipe import Recipe

_RECIPE = click.option(
    "--recipe",
    "name",
    default="",
    metavar="NAME",
    help="Recipe that names the bank. [default: the default recipe]",
)
_LOCK_OPTION = click.option(
    "--lock", type=PATH, metavar="PATH", help="The lock of the deck. [default: beside the bank]"
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")


def of_a_bank(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which bank and lock."""
    return _RECIPE(_LOCK_OPTION(_DRY_RUN(names_bank(json_option(flags(command))))))


def of_a_recipe(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the same options; it is called with the `recipe` whose bank and lock they name."""

    @functools.wraps(command)
    def with_recipe(
        *,
        name: str,
        bank: Path | None,
        lock: Path | None,
        encoding: str | None,
        limits: Limits,
        **values: object,
    ) -> None:
        given = {"bank": bank, "encoding": encoding, "limits": limits, "lock": lock}
        command(recipe=recipe_to_build(name, given), **values)

    return of_a_bank(with_recipe)


@click.command()
@of_a_recipe
def renumber(
    *,
    recipe: Recipe,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add the former_ids that keep reviews with their questions.

    Use it if ids of the bank were shifted, swapped or renamed since the last build: questions are recognised by
    their texts. The bank's file is edited in place; comments and layout stay.
    """
    from qexport.common.errors import Location, Problem
    from qexport.common.text_input import quote
    from qexport.team import identities

    done = identities.renumber(recipe, dry_run=dry_run)
    if as_json:
        say_json(
            {
                "moves": [{"id": move.id, "former_id": move.former} for move in done.moves],
                "reused": [move.id for move in done.reused],
                "written": [] if dry_run else [str(path) for path in done.changes],
            }
        )
        return
    hint = "if it is another question, give it an id of its own; if it was only rewritten, leave it"
    warn(
        Problem(Location(str(recipe.bank)), f"{move.id} asks something else now: {quote(move.text)}", hint)
        for move in done.reused
    )
    lines = [f"{move.id}: the question of {move.former}, {quote(move.text)}" for move in done.moves]
    would = "would get" if dry_run else "got"
    lines += [f"{path}: {quantity(len(done.moves), 'question')} {would} former_ids" for path in done.changes]
    say(lines or [f"{recipe.bank}: every question has the id it was published under"])


@click.command()
@of_a_bank
def migrate(
    *,
    name: str,
    bank: Path | None,
    lock: Path | None,
    encoding: str | None,
    limits: Limits,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Update a lock and recipes that an older version wrote.

    Notes keep their GUIDs. It reports what it changed; a second run changes nothing.
    """
    from qexport.recipe import Recipe
    from qexport.team import identities

    if bank is not None:
        recipe = Recipe(bank=bank, encoding=encoding, limits=limits, lock=lock)
    else:
        given = {"bank": bank, "encoding": encoding, "limits": limits, "lock": lock}
        recipe = recipe_to_build(name, given)
    done = identities.migrate(recipe, find_recipes_file() or RECIPES_FILE, dry_run=dry_run)
    if as_json:
        paths = [str(path) for path in done.changes]
        say_json({"changes": list(done.lines), "written": [] if dry_run else paths})
    else:
        say(done.lines or [f"{recipe.bank}: everything is up to date"])


@click.command("repair-times")
@of_a_recipe
def repair_times(
    *,
    recipe: Recipe,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Set times in the lock that are in the future to now.

    Use it after a build on a machine whose clock was wrong. Learners who imported that edition have to import the
    next one once with “Update notes: Always”, because Anki takes it for an older one.
    """
    from qexport.team import identities

    done = identities.repair_times(recipe, now=now(), dry_run=dry_run)
    if as_json:
        say_json({"path": str(done.path), "ids": list(done.ids), "written": done.is_other and not dry_run})
    elif done.ids:
        verb = "would be" if dry_run else "is" if len(done.ids) == 1 else "are"
        say(
            [
                f"{done.path}: {quantity(len(done.ids), 'note')} {verb} dated now: {', '.join(done.ids[:20])}",
                "  learners who imported such an edition: import the next one with “Update notes: Always”",
            ]
        )
    elif done.is_other:
        verb = "would be" if dry_run else "is"
        say([f"{done.path}: what was ahead of the clock beside the notes {verb} dated now"])
    else:
        say([f"{done.path}: no time is ahead of the clock"])
