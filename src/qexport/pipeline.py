"""The order of the stages, and nothing else: read → validate → select → stamp → render → write.

The time comes in as an argument (`now`, Unix seconds); seconds are only measured to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

from qexport.bank.lock import Edition, Lock
from qexport.bank.lock_place import lock_path
from qexport.bank.selection import Filters, deck_name, describe, select
from qexport.choosing import Selection, judge_texts, read_bank, select_from
from qexport.common import files
from qexport.common.errors import Location, Problem, QexportError, UsageError
from qexport.common.limits import Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.records import Record
from qexport.common.text_input import normalise
from qexport.common.wording import quantity
from qexport.content.languages import language
from qexport.content.question_signs import may_lose_text
from qexport.content.themes import find_theme, not_fetched
from qexport.layout.fonts import of_folders
from qexport.layout.scheduler import Scheduler
from qexport.locking import (
    NO_LOCKING,
    Locking,
    Stamped,
    read_lock_at,
    stamp_bank,
    until_settled,
    with_deck,
    write_with_lock,
)
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.book.glyphs import with_script_fonts
from qexport.outputs.declaration import name_first_files, parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.registry import check_options, output_named, warn_of_decisions, warn_of_options
from qexport.recipe import Recipe, file_stem, in_recipe

if TYPE_CHECKING:
    from pathlib import Path

    from qexport.anki.notes import Note
    from qexport.bank.model import Bank, Question
    from qexport.outputs.declaration import Output

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: unknown)."""


Notes: TypeAlias = "dict[tuple[object, ...], tuple[Note, ...]]"
"""Notes of whole banks, by all they are made from: bank, theme, and the options that shape them."""


def silent(what: str, done: int, total: int) -> None:
    """Report no progress."""


class Written(Record, frozen=True):
    """One output that was written."""

    name: str
    """The output's."""
    path: Path
    document: Document
    seconds: float


SCHEDULER = Scheduler()
COMPILED_TEMPLATES = 2_000_000
"""Bytes that the templates of a theme take in memory, roughly."""


class Plan(Record, frozen=True):
    """A recipe that has been looked up: these questions, these files, made with these tools."""

    name: str
    """The recipe's; empty if it has none."""
    recipe: Recipe
    choice: Selection
    title: str
    stem: str
    """Of the files' names."""
    outputs: tuple[Output, ...]
    options: Mapping[str, CommonOptions]
    """The options of each output, by its name."""
    tools: Tools

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it makes."""
        endings = (ending for each in self.outputs for ending in each.endings(self.options[each.name]))
        return tuple(self.recipe.out / f"{self.stem}{ending}" for ending in endings)

    @property
    def file_names(self) -> Mapping[str, str]:
        """The name of the first file of each output."""
        return name_first_files(self.stem, self.outputs, self.options)


class Prepared(Record, frozen=True):
    """What is to be rendered, with what, and the lock it is stamped with."""

    edition: Edition
    tools: Tools
    stamped: Stamped | None
    warnings: tuple[Problem, ...]


class Failure(Record, frozen=True):
    """One output that was not written; the file that was there is unchanged."""

    name: str
    """The output's."""
    error: QexportError


class Build(Record, frozen=True):
    """All that one build did, and what it could not do."""

    edition: Edition
    outputs: tuple[Written, ...]
    stamped: Stamped | None
    """None also where there was to be a deck and it was not written."""
    warnings: tuple[Problem, ...]
    drafts: tuple[Question, ...]
    """Those that pass the filters, and are left out."""
    failures: tuple[Failure, ...] = ()


