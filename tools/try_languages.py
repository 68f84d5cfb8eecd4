"""Build the structure of the shipped bank in each of the sixteen languages, and read what came out.

    .venv/bin/python -m tools.try_languages [LANGUAGE …] [--keep FOLDER]

The bank of a language has as many questions as the shipped one, with the same technologies, categories, difficulties,
parts and lengths; its texts are those of tests/languages.toml. Every output, a release and a bundle are made of it. For
each language a line of a table is printed:

    english     words of the English labels in an output and not in the language (other scripts: any Latin word)
    index       terms of the index that are not where ICU (Node's Intl.Collator) has them
    direction   pages on which a label is on the wrong side of its text, or a line goes the wrong way
    glyphs      warnings of missing glyphs, and boxes with a character's number
    other       files that do not give their language and direction

The exit status is 1 if a number is not 0. Needs Node for the order of ICU, and the fonts of the extras.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from click.testing import CliRunner

from qexport.bank.model import PROSE_SECTIONS, Bank
from qexport.choosing import read_bank
from qexport.cli.main import program
from qexport.content.languages import language
from qexport.outputs.handbook.plan import SMALL_BOOK

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("handbook", "deck", "quiz", "cheatsheet", "flash-cards", "web", "epub")
BESIDE = 15
"""Points between the middles of two texts on one line, at most."""
LEVEL = 5
"""Points between the feet of two letters of one line, at most."""
NOT_LATIN = ("ar", "he", "hi", "ja", "uk", "zh")
NAMES_OF_THINGS = {
    *{
        "offset",
        "anki",
        "apkg",
        "pdf",
        "epub",
        "qexport",
        "weasyprint",
        "harfbuzz",
        "harf",
        "buzz",
        "esc",
        "source",
    },
    *{"serif", "sans", "plex", "mono", "ibm", "sil", "ofl", "and", "paul", "hunt", "frank", "mike", "abbink"},
    *{"category", "level", "tag", "test", "readme", "release", "notes", "html", "webkit", "device", "width"},
    *{"adv", "mlo"},  # of ids
}
"""Programs, files and options, and words of the search, which are the same in every language."""


@dataclass(frozen=True)
class Made:
    """What was made of the bank of one language."""

    tag: str
    texts: Mapping[str, Any]
    """Its table of tests/languages.toml."""
    printed: str
    files: Mapping[str, bytes]


def read_texts() -> Mapping[str, Mapping[str, Any]]:
    """Return the texts of each language, by its tag."""
    return tomllib.loads((ROOT / "tests" / "languages.toml").read_text("utf-8"))


def make_short_bank(tag: str, texts: Mapping[str, Any]) -> dict[str, object]:
    """Return a bank of four questions, the fewest that have an index; the first has all parts and lists all terms."""
    one = {name: texts[name] for name in ("technology", "category", "level", "question", *PROSE_SECTIONS)}
    question = {
        "id": "Q-1",
        "difficulty": 3,
        **one,
        "follow_ups": [texts["follow_up"]],
        "terms": texts["terms"],
    }
    more = [
        {
            "id": f"Q-{number}",
            **{name: texts[name] for name in ("technology", "category", "level")},
            "question": texts["ask"].replace("{term}", term),
            "answer": texts["about"].replace("{term}", term),
        }
        for number, term in enumerate(texts["terms"][:SMALL_BOOK], start=2)
    ]
    return {
        "title": texts["title"],
        "namespace": f"test-{tag}",
        "language": tag,
        "questions": [question, *more],
    }


def make_bank(tag: str, texts: Mapping[str, Any], shipped: Bank) -> dict[str, object]:
    """Return a bank with the structure of the shipped one: each question is about one of the terms."""
    technologies = [texts["technology"], *texts["technologies"]]
    categories = [texts["category"], *texts["categories"]]
    known = list(dict.fromkeys(question.category for question in shipped.questions))
    sentences = [texts[name] for name in PROSE_SECTIONS]
    questions = []
    for question, term in zip(shipped.questions, texts["terms"], strict=True):
        about = texts["about"].replace("{term}", term)
        parts = {}
        for at, name in enumerate(PROSE_SECTIONS):
            text = f"{sentences[at]} {about}"
            more = at
            while len(text) < len(getattr(question, name)) // (2 if tag in ("ja", "zh") else 1):
                more += 1
                text += f" {sentences[more % len(sentences)]}"
            parts[name] = text
        questions.append(
            {
                "id": question.id,
                "technology": technologies[shipped.technologies.index(question.technology)],
                "category": categories[known.index(question.category)],
                "level": texts["level"],
                "difficulty": question.difficulty,
                "question": texts["ask"].replace("{term}", term),
                **parts,
                "follow_ups": [f"{texts['follow_up']} {about}"] * len(question.follow_ups),
                "terms": [term],
            }
        )
    return {
        "title": texts["title"],
        "namespace": f"test-{tag}",
        "language": tag,
        "technologies": technologies,
        "questions": questions,
    }


def build_all(tag: str, texts: Mapping[str, Any], bank: Mapping[str, object], folder: Path) -> Made:
    """Make every output of a bank, a release of it and a bundle; raise RuntimeError if a command fails."""
    path = folder / "bank.yaml"
    path.write_text(json.dumps(bank, ensure_ascii=False), "utf-8")  # which is YAML
    runner = CliRunner()

    def run(*words: str) -> str:
        result = runner.invoke(program, list(words), prog_name="qexport")
        if result.exit_code:
            raise RuntimeError(result.output)
        return result.stderr

    formats = [word for kind in KINDS for word in ("--format", kind)]
    out = ["--out", str(folder / "out"), "--file-name", "b", "--calibration"]
    printed = run("build", "--bank", str(path), *out, *formats)
    run("release", "--bank", str(path))
    (folder / "qexport.toml").write_text('bank = "bank.yaml"\n[recipes.all]\nformat = ["deck"]\n', "utf-8")
    with chdir(folder):
        run("bundle", "--output", "b.zip")
    files = {each.name: each.read_bytes() for each in sorted((folder / "out").iterdir())}
    with zipfile.ZipFile(folder / "b.zip") as bundle:
        files |= {name: bundle.read(name) for name in bundle.namelist() if name.endswith((".html", ".md"))}
    return Made(tag, texts, printed, files)


# What is read


def read_pdf(data: bytes) -> list[str]:
    """Return the text of each page."""
    with pypdfium2.PdfDocument(data) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def read_html(data: bytes) -> str:
    """Return what HTML says: texts, and attributes that are read to somebody."""
    text = re.sub(r"<(style|script)\b(?![^>]*id=\"words\").*?</\1>", " ", data.decode(), flags=re.DOTALL)
    text = re.sub(r"<(?:code|kbd)>.*?</(?:code|kbd)>|(?<=counts)\":|\"[a-z_]+\":", " ", text)
    text = re.sub(
        r"https?://[^\s)<]+|difficulty(?:>|&gt;)=8|[\w/-]+\.(?:apkg|pdf|yaml|jsonl?|md|csv|html)", " ", text
    )
    text = re.sub(
        r"<dc:identifier.*?</dc:identifier>|<meta property=\"schema:access(?!ibilitySummary).*?</meta>",
        " ",
        text,
    )
    said = re.findall(r'(?:alt|title|aria-label|placeholder|name="description" content)="([^"]*)"', text)
    return unescape(" ".join([*said, re.sub(r"<[^>]*>", " ", text)]))


def read_all(made: Made) -> Mapping[str, str]:
    """Return the text of every file."""
    texts = {}
    for name, data in made.files.items():
        if name.endswith(".pdf"):
            texts[name] = "\n".join(read_pdf(data))
        elif name.endswith((".html", ".md")):
            texts[name] = read_html(data)
        elif name.endswith(".epub"):
            with zipfile.ZipFile(BytesIO(data)) as book:
                pages = [each for each in book.namelist() if each.endswith(("xhtml", "ncx", "opf"))]
                texts[name] = " ".join(read_html(book.read(each)) for each in pages)
        elif name.endswith(".apkg"):
            texts[name] = _read_deck(data)
    return texts


def _read_deck(data: bytes) -> str:
    with zipfile.ZipFile(BytesIO(data)) as package:
        database = sqlite3.connect(":memory:")
        database.deserialize(package.read("collection.anki2"))
    decks = json.loads(database.execute("SELECT decks FROM col").fetchone()[0])
    database.close()
    return read_html(" ".join(deck["desc"] for deck in decks.values()).encode())


# What is checked


def _list_words(text: str) -> set[str]:
    text = re.sub(r"\b[0-9a-f]{12}\b", " ", text)  # the fingerprint of a bank
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


def find_english(made: Made) -> dict[str, list[str]]:
    """Return English words by file: of the English labels alone, or in other scripts any Latin word."""
    if made.tag == "en":
        return {}
    words, english = language(made.tag), language("en")
    bank = " ".join(" ".join(value) if isinstance(value, list) else value for value in made.texts.values())
    own = _list_words(" ".join([*words.labels.values(), *words.counts.values(), *words.months, bank]))
    own |= NAMES_OF_THINGS
    labels = _list_words(" ".join([*english.labels.values(), *english.counts.values()]))
    wrong = {}
    for name, text in read_all(made).items():
        latin = {word for word in _list_words(text) if word.isascii()}
        if found := (latin if made.tag in NOT_LATIN else latin & labels) - own:
            wrong[name] = sorted(found)
    return wrong


def list_index(made: Made) -> list[str]:
    """Return the terms of the texts in the order in which the index of the handbook has them."""
    (data,) = [data for name, data in made.files.items() if name == "b.pdf"]
    heading = language(made.tag).label("index")
    pages = read_pdf(data)
    starts = [at for at, text in enumerate(pages) if heading in text]
    first = next((at for at in reversed(starts) if at - 1 not in starts), 0)
    text = "".join(re.sub(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\s]", "", page) for page in pages[first:])
    places = {}
    for term in made.texts["terms"]:
        if found := re.search(re.escape(re.sub(r"\s", "", term)) + r"[,،]?\d", text):
            places[term] = found.start()
    return sorted(places, key=places.__getitem__)


def sort_with_icu(tag: str, words: Sequence[str]) -> list[str]:
    """Return words in the order of ICU."""
    node = ["node", str(ROOT / "tools" / "sort_with_icu.mjs"), tag]
    done = subprocess.run(node, input="\n".join(words).encode(), capture_output=True, check=True)
    return done.stdout.decode().rstrip("\n").split("\n")


def find_misdirected(made: Made) -> list[str]:
    """Return the pages of the handbook on which a label or a line is on the wrong side, or nothing is found at all."""
    words = language(made.tag)
    is_rtl = words.direction == "rtl"
    (data,) = [data for name, data in made.files.items() if name == "b.pdf"]
    wrong, lines, labels = [], 0, 0
    with pypdfium2.PdfDocument(data) as pdf:
        for number, page in enumerate(pdf):
            text = page.get_textpage()
            boxes = _find(text, made.texts["answer"][:6])
            for label in _find(text, words.label("answer")):
                beside = [box for box in boxes if abs(_middle(box) - _middle(label)) < BESIDE]
                labels += len(beside[:1])
                if beside and (label[0] > beside[0][0]) != is_rtl:
                    wrong.append(f"page {number + 1}: {words.label('answer')}")
            for sentence in (made.texts[name] for name in PROSE_SECTIONS):
                for at in _find_places(text, sentence[:4]):
                    first, last = text.get_charbox(at), text.get_charbox(at + 3)
                    if abs(first[1] - last[1]) > LEVEL:
                        continue  # over the end of a line
                    lines += 1
                    if (first[0] > last[0]) != is_rtl:
                        wrong.append(f"page {number + 1}: {sentence[:4]}")
    if not lines or not labels:
        wrong.append(f"{labels} labels and {lines} lines found")
    return wrong


def _find_places(text: Any, wanted: str) -> Iterator[int]:
    search = text.search(wanted)
    while place := search.get_next():
        yield place[0]


def _find(text: Any, wanted: str) -> list[tuple[float, float, float, float]]:
    return [text.get_charbox(place) for place in _find_places(text, wanted)]


def _middle(box: tuple[float, float, float, float]) -> float:
    return (box[1] + box[3]) / 2


def find_missing_glyphs(made: Made) -> list[str]:
    """Return the warnings of a build, and the pages with a character's number instead of its glyph."""
    boxes = [
        f"{name}: {box}"
        for name, data in made.files.items()
        if name.endswith(".pdf")
        for page in read_pdf(data)
        for box in re.findall(r"\[U\+[0-9A-F]{4,6}\]", page)
    ]
    return [*filter(None, made.printed.split("\n")), *boxes]


