"""The note type is the same for all decks, and its style has a digest."""

from __future__ import annotations

from qexport.anki.fields import FIELDS, NOTE_TYPE_ID
from qexport.anki.note_type import CARDS, note_type, style_digest
from qexport.content.templates import Templates


def test_the_fields_and_cards_have_their_numbers() -> None:
    made = note_type(Templates(), 1, 1)
    assert [field["name"] for field in made["flds"]] == list(FIELDS)
    assert [card["id"] for card in made["tmpls"]] == list(CARDS.values())
    assert (made["id"], made["originalId"], made["mod"]) == (str(NOTE_TYPE_ID), NOTE_TYPE_ID, 1)


def test_a_later_number_is_another_note_type_with_the_same_style() -> None:
    first, second = note_type(Templates(), 1, 1), note_type(Templates(), 1, 2)
    assert first["id"] != second["id"]
    assert second["name"] == f"{first['name']} 2"
    assert style_digest(first) == style_digest(second)


def test_the_digest_is_of_style_and_templates() -> None:
    made = note_type(Templates(), 1, 1)
    assert style_digest({**made, "mod": 2}) == style_digest(made)
    assert style_digest({**made, "css": made["css"] + " "}) != style_digest(made)
    card, *others = made["tmpls"]
    assert style_digest({**made, "tmpls": [{**card, "afmt": "x"}, *others]}) != style_digest(made)
