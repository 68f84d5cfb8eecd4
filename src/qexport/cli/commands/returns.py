"""`qexport pull` and `qexport reviews`: what comes back from learners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from qexport.cli.asking import choose_answer
from qexport.cli.commands.identities import of_a_recipe
from qexport.cli.options import PATH
from qexport.cli.program import say, say_json, say_report, warn
from qexport.cli.terminal import file_size
from qexport.common.errors import UsageError
from qexport.common.text_input import quote
from qexport.common.wording import list_names, quantity

if TYPE_CHECKING:
    from qexport.anki.proposals import Proposal
    from qexport.bank.merging import Preference
    from qexport.recipe import Recipe
    from qexport.team.patches import Patch
    from qexport.team.returned_pictures import Picture
    from qexport.team.returns import Pulled

_KIND_LABELS = {
    "taken": "taken",
    "ours": "changed on both sides; the bank's stays",
    "conflict": "changed on both sides",
    "left": "not taken, because the bank cannot express it",
    "unknown": "not taken, because the history does not have the version it was made from",
}
_PICTURE_LABELS = {
    "taken": "is another picture now: taken",
    "ours": "was changed on both sides; the bank's stays",
    "conflict": "was changed on both sides",
    "left": "was changed, and the question does not show it any more: not taken",
    "damaged": "was changed into something that is not a picture: not taken",
}


@click.command()
@click.argument("exports", nargs=-1, required=True, type=PATH, metavar="EXPORT...")
@click.option("--theirs", is_flag=True, help="Take the learner's words where both sides changed.")
@click.option("--ours", is_flag=True, help="Keep the bank's words where both sides changed.")
@click.option("--ask", is_flag=True, help="Show each conflict, and ask whose words to take.")
@click.option(
    "--base",
    default="",
    metavar="DECK|REVISION",
    help="A published .apkg, or a revision of the bank in git, for versions that the history lacks.",
)
@click.option(
    "--patch", is_flag=True, help="Write no file; print a patch for git apply, and where to apply it."
)
@of_a_recipe
def pull(
    *,
    exports: tuple[Path, ...],
    theirs: bool,
    ours: bool,
    ask: bool,
    base: str,
    patch: bool,
    recipe: Recipe,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring learners' changes in Anki back into the bank.

    EXPORT is an .apkg that Anki exported. Each note records the version it was made from, so only fields changed
    since then are merged, word by word. If both sides changed the same words, that is a conflict, and the command
    ends with status 3 unless --theirs, --ours or --ask decides. New notes in the deck become drafts, with their
    pictures. A learner's own tags, flags and stars are not taken, and retired notes are left alone.
    """
    from qexport.team import returns

    decided = _one_of(theirs=theirs, ours=ours, ask=ask)
    done = returns.pull(
        recipe,
        exports,
        choice="" if decided == "ask" else decided,
        ask=_ask if decided == "ask" else None,
        base=base,
        dry_run=dry_run,
        patch=patch,
    )
    if as_json:
        say_json(_pull_fields(done, written=not (dry_run or patch)))
    elif done.patch:
        click.echo(done.patch.data, nl=False)  # bytes: the ends of lines stay as they are on every system
        say_report([*_pull_lines(done, base, "would be "), *_patch_lines(done.patch)])
    else:
        say(_pull_lines(done, base, "would be " if dry_run else ""))
    if done.open_conflicts:
        click.get_current_context().exit(3)


def _one_of(*, theirs: bool, ours: bool, ask: bool) -> Preference | Literal["ask"]:
    """Return who decides conflicts; empty: nobody.

    Raises:
        UsageError: More than one is given.
    """
    if theirs + ours + ask > 1:
        given = [name for name, is_on in (("--theirs", theirs), ("--ours", ours), ("--ask", ask)) if is_on]
        hint = "--ask lets you decide each conflict; --theirs and --ours decide all of them"
        raise UsageError(f"{' and '.join(given)} cannot be given together", hint=hint)
    return "theirs" if theirs else "ours" if ours else "ask" if ask else ""


def _ask(export: str, conflict: Proposal | Picture) -> Preference:
    """Let the user choose whose words or picture is taken; leaving it open is a choice too."""
    from qexport.team.returned_pictures import Picture

    lines = _picture_lines(conflict) if isinstance(conflict, Picture) else _proposal_lines(export, conflict)
    answer = choose_answer(
        lines,
        "Take theirs, keep ours, or leave it open",
        ("theirs", "ours", "open"),
        "open",
    )
    return "theirs" if answer == "theirs" else "ours" if answer == "ours" else ""


def _pull_fields(done: Pulled, *, written: bool) -> dict[str, object]:
    return {
        "changes": [{"export": export, **_returned_fields(each)} for export, each in done.proposals],
        "drafts": [
            {
                "export": export,
                "id": each.question.id,
                "question": each.question.question,
                "sounds": list(each.sounds),
            }
            for export, each in done.drafts
        ],
        "pictures": [{**asdict(each), "path": str(each.path), "taken": each.taken} for each in done.pictures],
        "written": [str(path) for path in done.changes] if written else [],
        **({"patch": _patch_fields(done.patch)} if done.patch else {}),
    }


def _returned_fields(change: Proposal) -> dict[str, object]:
    return {name: value for name, value in asdict(change).items() if name != "by_side"}


def _patch_fields(patch: Patch) -> dict[str, str]:
    return {"folder": str(patch.folder), "text": patch.data.decode()}


