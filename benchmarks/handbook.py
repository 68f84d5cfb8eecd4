"""The handbook against other ways to the same pages: `python -m benchmarks.handbook [--sizes 15,54,500] [--write]`.

Each row is a whole process, its ratios to Chromium's print of the same HTML in the same run. The baselines:

    naive      WeasyPrint as its documentation shows: one document, page numbers by target-counter()
    chromium   headless Chromium printing that HTML, without its page numbers, which it does not know
    typst      Typst setting the same text, without cover and index

The HTML has what the handbook has: cover, how to read it, contents, questions, and an index of the same terms.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from markupsafe import escape

from benchmarks.measure import Run, report, run
from qexport.bank import reader
from qexport.bank.lock import Edition
from qexport.bank.model import PROSE_SECTIONS, Bank
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.content.index_terms import IndexTerm, index_terms, initial
from qexport.content.themes import find_theme
from qexport.layout import fonts
from qexport.outputs.book.cover import make_cover
from qexport.outputs.book.press import Press
from qexport.outputs.book.question_pages import QuestionPages
from qexport.outputs.document import Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.matter import make_reading_page

ROOT = Path(__file__).parents[1]
SIZES = (15, 54, 200, 500, 2000)


def bank_of(count: int, *, edited: bool = False) -> Bank:
    """Return a bank of so many questions made from the shipped ones, each text with its number."""
    shipped, _ = validate(reader.read(ROOT / "seeds/questions.yaml"))
    made = []
    for number in range(count):
        question = shipped.questions[number % len(shipped.questions)]
        word = f"{number}" if not (edited and number == count // 2) else f"{number} edited"
        made.append(
            replace(
                question,
                id=f"{question.id}-{number}",
                question=f"{question.question} ({number})",
                deep_explanation=f"{question.deep_explanation} Variant {word}.",
            )
        )
    return replace(shipped, questions=tuple(made))


def html_of(bank: Bank) -> str:
    """Return the book as one HTML document from the same templates, numbered as WeasyPrint's documentation shows."""
    look = find_theme("classic")
    options = HandbookOptions()
    tools = Tools(look.templates(), look.styles())
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="")
    press = Press(edition, options, tools)
    pages = QuestionPages(press)
    front = (make_cover(press, "Handbook"), make_reading_page(press, explained=True))
    questions = (
        pages.make_job([question], "handbook/question.html.j2", level=2, notes=False, flow=False)
        for question in bank.questions
    )
    book = "".join(
        [
            *(_body(job.html()) for job in front),
            _contents(bank),
            *(_body(job.html()) for job in questions),
            _index(bank),
        ]
    )
    style = press.style.css.replace('"qx:folio"', "counter(page)") + NUMBERED
    head = f'<meta charset="utf-8"><title>{escape(bank.title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{book}</body></html>'


NUMBERED = """
.questions, .list { break-before: page }
.answered::after { content: target-counter(attr(href), page) }
.entry a::after { content: leader(dotted) target-counter(attr(href), page) }
.terms { columns: 3; column-gap: 6mm }
.term a { color: inherit }
.term a::after { content: target-counter(attr(href), page) }
"""


MAIN = ' style="font-weight: 700"'


def _body(html: str) -> str:
    """Return what is in the body of a page, in an element of its class; links lead to the places they name."""
    found = re.search(r'<body class="([^"]*)"[^>]*>(.*)</body>', html, re.DOTALL)
    assert found is not None
    linked = re.sub(r"<span data-folio=[^>]*>0+</span>", "", found[2]).replace('href="qx:', 'href="#')
    return f'<div class="{found[1]}">{linked}</div>'


def _contents(bank: Bank) -> str:
    lines = "".join(
        f'<li class="entry"><a href="#q-{each.id}"><span class="id">{each.id}</span> {each.question}</a></li>'
        for each in bank.questions
    )
    return f'<div class="list contents"><h1>Contents</h1><ul>{lines}</ul></div>'


