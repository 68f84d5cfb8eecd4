"""The cards as Anki draws them, wrapped as the apps wrap them, measured in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tools.browsers import Phone, phone
from tools.take_card_pictures import DAY, cards_of, page_of

from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.content.markdown_pictures import let_enlarge

pytest.importorskip("anki.collection")
pytestmark = pytest.mark.needs("chromium")

WIDTHS = (320, 360, 414, 768)

# (classes of <html>, classes of <body>) as the apps set them
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

# Unfolds the card that is shown, and returns what there is to measure.
PROBE = """(() => {
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
  const view = window, page = document, width = page.documentElement.clientWidth;
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
    const mark = summary.querySelector("svg");
    texts.push([contrast(view.getComputedStyle(mark).stroke, ground(mark, view)), "a mark"]);
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
    align: view.getComputedStyle(page.querySelector(".question, .prompt")).direction,
  };
})()"""


@pytest.fixture(scope="module")
def cards(shipped_bank: Path) -> dict[str, tuple[str, str]]:
    """Front and back of each card, as the real Anki renders them: of "PY-ADV-003", "PY-ADV-003 Scenario"."""
    bank = read_bank(shipped_bank)[0]
    retired = replace(bank.questions[0], status="retired")
    bank = replace(bank, questions=(retired, *bank.questions[1:], *OTHERS))
    return cards_of(bank, card_types="recall,scenario,mistakes", include_retired=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Phone]:
    with phone() as browser:
        yield browser


WATCHED = (
    "Network.requestWillBeSent",
    "Runtime.consoleAPICalled",
    "Runtime.exceptionThrown",
    "Log.entryAdded",
)


def measured(browser: Phone, html: str, width: int) -> dict[str, Any]:
    """Show a page, unfold all of it, and return what the probe found, and what the browser told of it."""
    browser.show(html, width, scale=1)
    found: dict[str, Any] = browser.evaluate(PROBE)
    browser.evaluate("new Promise(done => setTimeout(done, 20))")
    told = {event["method"] for event in browser.events if event["method"] in WATCHED}
    return {**found, "told": told}


def test_every_card_is_readable_on_every_screen_by_day_and_night(
    cards: dict[str, tuple[str, str]], browser: Phone
) -> None:
    shown = ["PY-ADV-004", "PY-ADV-003", *(question.id for question in OTHERS)]
    shown += ["PY-ADV-003 Scenario", "PY-ADV-003 Mistakes", "MD Mistakes", "MD Scenario"]
    for name in shown:
        for html in cards[name]:
            for classes in (DAY, NIGHTS[0]):
                for width in WIDTHS:
                    found = measured(browser, page_of(html, classes), width)
                    assert found["width"] == width
                    assert (found["scrolls"], found["wide"], found["faint"]) == (False, [], [])
                    assert (found["tall"], found["opened"], found["told"]) == (True, True, set())
                    assert found["size"] == "17px"


def test_all_shipped_cards_fold_what_is_long(cards: dict[str, tuple[str, str]], browser: Phone) -> None:
    backs = [back for name, (_, back) in cards.items() if re.match(r"(PY|AI|ML)-", name)]
    assert len(backs) == 45
    for back in backs:
        found = measured(browser, page_of(back, DAY), 320)
        assert (found["folded"], found["opened"], found["scrolls"], found["faint"]) == (5, True, False, [])
        assert found["told"] == set()


def test_wide_tables_and_code_scroll_inside_themselves(
    cards: dict[str, tuple[str, str]], browser: Phone
) -> None:
    found = measured(browser, page_of(cards["MD"][1], DAY), 320)
    assert (found["scrollers"], found["scrolls"]) == (8, False)


def test_every_app_has_its_night(cards: dict[str, tuple[str, str]], browser: Phone) -> None:
    pages = [page_of(cards["PY-ADV-003"][1], classes) for classes in (DAY, *NIGHTS)]
    day, *nights = (measured(browser, page, 360)["ground"] for page in pages)
    assert day == "rgb(253, 252, 250)"
    assert nights == ["rgb(22, 25, 30)"] * len(NIGHTS)


def test_a_question_is_read_in_its_own_direction(cards: dict[str, tuple[str, str]], browser: Phone) -> None:
    pages = [page_of(cards[name][0], DAY) for name in ("RTL", "PY-ADV-003")]
    assert [measured(browser, page, 360)["align"] for page in pages] == ["rtl", "ltr"]


def test_what_a_card_would_say_or_ask_for_would_be_seen(
    cards: dict[str, tuple[str, str]], browser: Phone
) -> None:
    active = "<img src='https://e.invalid/x.png'><script>console.error(1); none()</script>"
    told = measured(browser, page_of(cards["PY-ADV-003"][0] + active, DAY), 360)["told"]
    assert told >= {"Network.requestWillBeSent", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"}


def test_a_finger_opens_and_closes_what_is_folded(cards: dict[str, tuple[str, str]], browser: Phone) -> None:
    browser.show(page_of(cards["PY-ADV-003"][1], DAY), 360)
    places = browser.evaluate(
        "[...document.querySelectorAll('summary')].map(each => each.getBoundingClientRect())"
        ".map(box => [box.left + 60, box.top + box.height / 2])"
    )
    assert len(places) == 5

    def opened(count: int) -> bool:
        for _ in range(100):
            if browser.evaluate("document.querySelectorAll('details[open]').length") == count:
                return True
            time.sleep(0.05)
        return False

    for count, (x, y) in enumerate(reversed(places), start=1):  # from below, where what opens moves nothing
        browser.tap(x, y)
        assert opened(count)
    browser.tap(*places[0])
    assert opened(4)


def test_what_can_be_scrolled_shows_it(cards: dict[str, tuple[str, str]], browser: Phone) -> None:
    """At the side to which more can be scrolled the edge is darker by day, lighter by night; not so at its end."""
    for classes in (DAY, NIGHTS[0]):
        browser.show(page_of(cards["MD"][1].replace("<details ", "<details open "), classes), 320, scale=1)
        box = browser.evaluate(
            "(() => { const all = [...document.querySelectorAll('pre')].filter(e => e.scrollWidth > e.clientWidth);"
            " all[0].scrollIntoView(); const box = all[0].getBoundingClientRect();"
            " return [box.left, box.right, box.top + scrollY, box.bottom + scrollY]; })()"
        )

        def edges(box: list[float] = box) -> list[Any]:
            shot = browser.picture_of(320, round(box[3]) + 10).convert("L")
            row = round(box[2]) + 4  # in the padding: no letter is there
            return [shot.getpixel((round(x), row)) for x in (box[0] + 2, (box[0] + box[1]) / 2, box[1] - 3)]

        left, middle, right = edges()
        assert abs(left - middle) <= 2
        assert abs(right - middle) > 25
        browser.evaluate("document.querySelectorAll('pre').forEach(e => { e.scrollLeft = 9999; })")
        left, middle, right = edges()
        assert abs(left - middle) > 25
        assert abs(right - middle) <= 2


def test_a_tap_enlarges_a_picture_and_one_beside_it_makes_it_small(
    cards: dict[str, tuple[str, str]], browser: Phone
) -> None:
    drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='1600' height='400'></svg>".replace("<", "%3C")
    html = let_enlarge(
        f'<p class="picture"><img src="data:image/svg+xml,{drawing}" alt="A wide drawing"></p>'
    )
    page = cards["RTL"][0].replace('<div class="sheet', f'{html}<div class="sheet', 1)
    browser.show(page_of(page, DAY), 320, scale=1)

    def width(least: int, most: int) -> bool:
        for _ in range(100):
            found = browser.evaluate("document.querySelector('.picture img').getBoundingClientRect().width")
            if least <= found <= most:
                return True
            time.sleep(0.05)
        return False

    assert width(200, 320)
    x, y = browser.evaluate(
        "(box => [box.left + 100, box.top + box.height / 2])"
        "(document.querySelector('.picture img').getBoundingClientRect())"
    )
    browser.tap(x, y)
    assert width(1600, 1600)
    assert not browser.evaluate("document.documentElement.scrollWidth > 320")
    browser.tap(160, 700)
    assert width(200, 320)
