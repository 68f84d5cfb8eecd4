"""A card as Anki draws it, to see while writing: the deck's own templates, filled in as Anki does.

Only what the deck's templates use is understood: fields, sections that need a field, and the front on the back.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace

from qexport.anki.fields import COLOUR, FIELDS
from qexport.anki.note_type import note_type
from qexport.anki.notes import MEDIA_NAME, NoteShape, find_linkable, notes_of, number_colours
from qexport.bank.model import Bank, Question
from qexport.content.templates import Templates

NIGHT = "nightMode night_mode"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_SECTION = re.compile(r"\{\{([#^])([^}]+)\}\}((?:(?!\{\{[#^]).)*?)\{\{/\2\}\}", re.DOTALL)


def draw_card(bank: Bank, question: Question, templates: Templates) -> tuple[str, str]:
    """Return the front and the back of a question's first card as HTML, pictures inside, without the page around."""
    linkable = find_linkable(bank.questions)
    (note,) = notes_of(replace(bank, questions=(question,)), NoteShape(), templates, linkable=linkable)
    values = dict(zip(FIELDS, note.fields.decode("utf-8", "replace").split("\x1f"), strict=True))
    values[COLOUR] = number_colours(bank)[question.technology]
    model = note_type(templates, 0, 1)
    card = model["tmpls"][0]
    front = fill_card_template(card["qfmt"], values)
    back = fill_card_template(card["afmt"], {**values, "FrontSide": front})
    style = f"<style>{model['css']}</style>"
    for image in note.images:
        data = f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
        front, back = (
            side.replace(f'src="{MEDIA_NAME}{image.name}"', f'src="{data}"') for side in (front, back)
        )
    return style + front, style + back


def fill_card_template(template: str, values: dict[str, str]) -> str:
    """Fill a template of Anki's with fields."""

    def section(found: re.Match[str]) -> str:
        has_it = bool(values.get(found[2], "").strip())
        return found[3] if has_it == (found[1] == "#") else ""

    while (filled := _SECTION.sub(section, template)) != template:
        template = filled
    return re.sub(r"\{\{([^#^/}]+)\}\}", lambda found: values.get(found[1], ""), template)


def make_card_page(card: str, *, night: bool) -> str:
    """Return a card as the page that an app makes of it, in which nothing can run."""
    html, body = ("night-mode", f"card card1 {NIGHT}") if night else ("", "card card1")
    return (
        f'<!doctype html><html class="{html}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Card</title></head>'
        f'<body class="{body}"><div id="qa">{card}</div></body></html>'
    )
