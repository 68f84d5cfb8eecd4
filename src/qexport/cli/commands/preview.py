"""`qexport preview`: a page on this machine that shows a bank while it is written."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.help_layout import HeadedCommand
from qexport.cli.options import flags, names_bank, takes_filters, takes_options, typeset
from qexport.cli.program import progress, say
from qexport.cli.recipes import recipe_to_build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Scheduler
    from qexport.recipe import Recipe


@click.command(cls=HeadedCommand)
@click.argument("name", metavar="[RECIPE]", default="")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), metavar="N", help="Port. [default: a free one]"
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@names_bank
@typeset
@takes_options("handbook")
@takes_filters
@flags
def preview(
    *,
    name: str,
    port: int,
    opens: bool,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    scheduler: Scheduler,
    options: Mapping[str, str | bool],
    filters: Filters,
) -> None:
    """Show a bank in the browser while you write it.

    The page shows the question you edit as a page of the handbook and as a card, and problems with their lines. It is
    updated when you save a file. Only this machine can open it. Press Ctrl-C to stop.
    """
    from dataclasses import replace

    from qexport.cli.project import find_recipes_file
    from qexport.preview.server import Preview
    from qexport.preview.session import PreviewSession
    from qexport.preview.watch import look, places_of, wait_for_change

    given = {
        "bank": bank,
        "encoding": encoding,
        "limits": limits,
        "outputs": ("handbook",),
        "out": None,
        "title": "",
        "file_name": "",
        "lock": None,
    }

    def read_recipe() -> Recipe:
        return recipe_to_build(name, given, filters, options)

    recipe = read_recipe()
    places = places_of(recipe.bank, str(recipe.all_options.get("theme", "")), find_recipes_file())
    scheduler = replace(scheduler, jobs=1).remembering()
    session = PreviewSession(read_recipe, scheduler)
    written = [recipe.out, *([scheduler.cache.path.parent] if scheduler.cache else [])]
    with progress() as tell:
        tell("reading the bank", 0, 0)
        before = look(places, written)
        session.refresh()
    with Preview(session, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say([server.url, "Ctrl-C ends it."])
        if opens:
            click.launch(server.url)
        try:
            while True:
                before = wait_for_change(places, before, written)
                session.refresh()
        finally:
            server.shutdown()
            scheduler.settle()
