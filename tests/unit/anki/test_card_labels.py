"""Cards show their labels in the language of the note."""

from __future__ import annotations

import re

from qexport.anki.card_labels import CARD_LABELS, label_markup, label_style
from qexport.anki.note_type import note_type
from qexport.content.languages import language, supported_languages
from qexport.content.templates import Templates


def test_every_label_is_there_in_every_language() -> None:
    style = label_style()
    for tag in supported_languages():
        for key in CARD_LABELS:
            rule = f'.sheet:lang({tag}) .l-{key}::before {{ content: "{language(tag).labels[key]}"; }}'
            assert (rule in style) == (tag != "en")
        assert (f".sheet:lang({tag}) .l-en {{ display: none; }}" in style) == (tag != "en")
    assert ".sheet:lang(ar), " in style


def test_no_label_of_a_card_is_written_in_its_template() -> None:
    made = note_type(Templates(), 0, 1)
    shown = re.sub(r"\{\{[^}]*\}\}", "", "".join(card["qfmt"] + card["afmt"] for card in made["tmpls"]))
    for key, html in label_markup().items():
        assert str(html) in shown
        words = language("en").labels[key]
        assert shown.count(words) == shown.count(str(html))
    assert made["css"].endswith(label_style())
