"""`qexport list`, `show` and `stats`: look at the questions of a bank."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.completion import complete_id
from qexport.cli.help_layout import HeadedCommand
from qexport.cli.options import PATH, flags, json_option, reads_bank, takes_filters
from qexport.cli.program import say, say_json, say_table, warn
from qexport.cli.terminal import (
    QUESTION_HEAD,
    list_question_fields,
    question_page,
    question_row,
    stats_lines,
)

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.choosing import Selection
    from qexport.common.limits import Limits


@click.command("list", cls=HeadedCommand)
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@reads_bank
@json_option
@takes_filters
@flags
def list_(*, bank: Path, encoding: str | None, limits: Limits, filters: Filters, as_json: bool) -> None:
    """List questions, one per line.

    Long lines are shortened on a terminal, and complete in a pipe.
    """
    choice = _select_from_bank(bank, filters, encoding, limits)
    if as_json:
        say_json([list_question_fields(question, whole=False) for question in choice.questions])
        return
    width = _terminal_width() if sys.stdout.isatty() else None
    say_table([QUESTION_HEAD, *map(question_row, choice.questions)], width=width)


@click.command(cls=HeadedCommand)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=complete_id)
@reads_bank
@json_option
@takes_filters
@flags
def show(
    *,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    ids: tuple[str, ...],
    filters: Filters,
    as_json: bool,
) -> None:
    """Show complete questions, chosen by id or by filters."""
    choice = _select_from_bank(bank, replace(filters, id=(*filters.id, *ids)), encoding, limits)
    if as_json:
        say_json([list_question_fields(question, whole=True) for question in choice.questions])
        return
    width = min(_terminal_width(), 100)  # beyond, the eye loses the line
    between = ["", "─" * width, ""]
    pages = [list(question_page(question, width=width)) for question in choice.questions]
    say(line for number, page in enumerate(pages) for line in [*(between if number else []), *page])


@click.command(cls=HeadedCommand)
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@reads_bank
@json_option
@takes_filters
@flags
def stats(*, bank: Path, encoding: str | None, limits: Limits, filters: Filters, as_json: bool) -> None:
    """Count questions by technology, level and difficulty.

    If the bank says how many questions its source has, both numbers are printed.
    """
    from qexport.bank.health.counts import count_questions, stats_fields

    choice = _select_from_bank(bank, filters, encoding, limits)
    counts = count_questions(choice.bank, choice.questions)
    if as_json:
        say_json(stats_fields(counts))
    else:
        say(stats_lines(counts))


def _select_from_bank(bank: Path, filters: Filters, encoding: str | None, limits: Limits) -> Selection:
    from qexport import choosing

    choice = choosing.choose(bank, filters, encoding=encoding, limits=limits)
    warn(choice.warnings)
    return choice


def _terminal_width() -> int:
    return shutil.get_terminal_size().columns
