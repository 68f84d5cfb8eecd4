"""Anki's text export (`#separator:tab`, `#html:true`, …) → a question a note."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from qexport.bank.anki_text_form import EDITED_COLUMNS, OWN_COLUMN, digest_cells
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
from qexport.importers.html_markdown import html_to_plain
from qexport.importers.json_fields import JsonObject
from qexport.importers.json_records import decode, read_own_values
from qexport.importers.source import Found, Reading, Source, SourceValue

_HEADER_LINE = re.compile(r"#([a-z ]+):(.*)")
_SEPARATORS = {
    "tab": "\t",
    "comma": ",",
    "semicolon": ";",
    "space": " ",
    "pipe": "|",
    "colon": ":",
    "\\t": "\t",
}
_OWN_DIGESTS = re.compile(r"[0-9a-f]{8}(?:\.[0-9a-f]{8}){2}")
_SHOWN_CHOICES = re.compile(r'<ul class="choices">.*', re.DOTALL)
_SHOWN_CORRECT = re.compile(r'\A(?:<p class="correct">.*?</p>\s*)+', re.DOTALL)
_REVERSED = re.compile(r"\brevers(?:ed|o|é)|umgekehrt|invers", re.IGNORECASE)
"""In the name of a note type that makes two cards."""
_FRONT_AGAIN = re.compile(r"^.*?<hr\s+id=[\"']?answer[\"']?\s*/?>", re.DOTALL | re.IGNORECASE)


def parse(source: Source) -> Reading:
    """Read a file that Anki exported as text, of notes or of cards."""
    said, skipped = _read_header_lines(source.text)
    separator = _SEPARATORS.get(
        said.get("separator", "tab").strip().lower(), said.get("separator", "\t")[:1] or "\t"
    )
    text = NoteText(source.path, source.limits, has_pictures=False)
    is_html = said.get("html", "true").strip().lower() != "false"
    special = {
        name: int(said[f"{name} column"].strip()) - 1
        for name in ("guid", "notetype", "deck", "tags")
        if _is_column(said, name)
    }
    header = decode(said["qexport"], source.path, source.limits) if "qexport" in said else None
    if header is not None and (own := _read_own_notes(source, header, separator, skipped)):
        return own
    own_names = _read_bank_names(header)
    found: list[Found] = []
    aside: list[Problem] = []
    names = [name.strip() for name in said.get("columns", "").split(separator)] if said.get("columns") else []
    for row, line in _read_text_rows(source, separator, skipped):
        cells = row[:OWN_COLUMN] if own_names else row
        place = Location(source.path, line, 1)
        if not any(cell.strip() for cell in cells):
            continue
        taken = [place_ for place_ in range(len(cells)) if place_ not in special.values()]
        sounds = len(text.sounds)
        fields, extra = split_note_fields(
            _name_columns(names, taken, len(special)),
            [_without_front(cells, number) if is_html else cells[number] for number in taken],
            source.wishes.columns,
            text.read if is_html else str.strip,
        )
        found.append(_interpret_row(cells, special, fields, extra, said=said, own=own_names, place=place))
        if text.sounds[sounds:]:
            aside.append(Problem(place, f"{', '.join(map(quote, text.sounds[sounds:]))}: a sound, left out"))
    if not found:
        raise InputRefused((Problem(Location(source.path, skipped + 1, 1), "there is no note in this file"),))
    name = own_names[1] if own_names else said.get("name") or said.get("deck") or ""
    settings: dict[str, SourceValue] = {"title": name} if name else {}
    if own_names and own_names[0]:
        settings["namespace"] = own_names[0]
    if text.has_maths:
        settings["math"] = "true"
    shown = _name_columns(names, list(range(max(len(names), 2))), len(special))
    return Reading(
        shape=f"Anki's text export, {'HTML' if is_html else 'plain text'}",
        questions=tuple(found),
        header=settings,
        columns=((shown[0], "question"), (shown[1], "answer")),
        left_aside=tuple(aside),
    )


def _read_bank_names(header: object) -> tuple[str, str] | None:
    """Return the namespace and the title of the bank that a file of qexport is of."""
    if not isinstance(header, dict):
        return None
    return str(header.get("namespace", "")), str(header.get("title", ""))


def _read_own_notes(source: Source, header: object, separator: str, skipped: int) -> Reading | None:
    """Return the questions of a file that qexport wrote, with what was edited since; None if a row is not its own."""
    values: list[Any] = []
    places: dict[int, Location] = {}
    for cells, line in _read_text_rows(source, separator, skipped):
        if not any(cells):
            continue
        digests, _, text = cells[OWN_COLUMN].partition(" ") if len(cells) == OWN_COLUMN + 1 else ("", "", "")
        if not _OWN_DIGESTS.fullmatch(digests):
            return None
        value = decode(text, source.path, source.limits, line=line)
        if isinstance(value, JsonObject) and digests != digest_cells(cells):
            _take_edits(value, cells, digests, source)
        values.append(value)
        places[id(value)] = Location(source.path, line, 1)
    return read_own_values(values, places, header, "a text for Anki that qexport wrote")


def _take_edits(value: JsonObject, cells: list[str], digests: str, source: Source) -> None:
    """Replace what is in a cell that is not as qexport wrote it."""
    front, back, tags = (cells[place] for place in EDITED_COLUMNS)
    is_edited = [
        one != other for one, other in zip(digests.split("."), digest_cells(cells).split("."), strict=True)
    ]
    text = NoteText(source.path, source.limits, has_pictures=False)
    read = text.read if value.get("markup") else html_to_plain
    if is_edited[0]:
        value["question"] = read(_SHOWN_CHOICES.sub("", front))
    if is_edited[1]:
        value["answer"] = read(_SHOWN_CORRECT.sub("", back))
    if is_edited[2]:
        value["tags"] = tags.split()


def _read_header_lines(text: str) -> tuple[dict[str, str], int]:
    """Return what the lines with `#` say, and how many there are."""
    said: dict[str, str] = {}
    lines = 0
    for line in text.split("\n"):
        found = _HEADER_LINE.fullmatch(line)
        if found is None:
            break
        said[found[1].strip()] = found[2].strip("\n")
        lines += 1
    return said, lines


def _is_column(said: dict[str, str], name: str) -> bool:
    return re.fullmatch("[1-9][0-9]{0,2}", said.get(f"{name} column", "").strip()) is not None


def _read_text_rows(source: Source, separator: str, skipped: int) -> Iterator[tuple[list[str], int]]:
    body = (
        "".join(source.text.splitlines(keepends=True)[skipped:])
        if "\r" in source.text
        else source.text.split("\n", skipped)[-1]
    )
    csv.field_size_limit(max(csv.field_size_limit(), len(body) + 1))
    reader = csv.reader((f"{line}\n" for line in body.split("\n")), delimiter=separator, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield cells, line
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        message = (
            "this quote is never closed"
            if "unexpected end" in str(error)
            else f"a line that cannot be divided: {quote(str(error))}"
        )
        raise InputRefused(
            (Problem(Location(source.path, line, 1), message, 'double a quote that is text: ""'),)
        ) from error


def _name_columns(names: list[str], taken: list[int], special: int) -> list[str]:
    """Return the names of the columns that are fields, as far as the file says them."""
    usual = ["Front", "Back"]
    given = [names[place] for place in taken if place < len(names)] if names else []
    return [
        given[place]
        if place < len(given) and given[place]
        else usual[place]
        if place < 2
        else f"field {place + 1}"
        for place in range(len(taken))
    ] or usual[: special + 1]


def _without_front(cells: list[str], number: int) -> str:
    """Return a cell without the front that an export of cards repeats above the answer."""
    return _FRONT_AGAIN.sub("", cells[number], count=1) if number else cells[number]


def _interpret_row(
    cells: list[str],
    special: dict[str, int],
    fields: dict[str, SourceValue],
    extra: dict[str, SourceValue],
    *,
    said: dict[str, str],
    own: tuple[str, str] | None,
    place: Location,
) -> Found:
    def cell(name: str) -> str:
        at = special.get(name, len(cells))
        return cells[at].strip() if at < len(cells) else ""

    tags = tuple(
        tag for tag in f"{cell('tags')} {said.get('tags', '')}".split() if tag.casefold() not in SILENT_TAGS
    )
    if tags:
        fields["tags"] = tuple(dict.fromkeys(tags))
    deck, guid = cell("deck") or said.get("deck", ""), cell("guid")
    if own and guid.startswith(f"{own[0]}/"):
        fields["id"] = guid.removeprefix(f"{own[0]}/")
        deck = deck.removeprefix(own[1]).removeprefix("::")
    elif (
        guid
        and has_one_gap_card(cells)
        and not _REVERSED.search(cell("notetype") or said.get("notetype", ""))
    ):
        extra[IMPORTED_GUID] = guid
    for name, value in deck_fields(deck).items():
        fields.setdefault(name, value)
    return Found(location=place, fields=fields, extra=extra, key=guid, markup="markdown")
