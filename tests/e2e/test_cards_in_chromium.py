"""The cards as Anki draws them, wrapped as the apps wrap them, measured in a real browser."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from qexport.editions import Edition, stamp
from qexport.exporters import Tools
from qexport.exporters.anki_deck import content, render
from qexport.options import checked
from qexport.pipeline import read_bank
from qexport.question import Question
from qexport.templating import Templates

anki = pytest.importorskip("anki.collection")
pytestmark = pytest.mark.needs("chromium")

WIDTHS = (320, 360, 414, 768)

# (classes of <html>, classes of <body>) as the apps set them
DAY = ("", "card card1")
NIGHTS = (
    ("night-mode", "card card1 nightMode night_mode"),  # desktop
    ("mobile android", "card card1 night_mode"),  # AnkiDroid
    ("mobile iphone", "card card1 nightMode"),  # AnkiMobile
    ("nightMode", "card card1"),
    ("night_mode", "card card1"),
)

MARKDOWN = """
Use **`asyncio`** and `a_very_long_name_of_a_function_that_has_no_place_to_break_at_all()`, see
[the documentation](https://docs.python.org/3/library/asyncio.html).

## When

| work | choose | because of a long explanation that makes this column wide |
|---|---|--:|
| many connections | asyncio | `await` |
| computation | multiprocessing | NoSharedInterpreterLockBetweenProcesses |

```python
@cache
async def main(urls: list[str], timeout: float = 1.5) -> dict[str, bytes]:
    \"""Fetch all of them at once.\"""
    pages = await asyncio.gather(*(fetch(url) for url in urls))  # a comment that makes the line long
    return {url: page for url, page in zip(urls, pages)} or None
```

1. first
   - nested
2. second

> A quotation.
"""

OTHERS = (
    Question(
        id="MD",
        question="`code` in *Markdown*",
        answer=MARKDOWN,
        deep_explanation=MARKDOWN,
        common_mistakes=MARKDOWN,
        production_scenario=MARKDOWN,
        markup="markdown",
        source="https://e.org/a/very/long/address/that/has/no/place/to/break/at/all?really=not&at=all",
    ),
    Question(
        id="WORD" * 30, question="W" * 300, answer="x" * 3000, technology="T" * 90, follow_ups=("y" * 200,)
    ),
    Question(
        id="RTL", question="ما هي حلقة الأحداث في Python؟", answer="تدير المهام.", follow_ups=("لماذا؟",)
    ),
)

# Reads every frame of the page, and leaves what it found in <pre id="found">.
PROBE = """
function channel(value) {
  value /= 255;
  return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
}
function luminance(colour) {
  const [r, g, b] = colour.match(/[0-9.]+/g).map(Number);
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
function ground(element, view) {
  for (; element; element = element.parentElement) {
    const colour = view.getComputedStyle(element).backgroundColor;
    if (!/rgba\\(.*, 0\\)/.test(colour)) return colour;
  }
  return "none";
}
function measure(frame) {
  const view = frame.contentWindow, page = view.document, width = page.documentElement.clientWidth;
  const summaries = [...page.querySelectorAll("summary")];
  const tall = summaries.every(summary => summary.getBoundingClientRect().height >= 44);
  summaries.forEach(summary => summary.click());
  const texts = [], wide = [];
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("style")) continue;
    const colour = view.getComputedStyle(element).color;
    texts.push([contrast(colour, ground(element, view)), walker.currentNode.data]);
  }
  for (const summary of summaries) {
    const mark = view.getComputedStyle(summary, "::before");
    texts.push([contrast(mark.color, mark.backgroundColor), mark.content]);
  }
  for (const element of page.querySelectorAll("#qa *")) {
    if (element.closest("pre, .table, style")) continue;
    if (element.getBoundingClientRect().right > width + 1) wide.push(element.outerHTML.slice(0, 80));
  }
  const boxes = [...page.querySelectorAll("pre, .table")];
  return {
    width: width,
    scrolls: page.documentElement.scrollWidth > width,
    wide: wide,
    faint: texts.filter(([ratio]) => !(ratio >= 4.5)),
    tall: tall,
    opened: [...page.querySelectorAll("details")].every(details => details.open),
    folded: summaries.length,
    scrollers: boxes.filter(box => box.scrollWidth > box.clientWidth).length,
    size: view.getComputedStyle(page.body).fontSize,
    ground: view.getComputedStyle(page.body).backgroundColor,
    align: view.getComputedStyle(page.querySelector(".question")).direction,
    requests: view.performance.getEntriesByType("resource").length,
  };
}
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(measure);
  document.querySelector("#found").textContent = JSON.stringify(found);
});
"""


@pytest.fixture(scope="module")
def cards(shipped_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Front and back of each card, as the real Anki renders them: of "PY-ADV-003", "PY-ADV-003 Scenario"."""
    bank = read_bank(shipped_bank)[0]
    retired = replace(bank.questions[0], status="retired")
    bank = replace(bank, questions=(retired, *bank.questions[1:], *OTHERS))
    tools, options = (
        Tools(Templates()),
        checked({"cards": "recall,scenario,mistakes", "include-retired": True}),
    )
    lock, _ = stamp(content(bank, options, tools), None, 1_760_000_000)
    active = bank.questions[1:]
    edition = Edition(bank=bank, questions=active, retired=(retired,), title="T", scope="", lock=lock)
    folder = tmp_path_factory.mktemp("anki")
    (folder / "deck.apkg").write_bytes(render(edition, options, tools).data)
    collection = anki.Collection(str(folder / "collection.anki2"))
    request = anki.ImportAnkiPackageRequest(
        package_path=str(folder / "deck.apkg"), options=anki.ImportAnkiPackageOptions()
    )
    collection.import_anki_package(request)
    drawn = [collection.get_card(number) for number in collection.find_cards("")]
    pages = {}
    for card in drawn:
        name = card.note()["ID"] + ("" if card.ord == 0 else f" {card.template()['name']}")
        pages[name] = card.question(), card.answer()
    collection.close()
    return pages


