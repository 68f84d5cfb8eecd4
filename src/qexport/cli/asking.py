"""Questions to the user while a command runs; the answers come from standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import click

from qexport.cli.program import say_aside
from qexport.cli.terminal import escape_controls

Value = TypeVar("Value")

_HAS_ENDED = "qexport.cli.asking.has_ended"


def choose_answer(lines: Iterable[str], text: str, choices: Sequence[str], default: str) -> str:
    """Ask which of some answers is right.

    Args:
        lines: What the question is about, to be shown before it.
        text: The question.
        choices: The possible answers.
        default: One of them, for an empty line, and for the end of the input.

    Raises:
        click.Abort: Ctrl-C.
    """
    kind = click.Choice(choices)
    return _answer(lines, default, default, lambda: click.prompt(text, type=kind, default=default, err=True))


def agree(lines: Iterable[str], text: str) -> bool:
    """Ask a question that yes or no answers; an empty line and the end of the input are a no.

    Args:
        lines: What the question is about, to be shown before it.
        text: The question.

    Raises:
        click.Abort: Ctrl-C.
    """
    return _answer(lines, False, "no", lambda: click.confirm(text, default=False, err=True))


def _answer(lines: Iterable[str], default: Value, called: str, ask: Callable[[], Value]) -> Value:
    """Return an answer; after the end of the input (Ctrl-D, too few answers in a file) it is always the default."""
    meta = click.get_current_context().meta
    if _HAS_ENDED in meta:
        return default
    for line in lines:
        click.echo(escape_controls(line), err=True)
    try:
        return ask()
    except click.Abort as end:
        if not isinstance(end.__context__, EOFError):  # click raises the same for Ctrl-C
            raise
    meta[_HAS_ENDED] = True
    click.echo(err=True)  # the cursor is still behind the question
    say_aside(f"qexport: warning: the input has ended: each missing answer is {called!r}")
    return default
