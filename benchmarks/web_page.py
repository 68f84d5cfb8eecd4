"""The page of 10,000 questions in Chromium, beside the same page without an index and without deferred rendering.

    python -m benchmarks.web_page [--questions 10000] [--runs 5] [--write]

Every page has the same questions, style and fonts. "Plain" has all of them as elements that are laid out at once, and
a search that reads the text of each element again at every key, as one writes it first.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Sequence
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
    """Return the page, and the same page without what makes it quick."""
    rest = re.search(r'\n<noscript id="rest"[^>]*>(.*?)</noscript>', page, re.DOTALL)
    fonts = re.search(r'<noscript id="fonts">(.*?)</noscript>', page, re.DOTALL)
    assert rest is not None
    assert fonts is not None
    plain = page.replace(rest[0], rest[1].replace("<!--question-->", "")).replace(fonts[0], fonts[1])
    plain = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", plain)
    plain = re.sub(r'<script type="text/plain" id="index">.*</script>', "", plain, flags=re.DOTALL)
    plain = plain.replace("content-visibility: auto;", "").replace("</body>", PLAIN_SEARCH + "</body>")
    return {"as it is": page, "plain": plain}


def measured(browser: Chromium, path: Path) -> dict[str, Any]:
    """Open a page and search in it; milliseconds."""
    browser.open(path.as_uri())
    browser.wait("document.documentElement.dataset.ready !== undefined", 120)
    paint = browser.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    ready = browser.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    searches = []
    for words in SEARCHES:
        browser.evaluate(MEASURE_SEARCH.replace("WORDS", json.dumps("")))
        searches.append(browser.evaluate(MEASURE_SEARCH.replace("WORDS", json.dumps(words))))
    memory = browser.call("Runtime.getHeapUsage")["usedSize"] / 1e6
    elements = browser.evaluate("document.getElementsByTagName('*').length")
    return {
        "paint": paint,
        "loaded": ready,
        "search": median(searches),
        "memory": memory,
        "elements": elements,
    }


def compare(count: int, runs: int) -> dict[str, dict[str, float]]:
    """Return the medians of all figures for each variant, taken in turns."""
    pages = variants(page_of(bank_of(count)))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(pages.items()):
            Path(folder, f"{number}.html").write_text(text)
            print(f"{name}: {len(text.encode()) / 1e6:.1f} MB")
        for _ in range(runs):
            for number, name in enumerate(pages):
                with started("chromium") as browser:
                    browser.resize(1280, 900)
                    found[name].append(measured(browser, Path(folder, f"{number}.html")))  # type: ignore[arg-type]
    return {
        name: {key: median(each[key] for each in taken) for key in taken[0]} for name, taken in found.items()
    }


def table(found: dict[str, dict[str, float]], count: int) -> Sequence[str]:
    """Return the figures as lines of Markdown."""
    ours, plain = found.values()
    names = {"paint": "first paint", "loaded": "loaded", "search": "a search, to the next frame"}
    lines = [f"| {count:,} questions, ms | as it is | plain | ratio |", "| --- | --: | --: | --: |"]
    for key, name in names.items():
        lines.append(f"| {name} | {ours[key]:.0f} | {plain[key]:.0f} | {ours[key] / plain[key]:.3f} |")
    lines.append(f"| elements | {ours['elements']:,.0f} | {plain['elements']:,.0f} | |")
    return lines


SLOW_PHONE = 1000
"""Questions of the page that is opened on a phone with a slow processor."""
SLOWER = 6
"""Times that Chromium is slowed down for it (CDP: Emulation.setCPUThrottlingRate)."""


def on_a_slow_phone(runs: int) -> list[str]:
    """Return what the page of SLOW_PHONE questions takes there, as a line of text."""
    page = page_of(bank_of(SLOW_PHONE))
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_text(page)
        for _ in range(runs):
            with started("chromium") as browser:
                assert isinstance(browser, Chromium)
                browser.resize(390, 844)
                browser.call("Emulation.setCPUThrottlingRate", rate=SLOWER)
                taken.append(measured(browser, path))
    paint, loaded, search = (median(each[key] for each in taken) for key in ("paint", "loaded", "search"))
    size = len(page.encode()) / 1e6
    return [
        (
            f"{SLOW_PHONE:,} questions ({size:.1f} MB) on 390 × 844 pixels, Chromium {SLOWER} times slower: "
            f"first paint {paint:.0f} ms, loaded {loaded:.0f} ms, a search {search:.0f} ms."
        )
    ]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = compare(given.questions, given.runs)
    lines = [*table(found, given.questions), "", *on_a_slow_phone(given.runs)]
    measure.report("web_page", lines, write=given.write)


if __name__ == "__main__":
    main()
