"""The labels of cards in every language, by style: one note type is shared by the decks of all banks.

A label is English in the template. For the language of the note, which is in the `lang` of the card, the style sheet
hides that and shows the label of the language in its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from markupsafe import Markup

from qexport.content.languages import RIGHT_TO_LEFT, language, supported_languages
from qexport.content.safe_html import mark_safe

CARD_LABELS = (
    "answer",
    "deep_explanation",
    "real_world_example",
    "common_mistakes",
    "production_scenario",
    "follow_ups",
    "difficulty",
    "prompt_mistakes",
    "prompt_scenario",
    "retired",
    "switched_off",
)
"""What cards say of their own."""


def label_markup() -> dict[str, Markup]:
    """Return each label of cards as HTML, in English."""
    english = language("en").labels
    return {
        key: mark_safe(f'<span class="l-{key}"><span class="l-en">{english[key]}</span></span>')
        for key in CARD_LABELS
    }


def label_style() -> str:
    """Return the style sheet that shows the labels in the language of a note, and its direction."""
    return "\n".join(_rules()) + "\n"


def _rules() -> Iterator[str]:
    yield "\n/* Labels in the language of the note */\n"
    for tag in supported_languages():
        if tag == "en":
            continue
        labels = language(tag).labels
        yield f".sheet:lang({tag}) .l-en {{ display: none; }}"
        for key in CARD_LABELS:
            text = json.dumps(labels[key], ensure_ascii=False)  # of plain words, JSON is CSS
            yield f".sheet:lang({tag}) .l-{key}::before {{ content: {text}; }}"
    right_to_left = ", ".join(f".sheet:lang({tag})" for tag in sorted(RIGHT_TO_LEFT) if "-" not in tag)
    yield f"{right_to_left} {{ direction: rtl; }}"
    yield ".sheet pre, .sheet code { direction: ltr; unicode-bidi: isolate; }"
