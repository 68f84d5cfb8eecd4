"""The deck of a recipe, brought into the Anki that runs on this machine.

    recipe → its deck, and what the collection has → a plan → (shown, agreed to) → files, then requests

New notes come in a package that holds them alone; notes that are there are changed field by field, so that what a
learner wrote stays.
"""

from __future__ import annotations

import tempfile
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qexport import pipeline
from qexport.anki.fields import EDITABLE_FIELDS, FIELDS, NOTE_TYPE_ID
from qexport.anki.notes import (
    MEDIA_NAME,
    Note,
    NoteShape,
    digest_texts,
    notes_of,
    number_colours,
    with_identity,
)
from qexport.anki.push import VERSION_FIELD, NoteContent, PushPlan, actions_of, plan_push
from qexport.bank.history import Versions, history_path, restore_question
from qexport.bank.lock import Edition, Lock
from qexport.bank.lock_place import lock_path
from qexport.bank.model import Question
from qexport.common.errors import MachineLacks
from qexport.common.references import unescape_html
from qexport.common.text_input import read_text
from qexport.locking import NO_LOCKING, Locking
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import note_shape, render
from qexport.outputs.declaration import parse_options

if TYPE_CHECKING:
    from qexport.anki.connect import AnkiConnect, NoteInfo
    from qexport.outputs.document import Tools
    from qexport.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Push:
    """A push that was planned: nothing has been written or sent."""

    recipe: Recipe
    edition: Edition
    options: DeckOptions
    tools: Tools
    plan: PushPlan
    names: Mapping[str, str]
    """The id of the question of each note, by the note's key."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did."""

    build: pipeline.Build
    new: int
    """Notes that the collection has now and had not before."""
    media: int
    """Pictures that were stored."""


def plan_recipe_push(recipe: Recipe, anki: AnkiConnect, *, now: int, locking: Locking = NO_LOCKING) -> Push:
    """Compare the deck of a recipe with a collection.

    Args:
        recipe: Its outputs are not looked at: a push is of the deck.
        anki: The running Anki; it is only asked.
        now: Unix seconds, for notes that changed.
        locking: What may become of the lock, as for a build.

    Returns:
        What a push would do.
    """
    recipe = replace(recipe, outputs=("deck",))
    (plan,) = pipeline.plan({"": recipe})
    prepared = pipeline.prepare(plan, now=now, locking=locking, known={}, out=recipe.out)
    edition, tools = prepared.edition, prepared.tools
    lock = _require_lock(edition)
    options = parse_options(DeckOptions, recipe.all_options)
    chosen = {question.id for question in (*edition.questions, *edition.leavers)}
    notes = [note for note in tools.notes if note.question.id in chosen]
    colours = number_colours(edition.bank)
    ours = {
        lock.key_of(lock.notes[note.question.id]): _make_note_content(note, lock, colours) for note in notes
    }
    gone = {lock.key_of(entry): entry.id for entry in lock.left}
    known = {lock.key_of(entry): entry.id for entry in lock.notes.values()} | gone
    theirs = [note for note in _find_notes(anki, lock) if note.fields.get("Key", "") in known]
    published = _find_published(
        theirs, recipe=recipe, edition=edition, shape=note_shape(options), tools=tools, ours=ours
    )
    suspended = _find_suspended(anki, [note for note in theirs if note.fields["Key"] in gone])
    planned = plan_push(ours, theirs, frozenset(gone), lambda note: published[note.number], suspended)
    return Push(recipe, edition, options, tools, planned, known)


def carry_out(push: Push, anki: AnkiConnect, *, now: int, locking: Locking) -> Pushed:
    """Build the deck, then change the collection as planned.

    Args:
        push: The plan.
        anki: The running Anki.
        now: Unix seconds, the same as for the plan.
        locking: What may become of the lock.

    Raises:
        OutputsFailed: The deck or its lock cannot be written; nothing was sent then.
        MachineLacks: Anki refused something. What it took stays; a push again does the rest.
    """
    build = pipeline.export(push.recipe, now=now, locking=locking)
    if build.failures:
        raise build.failures[0].error
    media = _store_media(push, anki)
    before = set(_keys_in(anki, push))
    if push.plan.new:
        _import_new(push, anki)
    anki.change(actions_of(push.plan))
    new = set(_keys_in(anki, push)) - before
    if missing := set(push.plan.new) - new - before:
        raise MachineLacks(
            f"Anki did not take {len(missing)} of {len(push.plan.new)} new notes",
            hint="import the .apkg by hand: Anki then reports what prevents it",
        )
    return Pushed(build, len(new), media)


def _require_lock(edition: Edition) -> Lock:
    if edition.lock is None:
        raise ValueError("a deck takes the times of its notes from a lock")
    return edition.lock


