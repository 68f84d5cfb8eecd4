"""How the program speaks and how it ends: results and errors → lines on a stream, and an exit status."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from qexport.cli.terminal import Progress, as_json, colour_message, emphasize, escape_controls, table
from qexport.common.errors import (
    InputRefused,
    LimitExceeded,
    MachineLacks,
    OutputError,
    OutputsFailed,
    Problem,
    QexportError,
    UsageError,
)
from qexport.common.wording import did_you_mean, nearest, quantity

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from qexport.pipeline import Tell


MOST_PROBLEMS = 20
"""Problems or warnings that are printed in full; of more, only the count."""


@dataclass(slots=True)
class Flags:
    """How much the program prints."""

    quiet: bool = False
    debug: bool = False
    every_problem: bool = False
    """Print all problems, not only the first MOST_PROBLEMS."""


class CommandGroup(click.Group):
    """Commands of which a mistyped one is refused with the nearest that there is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            hint = did_you_mean(name, self.list_commands(ctx), f"see {ctx.command_path} --help")
            raise UsageError(f"no such command {name!r}", hint=hint)
        return super().resolve_command(ctx, args)


class Program(CommandGroup):
    """Commands in the order of a table; every error ends in qexport's words and status."""

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the names in the order of the table, which is the order one needs them in."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the signature is click's
        """Import the module of a command, and return the command; None if there is none of that name."""
        if cmd_name not in self._table:
            return None
        module, _, name = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"qexport.cli.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the signature is click's
        """Write the commands and what they do as the table has it: nothing is imported for that."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in self._table.items()])

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the program and exit with its status."""
        flags = Flags()
        status: object
        try:
            # By itself click would end Ctrl-C with 1, and write errors in a form of its own.
            status = super().main(*args, **{**extra, "obj": flags, "standalone_mode": False})
        except click.Abort:
            status = 128 + signal.SIGINT
        except SystemExit as end:
            # click ends with 1 when nobody reads on (`| head`): silent, as others are, but with their status.
            status = 128 + signal.SIGPIPE if end.code == 1 else end.code
        except Exception as error:  # noqa: BLE001  what is not ours is a bug, and told as one
            status = _tell(error, flags)
        sys.exit(status if isinstance(status, int) else 0)


def say(lines: Iterable[str]) -> None:
    """Write results to standard output, a line each."""
    click.echo(escape_controls("\n".join(lines)))


def say_json(value: object) -> None:
    """Write a result to standard output as JSON."""
    click.echo(as_json(value, only_ascii=not (sys.stdout.encoding or "utf-8").lower().startswith("utf")))


def say_table(
    rows: Sequence[Sequence[str]], *, numbers: Container[int] = (), width: int | None = None
) -> None:
    """Write a table to standard output; see `terminal.table`."""
    head, *lines = map(escape_controls, table(rows, numbers=numbers, width=width))
    click.echo("\n".join([emphasize(head, sys.stdout), *lines]))


def say_aside(text: str) -> None:
    """Write what is not a result to standard error, if anybody reads that."""
    with suppress(OSError):
        click.echo(colour_message(escape_controls(text), sys.stderr), err=True)


def say_report(lines: Iterable[str]) -> None:
    """Write a report to standard error, because the result is on standard output; unless the user wants it quiet."""
    text = "\n".join(lines)
    if text and not click.get_current_context().ensure_object(Flags).quiet:
        say_aside(text)


def warn(warnings: Iterable[Problem | str], *, every: bool = False) -> None:
    """Write warnings, unless the user wants it quiet: the first MOST_PROBLEMS and a count, or every one."""
    flags = click.get_current_context().ensure_object(Flags)
    if flags.quiet:
        return
    texts = [_message("warning", str(warning), getattr(warning, "hint", "")) for warning in warnings]
    for text in texts if every or flags.every_problem else _first(texts, "warning"):
        say_aside(text)


def _first(texts: Sequence[str], kind: str) -> Iterator[str]:
    """Yield the first problems or warnings, and how many more there are."""
    yield from texts[:MOST_PROBLEMS]
    if more := len(texts) - MOST_PROBLEMS if len(texts) > MOST_PROBLEMS else 0:
        noun = "problem" if kind == "error" else kind
        yield _message(
            kind, f"{quantity(more, f'more {noun}')}", "qexport check --all prints every problem of a bank"
        )


