"""`qexport theme`: the themes of the handbook."""

from __future__ import annotations

from pathlib import Path

import click

from qexport.cli.completion import complete_theme
from qexport.cli.options import PATH, flags, json_option
from qexport.cli.program import CommandGroup, say, say_json, say_table
from qexport.common.wording import quantity


@click.group(cls=CommandGroup)
def theme() -> None:
    """List the themes, or copy one to change it."""


@theme.command("list")
@json_option
@flags
def theme_list(*, as_json: bool) -> None:
    """List the built-in themes."""
    from qexport.content.themes import find_theme, list_built_in

    themes = [(name, find_theme(name).description) for name in list_built_in()]
    if as_json:
        say_json([{"name": name, "description": description} for name, description in themes])
    else:
        say_table([("name", "description"), *themes])


@theme.command("eject")
@click.argument("name", shell_complete=complete_theme)
@click.argument("folder", type=PATH, metavar="DIR")
@json_option
@flags
def theme_eject(*, name: str, folder: Path, as_json: bool) -> None:
    """Copy a built-in theme and its templates into a folder.

    Change it there, and build with --theme DIR. Delete the files you do not change: they then come from the
    built-in theme.
    """
    from qexport.content.themes import eject_theme

    paths = eject_theme(name, folder)
    if as_json:
        say_json({"theme": name, "folder": str(folder), "files": [str(path) for path in paths]})
    else:
        say([f"{folder}: {quantity(len(paths), 'file')} of theme {name}; build with --theme {folder}"])