def plan(recipes: Mapping[str, Recipe], *, scheduler: Scheduler = SCHEDULER) -> tuple[Plan, ...]:
    """Look up everything that recipes name, and read each bank once, however many recipes are made of it.

    What is quick to check comes first: outputs, options and themes of all recipes, then their banks.

    Args:
        recipes: by their names; the name of a recipe without one is empty.
        scheduler: lays out the pages of the plans.

    Raises:
        UsageError: an unknown output, option or theme, or two recipes that would write one file.
        InputRefused: a bank that has something wrong with it.
        NothingSelected: filters that leave no question.
    """
    looked_up = []
    for name, recipe in recipes.items():
        with in_recipe(name):
            outputs = tuple(dict.fromkeys(output_named(each) for each in recipe.outputs))
            check_options(recipe.all_options)
            tools = tools_for(
                parse_options(CommonOptions, recipe.all_options).theme, recipe.limits, scheduler
            )
            looked_up.append((name, recipe, outputs, tools))
    banks: dict[tuple[Path, str | None, Limits, Path | None], tuple[Bank, tuple[Problem, ...]]] = {}
    owners: dict[Path, str] = {}
    plans = []
    for name, recipe, outputs, tools in looked_up:
        with in_recipe(name):
            place = recipe.bank, recipe.encoding, recipe.limits, recipe.lock
            if place not in banks:
                banks[place] = read_bank(
                    recipe.bank,
                    encoding=recipe.encoding,
                    limits=recipe.limits,
                    lock=recipe.lock,
                    memory=scheduler.memory,
                )
            choice = select_from(banks[place], recipe.bank, recipe.filters, recipe.limits)
            title = _one_line(recipe.title) or choice.bank.title
            options = {each.name: parse_options(each.options, recipe.all_options) for each in outputs}
            made = Plan(name, recipe, choice, title, file_stem(recipe, title), outputs, options, tools)
        for path in made.paths:
            if (owner := owners.setdefault(path, name)) != name:
                message = f"recipes {owner} and {name} would both write {path}"
                raise UsageError(message, hint='give one of them a name of its own: file-name = "…"')
        plans.append(made)
    return tuple(plans)


def export(
    recipe: Recipe,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    scheduler: Scheduler = SCHEDULER,
) -> Build:
    """Make the outputs of one recipe (`export_all`)."""
    return export_all({"": recipe}, now=now, locking=locking, tell=tell, scheduler=scheduler)[""]


def export_all(
    recipes: Mapping[str, Recipe],
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    scheduler: Scheduler = SCHEDULER,
) -> dict[str, Build]:
    """Make the outputs of recipes, one recipe after another; the files of each are written when its last is rendered.

    An output that cannot be made or written is a failure of the build, not an exception; the others are still
    written, each completely or not at all. A lock goes with its deck: decks without their lock would move notes
    again, and a lock records what was published.
    """
    tell("reading the bank", 0, 0)
    built: dict[str, Build] = {}
    known: Notes = {}
    with scheduler.at_work() as at_work:
        if any(output_named(name).lays_out_pages for recipe in recipes.values() for name in recipe.outputs):
            at_work.expect()
        for each in plan(recipes, scheduler=at_work):
            with in_recipe(each.name):
                make = partial(_make, each, now=now, locking=locking, known=known, tell=tell)
                built[each.name] = until_settled(make)
    return built


def _make(plan: Plan, *, now: int, locking: Locking, known: Notes, tell: Tell) -> Build:
    return _write_outputs(
        plan, prepare(plan, now=now, locking=locking, known=known, out=plan.recipe.out), tell
    )


def _write_outputs(plan: Plan, prepared: Prepared, tell: Tell) -> Build:
    """Render the outputs of a plan, and write them."""
    outputs: dict[str, list[Written]] = {}
    failures: list[Failure] = []
    earlier = partial(_read_earlier, plan.recipe.out, plan.stem)
    tools = replace(prepared.tools, earlier=earlier)
    for name, document, seconds in render_outputs(
        prepared.edition, plan.outputs, plan.options, tools, tell=tell
    ):
        if isinstance(document, QexportError):
            failures.append(Failure(name, document))
        else:
            path = plan.recipe.out / f"{plan.stem}{document.suffix}"
            outputs.setdefault(name, []).append(Written(name, path, document, seconds))
    tell("writing", 0, 0)
    locked = {output.name for output in plan.outputs if output.needs_lock}
    with write_with_lock(prepared.stamped) as lock_files:
        groups = [
            {
                **(lock_files if name in locked else {}),
                **{written.path: written.document.data for written in documents},
            }
            for name, documents in outputs.items()
        ]
        for name, error in zip(list(outputs), files.write_groups(groups), strict=True):
            if error:
                del outputs[name]
                failures.append(Failure(name, error))
    return Build(
        edition=prepared.edition,
        outputs=tuple(written for documents in outputs.values() for written in documents),
        stamped=prepared.stamped if locked & set(outputs) else None,
        warnings=prepared.warnings,
        drafts=plan.choice.drafts,
        failures=tuple(failures),
    )


