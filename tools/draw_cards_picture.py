"""Draw docs/images/cards.png: the upper half of a sheet of cards made of the shipped bank, its front and its back.

python tools/draw_cards_picture.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

from qexport import choosing
from qexport.bank.lock import Edition
from qexport.bank.selection import Filters
from qexport.content.themes import find_theme
from qexport.outputs.document import Tools
from qexport.outputs.flash_cards import FlashCardOptions
from qexport.outputs.flash_cards import document as flash_cards

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "cards.png"
WIDTH = 860
"""Pixels of a sheet; two stand side by side."""
DESK = 218
"""The grey the sheets lie on."""
EDGE = 24


def main() -> int:
    """Draw the picture."""
    choice = choosing.choose(ROOT / "seeds" / "questions.yaml", Filters())
    look = find_theme("classic")
    title = choice.bank.title
    edition = Edition(bank=choice.bank, questions=choice.questions, title=title, scope="All questions")
    document = flash_cards.render(
        edition, FlashCardOptions(), Tools(look.templates(), look.styles(), look.digest())
    )
    pages = pypdfium2.PdfDocument(document.data)
    sheets = []
    for number in (0, 1):
        page = pages[number]
        drawn = page.render(scale=WIDTH / page.get_width(), grayscale=True).to_pil()
        sheets.append(drawn.crop((0, 0, WIDTH, round(drawn.height * 0.52))))
    picture = Image.new("L", (2 * WIDTH + 3 * EDGE, sheets[0].height + EDGE), DESK)
    for number, sheet in enumerate(sheets):
        picture.paste(sheet, (EDGE + number * (WIDTH + EDGE), EDGE))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(16).save(PICTURE, optimize=True)  # enough greys for the edges of letters
    print(
        f"{PICTURE.relative_to(ROOT)}: {picture.width} × {picture.height}, {PICTURE.stat().st_size // 1000} kB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
