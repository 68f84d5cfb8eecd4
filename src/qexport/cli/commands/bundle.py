"""`qexport bundle` and `verify`: one file for a team, and whether it is what was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import PATH, flags, json_option, locking_options, takes_limits, typeset
from qexport.cli.program import now, progress, say, say_json, warn
from qexport.cli.recipes import named_recipes
from qexport.cli.terminal import file_size
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Scheduler
    from qexport.locking import Locking
    from qexport.team.bundling import Bundled
    from qexport.team.verification import Verified


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
@click.option("--all", "every", is_flag=True, help="Pack every recipe.")
@locking_options
@typeset
@takes_limits
@json_option
@flags
def make_bundle(
    *,
    names: tuple[str, ...],
    path: Path,
    every: bool,
    lock: Path | None,
    locking: Locking,
    scheduler: Scheduler,
    limits: Limits,
    as_json: bool,
) -> None:
    """Pack documents, their data and release notes for a team.

    Without RECIPE, the default recipe of qexport.toml is packed.
    """
    with progress() as tell:
        from qexport.team import bundling

        found = named_recipes(names, every=every, limits=limits, bundled=True)
        if lock:
            found = {name: replace(recipe, lock=lock) for name, recipe in found.items()}
        done = bundling.make_bundle(found, path, now=now(), locking=locking, tell=tell, scheduler=scheduler)
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
    for recipe in done.recipes:
        if recipe.departed:
            from qexport.anki.search import search_for, search_lines

            left = "not updated by it" if not recipe.leavers else "in it once more"
            yield from search_lines(
                f"left {recipe.name}, and {left}; to find them in Anki", search_for(recipe.departed)
            )
    if any(recipe.departed and not recipe.leavers for recipe in done.recipes):
        yield "  to send them once more: --send-leavers"


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
@click.option("--rebuild", is_flag=True, help="Rebuild it from its data, and compare every byte.")
@click.option(
    "--theme",
    "with_theme",
    default="",
    metavar="DIR",
    help="Folder of the theme, if it is not a built-in one.",
)
@takes_limits
@json_option
@flags
def verify(*, path: Path, rebuild: bool, with_theme: str, limits: Limits, as_json: bool) -> None:
    """Check that no byte of a bundle has changed."""
    with progress() as tell:
        from qexport.team import verification

        done = verification.verify(path, rebuild=rebuild, with_theme=with_theme, tell=tell, limits=limits)
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
    again = "; rebuilt, they are the same" if done.rebuilt else ""
    yield f"{done.path}: {edition}{quantity(len(done.files), 'file')}, none has changed{again}"
    for recipe in done.manifest.recipes:
        yield f"  {recipe.name}: {quantity(len(recipe.ids), 'question')} · {recipe.scope}"
