"""The page of 10,000 questions in Chromium, beside the same page without an index and without deferred rendering.

    python -m benchmarks.web_page [--questions 10000] [--runs 7] [--write]

Every page has the same questions, style and fonts.

- *plain* has all questions as elements in the file, which are laid out at once, and a search that reads the text of
  each element again at every key, as one writes it first;
- *drawn* has them as text, as an application in one file has its data, and a script at the end makes all of them
  elements at once;
- *six alone* has the style and the first six questions, and nothing else: what the page may hold at the least;
- *two words* is what Chromium takes by itself.

A paint is measured in a browser that was just started, then in one that has shown another page from the disk.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from tools.browsers import Chromium, started

from benchmarks import measure
from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.bank.reader import read
from qexport.bank.validation import validate
from qexport.content.templates import Templates
from qexport.outputs.document import Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.web_page.page import render

ROOT = Path(__file__).parents[1]
DESK, PHONE = (1280, 900), (390, 844)
SLOWER = 4
"""Times that Chromium is slowed down (CDP: Emulation.setCPUThrottlingRate), beside as quick as it is."""
NEXT_TO_NOTHING = ("six alone", "two words")
"""Pages of which only the first paint is measured."""
FEW = 6
"""Questions of the page that has nothing else; about as many are seen at once."""
LONG_RUNS = 3
"""Runs in which a page is also loaded to its end and searched, and in which all questions are drawn by a script."""
SEARCHES = ("metaclass 4711", "garbage", "asyncio production", '"number 9876"', "nothing of this kind")

PLAIN_SEARCH = """
<script>
const every = [...document.querySelectorAll("article")];
const folded = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase().replace(/\\s+/g, " ");
document.querySelector("#search").addEventListener("input", (event) => {
  const words = (event.target.value.match(/"[^"]*"|\\S+/g) || []).map((each) => folded(each.replaceAll('"', "")));
  for (const article of every) {
    const text = folded(article.textContent);
    article.hidden = !words.every((each) => text.includes(each));
  }
});
document.documentElement.dataset.ready = "";
</script>
"""

DRAWN = """
<script>
document.querySelector("#list").innerHTML = document.querySelector("#data").textContent;
</script>
"""

OBSERVED = """
new Promise((done) => {
  new PerformanceObserver((entries) => {
    const first = entries.getEntries().find((each) => CONDITION);
    if (first) done(first.startTime);
  }).observe({ type: "TYPE", buffered: true });
})"""
IN_A_QUESTION = "each.element?.closest('article') || !document.querySelector('#list')"
PAINTS = {
    "first paint": OBSERVED.replace("TYPE", "paint").replace(
        "CONDITION", "each.name.endsWith('contentful-paint')"
    ),
    "first question": OBSERVED.replace("TYPE", "largest-contentful-paint").replace(
        "CONDITION", IN_A_QUESTION
    ),
}
"""What is painted, and when that was."""

MEASURE_SEARCH = """
new Promise((done) => {
  const search = document.querySelector("#search");
  const began = performance.now();
  search.value = WORDS;
  search.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})
"""


def bank_of(count: int) -> Bank:
    """Return the shipped questions again and again, each with a number of its own in its texts."""
    shipped = validate(read(ROOT / "seeds/questions.yaml"))[0]
    questions = []
    for number in range(count):
        of = shipped.questions[number % len(shipped.questions)]
        questions.append(
            Question(
                id=f"{of.id}-{number}",
                question=f"{of.question} ({number})",
                answer=f"{of.answer} This is number {number}.",
                deep_explanation=of.deep_explanation,
                real_world_example=of.real_world_example,
                common_mistakes=of.common_mistakes,
                production_scenario=of.production_scenario,
                follow_ups=of.follow_ups,
                technology=of.technology,
                category=of.category,
                level=of.level,
                difficulty=of.difficulty,
            )
        )
    questions.sort(key=lambda question: (question.technology, question.category))
    return Bank(title="Ten thousand", namespace="many", language="en", questions=tuple(questions))


def page_of(bank: Bank) -> str:
    """Return the page of a bank."""
    edition = Edition(
        bank=bank, questions=bank.questions, title=bank.title, scope="All", retired=(), lock=None
    )
    return render(edition, CommonOptions(), Tools(Templates())).data.decode()


def variants(page: str) -> dict[str, str]:
    """Return the page, the same page without what makes it quick, and two with next to nothing."""
    rest = re.search(r'\n<noscript id="rest"[^>]*>(.*?)</noscript>', page, re.DOTALL)
    fonts = re.search(r'<noscript id="fonts">(.*?)</noscript>\n', page, re.DOTALL)
    first = re.search(r'(<div class="list" id="list">\n)(.*?)(\n</div>\n)', page, re.DOTALL)
    assert rest is not None
    assert fonts is not None
    assert first is not None
    at_once = page.replace(fonts[0], "").replace("</head>", fonts[1] + "</head>")
    at_once = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", at_once)
    at_once = re.sub(r'<script type="text/plain" id="index">.*</script>', "", at_once, flags=re.DOTALL)
    at_once = at_once.replace("content-visibility: auto;", "").replace(rest[0], "")
    every = first[2] + rest[1].replace("<!--question-->", "")
    style = re.search(r"<style>.*?</style>", page, re.DOTALL)
    assert style is not None
    few = "\n".join(re.findall(r"<article.*?</article>", first[2], re.DOTALL)[:FEW])
    start = '<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'
    data = f'<noscript id="data">{every}</noscript>'
    return {
        "as it is": page,
        "plain": at_once.replace(first[2], every).replace("</body>", PLAIN_SEARCH + "</body>"),
        "drawn": at_once.replace(first[2], "").replace("</body>", data + DRAWN + PLAIN_SEARCH + "</body>"),
        "six alone": f'{start}{style[0]}<main><div class="list" id="list">{few}</div></main>',
        "two words": "<!doctype html><meta charset=utf-8><title>x</title><p>two words",
    }


def searched(browser: Chromium, path: Path) -> dict[str, Any]:
    """Open a page and search in it; milliseconds."""
    browser.open(path.as_uri())
    browser.wait("document.documentElement.dataset.ready !== undefined", 120)
    ready = browser.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    searches = []
    for words in SEARCHES:
        browser.evaluate(MEASURE_SEARCH.replace("WORDS", json.dumps("")))
        searches.append(browser.evaluate(MEASURE_SEARCH.replace("WORDS", json.dumps(words))))
    elements = browser.evaluate("document.getElementsByTagName('*').length")
    return {"loaded": ready, "a search, to the next frame": median(searches), "elements": elements}


def painted(
    browser: Chromium,
    path: Path,
    *,
    before: Path | None = None,
    slower: int = 1,
    size: tuple[int, int] = DESK,
) -> dict[str, float]:
    """Open a page, after another if that is given, and return when what was painted; milliseconds."""
    browser.resize(*size)
    browser.call("Emulation.setCPUThrottlingRate", rate=slower)
    if before:
        browser.open(before.as_uri())
    browser.call("Page.navigate", url=path.as_uri())
    time.sleep(0.5)  # asked less often, it has more time for its work
    return {name: browser.evaluate(script) for name, script in PAINTS.items()}


def compare(pages: Mapping[str, str], folder: Path, runs: int) -> dict[str, dict[str, float]]:
    """Return the medians of all figures for each page, taken in turns."""
    paths = {name: folder / f"{name}.html" for name in pages}
    for name, text in pages.items():
        paths[name].write_text(text)
        print(f"{name}: {len(text.encode()) / 1e6:.1f} MB")
    found: dict[str, dict[str, list[float]]] = {name: {} for name in pages}
    for run, slower, warm in product(range(runs), (1, SLOWER), (False, True)):
        for name, path in paths.items():
            if name == "drawn" and (slower > 1 or run >= LONG_RUNS):
                continue  # some minutes each
            with started("chromium") as browser:
                assert isinstance(browser, Chromium)
                before = paths["two words"] if warm else None
                for key, value in painted(browser, path, before=before, slower=slower).items():
                    way = ("warm" if warm else "cold") + (f", {slower} times slower" if slower > 1 else "")
                    found[name].setdefault(f"{key}, {way}", []).append(value)
            if name not in NEXT_TO_NOTHING and slower == 1 and not warm and run < LONG_RUNS:
                with started("chromium") as browser:
                    assert isinstance(browser, Chromium)
                    browser.resize(*DESK)
                    for key, value in searched(browser, path).items():
                        found[name].setdefault(key, []).append(value)
    return {name: {key: median(values) for key, values in taken.items()} for name, taken in found.items()}


def table(found: Mapping[str, Mapping[str, float]], count: int) -> Sequence[str]:
    """Return the figures as lines of Markdown."""
    ours = found["as it is"]
    lines = [
        f"| {count:,} questions, ms | as it is | plain | ÷ | drawn | ÷ | six alone | two words |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for key in ours:
        cells = [f"{ours[key]:,.0f}"]
        for name in ("plain", "drawn"):
            other = found[name].get(key)
            ratio = f"{ours[key] / other:.3f}" if other and key != "elements" else ""
            cells += [f"{other:,.0f}" if other else "", ratio]
        less = [found[name].get(key) for name in NEXT_TO_NOTHING]
        cells += [f"{each:,.0f}" if each else "" for each in less]
        lines.append(f"| {' | '.join([key, *cells])} |")
    return lines


SLOW_PHONE = 1000
"""Questions of the page that is opened on a phone with a slow processor."""
PHONE_SLOWER = 6
"""Times that Chromium is slowed down for it."""


def on_a_slow_phone(folder: Path, runs: int) -> list[str]:
    """Return what the page of SLOW_PHONE questions takes there, as a line of text."""
    page = page_of(bank_of(SLOW_PHONE))
    path = folder / "phone.html"
    path.write_text(page)
    taken = []
    for _ in range(runs):
        with started("chromium") as browser:
            assert isinstance(browser, Chromium)
            paints = painted(browser, path, slower=PHONE_SLOWER, size=PHONE)
            taken.append(paints | searched(browser, path))
    found = {key: median(each[key] for each in taken) for key in taken[0]}
    size = len(page.encode()) / 1e6
    return [
        (
            f"{SLOW_PHONE:,} questions ({size:.1f} MB) on 390 × 844 pixels, Chromium {PHONE_SLOWER} times slower: "
            f"first paint {found['first paint']:.0f} ms, first question {found['first question']:.0f} ms, loaded "
            f"{found['loaded']:.0f} ms, a search {found['a search, to the next frame']:.0f} ms."
        )
    ]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = compare(variants(page_of(bank_of(given.questions))), folder, given.runs)
        lines = [*table(found, given.questions), "", *on_a_slow_phone(folder, LONG_RUNS)]
    measure.report("web_page", lines, write=given.write)


if __name__ == "__main__":
    main()
