"""The handbook against other ways to the same pages: `python benchmarks/handbook.py [--sizes 15,54,500] [--write]`.

Each row is a whole process, its ratios to Chromium's print of the same HTML in the same run. The baselines:

    naive      WeasyPrint as its documentation shows: one document, page numbers by target-counter()
    chromium   headless Chromium printing that HTML
    typst      Typst setting the same text
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from measure import Run, run

from qexport import fonts, importers
from qexport.bank_writer import write_bank
from qexport.book import Press
from qexport.editions import Edition
from qexport.exporters import Tools
from qexport.options import checked
from qexport.question import PROSE_SECTIONS, Bank
from qexport.templating import question_view
from qexport.themes import theme
from qexport.validation import validate

ROOT = Path(__file__).parents[1]
SIZES = (15, 54, 500, 2000)


def bank_of(count: int, *, edited: bool = False) -> Bank:
    """Return a bank of so many questions made from the shipped ones, each text with its number."""
    shipped, _ = validate(importers.read(ROOT / "seeds/questions.yaml"))
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
    look = theme("classic")
    options = checked({})
    tools = Tools(look.templates(), look.styles())
    questions = []
    for question in bank.questions:
        view = question_view(question)
        follow_ups = [{"html": html, "answers": []} for html in view["follow_ups"]]
        meta = f"{question.technology} · {question.category} · {question.level}"
        questions.append({**view, "follow_ups": follow_ups, "anchor": f"q-{question.id}", "meta": meta})
    page = tools.templates.render(
        "handbook/question.html.j2",
        language="en",
        title=bank.title,
        questions=questions,
        level=2,
        book=bank.title,
        source=bank.source,
        notes=False,
    )
    lines = "".join(
        f'<li class="entry"><a href="#q-{each.id}"><span class="id">{each.id}</span> {each.question}</a></li>'
        for each in bank.questions
    )
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="")
    css = Press(edition, options, tools).css.replace('"qx:folio"', "counter(page)") + (
        ".question { break-before: page } "
        ".entry a::after { content: leader(dotted) target-counter(attr(href), page) }"
    )
    contents = f'<div class="list contents"><h1>Contents</h1><ul>{lines}</ul></div>'
    return re.sub(r"(<body[^>]*>)", rf"<style>{css}</style>\1{contents}", page, count=1)


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


def measured(count: int, folder: Path, baselines: set[str]) -> dict[str, tuple[Run, int]]:
    """Return, by name, what each way took for so many questions, and the size of its file in bytes."""
    results: dict[str, tuple[Run, int]] = {}

    def take(name: str, command: list[str], result: Path, **more: dict[str, str]) -> None:
        done = run(command, **more)
        results[name] = done, result.stat().st_size
        print(f"  {name:22} {done.wall:7.2f} s", file=sys.stderr, flush=True)

    def build(name: str, bank: Path, *more: str) -> None:
        out = folder / "out"
        words = ["build", "--format", "handbook", "--bank", str(bank), "--out", str(out), "--name", "book"]
        cache = ["--cache", str(folder / "cache"), "--quiet"]
        take(name, [sys.executable, "-m", "qexport", *words, *cache, *more], out / "book.pdf")

    bank = bank_of(count)
    path, edited = folder / "bank.yaml", folder / "edited.yaml"
    path.write_text(write_bank(bank), "utf-8")
    edited.write_text(write_bank(bank_of(count, edited=True)), "utf-8")
    build("qexport cold", path)
    build("qexport warm", path)
    build("qexport one edit", edited)
    if count >= 500:
        build("qexport filter of 100", path, "--limit", "100")

    html = folder / "book.html"
    html.write_text(html_of(bank), "utf-8")
    fonts.use_bundled_only()
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
    if "typst" in baselines:
        source, pdf = folder / "book.typ", folder / "typst.pdf"
        source.write_text(typst_of(bank), "utf-8")
        folders = sorted({str(each.path.parent) for each in fonts.bundled().values()})
        take("Typst", [sys.executable, "-c", TYPST, str(source), str(pdf), *folders], pdf)
    return results


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("no Chromium: apt install chromium, or leave it out with --baselines")
    return found


def table(count: int, results: dict[str, tuple[Run, int]]) -> list[str]:
    """Return Markdown rows, with ratios to Chromium where it ran."""
    base = results.get("Chromium")
    rows = []
    for name, (done, size) in results.items():
        ratio = f"{done.wall / base[0].wall:.2f}" if base else "–"
        rows.append(
            f"| {count} | {name} | {done.wall:.2f} | {ratio} | {done.cpu:.2f} "
            f"| {done.largest:.0f} | {done.tree:.0f} | {size / 1e6:.2f} |"
        )
    return rows


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--baselines", default="naive,chromium,typst")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    baselines = set(arguments.baselines.split(","))
    lines = [
        "| questions | way | wall s | ÷ Chromium | CPU s | largest process MB | all processes MB | file MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for count in map(int, arguments.sizes.split(",")):
        print(f"{count} questions", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            lines += table(count, measured(count, Path(folder), baselines))
    print("\n".join(lines))
    if arguments.write:
        _write("handbook", lines)


def _write(name: str, lines: list[str]) -> None:
    """Put a table between its marks in docs/performance.md, with the machine and the versions."""
    path = ROOT / "docs/performance.md"
    cores = len(__import__("os").sched_getaffinity(0))
    versions = ", ".join(f"{package} {version(package)}" for package in ("weasyprint", "genanki", "typst"))
    machine = f"{cores} cores ({platform.machine()}), Python {platform.python_version()}, {versions}"
    block = "\n".join(
        [
            f"<!-- {name} -->",
            f"Measured by `python benchmarks/{name}.py --write`: {machine}.",
            "",
            *lines,
            f"<!-- /{name} -->",
        ]
    )
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(rf"<!-- {name} -->.*<!-- /{name} -->", lambda _: block, text, flags=re.DOTALL), "utf-8"
    )


if __name__ == "__main__":
    main()