def find_undeclared(made: Made) -> list[str]:
    """Return the pages in HTML that do not give their language and direction."""
    opening = f'<html lang="{made.tag}" dir="{language(made.tag).direction}">'
    return [
        name for name, data in made.files.items() if name.endswith(".html") and opening not in data.decode()
    ]


def check(made: Made) -> dict[str, list[str]]:
    """Return what is wrong, by the column of the table."""
    found = list_index(made)
    order = sort_with_icu(made.tag, made.texts["terms"])
    index = [f"{one} for {other}" for one, other in zip(found, order, strict=False) if one != other]
    index += [f"no {term}" for term in order if term not in found]
    return {
        "english": [f"{name}: {' '.join(words)}" for name, words in find_english(made).items()],
        "index": index,
        "direction": find_misdirected(made),
        "glyphs": find_missing_glyphs(made),
        "other": find_undeclared(made),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="for example: de ar (all)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what is made")
    arguments = parser.parse_args()
    shipped, _ = read_bank(ROOT / "seeds" / "questions.yaml")
    wrong = 0
    print("language  pages  english  index  direction  glyphs  other")
    for tag, texts in sorted(read_texts().items()):
        if arguments.languages and tag not in arguments.languages:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = arguments.keep / tag if arguments.keep else Path(name)
            folder.mkdir(parents=True, exist_ok=True)
            made = build_all(tag, texts, make_bank(tag, texts, shipped), folder)
        found = check(made)
        pages = sum(len(read_pdf(data)) for file, data in made.files.items() if file.endswith(".pdf"))
        english, index, direction, glyphs, other = (len(each) for each in found.values())
        print(f"{tag:8}  {pages:5}  {english:7}  {index:5}  {direction:9}  {glyphs:6}  {other:5}", flush=True)
        for column, each in found.items():
            wrong += len(each)
            for line in each[:5]:
                print(f"    {column}: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