def _read_earlier(folder: Path, stem: str, suffix: str, size: int) -> bytes:
    """Return the file of an earlier build if it is one of so many bytes, in that folder, and can be read."""
    path = folder / f"{stem}{suffix}"
    try:
        data = read_bytes(path, size, inside=folder)
    except (Unreadable, TooLarge):
        return b""
    return data if len(data) == size else b""


def prepare(
    plan: Plan,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    known: Notes,
    always_lock: bool = False,
    out: Path | None = None,
) -> Prepared:
    """Return the edition that a plan makes, and what it is made with.

    Args:
        plan: of one recipe.
        now: Unix seconds, for notes that changed.
        locking: what may become of the lock.
        known: notes that other plans needed; those of this plan are added.
        always_lock: bring the lock up to date even if no output needs it.
        out: the folder of earlier results, in which decks are looked for if there is no lock.
    """
    recipe, choice, tools, limits = plan.recipe, plan.choice, plan.tools, plan.recipe.limits
    place = recipe.lock or lock_path(recipe.bank)
    stamped = None
    if always_lock or any(output.needs_lock for output in plan.outputs):
        from qexport.outputs.anki_deck.document import note_shape, with_notes

        options = parse_options(DeckOptions, recipe.all_options)
        key = (recipe.bank, recipe.encoding, limits, tools.look, note_shape(options))
        if key not in known:
            known[key] = with_notes(choice.bank, options, tools).notes
        tools = replace(tools, notes=known[key])
        stamped = stamp_bank(
            place, choice.bank, options, tools, locking=locking, now=now, out=None if recipe.lock else out
        )
    scope = describe(choice.bank, recipe.filters, choice.questions, limits)
    deck = deck_name(recipe.deck, recipe.filters, scope)
    if stamped and any(output.needs_lock for output in plan.outputs):
        ids = [question.id for question in choice.questions]
        stamped = with_deck(stamped, deck, ids, now, locked=locking.locked)
    lock = stamped.lock if stamped else read_lock_at(place, limits)[0]
    edition = Edition(
        bank=_take_namespace(choice.bank, lock),
        questions=choice.questions,
        title=plan.title,
        scope=describe(
            choice.bank, recipe.filters, choice.questions, limits, language(choice.bank.language).labels
        ),
        retired=_select_retired(choice.bank, recipe.filters, limits),
        leavers=_leavers(choice.bank, lock, deck) if locking.send_leavers else (),
        deck=deck,
        departed=lock.departed_keys(deck) if lock else (),
        lock=lock,
    )
    # A lock that no output needs does not change: --locked is what it says.
    decisions = [
        each.name for each in fields(Locking) if each.name != "locked" and getattr(locking, each.name)
    ]
    doubtful = [each for each in choice.questions if may_lose_text(each)]
    warnings = (
        *warn_of_options(recipe.options, plan.outputs),
        *warn_of_decisions(() if stamped else decisions, plan.outputs),
        *not_fetched(tools.styles),
        *choice.warnings,
        *_warn_of_drafts(plan),
        *(stamped.warnings if stamped else ()),
        *judge_texts(doubtful, limits, [each.id for each in edition.bank.questions]),
    )
    return Prepared(edition, replace(tools, file_names=plan.file_names), stamped, warnings)


