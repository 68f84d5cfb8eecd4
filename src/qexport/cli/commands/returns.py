"""`qexport pull` and `qexport reviews`: what comes back from learners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.commands.identities import of_a_bank, recipe_of_bank
from qexport.cli.options import PATH
from qexport.cli.program import say, say_json
from qexport.common.text_input import quote
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.common.limits import Limits
    from qexport.team.returns import Pulled

_KIND_LABELS = {
    "taken": "taken",
    "ours": "changed on both sides; the bank's stays",
    "conflict": "changed on both sides",
    "left": "left, because the bank has no form for it",
    "unknown": "left, because the history does not have the version it was made from",
}


@click.command()
@click.argument("exports", nargs=-1, required=True, type=PATH, metavar="EXPORT...")
@click.option(
    "--theirs", "choice", flag_value="theirs", help="Take the learner's words where both sides changed."
)
@click.option("--ours", "choice", flag_value="ours", help="Keep the bank's words where both sides changed.")
@click.option("--patch", is_flag=True, help="Write no file, but a patch for git apply to the output.")
@of_a_bank
def pull(
    *,
    exports: tuple[Path, ...],
    choice: str | None,
    patch: bool,
    name: str,
    bank: Path | None,
    lock: Path | None,
    encoding: str | None,
    limits: Limits,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take what learners changed in Anki into the bank.

    EXPORT is an .apkg that Anki exported. Each note carries the version it was made from: only fields that were
    changed since then are taken, word by word. Words that both sides changed are a conflict, which ends the
    command with status 3 unless --theirs or --ours decides. Tags, flags and retired notes are left alone.
    """
    from qexport.team import returns

    recipe = recipe_of_bank(name, bank, lock, encoding, limits)
    decided: returns.PreferredSide = "theirs" if choice == "theirs" else "ours" if choice == "ours" else ""
    done = returns.pull(recipe, exports, choice=decided, dry_run=dry_run, patch=patch)
    if as_json:
        fields = [{"export": export, **asdict(each)} for export, each in done.proposals]
        written = [] if dry_run or patch else [str(path) for path in done.changes]
        say_json({"changes": fields, "new": dict(done.new), "written": written})
    elif patch:
        click.echo(done.patch, nl=False)
    else:
        say(_pull_lines(done, dry_run=dry_run))
    if done.open_conflicts:
        click.get_current_context().exit(3)


def _pull_lines(done: Pulled, *, dry_run: bool) -> Iterator[str]:
    for export, each in done.proposals:
        yield f"{export}: {each.id} {each.field}: {_KIND_LABELS[each.kind]}"
        if each.kind in ("conflict", "ours"):
            yield f"  bank:   {quote(each.ours)}"
        yield f"  theirs: {quote(each.theirs)}"
    for export, count in done.new.items():
        if count:
            yield f"{export}: {quantity(count, 'note')} that the bank does not have, left"
    taken = sum(each.kind == "taken" for _, each in done.proposals)
    if done.changes:
        names = ", ".join(map(str, done.changes))
        yield f"{names}: {quantity(taken, 'field')} {'would be changed' if dry_run else 'changed'}"
    elif not done.open_conflicts:
        yield "nothing to take"
    if done.open_conflicts:
        yield f"{quantity(done.open_conflicts, 'conflict')} left open: decide with --theirs or --ours"


@click.command()
@click.argument("exports", nargs=-1, required=True, type=PATH, metavar="EXPORT...")
@click.option(
    "--learners",
    type=click.IntRange(1),
    default=3,
    help="Leave out questions that fewer learners have reviewed. [default: 3]",
)
@of_a_bank
def reviews(
    *,
    exports: tuple[Path, ...],
    learners: int,
    name: str,
    bank: Path | None,
    lock: Path | None,
    encoding: str | None,
    limits: Limits,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Count how learners did with each question.

    EXPORT is an .apkg exported with scheduling, one a learner. Only counts per question are written, to a file
    beside the lock: reviews, lapses, share forgotten, median seconds, learners; never anything about a person.
    """
    from qexport.team import returns

    recipe = recipe_of_bank(name, bank, lock, encoding, limits)
    done = returns.count_returned_reviews(recipe, exports, at_least=learners, dry_run=dry_run)
    if as_json:
        say_json(
            {"path": str(done.path), "questions": {key: asdict(each) for key, each in done.counts.items()}}
        )
        return
    from qexport.cli.terminal import table

    head = ("id", "learners", "reviews", "lapses", "forgotten", "seconds")
    rows = [
        (
            key,
            str(each.learners),
            str(each.reviews),
            str(each.lapses),
            f"{each.forgotten:.0%}",
            f"{each.seconds:.1f}",
        )
        for key, each in sorted(done.counts.items(), key=lambda pair: (-pair[1].forgotten, pair[0]))
    ]
    if rows:
        say(table([head, *rows], numbers=range(1, 6)))
    left = (
        f"; {done.left_out} left out, with fewer than {quantity(learners, 'learner')}"
        if done.left_out
        else ""
    )
    say([f"{done.path}: {quantity(len(rows), 'question')}{left}"])