def _patch_lines(patch: Patch) -> Iterator[str]:
    """Yield where the patch is applied: git is silent about files that it passes over."""
    if not patch.data:
        return
    yield f"apply the patch with git apply in {patch.folder}"
    if patch.is_work_tree:
        yield "  in a folder below, git apply passes over files that are not in that folder, and does not say so"


def _pull_lines(done: Pulled, base: str, would: str) -> Iterator[str]:
    for export, each in done.proposals:
        yield from _proposal_lines(export, each)
    for export, draft in done.drafts:
        yield f"{export}: new note, as draft {draft.question.id}: {quote(draft.question.question)}"
        if draft.sounds:
            yield f"  not taken: {_sounds(draft.sounds)}"
    for picture in done.pictures:
        yield from _picture_lines(picture)
    parts = [
        quantity(count, what)
        for count, what in (
            (sum(each.kind == "taken" for _, each in done.proposals), "field"),
            (len(done.drafts), "draft"),
        )
        if count
    ]
    if done.changes:
        names = ", ".join(map(str, done.changes))
        what = " and ".join(parts) or quantity(sum(each.taken for each in done.pictures), "picture")
        yield f"{names}: {what} {would}{'written' if done.drafts else 'changed'}"
    elif not done.open_conflicts:
        yield "nothing to take"
    if unknown := len({each.id for _, each in done.proposals if each.kind == "unknown"}):
        which = "its version" if unknown == 1 else "their versions"
        neither = f", and {base} does not have {'it' if unknown == 1 else 'them'} either" if base else ""
        yield (
            f"{quantity(unknown, 'question')} not taken, because the history lacks {which}{neither}: name the deck "
            "that the learner imported, or the revision it was built from, for example --base old.apkg or --base v1.0"
        )
    if done.open_conflicts:
        yield f"{quantity(done.open_conflicts, 'conflict')} left open: decide with --ask, --theirs or --ours"


def _picture_lines(picture: Picture) -> Iterator[str]:
    """Yield what became of a picture, with the sizes of both where both sides changed it."""
    yield f"{picture.export}: {picture.id}: {picture.path} {_PICTURE_LABELS[picture.kind]}"
    if picture.kind in ("conflict", "ours"):
        for side, size in (("bank:  ", picture.ours), ("theirs:", picture.theirs)):
            if size:
                yield f"  {side} {size.width} × {size.height} pixels, {file_size(size.bytes)}"


def _proposal_lines(export: str, each: Proposal) -> Iterator[str]:
    """Yield what became of a field, its words as `qexport diff` shows them."""
    if each.kind == "left" and each.sounds and not each.theirs:
        yield f"{export}: {each.id} {each.field}: not taken: {_sounds(each.sounds)}"
        return
    became = _KIND_LABELS[each.kind]
    if each.missing:
        what = "picture {} is" if len(each.missing) == 1 else "pictures {} are"
        became = (
            f"not taken, because the {what.format(', '.join(map(quote, each.missing)))} not in the export"
        )
    yield f"{export}: {each.id} {each.field}: {became}"
    if each.kind in ("conflict", "ours"):
        if each.ours != each.base or not each.replaced:
            yield f"  bank:   {_difference(each.base, each.ours)}"
        for source in each.replaced:
            yield f"  bank:   {source} is another picture now"
    is_known = each.kind != "unknown" and each.base != each.theirs
    yield f"  theirs: {_difference(each.base, each.theirs) if is_known else quote(str(each.theirs))}"
    if each.sounds:
        yield f"  not taken: {_sounds(each.sounds)}"


def _sounds(names: tuple[str, ...]) -> str:
    return f"the {'sound' if len(names) == 1 else 'sounds'} {', '.join(map(quote, names))}"


def _difference(before: object, after: object) -> str:
    from qexport.team.difference_views import mark_words

    old, new = (
        " · ".join(each) if isinstance(each, tuple) else "" if each is None else str(each)
        for each in (before, after)
    )
    if old.split() == new.split():  # only lines were broken or joined
        old, new = (text.replace("\n", " ↵ ") for text in (old, new))
    return mark_words(old, new)


@click.command()
@click.argument("exports", nargs=-1, required=True, type=PATH, metavar="EXPORT...")
@click.option(
    "--learners",
    metavar="N",
    type=click.IntRange(1),
    default=3,
    help="Leave out questions that fewer learners have reviewed. [default: 3]",
)
@of_a_recipe
def reviews(
    *,
    exports: tuple[Path, ...],
    learners: int,
    recipe: Recipe,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Count how often learners forgot each question.

    EXPORT is an .apkg exported with scheduling. Exports with reviews in common count as one learner. Only counts per
    question are written, to a file beside the lock: reviews, lapses, share forgotten, median seconds and learners, and
    nothing about any person.
    """
    from qexport.team.learner_reviews import count_returned_reviews

    done = count_returned_reviews(recipe, exports, at_least=learners, dry_run=dry_run)
    if as_json:
        say_json(
            {
                "path": str(done.path),
                "questions": {key: asdict(each) for key, each in done.counts.items()},
                "same_learner": [[str(path) for path in each] for each in done.joined],
                "without_reviews": list(map(str, done.without)),
            }
        )
        return
    say_report(
        f"{list_names(tuple(map(str, each)))} have reviews in common: counted as one learner"
        for each in done.joined
    )
    warn(
        f"{path}: no reviews of this bank's questions are in it: was it exported with scheduling?"
        for path in done.without
    )
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
