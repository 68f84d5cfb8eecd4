"""Draw the pictures of outputs in docs/images.

Pages, a cover and a page of each theme, the other sheets, the web page and a page of the e-book.

    python -m tools.make_pictures [--out FOLDER] [--only NAME]…

The last two need Chromium.

The pictures of the deck are made by take_card_pictures.py, that of printed cards by draw_cards_picture.py, the spread
by make_samples.py.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from qexport.bank.selection import Filters
from qexport.common.records import Record
from qexport.outputs.document import Document
from qexport.pipeline import export
from qexport.recipe import Recipe
from tools.browsers import started

ROOT = Path(__file__).resolve().parents[1]
COLOURS = 48
"""Enough for the edges of letters and the colours of a theme."""
EDGE = "#c8c8c8"
GAP = 12
QUESTION = "PY-ADV-001"
PYTHON = Filters(technology=("Python",))
"""Questions enough for a picture of one."""


class Picture(Record, frozen=True):
    """A picture: of which output, with which options, and which of its pages beside each other."""

    output: str
    options: tuple[tuple[str, str | bool], ...]
    pages: tuple[int | str, ...]
    """Folios, or the question that begins on a page (its answer, if that is elsewhere); -1: the page before that."""
    height: int
    """Pixels."""
    filters: Filters = Filters()


def _show_theme(name: str, *options: tuple[str, str | bool]) -> Picture:
    return Picture("handbook", (("theme", name), *options), (1, QUESTION), 520, PYTHON)


PICTURES = {
    "page-contents": Picture("handbook", (), (3,), 1188),
    "page-question": Picture("handbook", (), (QUESTION,), 1188),
    "theme-classic": _show_theme("classic"),
    "theme-modern": _show_theme("modern"),
    "theme-mono": _show_theme("mono"),
    "theme-pocket": _show_theme("pocket", ("paper", "a6")),
    "theme-tablet": Picture("handbook", (("theme", "tablet"),), (QUESTION,), 420, PYTHON),
    "theme-tablet-dark": Picture("handbook", (("theme", "tablet-dark"),), (QUESTION,), 420, PYTHON),
    "test-yourself": Picture(
        "handbook",
        (("layout", "test-yourself"), ("paper", "a5"), ("media", "print")),
        ("-1", QUESTION),
        760,
        PYTHON,
    ),
    "quiz": Picture("quiz", (), (2, 3), 620, PYTHON),
    "cheat-sheet": Picture("cheatsheet", (), (1,), 760),
}
"""Name of the picture → what it shows of a PDF."""


class Screen(Record, frozen=True):
    """A picture of what a browser shows."""

    output: str
    page: str
    """The file to open: that of the output, or one inside it."""
    width: int
    height: int


SCREENS = {
    "web": Screen("web", "", 1000, 640),
    "epub": Screen("epub", "EPUB/question-00001.xhtml", 420, 640),
}
"""Name of the picture → what it shows on a screen."""


def main() -> int:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", action="append", choices=(*PICTURES, *SCREENS))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Picture | Screen] = {**PICTURES, **SCREENS}
    for name, each in wanted.items():
        if not given.only or name in given.only:
            picture = take(each) if isinstance(each, Screen) else draw(each)
            path = given.out / f"{name}.png"
            picture.save(path, optimize=True)
            print(f"{path.name}: {picture.width} × {picture.height}, {path.stat().st_size // 1000} kB")
    return 0


def draw(picture: Picture) -> Image.Image:
    """Return a picture of the shipped bank."""
    with tempfile.TemporaryDirectory() as name:
        recipe = Recipe(
            bank=ROOT / "seeds" / "questions.yaml",
            outputs=(picture.output,),
            options=dict(picture.options),
            filters=picture.filters,
            out=Path(name),
        )
        (written,) = export(recipe, now=0).outputs
    drawn = [
        _draw_page(written.document, folio, picture.height)
        for folio in _find_pages(written.document, picture)
    ]
    return _put_beside_each_other(drawn).quantize(COLOURS, Image.Quantize.MAXCOVERAGE)


def take(screen: Screen) -> Image.Image:
    """Return a picture of an output of the shipped bank as Chromium shows it."""
    with tempfile.TemporaryDirectory() as name:
        recipe = Recipe(bank=ROOT / "seeds" / "questions.yaml", outputs=(screen.output,), out=Path(name))
        (written,) = export(recipe, now=0).outputs
        path = Path(name) / "page.html"
        if screen.page:
            with zipfile.ZipFile(io.BytesIO(written.document.data)) as archive:
                archive.extractall(name)
            path = Path(name) / screen.page
        else:
            path.write_bytes(written.document.data)
        with started("chromium") as browser:
            browser.resize(screen.width, screen.height)
            browser.open(path.as_uri())
            shown = Image.open(io.BytesIO(browser.picture())).convert("RGB")
    return ImageOps.expand(shown, border=2, fill=EDGE).quantize(COLOURS, Image.Quantize.MAXCOVERAGE)


def _find_pages(document: Document, picture: Picture) -> Sequence[int]:
    found: list[int] = []
    for where in picture.pages:
        if isinstance(where, int):
            found.append(where)
        elif where == "-1":
            found.append(document.folios[QUESTION] - 1)
        else:
            found.append(document.folios[where])
    return found


def _draw_page(document: Document, folio: int, height: int) -> Image.Image:
    page = pypdfium2.PdfDocument(document.data)[folio - 1]
    drawn = page.render(scale=height / page.get_height()).to_pil().convert("RGB")
    return ImageOps.expand(drawn, border=2, fill=EDGE)


def _put_beside_each_other(drawn: Sequence[Image.Image]) -> Image.Image:
    width = sum(each.width for each in drawn) + GAP * (len(drawn) - 1)
    picture = Image.new("RGB", (width, max(each.height for each in drawn)), "white")
    left = 0
    for each in drawn:
        picture.paste(each, (left, 0))
        left += each.width + GAP
    return picture


if __name__ == "__main__":
    sys.exit(main())
