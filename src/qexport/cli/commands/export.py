"""`qexport export`: questions → a file that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.completion import complete_form
from qexport.cli.help_layout import HeadedCommand
from qexport.cli.options import PATH, flags, json_option, reads_bank, takes_filters
from qexport.cli.program import say, say_json, warn

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits


@click.command(cls=HeadedCommand)
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@click.option(
    "--to",
    "form",
    metavar="FORMAT",
    required=True,
    shell_complete=complete_form,
    help="csv, json, jsonl, markdown, gift, moodle-xml or anki-text.",
)
@click.option(
    "-o",
    "--output",
    "target",
    type=PATH,
    metavar="FILE",
    help="The file; - is standard output. [default: the bank's name with the format's ending]",
)
@reads_bank
@json_option
@takes_filters
@flags
def export(
    *,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    filters: Filters,
    form: str,
    target: Path | None,
    as_json: bool,
) -> None:
    """Export questions for other programs, or to edit them.

    qexport import reads csv, json, jsonl and markdown back as the same bank; without filters, they hold drafts and
    retired questions too. The other formats cannot hold everything; what is lost is reported.
    """
    from qexport import choosing
    from qexport.common import files
    from qexport.common.wording import quantity
    from qexport.exporters.registry import choose_questions, describe_left_out, export_questions, form_named

    chosen = form_named(form)
    whole, warnings = choosing.read_bank(bank, encoding=encoding, limits=limits)
    questions = choose_questions(whole, filters, chosen, limits)
    exported = export_questions(whole, questions, chosen)
    path = target or bank.with_suffix(chosen.suffix)
    warn(warnings)
    if left_out := describe_left_out(whole, questions):
        warn([f"left out: {left_out}"])
    warn(f"{chosen.title} cannot carry {loss}" for loss in exported.losses)
    if str(path) == "-":
        click.echo(exported.text, nl=False)
        return
    files.write_all({path: exported.text.encode("utf-8", "surrogatepass")})
    if as_json:
        say_json(
            {
                "path": str(path),
                "form": chosen.name,
                "questions": [question.id for question in questions],
                "losses": list(exported.losses),
            }
        )
    else:
        say([f"{path}: {quantity(len(questions), 'question')}, {chosen.title}"])
