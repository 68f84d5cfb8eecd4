"""Make docs/samples: a handbook, a sheet of flash cards and a deck of the shipped bank's Python questions.

    python tools/make_samples.py [--out FOLDER]

They are made again, with the same bytes, when the program or the bank has changed; docs/images/spread.png shows two
pages of the handbook.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from PIL import Image

from qexport.bank.selection import Filters
from qexport.pipeline import export
from qexport.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
SAMPLES: dict[str, tuple[str, dict[str, str | bool]]] = {
    "handbook-a5.pdf": ("handbook", {"paper": "a5", "media": "print", "ruled-lines": True}),
    "flash-cards.pdf": ("flash-cards", {}),
    "deck.apkg": ("deck", {}),
}
"""Name of the file → output, and its options."""
SPREAD = ROOT / "docs" / "images" / "spread.png"
SPREAD_STARTS_WITH = "PY-ADV-002"
"""The question on the left page of the picture, which shows the page beside it too."""
WIDTH = 640
"""Pixels of a page."""
DESK = 218
"""The grey that the pages lie on."""
EDGE = 20
COLOURS = 32


def main() -> int:
    """Make the samples and the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "samples")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in make_samples(SAMPLES):
        (folder / path).write_bytes(data)
        print(f"{path}: {len(data) // 1000} kB")
    return 0


def make_samples(names: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    """Yield the name and the bytes of each sample; draw the picture beside the handbook."""
    for name in names:
        output, options = SAMPLES[name]
        with tempfile.TemporaryDirectory() as temporary:
            recipe = Recipe(
                bank=ROOT / "seeds" / "questions.yaml",
                outputs=(output,),
                filters=Filters(technology=("Python",)),
                title="Python interview questions",
                out=Path(temporary),
                lock=Path(temporary) / "lock.json",
                options=options,
            )
            (written,) = export(recipe, now=1_795_374_674).outputs
        if output == "handbook":
            folio = written.document.folios[SPREAD_STARTS_WITH]
            _draw_spread(written.document.data, folio - folio % 2)
        yield name, written.document.data


def _draw_spread(pdf: bytes, left: int) -> None:
    pages = pypdfium2.PdfDocument(pdf)
    drawn = [
        page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB")
        for page in (pages[left - 1], pages[left])
    ]
    height = drawn[0].height
    picture = Image.new("RGB", (2 * WIDTH + 2 * EDGE + 2, height + 2 * EDGE), (DESK, DESK, DESK))
    for number, page in enumerate(drawn):
        picture.paste(page, (EDGE + number * (WIDTH + 2), EDGE))
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(SPREAD, optimize=True)
    print(f"{SPREAD.name}: {picture.width} × {picture.height}, {SPREAD.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
