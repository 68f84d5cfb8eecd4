"""`qexport import`: captured pages → a bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import PATH, encoding_option, flags, json_option, limited
from qexport.cli.program import say, say_json, warn
from qexport.common.errors import InputRefused
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.common.limits import Limits
    from qexport.pipeline import Imported


@click.command("import")
@click.argument("captures", nargs=-1, required=True, type=PATH, metavar="CAPTURE...")
@click.option(
    "-o", "--output", "bank", type=PATH, metavar="BANK", required=True, help="The bank's YAML file."
)
@click.option(
    "--vocabulary",
    type=PATH,
    metavar="PATH",
    help="The technologies, categories and levels of the pages. [default: vocabulary.yaml beside them]",
)
@encoding_option
@click.option(
    "--strict",
    is_flag=True,
    help="Write nothing, and end with status 3, where a page contradicts the bank or has unknown answers.",
)
@limited
@json_option
@flags
def import_(
    *,
    captures: tuple[Path, ...],
    bank: Path,
    vocabulary: Path | None,
    encoding: str | None,
    strict: bool,
    limits: Limits,
    as_json: bool,
) -> None:
    """Take the questions of captured pages into a bank.

    What the bank says already stays: where a page says something else, that is told.
    """
    from qexport import pipeline

    done = pipeline.import_captures(
        captures, bank, vocabulary=vocabulary, encoding=encoding, strict=strict, limits=limits
    )
    warn(done.report.warnings)
    if as_json:
        say_json({**asdict(done.report), "written": [str(path) for path in done.written]})
    else:
        say([str(done.report), *_import_lines(bank, done)])
    if done.refused:
        raise InputRefused(done.refused)


def _import_lines(bank: Path, done: Imported) -> Iterator[str]:
    if done.refused:
        return
    if bank not in done.written:
        yield f"{bank}: unchanged"
    for path in done.written:
        count = sum(len(capture.new) for capture in done.report.captures)
        yield f"{path}: {quantity(count, 'question')} added" if path == bank else f"{path}: written"
