"""`qexport help`: the help of the program or of a command."""

from __future__ import annotations

import click

from qexport.cli.completion import complete_command
from qexport.cli.program import say
from qexport.common.errors import UsageError
from qexport.common.wording import did_you_mean


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...", shell_complete=complete_command)
@click.pass_context
def help_(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of a command: qexport help build."""
    shown = ctx.find_root()
    for word in words:
        group = shown.command
        command = group.get_command(shown, word) if isinstance(group, click.Group) else None
        if command is None:
            names = group.list_commands(shown) if isinstance(group, click.Group) else []
            hint = did_you_mean(word, names, "see qexport --help")
            raise UsageError(f"no such command {' '.join(words)!r}", hint=hint)
        shown = click.Context(command, info_name=word, parent=shown)
    say([shown.get_help()])
