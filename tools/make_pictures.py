"""Draw docs/images/page-*.png: pages of the handbook of the shipped bank, as a reader sees them.

    python tools/make_pictures.py [--out FOLDER]

The pictures of the deck are made by take_card_pictures.py, that of printed cards by draw_cards_picture.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from qexport.bank.selection import Filters
from qexport.pipeline import export
from qexport.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
PAGES: dict[str, int | str] = {"contents": 3, "question": "PY-ADV-001"}
"""Name of the picture → folio, or the question that begins on the page."""
WIDTH = 840
"""Pixels: twice what a README shows them in."""
COLOURS = 32
"""Enough for the edges of letters and the colours of a theme."""
EDGE = "#c8c8c8"


def main() -> int:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        recipe = Recipe(
            bank=ROOT / "seeds" / "questions.yaml",
            outputs=("handbook",),
            filters=Filters(),
            out=Path(name),
        )
        (written,) = export(recipe, now=0).outputs
    for name, where in PAGES.items():
        folio = where if isinstance(where, int) else written.document.folios[where]
        picture = _drawn(written.document.data, folio)
        path = folder / f"page-{name}.png"
        picture.save(path, optimize=True)
        print(f"{path.name}: {picture.width} × {picture.height}, {path.stat().st_size // 1000} kB")
    return 0


def _drawn(pdf: bytes, folio: int) -> Image.Image:
    page = pypdfium2.PdfDocument(pdf)[folio - 1]
    drawn = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB")
    return ImageOps.expand(drawn, border=2, fill=EDGE).quantize(COLOURS)


if __name__ == "__main__":
    sys.exit(main())
