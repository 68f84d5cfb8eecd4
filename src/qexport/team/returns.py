"""What comes back from learners: edits of texts, new notes and pictures into the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qexport.anki.fields import FIELD_PLACES, FIELDS, is_deck_note_type
from qexport.anki.merge import Merger
from qexport.anki.merged_fields import MERGED_FIELDS, MERGED_LISTS, Value
from qexport.anki.merged_pictures import swap_source
from qexport.anki.note_html import NoteHtml
from qexport.anki.notes import MEDIA_NAME
from qexport.anki.package_file import NoteRow, NoteType, Package, open_package
from qexport.anki.proposals import Proposal, decide
from qexport.anki.published_notes import Bases
from qexport.bank.file_editor import edit_file
from qexport.bank.history import fields_of, read_versions, version_of
from qexport.bank.lock import Lock
from qexport.bank.lock_place import lock_path
from qexport.bank.merging import Preference
from qexport.bank.validation import validate
from qexport.bank.yaml_editor import Edit
from qexport.choosing import read_bank
from qexport.common import files
from qexport.common.errors import UsageError
from qexport.common.references import unescape_html
from qexport.common.text_input import read_data
from qexport.importers.html_markdown import read_html_text
from qexport.locking import read_lock_at
from qexport.team.drafts import (
    Draft,
    append_drafts,
    draft_notes,
    is_for_bank,
    known_guids,
)
from qexport.team.git import bank_at
from qexport.team.patches import Patch, write_patch
from qexport.team.returned_pictures import Picture, ReturnedPictures, size_of_picture
from qexport.team.sent_files import read_limited

if TYPE_CHECKING:
    from qexport.bank.model import Bank, Question
    from qexport.common.limits import Limits
    from qexport.recipe import Recipe

Ask = Callable[[str, "Proposal | Picture"], Preference]
"""Is asked about each conflict of an export; empty leaves it open."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came back in exports, and the files it changes."""

    proposals: tuple[tuple[str, Proposal], ...]
    """Each with the export it is from."""
    drafts: tuple[tuple[str, Draft], ...]
    """Notes that the bank did not have, each with its export."""
    pictures: tuple[Picture, ...]
    changes: Mapping[Path, bytes]
    patch: Patch | None
    """The changes as `git apply` takes them, if they were asked for so."""

    @property
    def open_conflicts(self) -> int:
        """How many fields and pictures were changed on both sides and not decided."""
        kinds = [each.kind for _, each in self.proposals]
        return [*kinds, *(each.kind for each in self.pictures)].count("conflict")


