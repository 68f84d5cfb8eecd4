"""Recipes of one bank → one file for a team."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from qexport.bank.lock import Edition, Lock
from qexport.bank.lock_place import lock_path
from qexport.bank.model import PROSE_SECTIONS
from qexport.common import files
from qexport.common.components import bill_of_materials
from qexport.common.errors import (
    InputRefused,
    Problem,
    QexportError,
    UsageError,
)
from qexport.common.limits import Limits
from qexport.common.text_input import read_text
from qexport.common.versions import versions
from qexport.content.images import Image, read_image
from qexport.content.question_signs import question_images
from qexport.content.templates import Templates
from qexport.layout.scheduler import Scheduler
from qexport.locking import (
    NO_LOCKING,
    Locking,
    Stamped,
    until_settled,
    with_deck,
    write_with_lock,
)
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.declaration import name_first_files, parse_options
from qexport.outputs.document import Tools
from qexport.outputs.registry import check_options, output_named
from qexport.pipeline import (
    SCHEDULER,
    Notes,
    Plan,
    Prepared,
    Tell,
    plan,
    prepare,
    render_outputs,
    silent,
)
from qexport.recipe import in_recipe
from qexport.team import bundle, bundle_archive
from qexport.team.bundle import BundledRecipe, Contents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qexport.anki.notes import Note, NoteShape
    from qexport.bank.model import Question
    from qexport.outputs.document import Document
    from qexport.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle that was written."""

    path: Path
    files: Mapping[str, bytes]
    recipes: tuple[BundledRecipe, ...]
    stamped: Stamped
    warnings: tuple[Problem | str, ...]


def make_bundle(
    recipes: Mapping[str, Recipe],
    path: Path,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    scheduler: Scheduler = SCHEDULER,
) -> Bundled:
    """Make one file of several recipes of one bank; it brings the lock up to date, as a build does."""
    if path.suffix.lower() != ".zip":
        raise UsageError(f"{path}: a bundle's name ends in .zip", hint=f"write it to {path}.zip")
    first = _of_one_bank(recipes)
    return until_settled(
        partial(_make_bundle, recipes, first, path, now=now, locking=locking, tell=tell, scheduler=scheduler)
    )


def _make_bundle(
    recipes: Mapping[str, Recipe],
    first: Recipe,
    path: Path,
    *,
    now: int,
    locking: Locking,
    tell: Tell,
    scheduler: Scheduler,
) -> Bundled:
    prepared: dict[str, Prepared] = {}
    tell("reading the bank", 0, 0)
    known: Notes = {}
    planned = {each.name: each for each in plan(recipes, scheduler=scheduler)}
    for name, each in planned.items():
        with in_recipe(name):
            prepared[name] = prepare(
                each, now=now, locking=locking, known=known, always_lock=True, out=path.parent
            )
    stamped = _same_lock(prepared, planned, now, locked=locking.locked)
    notes = notes_path(first.bank)
    contents = _collect_contents(
        planned,
        prepared,
        stamped,
        read_text(notes, limits=first.limits, inside=notes.parent) if notes.exists() else "",
    )
    tools = {name: each.tools for name, each in prepared.items()}
    packed, warnings = render_files(contents, tools, tell)
    tell("writing", 0, 0)
    with write_with_lock(stamped) as lock_files:
        files.write_all({**lock_files, path: bundle_archive.pack(packed)})
    said: list[Problem | str] = [each for one in prepared.values() for each in one.warnings]
    return Bundled(path, packed, contents.recipes, stamped, tuple(dict.fromkeys([*said, *warnings])))


def _require_document(document: Document | QexportError) -> Document:
    """Return a document; a bundle has all of them, or is not made."""
    if isinstance(document, QexportError):
        raise document
    return document


def _of_one_bank(recipes: Mapping[str, Recipe]) -> Recipe:
    named = [(name, recipe) for name, recipe in recipes.items()]
    first_name, first = named[0]
    for name, recipe in named[1:]:
        if (recipe.bank, recipe.lock) != (first.bank, first.lock):
            raise UsageError(
                f"recipes {first_name} and {name} have two banks, or two locks",
                hint="a bundle is of one bank: make two",
            )
    return first


def _same_lock(
    prepared: Mapping[str, Prepared], planned: Mapping[str, Plan], now: int, *, locked: bool
) -> Stamped:
    """Return the lock; options that shape notes must be the same for all decks of a bundle."""
    (first_name, first), *others = prepared.items()
    if first.stamped is None:
        raise ValueError("a bundle has a lock")
    shared = first.stamped
    for name, each in ((first_name, first), *others):
        if each.stamped is None or _strip_filtered(each.stamped.lock) != _strip_filtered(shared.lock):
            raise UsageError(
                f"recipes {first_name} and {name} make different notes of one question",
                hint="give them the same card-types and tag-prefix: a learner may import both decks",
            )
        if any(output.needs_lock for output in planned[name].outputs):
            ids = [question.id for question in each.edition.questions]
            shared = with_deck(shared, each.edition.deck, ids, now, locked=locked)
    return shared