def _index(bank: Bank) -> str:
    """Return the index of the handbook, each page a link."""

    def lines(terms: Iterable[IndexTerm]) -> Iterator[str]:
        for term in terms:
            name = f"<code>{escape(term.name)}</code>" if term.code else escape(term.name)
            links = (f'<a href="#q-{id_}"{MAIN if id_ in term.main else ""}></a>' for id_ in term.questions)
            pages = f"<i>see</i> {escape(term.see)}" if term.see else ", ".join(links)
            yield f'<li class="term">{name}, {pages}</li>'
            if term.see_also:
                yield f'<li class="term also"><i>see also</i> {escape(", ".join(term.see_also))}</li>'

    terms = index_terms(bank.questions, bank.language)
    letters = (
        f"<h2>{letter or 'Signs'}</h2><ul>{''.join(lines(together))}</ul>"
        for letter, together in groupby(terms, key=lambda term: initial(term.name, bank.language))
    )
    return f'<div class="list index"><h1>Index</h1><div class="terms">{"".join(letters)}</div></div>'


def typst_of(bank: Bank) -> str:
    """Return the same text for Typst."""

    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = [
        '#set page(paper: "a4", margin: (left: 62mm, right: 25mm, top: 23mm, bottom: 19mm), numbering: "1")',
        '#set text(font: "Source Serif Pro", size: 10.2pt)',
        "#outline()",
    ]
    for each in bank.questions:
        parts.append(f"#pagebreak()\n#heading(level: 1, {text(each.id + ' ' + each.question)})")
        for section in PROSE_SECTIONS:
            heading = text(section.replace("_", " "))
            parts += [f"#heading(level: 2, outlined: false, {heading})", f"#{text(getattr(each, section))}"]
        parts += [f"- #{text(follow_up)}" for follow_up in each.follow_ups]
    return "\n\n".join(parts)


NAIVE = "import sys, weasyprint; weasyprint.HTML(sys.argv[1]).write_pdf(sys.argv[2], pdf_tags=True)"
TYPST = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], font_paths=sys.argv[3:])"


def handbook_command(bank: Path, out: Path, *more: str) -> list[str]:
    """Return the command that builds a handbook and prints nothing."""
    words = ["build", "--format", "handbook", "--bank", str(bank), "--out", str(out), "--quiet"]
    return [sys.executable, "-m", "qexport", *words, *more]


def measured(count: int, folder: Path, baselines: set[str]) -> dict[str, tuple[Run, int]]:
    """Return, by name, what each way took for so many questions, and the size of its file in bytes."""
    results: dict[str, tuple[Run, int]] = {}

    def take(name: str, command: list[str], result: Path) -> None:
        done = run(command)
        results[name] = done, result.stat().st_size
        print(f"  {name:22} {done.wall:7.2f} s", file=sys.stderr, flush=True)

    def build(name: str, bank: Path, *more: str) -> None:
        out = folder / "out"
        options = ("--file-name", "book", "--cache", str(folder / "cache"))
        take(name, handbook_command(bank, out, *options, *more), out / "book.pdf")

    bank = bank_of(count)
    path, edited = folder / "bank.yaml", folder / "edited.yaml"
    path.write_text(write_bank(bank), "utf-8")
    edited.write_text(write_bank(bank_of(count, edited=True)), "utf-8")
    build("qexport cold", path)
    build("qexport warm", path)
    build("qexport one edit", edited)
    if count >= 500:
        build("qexport filter of 100", path, "--limit", "100")
        build("qexport the filter again", path, "--limit", "100")

    html = folder / "book.html"
    html.write_text(html_of(bank), "utf-8")
    fonts.limit_fontconfig()
    if "naive" in baselines:
        take(
            "naive WeasyPrint",
            [sys.executable, "-c", NAIVE, str(html), str(folder / "naive.pdf")],
            folder / "naive.pdf",
        )
    if "chromium" in baselines:
        flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        more = "--disable-component-update --disable-sync --no-pdf-header-footer --disable-dev-shm-usage"
        pdf = folder / "chromium.pdf"
        profile = f"--user-data-dir={folder / 'profile'}"
        command = [
            _chromium(),
            *flags.split(),
            *more.split(),
            profile,
            f"--print-to-pdf={pdf}",
            html.as_uri(),
        ]
        take("Chromium", command, pdf)
    if "typst" in baselines and not find_spec("typst"):
        raise SystemExit("no Typst: pip install typst, or leave it out with --baselines")
    if "typst" in baselines:
        source, pdf = folder / "book.typ", folder / "typst.pdf"
        source.write_text(typst_of(bank), "utf-8")
        folders = sorted({str(each.path.parent) for each in fonts.find_bundled().values()})
        take("Typst", [sys.executable, "-c", TYPST, str(source), str(pdf), *folders], pdf)
    return results


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("no Chromium: apt install chromium, or leave it out with --baselines")
    return found