@dataclass(slots=True)
class _FoundSoFar:
    """What was found so far: in this export, and in those before it."""

    bank: Bank
    """With everything that was taken."""
    last: Question
    """The last of the bank as it is: drafts are added behind it."""
    proposals: list[tuple[str, Proposal]] = field(default_factory=list)
    drafts: list[tuple[str, Draft]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    values: dict[tuple[str, str], Value] = field(default_factory=dict)
    files: dict[Path, bytes] = field(default_factory=dict)
    """New pictures, and changed ones."""
    names: dict[Path, str] = field(default_factory=dict)
    """How a deck calls them."""
    put_in: dict[Path, str] = field(default_factory=dict)
    """Those that were put into texts, and how these name them."""

    def add_picture(self, place: Path, data: bytes, name: str) -> None:
        """Add a picture that is to be written, and how a deck calls it."""
        self.files[place] = data
        self.names[place] = name


def pull(
    recipe: Recipe,
    exports: Sequence[Path],
    *,
    choice: Preference = "",
    ask: Ask | None = None,
    base: str = "",
    dry_run: bool = False,
    patch: bool = False,
) -> Pulled:
    """Bring learners' changes in Anki back into the bank.

    Args:
        recipe: Whose bank it is.
        exports: Packages that Anki exported, of either format.
        choice: Which side is taken where both changed the same words; empty: neither.
        ask: Called for each conflict if `choice` is empty.
        base: A published deck (.apkg), or a revision of the bank in git, for versions that the history lacks.
        dry_run: Nothing is written.
        patch: Nothing is written; the change is returned as a patch.

    Raises:
        UsageError: the bank has no lock, so that nobody knows which note is which question.
        InputRefused: an export or the bank cannot be read, or the bank's file cannot be edited in place, or a patch
            cannot hold one of the files.
    """
    limits = recipe.limits
    bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
    lock = published_lock(recipe)
    versions = read_versions(recipe.lock or lock_path(recipe.bank), limits)
    bases = Bases(history=versions, versions={}, decks={})
    if base:
        bases = _with_given(bases, base, recipe)
    found = _FoundSoFar(bank, bank.questions[-1])
    for path in exports:
        _pull_one(path, found, lock=lock, bases=bases, decide_by=(choice, ask), limits=limits)
    changes = _changes(bank.questions, found, recipe)
    if changes and not (dry_run or patch):
        files.write_all(changes)
    return Pulled(
        tuple(found.proposals),
        tuple(found.drafts),
        tuple(found.pictures),
        changes,
        write_patch(changes, recipe.bank, limits) if patch else None,
    )


def published_lock(recipe: Recipe) -> Lock:
    """Return the lock of a recipe's bank.

    Raises:
        UsageError: there is no lock.
    """
    place = recipe.lock or lock_path(recipe.bank)
    lock, _ = read_lock_at(place, recipe.limits)
    if lock is None:
        raise UsageError(
            f"{place}: there is no lock", hint="it says which note is which question: build a deck first"
        )
    return lock


def _pull_one(
    path: Path,
    found: _FoundSoFar,
    *,
    lock: Lock,
    bases: Bases,
    decide_by: tuple[Preference, Ask | None],
    limits: Limits,
) -> None:
    """Add what one export brings."""
    data = read_limited(path, "deck", limits)
    known = known_guids(found.bank, lock)
    with open_package(data, str(path), limits) as opened:
        rows, new, types = opened.read(lambda package: _rows(package, known, lock))
    rows.sort(key=_place_in_bank(found.bank, lock))
    folder = Path(found.last.location.path).parent
    pictures = ReturnedPictures(data, str(path), limits, folder, found.names)
    merger = Merger(
        found.bank,
        lock,
        bases,
        to_markdown=lambda html: read_html_text(html, path=str(path), limits=limits),
        picture=pictures.picture,
        notes=NoteHtml(found.bank, found.names, limits),
    )
    taken: dict[tuple[str, str], Value] = {}
    choice, ask = decide_by
    for row in rows:
        for each in merger.proposals(row):
            decided = each
            if each.kind == "conflict" and (side := choice or (ask(str(path), each) if ask else "")):
                decided = decide(each, side)
            found.proposals.append((str(path), decided))
            if decided.kind == "taken":
                taken[decided.id, decided.field] = decided.merged
    places = {question.id: question for question in found.bank.questions}
    for key, source, place in _take_changed_pictures(rows, merger, pictures, found, decide_by):
        taken |= _with_picture(places[key], taken, source, place)
    for draft in draft_notes(new, types, pictures, bank=found.bank, lock=lock, limits=limits):
        found.drafts.append((str(path), draft))
        _add_pictures(_texts_of(draft.question), pictures, found, found.last)
    for (key, _), value in taken.items():
        _add_pictures([value] if isinstance(value, str) else value, pictures, found, places[key])
    found.values |= taken
    drafted = tuple(draft.question for _, draft in found.drafts)
    found.bank = _with_values(found.bank, taken)
    present = {question.id for question in found.bank.questions}
    more = tuple(each for each in drafted if each.id not in present)
    found.bank = replace(found.bank, questions=(*found.bank.questions, *more))


def _version(row: NoteRow) -> str:
    return unescape_html(row.fields[FIELD_PLACES["Version"]].decode())


def _rows(
    package: Package, known: frozenset[str], lock: Lock
) -> tuple[list[NoteRow], list[NoteRow], Mapping[int, NoteType]]:
    """Return the notes that the bank published, those that learners added to its deck, and the note types."""
    ours: list[NoteRow] = []
    new: list[NoteRow] = []
    for row in package.notes():
        if is_deck_note_type(row.note_type) and len(row.fields) < len(FIELDS):
            continue
        if row.guid in known:
            ours += [row] if is_deck_note_type(row.note_type) else []
        elif is_for_bank(row, lock):
            new.append(row)
    return ours, new, package.note_types()


def _place_in_bank(bank: Bank, lock: Lock) -> Callable[[NoteRow], int]:
    """Return what gives the place of a note's question in the bank: reports are in this order."""
    places: dict[str, int] = {}
    for place, question in enumerate(bank.questions):
        places |= dict.fromkeys((question.id, *question.former_ids), place)
    by_guid = {entry.guid: places.get(entry.id, len(places)) for entry in lock.notes.values()}
    return lambda row: by_guid.get(row.guid, len(places))


def _with_given(bases: Bases, base: str, recipe: Recipe) -> Bases:
    """Return bases with the versions that a published deck, or a revision of the bank, has.

    Raises:
        InputRefused: there is no such deck or revision, or it cannot be read.
    """
    limits = recipe.limits
    path = Path(base)
    if path.suffix.lower() == ".apkg":
        with open_package(read_limited(path, "deck", limits), base, limits) as opened:
            rows = opened.read(
                lambda package: [row for row in package.notes() if is_deck_note_type(row.note_type)]
            )
        whole = (row for row in rows if len(row.fields) >= len(FIELDS))
        return replace(bases, decks={(row.guid, _version(row)): row.fields for row in whole})
    folder = recipe.bank.parent
    raw = bank_at(base.removeprefix("git:"), f"./{recipe.bank.name}", folder=folder, limits=limits)
    bank, _ = validate(raw, limits)
    return replace(bases, versions={version_of(each): fields_of(each) for each in bank.questions})


# Pictures


def _take_changed_pictures(
    rows: Sequence[NoteRow],
    merger: Merger,
    pictures: ReturnedPictures,
    found: _FoundSoFar,
    decide_by: tuple[Preference, Ask | None],
) -> list[tuple[str, str, str]]:
    """Take pictures of the deck that have other bytes in an export.

    Returns:
        Questions that the bank shows another file in by now, with its source, and the one to show instead.
    """
    changed = pictures.changed_in_place(rows)
    done: dict[Path, Picture] = {}
    left: dict[str, Picture] = {}
    moved: list[tuple[str, str, str]] = []
    for row in rows if changed else ():
        for place in merger.places_of_pictures(row, changed):
            data = changed[place.name]
            name = pictures.name_of(data)
            if name in place.shown:
                continue
            if place.path is None:
                left.setdefault(place.name, Picture(pictures.path, place.id, Path(place.name), "left"))
                continue
            picture = done.get(place.path)
            if picture is None:
                picture = Picture(pictures.path, place.id, place.path, "taken" if name else "damaged")
                if name and place.now != place.name:
                    ours = found.files.get(place.path) or read_data(place.path, limits=pictures.limits)
                    picture = _decide_picture(picture, ours, data, decide_by, pictures.limits)
            if picture.taken and place.former:
                new = pictures.place_beside(place.former, f"{MEDIA_NAME}{place.name}", name)
                moved.append((place.id, place.source, new))
                picture = replace(picture, path=pictures.folder / new)
            elif picture.taken:
                found.add_picture(place.path, data, name)
            done[place.path] = picture
            left[place.name] = picture
    found.pictures += [*done.values(), *(each for each in left.values() if each.kind == "left")]
    return moved


def _with_picture(
    question: Question, taken: Mapping[tuple[str, str], Value], source: str, place: str
) -> dict[tuple[str, str], Value]:
    """Return the texts of a question that show another picture, with the one at a place instead."""

    def swapped(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(swapped, value))
        return swap_source(value, source, place)

    values = {
        (question.id, name): taken.get((question.id, name), getattr(question, name))
        for name in (*MERGED_FIELDS, *MERGED_LISTS)
    }
    return {key: new for key, value in values.items() if (new := swapped(value)) != value}


def _decide_picture(
    picture: Picture, ours: bytes, theirs: bytes, decide_by: tuple[Preference, Ask | None], limits: Limits
) -> Picture:
    """Return what becomes of a picture that both sides changed."""
    choice, ask = decide_by
    sizes = [size_of_picture(data, limits) for data in (ours, theirs)]
    conflict = replace(picture, kind="conflict", ours=sizes[0], theirs=sizes[1])
    side = choice or (ask(picture.export, conflict) if ask else "")
    if side == "theirs":
        return replace(conflict, kind="taken")
    return replace(conflict, kind="ours") if side else conflict


def _texts_of(question: Question) -> list[str]:
    values = (
        getattr(question, name) for name in question.__struct_fields__ if name not in ("extra", "location")
    )
    return [
        text
        for value in values
        for text in (value if isinstance(value, tuple) else (value,))
        if isinstance(text, str)
    ]


def _add_pictures(texts: Any, pictures: ReturnedPictures, found: _FoundSoFar, beside: Question) -> None:
    """Add the pictures that texts of an export name, beside the bank's file."""
    folder = Path(beside.location.path).parent
    for text in texts if isinstance(texts, (list, tuple)) else ():
        for place, data in pictures.named_in(text):
            found.add_picture(folder / place, data, pictures.name_of(data))
            found.put_in[folder / place] = place


# The bank's files


def _with_values(bank: Bank, values: Mapping[tuple[str, str], Value]) -> Bank:
    """Return a bank with what an export brought."""
    changed: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for (key, name), value in values.items():
        changed[key][name] = value
    if not changed:
        return bank
    return replace(
        bank,
        questions=tuple(
            replace(each, **changed[each.id]) if each.id in changed else each for each in bank.questions
        ),
    )


def _changes(questions: Sequence[Question], found: _FoundSoFar, recipe: Recipe) -> dict[Path, bytes]:
    """Return the bank's files with other texts in them, all else as it is, and the pictures beside them."""
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    lines: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for question in questions:
        lines[question.location.path][question.id] = question.location.line
    places = {question.id: question for question in questions}
    for (key, name), value in found.values.items():
        if getattr(places[key], name) != value:
            edit = Edit(key, name, None if value in ("", ()) else value)
            edits[places[key].location.path].append(edit)
    changes = {}
    for name, each in edits.items():
        path = Path(name)
        data = read_data(path, limits=recipe.limits)
        changes[path] = edit_file(data, path, each, recipe.limits, lines[name])
    if drafts := [draft.question for _, draft in found.drafts]:
        last = Path(questions[-1].location.path)
        data = changes.get(last) or read_data(last, limits=recipe.limits)
        changes[last] = append_drafts(data, last, drafts, recipe.limits)
    texts = "\n".join(text for each in found.bank.questions if found.put_in for text in _texts_of(each))
    unused = {
        path for path, name in found.put_in.items() if f"({name})" not in texts
    }  # replaced by a later export
    is_new = {
        place: not place.exists() or read_data(place, limits=recipe.limits) != data
        for place, data in found.files.items()
    }
    return changes | {
        place: data for place, data in found.files.items() if is_new[place] and place not in unused
    }
