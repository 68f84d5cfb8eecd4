"""The Anki deck: the notes of a bank → an .apkg, one note a question.

A learner's Anki knows a note by its GUID, a note type by its number and the numbers of its fields, a deck by
its name. All of them stay the same from edition to edition; what may change is text, tags and times.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport import __version__
from qexport.anki.collection import DeckShape, collection, deck_path, find_disorder
from qexport.anki.fields import FIELDS, SORT_FIELD
from qexport.anki.note_type import CARDS, STYLE_RELEASED, note_type, style_digest
from qexport.anki.notes import MEDIA_NAME, NoteShape, notes_of
from qexport.anki.package_writer import package_of
from qexport.bank.lock import Asked, Edition, LockedContent, LockedNoteType, Stamp, is_guid
from qexport.bank.model import IMPORTED_GUID
from qexport.bank.selection import in_bank_order, without_drafts
from qexport.common.records import pack_values
from qexport.common.versions import find_installed, package_libraries
from qexport.common.wording import quantity
from qexport.content.languages import language
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DECK_ENDING, DeckOptions
from qexport.outputs.document import Document, Tools
from qexport.outputs.earlier_file import make_unless_there

if TYPE_CHECKING:
    from qexport.anki.notes import Note
    from qexport.bank.lock import Lock
    from qexport.bank.model import Bank, Question


def render(edition: Edition, options: DeckOptions, tools: Tools) -> Document:
    """Return the deck of an edition, made of `tools.notes`; the times of its notes are the lock's."""
    retired = edition.retired if options.include_retired else ()
    chosen = {question.id for question in (*edition.questions, *retired, *edition.leavers)}
    notes = [note for note in tools.notes if note.question.id in chosen]
    images = {MEDIA_NAME + image.name: image.data for note in notes for image in note.images}
    cards = sum(len(note.cards) for note in notes)
    count = len(notes)
    summary = quantity(count, "note")
    return Document(
        suffix=DECK_ENDING,
        data=_make_package(edition, notes, images, options, tools),
        summary=summary if cards == count else f"{summary}, {cards} cards",
        amounts={"size_notes": count, **({} if cards == count else {"size_cards": cards})},
    )


def _make_package(
    edition: Edition, notes: list[Note], images: dict[str, bytes], options: DeckOptions, tools: Tools
) -> bytes:
    """Return the package of a deck, or the one that is there if it was made of the same."""
    shape = _deck_shape(options)
    lock = edition.lock
    if lock is None:
        raise ValueError("a deck takes the times of its notes from a lock")

    def make() -> bytes:
        return package_of(collection(edition, notes, lock, shape, tools.templates), images)

    kept = tools.scheduler.values("deck") if tools.look else None
    name = ""
    if kept:
        said = [(note.question.id, note.digest, note.cards) for note in notes]
        pictures = [(name, sha256(data).digest()) for name, data in sorted(images.items())]
        libraries = {**package_libraries(), **find_installed(("genanki", "jinja2"))}
        bank = replace(edition.bank, questions=())
        versions = {note.question.id: note.version for note in tools.notes}
        parts = (
            # All texts at once would be as much memory as the bank, twice.
            replace(edition, bank=bank, questions=(), retired=(), leavers=(), lock=_sort_lock(lock)),
            [_tell_apart(question, versions.get(question.id, "")) for question in edition.bank.questions],
            *([each.id for each in some] for some in (edition.questions, edition.retired, edition.leavers)),
            said,
            pictures,
            shape,
            tools.look,
            tools.limits,
            __version__,
            libraries,
        )
        name = sha256(pack_values(parts)).hexdigest()
    return make_unless_there(kept, name, partial(tools.earlier, DECK_ENDING), make)


def _tell_apart(question: Question, version: str) -> object:
    """Return what tells a question from every other one: the digest of its version says the rest of it."""
    return (question.id, question.status, question.former_ids, version) if version else question.key()


