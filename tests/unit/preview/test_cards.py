"""Cards as Anki draws them: the same as the real Anki's."""

from __future__ import annotations

from pathlib import Path

from qexport.choosing import read_bank
from qexport.content.templates import Templates
from qexport.preview.cards import draw_card, fill_card_template, make_card_page


def test_fills_fields_and_sections() -> None:
    template = "{{A}}{{#A}}[{{B}}{{#B}}!{{/B}}]{{/A}}{{^B}}no{{/B}}{{#C}}x{{/C}}"
    assert fill_card_template(template, {"A": "a", "B": "", "C": " "}) == "a[]no"
    assert fill_card_template(template, {"A": "a", "B": "b", "C": "c"}) == "a[b!]x"


def test_a_card_has_nothing_left_to_fill_in(shipped_bank: Path) -> None:
    bank = read_bank(shipped_bank)[0]
    front, back = draw_card(bank, bank.questions[0], Templates())
    assert "{{" not in front + back
    assert "What are Python type hints" in front
    assert "Type hints are annotations" in back
    assert "Type hints are annotations" not in front
    page = make_card_page(back, night=True)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert '<body class="card card1 nightMode night_mode">' in page
