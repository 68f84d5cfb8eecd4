"""An Anki package (.apkg, .colpkg), of any age → a question a note."""

from __future__ import annotations

from collections import Counter

from qexport.anki.package_file import NoteRow, NoteType, Package, open_package
from qexport.anki.package_media import read_media
from qexport.bank.model import IMPORTED_GUID
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.importers.anki_fields import (
    SILENT_TAGS,
    NoteText,
    deck_fields,
    has_one_gap_card,
    split_note_fields,
)
from qexport.importers.source import Found, Reading, Source, SourceValue, as_tuple


def parse(source: Source) -> Reading:
    """Read the notes of a package; pictures come along, sounds are reported."""
    with open_package(source.data, source.path, source.limits) as package:
        types, notes = package.read(_all_of)
    text = NoteText(source.path, source.limits)
    aside: list[Problem] = []
    found = []
    columns: dict[str, str] = {}
    for number, note in enumerate(notes, 1):
        kind = types.get(note.note_type)
        place = Location(source.path, number)
        if kind is None:
            aside.append(Problem(place, f"note {quote(note.guid)} has no note type: left aside"))
            continue
        if "occlusion" in kind.name.casefold():
            aside.append(Problem(place, f"note {quote(note.guid)} hides parts of a picture: left aside"))
            continue
        sounds = len(text.sounds)
        found.append(_interpret_note(source, note, kind, text, place))
        columns |= dict(zip(kind.fields, kind.fields, strict=True))
        if names := text.sounds[sounds:]:
            aside.append(Problem(place, f"{', '.join(map(quote, names))}: a sound, left out"))
    if not found:
        raise InputRefused((Problem(Location(source.path), "there is no note in this package"),))
    files = read_media(source.data, source.path, text.pictures, source.limits)
    aside.extend(
        Problem(Location(source.path), f"the picture {quote(name)} is not in the package")
        for name in text.pictures
        if name not in files
    )
    return Reading(
        shape=_describe_package(types, notes),
        questions=tuple(found),
        columns=tuple(_list_field_uses(types, notes, source)),
        left_aside=tuple(aside),
        pictures={text.pictures[name]: data for name, data in files.items()},
        header=_read_title(notes) | ({"math": "true"} if text.has_maths else {}),
    )


def _all_of(package: Package) -> tuple[dict[int, NoteType], list[NoteRow]]:
    return package.note_types(), sorted(package.notes(), key=lambda note: note.number)


def _describe_package(types: dict[int, NoteType], notes: list[NoteRow]) -> str:
    counts = Counter(types[note.note_type].name for note in notes if note.note_type in types)
    named = ", ".join(f"{count} {name}" for name, count in counts.most_common(5))
    return f"Anki package, notes: {named}"


def _read_title(notes: list[NoteRow]) -> dict[str, SourceValue]:
    """Return the title of a package whose notes are all in one deck, or below one."""
    first = {note.deck.split("::")[0] for note in notes}
    name = next(iter(first), "")
    return {"title": name} if len(first) == 1 and name not in ("", "Default") else {}


def _list_field_uses(
    types: dict[int, NoteType], notes: list[NoteRow], source: Source
) -> list[tuple[str, str]]:
    used = dict.fromkeys(note.note_type for note in notes if note.note_type in types)
    shown: dict[str, str] = {}
    for number in used:
        kind = types[number]
        marks = [f"\ue000{place}" for place in range(len(kind.fields))]
        fields, extra = split_note_fields(kind.fields, marks, source.wishes.columns, lambda html: html)
        where = {str(value if isinstance(value, str) else value[0]): name for name, value in fields.items()}
        for name, mark in zip(kind.fields, marks, strict=True):
            shown.setdefault(
                name, where.get(mark, "extra" if name in extra else where.get(mark.strip(), "extra"))
            )
    return list(shown.items())


def _interpret_note(source: Source, note: NoteRow, kind: NoteType, text: NoteText, place: Location) -> Found:
    texts = [each.decode() for each in note.fields]
    fields, extra = split_note_fields(kind.fields, texts, source.wishes.columns, text.read)
    for name, value in deck_fields(note.deck).items():
        fields.setdefault(name, value)
    tags = tuple(tag for tag in note.tags.split() if tag.casefold() not in SILENT_TAGS)
    if tags:
        fields["tags"] = tuple(dict.fromkeys([*as_tuple(fields.get("tags", ())), *tags]))
    if len(kind.cards) == 1 and has_one_gap_card(texts):
        extra[IMPORTED_GUID] = note.guid
    return Found(location=place, fields=fields, extra=extra, key=note.guid, markup="markdown")
