"""How the help of a command is arranged: examples first, common options before rare ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

COMMON_HEADING = "Options"
"""The heading of options without one of their own; it comes first."""

RARE = "Rarely needed"
"""The heading of the last options."""

WIDEST_HELP = 100
"""Columns of the help at most."""


def help_width() -> int:
    """Return the columns of the help on this terminal, as click finds them, but without modules for archives."""
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() else 0
    if not width and sys.__stdout__ is not None:
        try:
            width = os.get_terminal_size(sys.__stdout__.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return max(min(width or 80, WIDEST_HELP) - 2, 50)


class HeadedOption(click.Option):
    """An option under a heading of its own in the help."""

    def __init__(self, *names: Any, heading: str, **more: Any) -> None:
        super().__init__(*names, **more)
        self.heading = heading

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Return what click adds to the help, without the range of a number: the help has it in words."""
        return {key: value for key, value in super().get_help_extra(ctx).items() if key != "range"}


class HeadedCommand(click.Command):
    """A command whose help begins with examples and has its options under headings.

    Args:
        examples: Command lines, each with what it does.
    """

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; an error knows the command, whose help its hint names."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the text."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(self.examples, col_max=52)
        super().format_help_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by their headings: the common ones first, the rare ones last."""
        parts: dict[str, list[tuple[str, str]]] = {COMMON_HEADING: []}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                parts.setdefault(getattr(parameter, "heading", COMMON_HEADING), []).append(record)
        if rare := parts.pop(RARE, None):
            parts[RARE] = rare
        for heading, records in parts.items():
            with formatter.section(heading):
                formatter.write_dl(records)