def _take_namespace(bank: Bank, lock: Lock | None) -> Bank:
    """Return a bank with the namespace it was published under."""
    return replace(
        bank, namespace=lock.namespace if lock else bank.namespace or files.namespace_slug(bank.title)
    )


def _leavers(bank: Bank, lock: Lock | None, deck: str) -> tuple[Question, ...]:
    """Return the questions that left a filtered deck, and not the bank."""
    ids = {entry.id for entry in lock.departed_from(deck)} if lock and deck else set()
    return tuple(question for question in bank.questions if question.id in ids)


def tools_for(theme_name: str, limits: Limits, scheduler: Scheduler) -> Tools:
    """Return what outputs of a theme are made with."""
    look = find_theme(theme_name, limits)
    patient = replace(scheduler, seconds=limits.layout_seconds, fonts=of_folders(look.folders, limits))
    digest, memory = look.digest(), scheduler.memory
    templates = look.templates(limits)
    if memory:  # else each build compiles those that it fills
        key = ("templates", digest, look.folders, limits)
        templates = memory.recall(key, lambda: templates, lambda _: COMPILED_TEMPLATES)
    return Tools(templates, look.styles(), digest, patient)


def _warn_of_drafts(plan: Plan) -> Iterator[Problem]:
    """Yield a warning for each output that has none of the drafts that are selected: a deck."""
    drafts = sum(question.status == "draft" for question in plan.choice.questions)
    for output in plan.outputs:
        if drafts and output.needs_lock:
            message = f"left out of the {output.name}: {quantity(drafts, 'draft')}"
            yield Problem(Location(str(plan.recipe.bank)), message, "drafts are added when they are answered")


def render_outputs(
    edition: Edition,
    outputs: Sequence[Output],
    options: Mapping[str, CommonOptions],
    tools: Tools,
    *,
    tell: Tell = silent,
) -> Iterator[tuple[str, Document | QexportError, float]]:
    """Yield every document of an edition with its output's name and the seconds it took.

    For an output that cannot be made, its error is yielded in place of its documents.
    """
    folios: Mapping[str, int] = {}
    if any(output.lays_out_pages for output in outputs):
        tools = with_script_fonts(tools, edition)
    with tools.scheduler.at_work() as scheduler:
        for output in sorted(outputs, key=lambda output: not output.names_pages):
            name = output.name
            tell(name, 0, 0)
            started = perf_counter()
            telling = replace(scheduler, progress=partial(tell, name))
            try:
                document = output.load()(
                    edition,
                    _label_with_release(options[name], edition.lock),
                    replace(tools, scheduler=telling, folios=folios),
                )
            except QexportError as error:
                yield name, error, perf_counter() - started
                continue
            folios = folios or document.folios
            for each in (document, *document.beside):
                yield name, each, perf_counter() - started
                started = perf_counter()


def _label_with_release(options: CommonOptions, lock: Lock | None) -> CommonOptions:
    """Fill in label and date from the release, unless they are given; "3+" is what came after the third."""
    if lock is None or lock.release is None:
        return options
    is_it = lock.changed <= lock.release.time
    number = f"{lock.release.number}{'' if is_it else '+'}"
    day = date.fromisoformat(lock.release.date) if is_it else None
    return replace(options, edition_label=options.edition_label or number, dated=options.dated or day)


def _one_line(text: str) -> str:
    """Return a text of the command line on one line: a shell hands over what a file may have too."""
    return " ".join(normalise(text)[0].split())


def _select_retired(bank: Bank, filters: Filters, limits: Limits) -> tuple[Question, ...]:
    """Return the retired questions that pass the filters, if nothing else kept them out."""
    retired = {question.id for question in bank.questions if question.status == "retired"}
    if not retired:
        return ()
    active = replace(bank, questions=tuple(replace(each, status="active") for each in bank.questions))
    passing = {question.id for question in select(active, replace(filters, limit=None, sample=None), limits)}
    return tuple(question for question in bank.questions if question.id in retired & passing)