def _sort_lock(lock: Lock) -> Lock:
    """Return a lock whose parts are in one order: its notes are in that of the bank, or in that of the lock's file."""
    return replace(
        lock,
        notes=dict(sorted(lock.notes.items())),
        gone=dict(sorted(lock.gone.items())),
        options=dict(sorted(lock.options.items())),
        decks=dict(sorted(lock.decks.items())),
    )


def _deck_shape(options: DeckOptions) -> DeckShape:
    return DeckShape(
        root=options.deck_root,
        depth=options.depth,
        new_order=options.new_order or "bank",
        label=options.edition_label,
        dated=options.dated,
    )


def out_of_order(bank: Bank, lock: Lock, options: DeckOptions) -> tuple[str, str] | None:
    """Return two decks of which Anki takes new cards in another order than is asked for; None: there are none."""
    return find_disorder(bank, lock, _deck_shape(options))


def with_notes(bank: Bank, options: DeckOptions, tools: Tools) -> Tools:
    """Return tools with the notes of a bank, all of them: what its lock is stamped with, and its decks are made of."""
    kept = tools.scheduler.values("note")
    notes = notes_of(without_drafts(bank), note_shape(options), tools.templates, kept, tools.look)
    return replace(tools, notes=notes)


def note_shape(options: DeckOptions) -> NoteShape:
    """Return the options that shape notes."""
    return NoteShape(card_types=options.card_types, tag_prefix=options.tag_prefix)


def content(bank: Bank, options: DeckOptions, tools: Tools) -> LockedContent:
    """Return what the lock of a bank keeps watch over: `tools.notes`, their shape, their style and their order."""
    ordered = in_bank_order(bank)
    return LockedContent(
        title=bank.title,
        namespace=bank.namespace,
        deck_root=options.deck_root if options.deck_root.strip(": ") else "",
        questions=tuple(map(_make_asked, tools.notes)),
        style=_stamp_card_style(tools),
        note_type=LockedNoteType(tuple(FIELDS), tuple(CARDS), SORT_FIELD),
        options=note_shape(options).options(),
        order=tuple(question.id for question in ordered),
        decks=tuple(dict.fromkeys(deck_path(question, max(1, options.depth)) for question in ordered)),
        unnamed=language(bank.language).label("other_questions"),
    )


def _make_asked(note: Note) -> Asked:
    question = note.question
    return Asked(
        id=question.id,
        former_ids=question.former_ids,
        is_retired=question.status == "retired",
        text=question.question,
        technology=question.technology,
        answer=question.answer,
        question=note.asked,
        version=note.version,
        digest=note.digest,
        guid=_imported_guid(question),
    )


def _imported_guid(question: Question) -> str:
    """Return the GUID of the note that a question was in the deck it was imported from, if it has a usable one."""
    guid = dict(question.extra).get(IMPORTED_GUID, "")
    return guid if isinstance(guid, str) and is_guid(guid) else ""


def _stamp_card_style(tools: Tools) -> Stamp:
    """Return the style of the cards; the built-in one has the time of its own release, whatever the bank."""
    kept = tools.scheduler.values("style") if tools.look else None
    name = sha256(pack_values((tools.look, tools.limits))).hexdigest()
    if kept and (said := kept.load([name]).get(name)):
        digest, is_ours = said[1:].decode(), said[:1] == _MADE_HERE
    else:
        digest, is_ours = _digest_card_style(tools.templates)
        if kept:
            kept.keep({name: (_MADE_HERE if is_ours else _MADE_ELSEWHERE) + digest.encode()})
    return Stamp(digest, STYLE_RELEASED if is_ours else 0)


_MADE_HERE, _MADE_ELSEWHERE = b"o", b"t"


def _digest_card_style(templates: Templates) -> tuple[str, bool]:
    """Return the digest of the cards' style, and whether that is the built-in one."""
    digest = style_digest(note_type(templates, 0, 1))
    is_ours = templates.are_built_in
    if not is_ours:  # a theme, which may leave the cards as they are
        is_ours = digest == style_digest(note_type(Templates(), 0, 1))
    return digest, is_ours
