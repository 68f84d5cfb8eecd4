"""`qexport push`: the deck of a recipe → the Anki that runs on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.asking import agree
from qexport.cli.help_layout import HeadedCommand
from qexport.cli.options import flags, json_option, locking_options, names_bank, takes_filters, takes_options
from qexport.cli.program import now, progress, say, say_aside, say_json, warn
from qexport.cli.recipes import recipe_to_build
from qexport.common.errors import UsageError
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.locking import Locking
    from qexport.team.push import Push, Pushed

DEFAULT_PORT = 8765
LISTED = 20
"""Own edits that are listed; of more there is a count."""


ASKED_TO_SYNC = "asked Anki to synchronize; its window shows whether it does, or what it needs"
"""The add-on's action `sync` presses Anki's button and answers at once: nothing says how the synchronization went."""


@click.command(cls=HeadedCommand)
@click.argument("name", required=False, default="", metavar="[RECIPE]")
@click.option("--dry-run", is_flag=True, help="Only show what would change in the collection.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--sync", is_flag=True, help="Ask Anki to synchronize with AnkiWeb afterwards.")
@click.option("--profile", default="", metavar="NAME", help="Profile that must be open in Anki.")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    metavar="N",
    help="Port of AnkiConnect on this machine.",
)
@names_bank
@json_option
@takes_filters
@takes_options("deck")
@locking_options
@flags
def push(
    *,
    name: str,
    dry_run: bool,
    yes: bool,
    sync: bool,
    profile: str,
    port: int,
    bank: Path | None,
    encoding: str | None,
    limits: Limits,
    lock: Path | None,
    locking: Locking,
    options: Mapping[str, str | bool],
    filters: Filters,
    as_json: bool,
) -> None:
    """Import the deck into the Anki running on this machine.

    It first shows what would change in the collection: new, changed and retired notes. Fields that a learner
    changed are kept, and so are the learner's own tags. Retired notes are suspended and tagged, never deleted.

    Anki needs the add-on AnkiConnect (2055492159). If it wants a key, put it in QEXPORT_ANKICONNECT_KEY.
    """
    from qexport.anki.connect import AnkiConnect

    anki = AnkiConnect(port, os.environ.get("QEXPORT_ANKICONNECT_KEY", ""))
    anki.check(profile)
    given = {"bank": bank, "encoding": encoding, "limits": limits, "lock": lock}
    recipe = recipe_to_build(name, given, filters, options)
    time = now()
    with progress():
        from qexport.team.push import carry_out, plan_recipe_push

        planned = plan_recipe_push(recipe, anki, now=time, locking=locking)
    if not as_json:
        say(_push_lines(planned))
    plan = planned.plan
    changes = len(plan.new) + len(plan.changed) + len(plan.retired)
    is_done = False
    if changes and not dry_run:
        if not yes:
            _ask_before_push(_push_lines(planned) if as_json else ())
        with progress():
            done = carry_out(planned, anki, now=time, locking=locking)
        warn(done.build.warnings)
        is_done = True
        if not as_json:
            say([_done_line(planned, done)])
    is_asked_to_sync = sync and not dry_run
    if is_asked_to_sync:
        anki.call("sync")
        if not as_json:
            say([ASKED_TO_SYNC])
    if as_json:
        say_json({**_push_fields(planned), "done": is_done, "asked_to_synchronize": is_asked_to_sync})


def _ask_before_push(lines: Iterable[str]) -> None:
    """Let the user agree, or end; the lines are shown first."""
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on", hint="add --yes to do it, or --dry-run to only see it"
        )
    if not agree(lines, "Change the collection?"):
        say_aside("nothing was changed")
        raise click.Abort


def _push_lines(push: Push) -> Iterator[str]:
    plan = push.plan
    yield (
        f"in Anki: {quantity(len(plan.new), 'new note')}, {len(plan.changed)} to change, "
        f"{len(plan.retired)} to suspend, {plan.unchanged} unchanged"
    )
    for edit in plan.own_edits[:LISTED]:
        key = push.names[edit.note.fields["Key"]]
        if edit.kept:
            yield f"  {key}: your text stays in {', '.join(edit.kept)}"
        if edit.conflicts:
            yield f"  {key}: your text stays, though the bank's is new too, in {', '.join(edit.conflicts)}"
    if len(plan.own_edits) > LISTED:
        yield f"  … and {quantity(len(plan.own_edits) - LISTED, 'more note')} with text of your own"


def _done_line(push: Push, done: Pushed) -> str:
    return (
        f"done: {quantity(done.new, 'note')} added, {len(push.plan.changed)} changed, "
        f"{len(push.plan.retired)} suspended, {quantity(done.media, 'picture')} stored"
    )


def _push_fields(push: Push) -> dict[str, object]:
    plan, names = push.plan, push.names
    return {
        "new": [names[key] for key in plan.new],
        "changed": [names[change.note.fields["Key"]] for change in plan.changed],
        "retired": [names[note.fields["Key"]] for note in plan.retired],
        "own_edits": [
            {
                "id": names[edit.note.fields["Key"]],
                "kept": list(edit.kept),
                "conflicts": list(edit.conflicts),
            }
            for edit in plan.own_edits
        ],
        "unchanged": plan.unchanged,
    }
