"""The program, run in this process."""

from __future__ import annotations

from dataclasses import dataclass

from click.testing import CliRunner

from qexport.cli.main import program


@dataclass
class Done:
    """How a run of the program ended."""

    status: int
    out: str
    err: str


def run(*words: str) -> Done:
    """Run a command; an exception that the program does not translate is raised."""
    result = CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)