def print_error(error: QexportError) -> None:
    """Print an error of a command that goes on."""
    _tell(error, click.get_current_context().ensure_object(Flags))


def _tell(error: Exception, flags: Flags) -> int:
    """Write what went wrong, all of it; return the exit status."""
    if flags.debug:
        import traceback

        for each in error.errors if isinstance(error, OutputsFailed) else (error,):
            say_aside("".join(traceback.format_exception(each)).rstrip())
    match error:
        case click.exceptions.NoArgsIsHelpError():
            say_aside(error.format_message())
            return error.exit_code
        case QexportError():
            known = error
        case click.ClickException():
            known = _translate(error)
        case OSError(
            errno=errno.ENOSPC | errno.EDQUOT | errno.EIO | errno.EACCES | errno.EPERM | errno.EFBIG,
            filename=None,
        ):
            _give_up_printing()
            known = OutputError(f"standard output: cannot be written: {error.strerror}")
        case OSError(errno=errno.EIO):
            place = error.filename or "a file"
            known = MachineLacks(
                f"{place}: the disk cannot be read: {error.strerror}", hint="see whether the disk is damaged"
            )
        case MemoryError():
            known = LimitExceeded("not enough memory")
        case _:
            what = f"{type(error).__name__}: {error}".rstrip(": ")
            known = QexportError(f"internal error: {what} (please report; --debug shows the traceback)")
    for text in dict.fromkeys(
        _list_messages(known, flags)
    ):  # one reason may have kept two outputs from being made
        say_aside(text)
    return known.exit_code


def _list_messages(error: QexportError, flags: Flags) -> Iterator[str]:
    """Yield the messages of an error: the problems of a source, or of several outputs."""
    if isinstance(error, InputRefused):
        texts = [_message("error", str(problem), problem.hint) for problem in error.problems]
        yield from texts if flags.every_problem else _first(texts, "error")
        return
    if isinstance(error, OutputsFailed):
        for each in error.errors:
            yield from _list_messages(each, flags)
    if error.message:
        yield _message("error", error.message, error.hint)


def _give_up_printing() -> None:
    """Let what is still to be printed go nowhere: Python would try again at its end, and end with 120."""
    with suppress(OSError, ValueError):  # it is closed, or no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _translate(error: click.ClickException) -> UsageError:
    """Return click's complaint about the arguments of a command, worded as messages are here."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = f"see {context.command_path if context else 'qexport'} --help"
    if isinstance(error, click.exceptions.NoSuchOption):
        message = error.message
        known = [name for each in context.command.params for name in each.opts] if context else []
        near = _find_option(error.option_name, known)
        hint = f"did you mean {near!r}?" if near else hint
    return UsageError(message[:1].lower() + message[1:].rstrip("."), hint=hint)


def _find_option(name: str, known: Iterable[str]) -> str:
    """Return the option that was probably meant: the only one with that word in it, or a near one, or ""."""
    words = {each.removeprefix("--"): each for each in known if each.startswith("--")}
    wanted = name.lstrip("-")
    having = [option for option in words if wanted in option.split("-")]
    return words.get(having[0] if len(having) == 1 else nearest(wanted, words), "")


def _message(kind: str, message: str, hint: str) -> str:
    return f"qexport: {kind}: {message}" + (f"\n  hint: {hint}" if hint else "")


@contextmanager
def progress() -> Iterator[Tell]:
    """Yield a progress callback; its line is shown on a terminal, unless the user wants it quiet."""
    if sys.stderr.isatty() and not click.get_current_context().ensure_object(Flags).quiet:
        with Progress(sys.stderr) as tell:
            yield tell
    else:
        yield lambda _what, _done, _total: None


def now() -> int:
    """Return the time in Unix seconds: that of SOURCE_DATE_EPOCH, if it is set."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return int(time.time())
    if not re.fullmatch("[0-9]{1,9}|[123][0-9]{9}", given):  # Anki's times end in 2106
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {given!r}",
            hint="it takes a number of seconds since 1970, for example 1767225600",
        )
    return int(given)
