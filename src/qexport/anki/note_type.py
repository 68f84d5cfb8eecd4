"""The note type: its number, its fields, its cards and their style, as Anki knows them."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qexport.anki.card_labels import label_markup, label_style
from qexport.anki.fields import COLOUR, FIELD_PLACES, FIELDS, MADE_BY_DECK, NOTE_TYPE_ID, SORT_FIELD
from qexport.anki.notes import PROSE_FIELDS
from qexport.content.question_view import SECTION_TITLES
from qexport.content.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from qexport.common.limits import Limits

NOTE_TYPE_NAME = "Interview question (qexport)"
# All cards are always in it: with one added later, Anki would take no note any more. Which of them a note makes,
# its switches say.
CARDS = {
    "recall": 1_716_240_190,
    "scenario": 1_716_240_191,
    "mistakes": 1_716_240_192,
}

STYLE_RELEASED = 1_796_019_600
"""When the built-in style of the cards was last released (2026-11-30 06:20 UTC); set it with each new style.

One note type is shared by the decks of all banks: were its time that of a build, importing one team's deck would
undo what a learner changed in the style for another's.
"""

NEEDED = [["Question"], ["Scenario Card", "Situation"], ["Mistakes Card", "Common Mistakes"]]
"""The fields that each card needs."""


def style_digest(note_type: Mapping[str, Any]) -> str:
    """Return the digest of what may change in a note type, from Anki's JSON of it."""
    style = [
        note_type["css"],
        [[card["name"], card["qfmt"], card["afmt"]] for card in note_type["tmpls"]],
    ]
    return sha256(json.dumps(style).encode()).hexdigest()[:32]


def note_type(templates: Templates, modified: int, major: int) -> dict[str, Any]:
    """Return Anki's JSON of the note type."""
    import genanki  # not above: a deck that is there is not made again

    class Model(genanki.Model):  # type: ignore[misc]
        # genanki would find out with a template engine which fields a card cannot be without.
        _req = tuple(
            (card, "all", [FIELD_PLACES[name] for name in names]) for card, names in enumerate(NEEDED)
        )

    built_in = templates.are_built_in
    cards, css = _built_in_cards(templates.folders, templates.limits) if built_in else _cards(templates)
    number = NOTE_TYPE_ID + 1000 * (major - 1)
    model = Model(
        number,
        NOTE_TYPE_NAME if major == 1 else f"{NOTE_TYPE_NAME} {major}",
        fields=[{"id": each, "name": name, "font": "Arial", **_field(name)} for name, each in FIELDS.items()],
        templates=[dict(card) for card in cards],  # genanki adds to them
        css=css,
        sort_field_index=FIELD_PLACES[SORT_FIELD],
    )
    return {**model.to_json(modified, None), "originalId": number}


@cache
def _built_in_cards(folders: tuple[Path, ...], limits: Limits) -> tuple[list[dict[str, Any]], str]:
    """Return what `_cards` does, once: a deck needs it twice, for its lock and for itself."""
    return _cards(Templates(folders, limits))


def _cards(templates: Templates) -> tuple[list[dict[str, Any]], str]:
    """Return the cards, and their style sheet."""

    def mustache(name: str) -> dict[str, str]:
        names = {"text": name, "when": f"#{name}", "unless": f"^{name}", "end": f"/{name}"}
        return {part: f"{{{{{words}}}}}" for part, words in names.items()}

    field = {name: mustache(name) for name in FIELDS}
    labels = label_markup()
    sections = [{"key": key, "title": labels[key], **field[PROSE_FIELDS[key]]} for key in SECTION_TITLES]
    cards = []
    for name, number in CARDS.items():
        front, back = (
            templates.render(
                f"anki/{name}_{side}.html.j2", field=field, sections=sections, labels=labels, colour=COLOUR
            )
            for side in ("front", "back")
        )
        cards.append({"id": number, "name": name.title(), "qfmt": front, "afmt": back})
    return cards, templates.source("anki/card.css") + label_style()


def _field(name: str) -> dict[str, object]:
    """Return what Anki's editor does with a field that is not for reading."""
    if name in MADE_BY_DECK:
        return {"collapsed": True, "excludeFromSearch": True, "description": "set by the deck"}
    if name.startswith("Spare"):
        return {"collapsed": True, "description": "for a later edition of this deck"}
    return {}