def middle(runs: Sequence[dict[str, tuple[Run, int]]]) -> dict[str, tuple[Run, int]]:
    """Return, by name, the run whose wall time is in the middle, with the largest memory of all."""
    results = {}
    for name in runs[0]:
        same = sorted((each[name] for each in runs), key=lambda result: result[0].wall)
        done, size = same[len(same) // 2]
        largest, tree = (max(getattr(each, key) for each, _ in same) for key in ("largest", "tree"))
        results[name] = replace(done, largest=largest, tree=tree), size
    return results


def table(count: int, results: Mapping[str, tuple[Run, int]]) -> list[str]:
    """Return Markdown rows, with ratios to Chromium where it ran."""
    base = results.get("Chromium")
    rows = []
    for name, (done, size) in results.items():
        ratio = f"{done.wall / base[0].wall:.2f}" if base else "–"
        rows.append(
            f"| {count:,} | {name} | {done.wall:.2f} | {ratio} | {done.cpu:.2f} "
            f"| {done.largest:.0f} | {done.tree:.0f} | {size / 1e6:.2f} |"
        )
    return rows


def figures(results: Mapping[int, Mapping[str, tuple[Run, int]]]) -> Iterator[tuple[str, float, float]]:
    """Yield what is promised, the bound, and what was measured, as far as it was."""

    def wall(count: int, name: str) -> float:
        return results[count][name][0].wall

    def has(count: int, *names: str) -> bool:
        return count in results and all(name in results[count] for name in names)

    for count, cold, warm in ((54, 1.0, 0.25), (500, 2, 0.08)):
        if has(count, "Chromium"):
            chromium = wall(count, "Chromium")
            yield f"{count} questions, cold ÷ Chromium", cold, wall(count, "qexport cold") / chromium
            yield f"{count} questions, warm ÷ Chromium", warm, wall(count, "qexport warm") / chromium
    if has(500, "naive WeasyPrint"):
        ours, naive = results[500]["qexport cold"], results[500]["naive WeasyPrint"]
        yield "500 questions, cold ÷ naive", 0.18, ours[0].wall / naive[0].wall
        yield "500 questions, file ÷ naive", 1.1, ours[1] / naive[1]
    if has(500):
        warm = wall(500, "qexport warm")
        yield "500 questions, one edit − warm, in seconds", 2, wall(500, "qexport one edit") - warm
        yield "100 of 500, for the first time ÷ warm", 1, wall(500, "qexport filter of 100") / warm
        yield "100 of 500, again ÷ warm", 1, wall(500, "qexport the filter again") / warm
    if has(2000):
        yield "2,000 questions, memory of all processes, in MB", 400, results[2000]["qexport cold"][0].tree
        if has(200):
            each = {count: wall(count, "qexport cold") / count for count in (200, 2000)}
            yield "seconds a question, 2,000 ÷ 200", 1.3, each[2000] / each[200]


def main() -> None:
    """Measure, print the tables, and write them into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--baselines", default="naive,chromium,typst")
    parser.add_argument(
        "--times", type=int, default=5, help="runs of up to 54 questions; the middle one counts"
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    lines = [
        "| questions | way | wall s | ÷ Chromium | CPU s | largest process MB | all processes MB | file MB |",
        "|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    results = {}
    for count in map(int, arguments.sizes.split(",")):
        print(f"{count} questions", file=sys.stderr)
        baselines = set() if count == 200 else set(arguments.baselines.split(","))
        runs = []
        for _ in range(arguments.times if count <= 54 else 1):
            with tempfile.TemporaryDirectory() as folder:
                runs.append(measured(count, Path(folder), baselines))
        results[count] = middle(runs)
        lines += table(count, results[count])
    lines += ["", "| figure | bound | measured | |", "|---|--:|--:|---|"]
    for figure, bound, value in figures(results):
        lines.append(f"| {figure} | {bound:.3g} | {value:.3g} | {'' if value <= bound else 'beyond it'} |")
    report("handbook", lines, write=arguments.write)


if __name__ == "__main__":
    main()
