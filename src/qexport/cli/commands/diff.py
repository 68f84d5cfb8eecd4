"""`qexport diff`: what became of each question between two editions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import PATH, flags, takes_limits
from qexport.cli.program import say, say_json
from qexport.cli.project import find_default_bank
from qexport.cli.terminal import escape_controls

if TYPE_CHECKING:
    from qexport.common.limits import Limits


DIFF_FORMATS = ("text", "markdown", "json", "html")


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(DIFF_FORMATS), default="text", help="[default: text]")
@click.option("--bank", type=PATH, metavar="PATH", help="The bank of git:REVISION. [default: as for build]")
@takes_limits
@flags
def diff(*, old: str, new: str, form: str, bank: Path | None, limits: Limits) -> None:
    """Show what changed between two editions of a bank.

    OLD and NEW are banks, bundles (.zip), decks (.apkg), REVISION:PATH in git, or git:REVISION, the bank at that
    revision. The Markdown format is release notes.
    """
    from qexport.team.comparison import compare

    found = compare(old, new, bank=bank or find_default_bank(limits), limits=limits)
    if form == "json":
        from qexport.team.difference_views import as_fields

        say_json(as_fields(found))
    elif form == "markdown":
        from qexport.team.release_notes import as_markdown

        click.echo(escape_controls(as_markdown(found)), nl=False)
    elif form == "html":
        from qexport.content.templates import Templates
        from qexport.team.difference_views import as_html

        click.echo(escape_controls(as_html(found, Templates())), nl=False)
    else:
        from qexport.team.difference_views import as_text

        say(as_text(found))
