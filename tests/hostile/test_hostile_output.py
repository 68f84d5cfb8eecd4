"""Texts that mean something where they come out, to Anki, HTML, Jinja, CSS, a spreadsheet: here they are text."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from html import unescape
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from qexport.cli.main import program

TEXTS = {
    "script": "<script>qxMarker</script>",
    "event": '<img src=x onerror="qxMarker">',
    "frame": "<iframe src=file:///qx/marker></iframe>",
    "style": "</style><style>@import url(file:///qx/marker);</style>",
    "base": '<base href="http://qx-marker.invalid/">',
    "attachment": '<a rel=attachment href="file:///qx/marker">x</a>',
    "comment": "<!-- x --> ]]> &lt; &amp;amp;",
    "sums": "{{ 7*7 }}{% include '/qx/marker' %}{# x #}",
    "reach": "{{ ''.__doc__ }}",
    "cloze": "{{c1::hidden}} {{Question}} {{#Answer}}",
    "sound": "[sound:../../qx/marker.mp3] [anki:play:q:0] [anki:tts lang=en]x[/anki:tts]",
    "latex": r"[latex]\input{/qx/marker}[/latex] [$]x[/$] [$$]y[/$$] \(z\) \[z\]",
    "css": "expression(qxMarker) } body { display: none } url(file:///qx/marker)",
    "formula": "=SUM(1+1)",
    "command": "@SUM(1+1)",
}
"""What a bank's question says, by its id."""


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    questions = [
        {"id": key, "question": f"{text} ?", "answer": text, "tags": [f"{key} a\tb"]}
        for key, text in TEXTS.items()
    ]
    Path("questions.yaml").write_text(json.dumps({"title": "T", "questions": questions}), encoding="utf-8")


def run(*words: str) -> str:
    result = CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_and_show_have_every_text_as_it_stands() -> None:
    shown = json.loads(run("show", "--json"))
    assert {each["id"]: each["answer"] for each in shown} == TEXTS
    assert {each["id"]: each["question"] for each in json.loads(run("list", "--json"))} == {
        key: f"{text} ?" for key, text in TEXTS.items()
    }
    words = " ".join(run("show").split())
    assert [key for key, text in TEXTS.items() if text not in words] == []


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_the_handbook_shows_every_text(markup: str) -> None:
    bank = json.loads(Path("questions.yaml").read_text(encoding="utf-8"))
    if markup == "markdown":  # in which they are code, as a careful writer has them
        for question in bank["questions"]:
            question["answer"] = f"```\n{question['answer']}\n```"
    Path("questions.yaml").write_text(json.dumps({"markup": markup, **bank}), encoding="utf-8")
    run("build", "--format", "handbook", "--no-cache", "--file-name", "book")
    with closing(pypdfium2.PdfDocument("out/book.pdf")) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
        assert document.count_attachments() == 0
    seen = "".join("".join(pages).split())
    assert [key for key, text in TEXTS.items() if "".join(text.split()) not in seen] == []
    data = Path("out/book.pdf").read_bytes()
    assert [word for word in (b"/Launch", b"/JavaScript", b"/EmbeddedFile", b"file://") if word in data] == []


def notes() -> dict[str, tuple[dict[str, str], str]]:
    """Fields and tags of each note of the deck, by its id."""
    run("build", "--format", "deck", "--file-name", "deck")
    with zipfile.ZipFile("out/deck.apkg") as archive:
        data = archive.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        models = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
        names = [field["name"] for field in next(iter(models.values()))["flds"]]
        rows = connection.execute("SELECT flds, tags FROM notes").fetchall()
    found = [(dict(zip(names, fields.split("\x1f"), strict=True)), tags) for fields, tags in rows]
    return {fields["ID"]: (fields, tags) for fields, tags in found}


TAGS = {"<p>", "</p>", "<code>", '<code class="term">', "</code>", '<span class="arrow">', "</span>"}
"""All there is of HTML in a field of plain text."""


def test_cards_have_every_text_as_text() -> None:
    found = notes()
    assert sorted(found) == sorted(TEXTS)
    for key, text in TEXTS.items():
        answer = found[key][0]["Answer"]
        assert set(re.findall(r"<[^>]*>", answer)) <= TAGS
        assert [mark for mark in ("[sound:", "[latex]", "[$]", "[$$]", "[anki:") if mark in answer] == []
        assert text_of(answer) == text