def page_of(card: str, classes: tuple[str, str]) -> str:
    return (
        f'<!doctype html><html class="{classes[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body class="{classes[1]}"><div id="qa">{card}</div></body></html>'
    )


def measured(folder: Path, frames: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Open pages in frames of a width each, unfold all of them, and return what the probe found."""
    body = "".join(
        f'<iframe srcdoc="{escape(page)}" style="border: 0; width: {width}px; height: 800px"></iframe>'
        for page, width in frames
    )
    (folder / "cards.html").write_text(
        f'<!doctype html><meta charset="utf-8"><script>{PROBE}</script>{body}<pre id="found"></pre>',
        encoding="utf-8",
    )
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    options = [
        "--headless",
        "--hide-scrollbars",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
    ]
    options += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    profile = folder / "profile"
    profile.mkdir()
    run = subprocess.run(
        [program, *options, f"--user-data-dir={profile}", "--dump-dom", (folder / "cards.html").as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = re.search(r'<pre id="found">(.*?)</pre>', run.stdout, re.DOTALL)
    assert found, run.stderr
    return list(json.loads(unescape(found[1])))


def test_every_card_is_readable_on_every_screen_by_day_and_night(
    cards: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    shown = ["PY-ADV-004", "PY-ADV-003", *(question.id for question in OTHERS)]
    shown += ["PY-ADV-003 Scenario", "PY-ADV-003 Mistakes", "MD Mistakes", "MD Scenario"]
    frames = {
        (name, side, classes, width): (page_of(cards[name][side], classes), width)
        for name in shown
        for side in (0, 1)
        for classes in (DAY, NIGHTS[0])
        for width in WIDTHS
    }
    for (_, _, _, width), found in zip(frames, measured(tmp_path, list(frames.values())), strict=True):
        assert found["width"] == width
        assert (found["scrolls"], found["wide"], found["faint"]) == (False, [], [])
        assert (found["tall"], found["opened"], found["requests"]) == (True, True, 0)
        assert found["size"] == "17px"


def test_all_shipped_cards_fold_what_is_long(cards: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    backs = [back for name, (_, back) in cards.items() if re.match(r"(PY|AI|ML)-", name)]
    assert len(backs) == 45
    for found in measured(tmp_path, [(page_of(back, DAY), 320) for back in backs]):
        assert (found["folded"], found["opened"], found["scrolls"], found["faint"]) == (5, True, False, [])


def test_wide_tables_and_code_scroll_inside_themselves(
    cards: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    (found,) = measured(tmp_path, [(page_of(cards["MD"][1], DAY), 320)])
    assert (found["scrollers"], found["scrolls"]) == (8, False)


def test_every_app_has_its_night(cards: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    pages = [(page_of(cards["PY-ADV-003"][1], classes), 360) for classes in (DAY, *NIGHTS)]
    day, *nights = (found["ground"] for found in measured(tmp_path, pages))
    assert day == "rgb(253, 252, 250)"
    assert nights == ["rgb(22, 25, 30)"] * len(NIGHTS)


def test_a_question_is_read_in_its_own_direction(cards: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    pages = [(page_of(cards[name][0], DAY), 360) for name in ("RTL", "PY-ADV-003")]
    assert [found["align"] for found in measured(tmp_path, pages)] == ["rtl", "ltr"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium with a phone's screen, as the tool that takes pictures of cards has it."""
    path = Path(__file__).parents[2] / "tools/take_card_pictures.py"
    spec = importlib.util.spec_from_file_location("take_card_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.chromium() as browser:
        yield browser


def test_a_finger_opens_and_closes_what_is_folded(cards: dict[str, tuple[str, str]], browser: Any) -> None:
    browser.show(page_of(cards["PY-ADV-003"][1], DAY), 360)
    places = browser.evaluate(
        "[...document.querySelectorAll('summary')].map(each => each.getBoundingClientRect())"
        ".map(box => [box.left + 60, box.top + box.height / 2])"
    )
    assert len(places) == 5

    def opened(count: int) -> bool:
        found = f"document.querySelectorAll('details[open]').length == {count}"
        return any(browser.evaluate(found) or time.sleep(0.05) for _ in range(100))

    for count, (x, y) in enumerate(reversed(places), start=1):  # from below, where what opens moves nothing
        browser.tap(x, y)
        assert opened(count)
    browser.tap(*places[0])
    assert opened(4)


def test_a_card_says_nothing_to_the_console_and_asks_for_nothing(
    cards: dict[str, tuple[str, str]], browser: Any
) -> None:
    def events(html: str) -> set[str]:
        browser.show(html, 360)
        browser.evaluate("new Promise(done => setTimeout(done, 50))")
        watched = (
            "Network.requestWillBeSent",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Runtime.exceptionThrown",
        )
        return {event["method"] for event in browser.events if event["method"] in watched}

    for front, back in cards.values():
        assert events(page_of(front, DAY)) | events(page_of(back, NIGHTS[0])) == set()
    assert events("<img src='https://e.invalid/x.png'><script>console.error(1); none()</script>") == {
        "Network.requestWillBeSent",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
    }
