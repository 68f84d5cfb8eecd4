"""Take pictures of the deck's cards: drawn by the real Anki, shown by the real Chromium as the apps show them.

    python tools/take_card_pictures.py [--bank PATH] [--out FOLDER]     all kinds of cards, to look at
    python tools/take_card_pictures.py --readme                          those in docs/images

Needs the anki package and Chromium.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
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

ROOT = Path(__file__).resolve().parents[1]
DAY = ("", "card card1")
NIGHT = ("night-mode", "card card1 nightMode night_mode")
WIDTHS = (320, 414, 768)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--headless", "--hide-scrollbars", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

LAUNCH = """
import fcntl, os, sys
there, back = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(back, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes Chromium, which reads from its file 3 and writes to its file 4."""


def cards_of(bank: Bank, **options: str | bool) -> dict[str, tuple[str, str]]:
    """Return the front and the back of each card, as Anki draws them: of "PY-1", "PY-1 Scenario"."""
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


class Chromium:
    """A headless Chromium with a phone's screen, spoken to over a pipe."""

    _session: str | None = None

    def __init__(self, profile: str) -> None:
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        there, self._out = os.pipe()
        self._in, back = os.pipe()
        options = [*QUIET, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        words = [sys.executable, "-c", LAUNCH, str(there), str(back), program, *options]
        self._process = subprocess.Popen(words, pass_fds=(there, back), stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(back)
        self._received = b""
        self._calls = 0
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return dict(answer["result"])
            self.events.append(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            read = os.read(self._in, 1 << 20)
            if not read:
                raise EOFError("Chromium has gone")
            self._received += read
        raw, self._received = self._received.split(b"\0", 1)
        return dict(json.loads(raw))

    def show(self, html: str, width: int, *, height: int = 780, scale: float = 2) -> None:
        """Show a page on a screen of that width."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=True,
        )
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def evaluate(self, expression: str) -> Any:
        """Return what a piece of JavaScript gives."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def tap(self, x: float, y: float) -> None:
        """Touch the screen with a finger."""
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self, width: int, height: int) -> Image.Image:
        """Return what is to be seen."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return Image.open(io.BytesIO(base64.b64decode(shot["data"])))

    def close(self) -> None:
        """End it."""
        self._session = None
        with suppress(EOFError, BrokenPipeError):  # it may go without an answer
            self.call("Browser.close")
        self._process.wait()
        os.close(self._in)
        os.close(self._out)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Start a Chromium, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Chromium(profile)
        try:
            yield browser
        finally:
            browser.close()


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
    with chromium() as browser:
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
                        browser.picture(width, height).save(folder / f"{name}.png")
                        count += 1
    return count


def take_few(bank: Bank, folder: Path) -> Mapping[str, int]:
    """Take the pictures of the docs, small: a card by day and night, and all widths; return their sizes in bytes."""
    _, back = cards_of(bank)[bank.questions[1].id]
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    with chromium() as browser:
        for light, classes in (("day", DAY), ("night", NIGHT)):
            browser.show(page_of(back, classes), 390)
            foot = browser.evaluate("document.querySelector('.foot').getBoundingClientRect().bottom")
            path = folder / f"card-{light}.png"
            browser.picture(390, round(foot) + 20).convert("RGB").quantize(64).save(path, optimize=True)
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


def _show_open(browser: Chromium, html: str, width: int) -> Image.Image:
    """Return a picture of a card with its first part open, in one pixel a point."""
    browser.show(html.replace("<details ", "<details open ", 1), width, scale=1)
    height = browser.evaluate("document.documentElement.scrollHeight")
    return browser.picture(width, height).convert("RGB")


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
