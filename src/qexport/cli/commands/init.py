"""`qexport init`, `ids` and `new`: begin a bank, and add to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.options import PATH, encoding_option, flags, json_option, reads_bank, takes_limits
from qexport.cli.program import say, say_json
from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.formats import YAML_ENDINGS
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.common.limits import Limits


@click.command()
@click.argument("folder", type=PATH, metavar="[FOLDER]", required=False)
@click.option(
    "--from",
    "source",
    type=PATH,
    metavar="FILE",
    help="Import this file, in any format that qexport import reads.",
)
@click.option("--title", metavar="TEXT", default="", help="Title of the bank. [default: the folder's name]")
@encoding_option
@takes_limits
@json_option
@flags
def init(
    *,
    folder: Path | None,
    source: Path | None,
    title: str,
    encoding: str | None,
    limits: Limits,
    as_json: bool,
) -> None:
    """Start a bank: questions.yaml, qexport.toml and .gitignore.

    Existing files are not overwritten.
    """
    from qexport.bank.schema import SCHEMA_FILE, bank_schema
    from qexport.bank.starter import IGNORED, STARTER_RECIPES, starter_bank
    from qexport.common import files

    place = folder or Path()
    bank = place / "questions.yaml"
    if bank.exists():
        hint = "build it: qexport build; or begin another: qexport init FOLDER"
        raise UsageError(f"there is a bank already: {bank}", hint=hint)
    name = (
        " ".join(title.split())
        or place.resolve().name.replace("-", " ").replace("_", " ").capitalize()
        or "Questions"
    )
    contents: dict[Path, bytes] = {}
    written: tuple[Path, ...] = ()
    if source:
        told, imported, written = _import_into(bank, source, title, encoding, limits)
        contents |= imported
    else:
        contents[bank] = starter_bank(name).encode()
        contents[place / SCHEMA_FILE] = (
            json.dumps(bank_schema(), ensure_ascii=False, indent=2) + "\n"
        ).encode()
        told = [f"{bank}: a bank of two questions to begin with"]
    for path, text in ((place / "qexport.toml", STARTER_RECIPES), (place / ".gitignore", IGNORED)):
        if not path.exists():
            contents[path] = text.encode()
    files.write_all(contents)
    written = (*written, *contents)
    if as_json:
        say_json({"bank": str(bank), "written": sorted(map(str, written))})
        return
    where = f"cd {folder}\n  " if folder else ""
    say(
        [
            *told,
            f"written: {', '.join(sorted(path.name for path in written))}",
            "next:",
            f"  {where}edit questions.yaml, then: qexport check, qexport build",
        ]
    )


def _import_into(
    bank: Path, source: Path, title: str, encoding: str | None, limits: Limits
) -> tuple[list[str], Mapping[Path, bytes], tuple[Path, ...]]:
    """Return what to say of an import, the files of a new bank, and those that are written already, of hub pages."""
    from qexport.cli.commands.import_ import describe_session
    from qexport.importers.session import find_hub_pages, import_files
    from qexport.importers.source import Wishes

    wishes = Wishes(encoding=encoding, title=title)
    if find_hub_pages([source], wishes, limits):
        from qexport.importers.hub.captured_files import import_captures

        if title:
            raise UsageError("--title: a captured hub page has its title in vocabulary.yaml beside it")
        done = import_captures([source], bank, encoding=encoding, limits=limits)
        return [str(done.report)], {}, done.written
    session = import_files([source], bank, wishes, limits=limits)
    return list(describe_session(session)), session.contents, ()


@click.command()
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@reads_bank
@click.option("--dry-run", is_flag=True, help="Only show the ids that would be given.")
@json_option
@flags
def ids(*, bank: Path, encoding: str | None, limits: Limits, dry_run: bool, as_json: bool) -> None:
    """Give an id to every question that has none.

    An id is given once: it stays when the text is edited. Comments and layout of the file stay too.
    """
    from qexport.bank.id_filling import fill_ids
    from qexport.common import files
    from qexport.common.text_input import read_text

    if not bank.is_file() or bank.suffix.lower() not in YAML_ENDINGS:
        raise UsageError(f"{bank}: ids are given only in YAML files", hint="name one with --bank PATH")
    text = read_text(bank, encoding=encoding, limits=limits)
    filled = fill_ids(text, str(bank), limits)
    if filled.given and not dry_run:
        files.write_all({bank: filled.text.encode()})
    if as_json:
        say_json({"bank": str(bank), "given": [{"line": line, "id": key} for line, key in filled.given]})
        return
    say([f"{bank}:{line}: {key}" for line, key in filled.given])
    would = "would be given" if dry_run else "given"
    say(
        [
            f"{bank}: {quantity(len(filled.given), 'id')} {would}"
            if filled.given
            else f"{bank}: every question has an id"
        ]
    )


@click.command()
@click.argument("question", metavar="QUESTION")
@reads_bank
@click.option(
    "--id",
    "key",
    metavar="ID",
    default="",
    help="Id of the question. [default: the next number, else from its words]",
)
@click.option("--technology", metavar="NAME", default="", help="Technology of the question.")
@click.option("--level", metavar="NAME", default="", help="Level of the question.")
@click.option("--dry-run", is_flag=True, help="Only print the lines that would be added.")
@flags
def new(
    *,
    question: str,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    key: str,
    technology: str,
    level: str,
    dry_run: bool,
) -> None:
    """Add a draft question to the end of the bank."""
    from qexport.bank.id_making import make_id
    from qexport.bank.model import Question
    from qexport.bank.starter import numbered_id
    from qexport.bank.yaml_append import append_questions
    from qexport.bank.yaml_writer import write_questions
    from qexport.choosing import read_bank
    from qexport.common import files
    from qexport.common.text_input import read_text

    if not bank.is_file() or bank.suffix.lower() not in YAML_ENDINGS:
        raise UsageError(f"{bank}: questions are added only to YAML files", hint="name one with --bank PATH")
    there, _ = read_bank(bank, encoding=encoding, limits=limits)
    used = [each.id for each in there.questions]
    taken = {name.casefold() for each in there.questions for name in (each.id, *each.former_ids)}
    key = key or numbered_id(used) or make_id(question, taken)
    if key.casefold() in taken:
        raise InputRefused(
            (Problem(Location(str(bank)), f"id {key!r} is taken", "choose another with --id"),)
        )
    markup = there.questions[0].markup if there.questions else "plain"
    added = Question(
        id=key,
        question=" ".join(question.split()),
        technology=technology,
        level=level,
        status="draft",
        markup=markup,
    )
    text = read_text(bank, encoding=encoding, limits=limits)
    longer = append_questions(text, str(bank), [added], limits)
    if dry_run:
        say([write_questions([added], markup=markup).rstrip("\n")])
        return
    files.write_all({bank: longer.encode()})
    line = longer.count("\n", 0, longer.rindex(f"id: {key}") if f"id: {key}" in longer else 0) + 1
    say([f"{bank}:{line}: {key} added, a draft: write its answer, and remove `status: draft`"])
