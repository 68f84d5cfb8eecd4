"""The program as a whole: its summaries fit, and every command is in the table."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from qexport.cli import commands
from qexport.cli.main import COMMANDS, program


def test_every_summary_fits_a_terminal_of_80_columns() -> None:
    shown = (
        CliRunner().invoke(program, ["--help"], prog_name="qexport", terminal_width=78).stdout
    )  # as click sets it on 80
    assert not [line for line in shown.splitlines()[1:] if line.endswith("...")]
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_name_it_is_listed_by(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.name == name


def test_every_file_of_commands_is_in_the_table() -> None:
    files = {path.stem for path in Path(*commands.__path__).glob("*.py")} - {"__init__"}
    assert {place.partition(":")[0] for place, _ in COMMANDS.values()} == files


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.get_short_help_str(200) == COMMANDS[name][1]
