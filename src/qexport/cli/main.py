"""The program: its commands, and how it starts.

A new command is a file in `qexport/cli/commands` and a line in COMMANDS.
"""

from __future__ import annotations

import functools
import io
import sys

import click

from qexport.cli.help_layout import WIDEST_HELP, help_width
from qexport.cli.options import speaking_flags
from qexport.cli.program import Program, say

COMMANDS = {
    "init": ("init:init", "Start a bank: questions.yaml, qexport.toml and .gitignore."),
    "import": ("import_:import_", "Import questions into a bank, from files in many formats."),
    "new": ("init:new", "Add a draft question to the end of the bank."),
    "ids": ("init:ids", "Give an id to every question that has none."),
    "check": ("check:check", "Check a bank, and report every problem with its line."),
    "list": ("questions:list_", "List questions, one per line."),
    "show": ("questions:show", "Show complete questions, chosen by id or by filters."),
    "stats": ("questions:stats", "Count questions by technology, level and difficulty."),
    "build": ("build:build", "Make the handbook (PDF) and the deck (.apkg) of a bank."),
    "export": ("export:export", "Export questions for other programs, or to edit them."),
    "schema": ("schema:schema", "Print the JSON Schema of a bank or of qexport.toml."),
    "theme": ("theme:theme", "List the themes, or copy one to change it."),
    "cache": ("cache:cache", "Show or empty the cache of laid-out pages."),
    "doctor": ("doctor:doctor", "Check this machine, and say how to install what is missing."),
    "recipes": ("recipes:recipes", "List the recipes of qexport.toml and their questions."),
    "bundle": ("bundle:make_bundle", "Pack documents, their data and release notes for a team."),
    "verify": ("bundle:verify", "Check that no byte of a bundle has changed."),
    "share": ("share:share", "Send files to a phone on this network, with a QR code."),
    "preview": ("preview:preview", "Show a bank in the browser while you write it."),
    "push": ("push:push", "Import the deck into the Anki running on this machine."),
    "publish": ("publish:publish", "Write a folder for a web server: page, book, deck and more."),
    "diff": ("diff:diff", "Show what changed between two editions of a bank."),
    "release": ("release:release", "Give the bank its next edition number, with release notes."),
    "pull": ("returns:pull", "Bring learners' changes in Anki back into the bank."),
    "reviews": ("returns:reviews", "Count how often learners forgot each question."),
    "renumber": ("identities:renumber", "Add the former_ids that keep reviews with their questions."),
    "migrate": ("identities:migrate", "Update a lock and recipes that an older version wrote."),
    "repair-times": ("identities:repair_times", "Set times in the lock that are in the future to now."),
    "completion": ("completion:completion", "Print the completion script for a shell."),
    "help": ("help:help_", "Show the help of a command: qexport help build."),
}
"""Every command in the order of the help → its module in `qexport.cli.commands` with its name there, and what it does.

A module is imported when its command runs: the list of commands in the help needs none.
"""


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from qexport.common.formats import FORMATS
    from qexport.common.versions import versions

    program, *others = (f"{name} {number}" for name, number in versions().items())
    formats = ", ".join(f"{name} {number}" for name, number in FORMATS.items())
    say([f"{program} ({', '.join(others)})", f"formats: {formats}"])
    ctx.exit()


@click.group(
    cls=Program,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST_HELP},
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
    program(prog_name="qexport", terminal_width=help_width())
