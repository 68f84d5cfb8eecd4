"""`qexport theme`: the themes of the handbook."""

from __future__ import annotations

from pathlib import Path

import click

from qexport.cli.options import PATH, flags, json_option
from qexport.cli.program import CommandGroup, say, say_json
from qexport.cli.terminal import table
from qexport.common.wording import quantity


@click.group(cls=CommandGroup)
def theme() -> None:
    """Look at the handbook's themes, and make one of your own."""


@theme.command("list")
@json_option
@flags
def theme_list(*, as_json: bool) -> None:
    """List the built-in themes."""
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
