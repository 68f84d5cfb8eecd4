"""Take pictures of the deck's cards: drawn by the real Anki, shown by the real Chromium as the apps show them.

    python -m tools.take_card_pictures [--bank PATH] [--out FOLDER]     all kinds of cards, to look at
    python -m tools.take_card_pictures --readme                          those in docs/images

Needs the anki package and Chromium.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from qexport.bank.lock import Edition
from qexport.bank.model import Bank
from qexport.bank.stamping import stamp
from qexport.choosing import read_bank
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from tools.browsers import Phone, phone

ROOT = Path(__file__).resolve().parents[1]
DAY = ("", "card card1")
NIGHT = ("night-mode", "card card1 nightMode night_mode")
WIDTHS = (320, 414, 768)


def cards_of(bank: Bank, **options: str | bool) -> dict[str, tuple[str, str]]:
    """Return the front and the back of each card, as Anki draws them: of "PY-1", "PY-1 Scenario"."""
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    chosen = parse_options(DeckOptions, {name.replace("_", "-"): value for name, value in options.items()})
    tools = with_notes(bank, chosen, Tools(Templates()))
    lock, _ = stamp(content(bank, chosen, tools), None, 1_760_000_000)
    active = tuple(each for each in bank.questions if each.status == "active")
    retired = tuple(each for each in bank.questions if each.status == "retired")
    edition = Edition(bank=bank, questions=active, retired=retired, title=bank.title, scope="", lock=lock)
    with tempfile.TemporaryDirectory() as name:
        package = Path(name) / "deck.apkg"
        package.write_bytes(render(edition, chosen, tools).data)
        collection = Collection(str(Path(name) / "collection.anki2"))
        request = ImportAnkiPackageRequest(package_path=str(package), options=ImportAnkiPackageOptions())
        collection.import_anki_package(request)
        sides = {}
        for number in collection.find_cards(""):
            card = collection.get_card(number)
            kind = "" if card.ord == 0 else f" {card.template()['name']}"
            sides[card.note()["ID"] + kind] = card.question(), card.answer()
        collection.close()
    return sides


def page_of(card: str, classes: tuple[str, str]) -> str:
    """Return the page that an app makes of one side of a card; the classes are those of its html and body."""
    return (
        f'<!doctype html><html class="{classes[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body class="{classes[1]}"><div id="qa">{card}</div></body></html>'
    )


def take_all(bank: Bank, folder: Path) -> int:
    """Take a picture of every kind of card, at every width, by day and night, folded and open."""
    questions = (replace(bank.questions[0], status="retired"), *bank.questions[1:])
    sides = cards_of(
        replace(bank, questions=questions), card_types="recall,scenario,mistakes", include_retired=True
    )
    kinds = [
        bank.questions[0].id,
        *(f"{bank.questions[1].id}{kind}" for kind in ("", " Scenario", " Mistakes")),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with phone() as browser:
        for kind in kinds:
            front, back = sides[kind]
            for part, html in (
                ("front", front),
                ("back", back),
                ("open", back.replace("<details ", "<details open ")),
            ):
                for light, classes in (("day", DAY), ("night", NIGHT)):
                    for width in WIDTHS:
                        browser.show(page_of(html, classes), width)
                        height = max(browser.evaluate("document.documentElement.scrollHeight"), 480)
                        name = re.sub(r"\W+", "-", f"{kind} {part} {light} {width}").lower()
                        browser.picture_of(width, height).save(folder / f"{name}.png")
                        count += 1
    return count


def take_few(bank: Bank, folder: Path) -> Mapping[str, int]:
    """Take the pictures of the docs, small: a card by day and night, and all widths; return their sizes in bytes."""
    _, back = cards_of(bank)[bank.questions[1].id]
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    with phone() as browser:
        for light, classes in (("day", DAY), ("night", NIGHT)):
            browser.show(page_of(back, classes), 390)
            foot = browser.evaluate("document.querySelector('.foot').getBoundingClientRect().bottom")
            path = folder / f"card-{light}.png"
            browser.picture_of(390, round(foot) + 20).convert("RGB").quantize(64).save(path, optimize=True)
            sizes[path.name] = path.stat().st_size
        shown = [
            _show_open(browser, page_of(back, classes), width) for classes in (DAY, NIGHT) for width in WIDTHS
        ]
    rows = [shown[: len(WIDTHS)], shown[len(WIDTHS) :]]
    heights = [max(each.height for each in row) for row in rows]
    picture = Image.new("RGB", (sum(WIDTHS) + GAP * (len(WIDTHS) - 1), sum(heights) + GAP), "#888888")
    for row, top in zip(rows, (0, heights[0] + GAP), strict=True):
        left = 0
        for each in row:
            picture.paste(each, (left, top))
            left += each.width + GAP
    path = folder / "card-widths.png"
    picture.quantize(64).save(path, optimize=True)
    sizes[path.name] = path.stat().st_size
    return sizes


GAP = 16
"""Pixels between two cards in one picture."""


def _show_open(browser: Phone, html: str, width: int) -> Image.Image:
    """Return a picture of a card with its first part open, in one pixel a point."""
    browser.show(html.replace("<details ", "<details open ", 1), width, scale=1)
    height = browser.evaluate("document.documentElement.scrollHeight")
    return browser.picture_of(width, height).convert("RGB")


def main() -> None:
    """Take the pictures that the words of the command ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--bank", type=Path, default=ROOT / "seeds/questions.yaml")
    parser.add_argument("--out", type=Path, default=ROOT / "out/cards")
    parser.add_argument("--readme", action="store_true")
    words = parser.parse_args()
    bank = read_bank(words.bank)[0]
    if words.readme:
        for name, size in take_few(bank, ROOT / "docs/images").items():
            print(f"docs/images/{name}: {size // 1000} kB")
    else:
        print(f"{words.out}: {take_all(bank, words.out)} pictures")


if __name__ == "__main__":
    main()
