"""A translated bank in each of the sixteen languages: every output in that language, its direction, its glyphs."""

from __future__ import annotations

import json
import re
import sqlite3
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from qexport.cli.main import program
from qexport.content.languages import language

TRANSLATED = tomllib.loads((Path(__file__).parents[1] / "languages.toml").read_text("utf-8"))
NAMES_OF_THINGS = frozenset(
    {
        # Programs, files and options, and words of the search, which are the same in every language.
        *(
            "offset",
            "anki",
            "apkg",
            "pdf",
            "epub",
            "qexport",
            "weasyprint",
            "harfbuzz",
            "esc",
            "harf",
            "buzz",
        ),
        *(
            "source",
            "serif",
            "sans",
            "plex",
            "mono",
            "ibm",
            "sil",
            "ofl",
            "and",
            "paul",
            "hunt",
            "frank",
            "mike",
            "abbink",
        ),
        *(
            "category",
            "level",
            "tag",
            "test",
            "readme",
            "release",
            "notes",
            "html",
            "webkit",
            "device",
            "width",
        ),
    }
)


@dataclass(frozen=True)
class Built:
    """What was made of the bank of one language."""

    tag: str
    bank: Mapping[str, str]
    printed: str
    files: Mapping[str, bytes]


@pytest.fixture(scope="module", params=sorted(TRANSLATED))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Every output of the bank of one language, and a release of it."""
    tag = request.param
    folder = tmp_path_factory.mktemp(tag)
    bank = TRANSLATED[tag]
    one = {key: bank[key] for key in bank if key not in ("title", "follow_up")}
    questions = [{"id": "Q-1", "difficulty": 3, **one, "follow_ups": [bank["follow_up"]]}]
    text = {"title": bank["title"], "namespace": f"test-{tag}", "language": tag, "questions": questions}
    path = folder / "bank.yaml"
    path.write_text(json.dumps(text, ensure_ascii=False), "utf-8")  # which is YAML
    runner = CliRunner()
    kinds = ["handbook", "deck", "quiz", "cheatsheet", "flash-cards", "web", "epub"]
    words = ["build", "--bank", str(path), "--out", str(folder / "out"), "--file-name", "b", "--calibration"]
    words += [word for kind in kinds for word in ("--format", kind)]
    result = runner.invoke(program, words, prog_name="qexport")
    assert result.exit_code == 0, result.output
    released = runner.invoke(program, ["release", "--bank", str(path)], prog_name="qexport")
    assert released.exit_code == 0, released.output
    (folder / "qexport.toml").write_text('bank = "bank.yaml"\n[recipes.all]\nformat = ["deck"]\n', "utf-8")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        bundled = runner.invoke(program, ["bundle", "--output", "b.zip"], prog_name="qexport")
    assert bundled.exit_code == 0, bundled.output
    files = {each.name: each.read_bytes() for each in sorted((folder / "out").iterdir())}
    with zipfile.ZipFile(folder / "b.zip") as bundle:
        files |= {name: bundle.read(name) for name in bundle.namelist() if name.endswith((".html", ".md"))}
    return Built(tag, bank, result.stderr, files)


def read_pdf(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


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


def read_all(built: Built) -> Mapping[str, str]:
    """Return the text of every file."""
    texts = {}
    for name, data in built.files.items():
        if name.endswith(".pdf"):
            texts[name] = read_pdf(data)
        elif name.endswith((".html", ".md")):
            texts[name] = read_html(data)
        elif name.endswith(".epub"):
            with zipfile.ZipFile(BytesIO(data)) as book:
                pages = [each for each in book.namelist() if each.endswith(("xhtml", "ncx", "opf"))]
                texts[name] = " ".join(read_html(book.read(each)) for each in pages)
        elif name.endswith(".apkg"):
            with zipfile.ZipFile(BytesIO(data)) as package:
                database = sqlite3.connect(":memory:")
                database.deserialize(package.read("collection.anki2"))
            decks = json.loads(database.execute("SELECT decks FROM col").fetchone()[0])
            texts[name] = read_html(" ".join(deck["desc"] for deck in decks.values()).encode())
    return texts


def words_of(text: str) -> set[str]:
    text = re.sub(r"\b[0-9a-f]{12}\b", " ", text)  # the fingerprint of a bank
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


def test_no_label_is_english(built: Built) -> None:
    """Words of the English labels that the language does not have; in other scripts, any Latin word."""
    texts = read_all(built)
    assert len(texts) == 10, sorted(texts)
    if built.tag == "en":
        return
    own = words_of(" ".join([*language(built.tag).labels.values(), *language(built.tag).counts.values()]))
    own |= words_of(" ".join([*built.bank.values(), *language(built.tag).months])) | NAMES_OF_THINGS
    english = words_of(" ".join([*language("en").labels.values(), *language("en").counts.values()]))
    is_latin = built.tag not in ("ar", "he", "hi", "ja", "uk", "zh")
    wrong = {}
    for name, text in texts.items():
        latin = {word for word in words_of(text) if word.isascii()}
        if found := (latin & english if is_latin else latin) - own:
            wrong[name] = sorted(found)
    assert wrong == {}


def test_no_glyph_is_missing(built: Built) -> None:
    assert built.printed == ""


def test_labels_are_on_the_side_where_the_language_begins(built: Built) -> None:
    """The label of the answer is before its text: left of it, or right of it."""
    words = language(built.tag)
    (data,) = [data for name, data in built.files.items() if name == "b.pdf"]
    label = words.label("answer")
    with pypdfium2.PdfDocument(data) as pdf:
        page = pdf[len(pdf) - 1]
        places = []
        for number in range(len(pdf)):
            found = pdf[number].get_textpage()
            for wanted in (label, built.bank["answer"][:6]):
                search = found.search(wanted)
                if place := search.get_next():
                    places.append((number, wanted, found.get_charbox(place[0])))
        width = page.get_width()
    last = max(number for number, _, _ in places)
    (_, _, first), (_, _, second) = [each for each in places if each[0] == last][:2]
    assert (first[0] > second[0]) == (words.direction == "rtl"), (first, second, width)


def test_documents_say_their_language_and_direction(built: Built) -> None:
    direction = language(built.tag).direction
    for name, data in built.files.items():
        if name.endswith(".html"):
            assert f'<html lang="{built.tag}" dir="{direction}">' in data.decode(), name