def _strip_filtered(lock: Lock) -> object:
    """Return all of a lock but what it knows of filtered decks."""
    notes = {key: replace(entry, decks=(), departed={}) for key, entry in lock.notes.items()}
    return replace(lock, notes=notes)


def _collect_contents(
    planned: Mapping[str, Plan], prepared: Mapping[str, Prepared], stamped: Stamped, notes: str
) -> Contents:
    bundled = tuple(
        BundledRecipe(
            name=name,
            title=each.edition.title,
            scope=each.edition.scope,
            stem=planned[name].stem,
            outputs=tuple(output.name for output in planned[name].outputs),
            options=dict(planned[name].recipe.all_options),
            filters=bundle.write_filters(planned[name].recipe.filters),
            ids=tuple(question.id for question in each.edition.questions),
            retired=tuple(question.id for question in each.edition.retired)
            if parse_options(DeckOptions, planned[name].recipe.all_options).include_retired
            else (),
            leavers=tuple(question.id for question in each.edition.leavers),
            departed=each.edition.departed,
        )
        for name, each in prepared.items()
    )
    ids = {key for recipe in bundled for key in recipe.used}
    whole = next(iter(prepared.values())).edition.bank
    part = bundle.part_of(whole, ids)
    return Contents(
        bank=part,
        lock=bundle.part_of_lock(stamped.lock, ids),
        recipes=bundled,
        fingerprint=bundle.fingerprint(whole),
        notes=notes,
        pictures=_pictures(part.questions, next(iter(prepared.values())).tools.limits),
    )


def render_files(
    contents: Contents, tools: Mapping[str, Tools], tell: Tell
) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """Render all documents from the contents alone; return the files of the bundle, and warnings."""
    questions = {question.id: question for question in contents.bank.questions}
    from qexport.outputs.anki_deck.document import note_shape, with_notes

    documents: dict[str, list[Document]] = {}
    notes: dict[tuple[NoteShape, str], tuple[Note, ...]] = {}
    for recipe in contents.recipes:
        edition = Edition(
            bank=contents.bank,
            questions=tuple(questions[key] for key in recipe.ids),
            title=recipe.title,
            scope=recipe.scope,
            retired=tuple(questions[key] for key in recipe.retired),
            leavers=tuple(questions[key] for key in recipe.leavers),
            departed=recipe.departed,
            lock=contents.lock,
        )
        outputs = [output_named(name) for name in recipe.outputs]
        check_options(recipe.options)
        options = {each.name: parse_options(each.options, recipe.options) for each in outputs}
        own = replace(tools[recipe.name], file_names=name_first_files(recipe.stem, outputs, options))
        if any(each.needs_lock for each in outputs):
            deck = parse_options(DeckOptions, recipe.options)
            key = note_shape(deck), own.look
            notes[key] = notes.get(key) or with_notes(contents.bank, deck, own).notes
            own = replace(own, notes=notes[key])
        rendered = render_outputs(edition, outputs, options, own, tell=tell)
        documents[recipe.name] = [_require_document(document) for _, document, _ in rendered]
    files = bundle.files_of(contents, documents, Templates(), versions(), bill_of_materials())
    warnings = (text for made in documents.values() for document in made for text in document.warnings)
    return files, tuple(dict.fromkeys(warnings))


_ADDRESSES = re.compile(r"!\[[^\]]*\]\(\s*<?([^\s)>]+)|^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)


def _pictures(questions: Iterable[Question], limits: Limits) -> dict[str, bytes]:
    """Return the files of all pictures that questions show, by their paths from the bank's folder."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for question in questions:
        shown = {image.name for image in question_images(question, limits)}
        if not shown:
            continue
        folder = Path(question.location.path).parent
        texts = "\n\n".join(getattr(question, key) for key in PROSE_SECTIONS)
        for address in (unquote(first or second) for first, second in _ADDRESSES.findall(texts)):
            path = normpath(address)
            if isinstance(image := read_image(folder, path, limits), Image) and not path.startswith(
                ("..", "/")
            ):
                found[path] = image.data
                shown.discard(image.name)
        if shown:
            problems.append(
                Problem(
                    question.location,
                    f"{question.id} shows a picture that no path from the bank's folder leads to",
                    "write its address as ![words](folder/picture.png)",
                )
            )
    if problems:
        raise InputRefused(tuple(problems))
    return found


def notes_path(bank: Path) -> Path:
    """Where the release notes of a bank lie: beside its lock."""
    return lock_path(bank).with_name(lock_path(bank).name.replace(".lock.json", ".release-notes.md"))
