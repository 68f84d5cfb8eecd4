"""The program: its commands, and how it starts.

A new command is a file in `qexport/cli/commands` and a line in COMMANDS.
"""

from __future__ import annotations

import functools
import io
import sys

import click

from qexport.cli.options import speaking_flags
from qexport.cli.program import Program, collect_seldom, end_on_signals, say

COMMANDS = {
    "init": "init:init",
    "import": "import_:import_",
    "new": "init:new",
    "ids": "init:ids",
    "check": "check:check",
    "list": "questions:list_",
    "show": "questions:show",
    "stats": "questions:stats",
    "build": "build:build",
    "export": "export:export",
    "schema": "schema:schema",
    "theme": "theme:theme",
    "cache": "cache:cache",
    "doctor": "doctor:doctor",
    "recipes": "recipes:recipes",
    "bundle": "bundle:make_bundle",
    "verify": "bundle:verify",
    "share": "share:share",
    "preview": "preview:preview",
    "push": "push:push",
    "publish": "publish:publish",
    "diff": "diff:diff",
    "release": "release:release",
    "pull": "returns:pull",
    "reviews": "returns:reviews",
    "renumber": "identities:renumber",
    "migrate": "identities:migrate",
    "repair-times": "identities:repair_times",
    "completion": "completion:completion",
    "help": "help:help_",
}
"""Every command in the order of the help → its module in `qexport.cli.commands`, and its name there.

A module is imported when its command runs, or for the list of commands in the help.
"""


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from qexport.common.versions import versions

    program, *others = (f"{name} {number}" for name, number in versions().items())
    say([f"{program} ({', '.join(others)})"])
    ctx.exit()


@click.group(
    cls=Program,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="qexport COMMAND --help shows the options of a command. --quiet and --debug may follow it too.",
)
@functools.partial(speaking_flags, hidden=False)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Print the version, and those of the libraries.",
)
def program() -> None:
    """One bank of interview questions: a handbook to print and an Anki deck to study."""


def main() -> None:
    """Run the program; this is what `qexport` and `python -m qexport` do."""
    sys.stdout = sys.stdout or io.StringIO()  # closed by a caller who wants to hear nothing
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no ’ shows \u2019
    end_on_signals()
    collect_seldom()
    program(prog_name="qexport")