def _make_note_content(note: Note, lock: Lock, colours: Mapping[str, str]) -> NoteContent:
    """Return a note as it is published under a lock."""
    entry = lock.notes[note.question.id]
    colour = colours[note.question.technology]
    namespace = entry.namespace or lock.namespace
    values = with_identity(note.fields, lock.key_of(entry), namespace, entry.version, colour).decode()
    return NoteContent(dict(zip(FIELDS, values.split("\x1f"), strict=True)), frozenset(note.tags.split()))


def _find_notes(anki: AnkiConnect, lock: Lock) -> list[NoteInfo]:
    """Return all notes of our note type, in every form it had."""
    numbers = (NOTE_TYPE_ID + 1000 * form for form in range(lock.note_type.major))
    return anki.notes(anki.find_notes(" or ".join(f"mid:{number}" for number in numbers)))


def _keys_in(anki: AnkiConnect, push: Push) -> Iterable[str]:
    return (note.fields.get("Key", "") for note in _find_notes(anki, _require_lock(push.edition)))


def _find_suspended(anki: AnkiConnect, notes: Sequence[NoteInfo]) -> frozenset[int]:
    """Return the cards of notes that are suspended."""
    cards = [card for note in notes for card in note.cards]
    if not cards:
        return frozenset()
    return frozenset(
        card
        for card, is_suspended in zip(cards, anki.call("areSuspended", cards=cards), strict=True)
        if is_suspended
    )


def _find_published(
    theirs: Sequence[NoteInfo],
    *,
    recipe: Recipe,
    edition: Edition,
    shape: NoteShape,
    tools: Tools,
    ours: Mapping[str, NoteContent],
) -> dict[int, NoteContent | None]:
    """Find what each note of the collection was published as: as now, or as the history has it."""
    found: dict[int, NoteContent | None] = dict.fromkeys(note.number for note in theirs)
    old: dict[tuple[str, str], list[NoteInfo]] = {}
    for note in theirs:
        now = ours.get(note.fields["Key"])
        version = note.fields.get(VERSION_FIELD, "")
        if now and version == now.fields[VERSION_FIELD]:
            found[note.number] = now
        else:
            old.setdefault((version, note.fields.get("ID", "")), []).append(note)
    path = history_path(recipe.lock or lock_path(recipe.bank))
    if not old or not path.exists():
        return found
    history = Versions(read_text(path, limits=recipe.limits).encode())
    today = {question.id: question for question in edition.bank.questions}
    questions = {}
    for version, shown in old:
        if (said := history.fields(version)) is not None:
            name = unescape_html(shown) or "?"
            like = today.get(name) or Question(id=name, question="")
            questions[version, shown] = restore_question(said, like)
    bank = replace(edition.bank, questions=tuple(questions.values()))
    for key, made in zip(questions, notes_of(bank, shape, tools.templates), strict=True):
        fields = dict(zip(FIELDS, made.fields.decode().split("\x1f"), strict=True))
        for note in old[key]:
            names = ["Key", "Bank", "ID", VERSION_FIELD]
            if history.has_note(
                key[0], _digest_note_texts(note)
            ):  # with pictures that the bank may not have now
                names += EDITABLE_FIELDS
            own = {name: note.fields.get(name, "") for name in names}
            found[note.number] = NoteContent({**fields, **own}, frozenset(made.tags.split()))
    return found


def _digest_note_texts(note: NoteInfo) -> str:
    return digest_texts([note.fields.get(name, "").encode() for name in FIELDS])


# What is sent


def _store_media(push: Push, anki: AnkiConnect) -> int:
    """Store the pictures that changed notes show and the collection lacks; their names hold their digests."""
    keys = {change.note.fields["Key"] for change in push.plan.changed}
    lock = _require_lock(push.edition)
    images = {
        MEDIA_NAME + image.name: image.data
        for note in push.tools.notes
        if note.images and lock.key_of(lock.notes[note.question.id]) in keys
        for image in note.images
    }
    if not images:
        return 0
    there = set(anki.call("getMediaFilesNames", pattern=f"{MEDIA_NAME}*"))
    missing = sorted(images.keys() - there)
    for name in missing:
        anki.call("storeMediaFile", filename=name, data=b64encode(images[name]).decode())
    return len(missing)


def _import_new(push: Push, anki: AnkiConnect) -> None:
    """Let Anki import a package of the new notes alone: so no note that is there can be overwritten."""
    lock = _require_lock(push.edition)
    new = set(push.plan.new)
    wanted = (*push.edition.questions, *push.edition.leavers)
    questions = tuple(each for each in wanted if lock.key_of(lock.notes[each.id]) in new)
    edition = replace(push.edition, questions=questions, retired=(), leavers=())
    document = render(edition, replace(push.options, include_retired=False), push.tools)
    with tempfile.TemporaryDirectory(prefix="qexport-push-") as folder:
        path = Path(folder) / "new.apkg"
        path.write_bytes(document.data)
        path.chmod(0o644)
        Path(folder).chmod(0o755)  # Anki may run as another user
        anki.call("importPackage", path=str(path))
