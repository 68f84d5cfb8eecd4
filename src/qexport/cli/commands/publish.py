"""`qexport publish`: a bank → a folder for a web server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.help_layout import HeadedCommand
from qexport.cli.options import (
    PATH,
    flags,
    locking_options,
    names_bank,
    takes_filters,
    takes_options,
    typeset,
)
from qexport.cli.program import now, progress, say, warn
from qexport.cli.recipes import recipe_to_build
from qexport.cli.terminal import file_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Scheduler
    from qexport.locking import Locking


@click.command(cls=HeadedCommand)
@click.argument("name", metavar="[RECIPE]", default="")
@click.option(
    "--address", metavar="URL", required=True, help="Where people will open it, for example https://e.org/q/"
)
@click.option(
    "-o",
    "--out",
    type=PATH,
    metavar="DIR",
    default=Path("site"),
    help="Folder for the files. [default: site]",
)
@click.option("--title", metavar="TEXT", default="", help="Title of the documents. [default: the bank's]")
@click.option(
    "--file-name", metavar="NAME", default="", help="Name of book, e-book and deck. [default: from the title]"
)
@names_bank
@typeset
@takes_options("handbook", "web", "epub", "deck")
@locking_options
@takes_filters
@flags
def publish(
    *,
    name: str,
    address: str,
    out: Path,
    title: str,
    file_name: str,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    lock: Path | None,
    locking: Locking,
    scheduler: Scheduler,
    options: Mapping[str, str | bool],
    filters: Filters,
) -> None:
    """Write a folder for a web server: page, book, deck and more.

    Its index.html is the web page, with links to the other files. The feed lists the editions that `qexport release`
    made. Any static web server can serve the folder, for example GitHub Pages.
    """
    given = {
        "bank": bank,
        "encoding": encoding,
        "limits": limits,
        "outputs": (),
        "out": None,
        "title": title,
        "file_name": file_name,
        "lock": lock,
    }
    with progress() as tell:
        from qexport.team.publishing import publish as write_site

        recipe = recipe_to_build(name, given, filters, options)
        done = write_site(recipe, out, address, now=now(), locking=locking, tell=tell, scheduler=scheduler)
    warn(done.warnings)
    longest = max(len(str(path)) for path in done.sizes)
    say(f"{path!s:{longest}}  {file_size(size)}" for path, size in done.sizes.items())