def test_cards_keep_their_fields_from_what_typesets_formulas() -> None:
    run("build", "--format", "deck", "--file-name", "deck")
    with zipfile.ZipFile("out/deck.apkg") as archive:
        data = archive.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        (models,) = connection.execute("SELECT models FROM col").fetchone()
    sides = [
        card[side]
        for model in json.loads(models).values()
        for card in model["tmpls"]
        for side in ("qfmt", "afmt")
    ]
    assert [side for side in sides if side and 'class="sheet mathjax_ignore"' not in side] == []


def text_of(html: str) -> str:
    """What a browser shows of a field."""
    return unescape(re.sub(r"</?(p|code|span)\b[^>]*>", "", html))


def test_tags_with_blanks_are_one_tag() -> None:
    for key, (_, tags) in notes().items():
        assert f"{key}_a_b" in tags.split()


@pytest.mark.parametrize(
    ("root", "deck"),
    [
        ("A::::B::", "A::B"),
        ("::".join("abcdefghijklmnop"), "a::b::c::d::e::f::g"),
        ("::", "T"),
        ("a\x1fb\x00\u202ec", "abc"),
        ("../../x", "../../x"),
    ],
)
def test_a_deck_s_name_is_one_that_anki_takes(root: str, deck: str) -> None:
    run("build", "--format", "deck", "--file-name", "deck", "--deck-root", root)
    with zipfile.ZipFile("out/deck.apkg") as archive:
        data = archive.read("collection.anki2")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        decks = json.loads(connection.execute("SELECT decks FROM col").fetchone()[0])
    assert deck in {each["name"] for each in decks.values()}
    assert max(each["name"].count("::") for each in decks.values()) < 8


def test_a_spreadsheet_finds_no_formula() -> None:
    Path("qexport.toml").write_text(
        "[recipes.all]\nbank = 'questions.yaml'\nformat = 'deck'\n", encoding="utf-8"
    )
    run("bundle", "-o", "b.zip")
    with zipfile.ZipFile("b.zip") as archive:
        table = archive.read("data/questions.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["id"]: row["answer"] for row in rows} == {
        **TEXTS,
        "formula": "'" + TEXTS["formula"],
        "command": "'" + TEXTS["command"],
    }
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]


def test_links_that_lead_elsewhere_are_dropped_and_their_text_kept() -> None:
    text = "[a](javascript:qxMarker) [b](file:///qx/marker) [c](data:text/html,x) [d](https://example.org) "
    text += "[e](vbscript:x)"
    bank = {"markup": "markdown", "questions": [{"id": "A", "question": "Why?", "answer": text}]}
    Path("questions.yaml").write_text(json.dumps(bank), encoding="utf-8")
    assert notes()["A"][0]["Answer"] == '<p>a b c <a href="https://example.org">d</a> e</p>'
    run("build", "--format", "handbook", "--no-cache", "--file-name", "book")
    data = Path("out/book.pdf").read_bytes()
    assert [word for word in (b"javascript:", b"file:", b"data:", b"vbscript:") if word in data] == []


def test_two_pictures_of_one_name_are_two_files_of_the_deck() -> None:
    from PIL import Image

    for folder, width in (("a", 3), ("b", 4)):
        Path(folder).mkdir()
        Image.new("RGB", (width, 3)).save(Path(folder) / "x.png")
    bank = {
        "markup": "markdown",
        "questions": [{"id": "A", "question": "Why?", "answer": "![one](a/x.png) ![two](b/x.png)"}],
    }
    Path("questions.yaml").write_text(json.dumps(bank), encoding="utf-8")
    run("build", "--format", "deck", "--file-name", "deck")
    with zipfile.ZipFile("out/deck.apkg") as archive:
        names = json.loads(archive.read("media"))
    assert len(set(names.values())) == 2


def test_a_word_of_3_000_characters_is_laid_out() -> None:
    bank = {"questions": [{"id": "A", "question": "Why?", "answer": "x" * 3_000}]}
    Path("questions.yaml").write_text(json.dumps(bank), encoding="utf-8")
    run("build", "--format", "handbook", "--no-cache", "--file-name", "book")
    with closing(pypdfium2.PdfDocument("out/book.pdf")) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert text.count("x") >= 3_000
