"""`qexport release`: give the bank the next edition number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import flags, json_option, names_bank
from qexport.cli.program import now, say, say_json, warn
from qexport.cli.recipes import recipe_to_build

if TYPE_CHECKING:
    from qexport.common.limits import Limits


@click.command()
@click.option(
    "--recipe",
    "name",
    default="",
    metavar="NAME",
    help="Recipe that names the bank. [default: the default recipe]",
)
@click.option(
    "--since",
    default="",
    metavar="OLD",
    help="Previous edition, in any form that diff reads. [default: the last release in git]",
)
@click.option(
    "--tag", is_flag=True, help="Commit the bank and the files written, and create the tag edition-N."
)
@names_bank
@json_option
@flags
def release(
    *,
    name: str,
    since: str,
    tag: bool,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    as_json: bool,
) -> None:
    """Give the bank its next edition number, with release notes.

    Commit the files it writes together with the bank. Decks and covers made afterwards show the number.
    """
    from qexport.team.release import make_release

    given = {"bank": bank, "encoding": encoding, "limits": limits}
    done = make_release(recipe_to_build(name, given), now=now(), since=since, with_tag=tag)
    warn(done.warnings, every=as_json)
    if as_json:
        say_json(
            {
                "edition": done.release.number,
                "date": done.release.date,
                "changes": {kind: list(ids) for kind, ids in done.release.changes.items()},
                "written": [str(path) for path in done.paths],
                "tag": done.tag,
                "tagged": tag,
                "search": done.found.search if done.found else "",
            }
        )
        return
    what = str(done.found) if done.found else "the first"
    say(
        [
            f"edition {done.release.number} of {done.release.date}: {what}",
            *(f"  {path}" for path in done.paths),
            f"  tag {done.tag}" if tag else f"commit them with the bank, then: git tag -a {done.tag}",
        ]
    )
