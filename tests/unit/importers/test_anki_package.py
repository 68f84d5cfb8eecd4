"""Anki's packages and text exports, made by the real Anki, come in with all they have."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import do_without

from qexport.choosing import read_bank
from qexport.common.limits import USUAL
from qexport.importers.assembling import assemble
from qexport.importers.registry import read_source
from qexport.importers.session import import_files, write_session
from qexport.importers.source import Source

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ffa7d5c1bf0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Packages of both forms, and text, from one collection of the real Anki."""
    folder = tmp_path_factory.mktemp("anki")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from anki.collection import Collection, DeckIdLimit, ExportAnkiPackageOptions
        except ImportError:
            do_without("the anki library")
    col = Collection(str(folder / "c.anki2"))
    (folder / "box.png").write_bytes(PNG)
    picture = col.media.add_file(str(folder / "box.png"))
    deck = col.decks.id("Go::Memory")
    assert deck is not None
    basic, cloze = col.models.by_name("Basic"), col.models.by_name("Cloze")
    assert basic is not None
    assert cloze is not None
    for number, (kind, fields, tags) in enumerate(
        (
            (
                basic,
                ["What is a <b>slice</b>?", f'A view.<br><img src="{picture}">[sound:a.mp3]'],
                ["go", "marked"],
            ),
            (basic, ["a &lt; b?", "<ul><li>x</li><li>\\(a_i\\)</li></ul>"], []),
            (cloze, ["A {{c1::slice::type}} has a {{c2::capacity}}.", "More."], []),
        )
    ):
        note = col.new_note(kind)
        note.fields = fields
        note.tags = tags
        note.guid = f"guid-{number}"
        col.add_note(note, deck)
    found = {}
    for name, legacy in (("old", True), ("new", False)):
        path = folder / f"{name}.apkg"
        options = ExportAnkiPackageOptions(
            with_scheduling=False, with_deck_configs=False, with_media=True, legacy=legacy
        )
        col.export_anki_package(out_path=str(path), options=options, limit=DeckIdLimit(deck))
        found[name] = path
    text = folder / "notes.txt"
    col.export_note_csv(
        out_path=str(text),
        limit=DeckIdLimit(deck),
        with_html=True,
        with_tags=True,
        with_deck=True,
        with_notetype=True,
        with_guid=True,
    )
    found["text"] = text
    changed = folder / "changed" / "new.apkg"
    changed.parent.mkdir()
    for name, legacy in (("collection", False), ("old-collection", True)):
        found[name] = folder / f"{name}.colpkg"
        col.export_collection_package(str(found[name]), include_media=True, legacy=legacy)
        col = Collection(str(folder / "c.anki2"))
    (first,) = col.find_notes("tag:go")
    note = col.get_note(first)
    note.fields[1] = "A window."
    col.update_note(note)
    options = ExportAnkiPackageOptions(with_scheduling=False, with_media=True, legacy=False)
    col.export_anki_package(out_path=str(changed), options=options, limit=DeckIdLimit(deck))
    found["changed"] = changed
    col.close()
    return found


def questions_of(path: Path, text: str = "") -> list[Any]:
    reading = read_source(Source(str(path), path.read_bytes(), text))
    return [each.question for each in assemble(reading.questions, limits=USUAL)[0]]


@pytest.mark.parametrize("form", ["old", "new", "text", "collection", "old-collection"])
def test_what_the_real_anki_exports_comes_in(exports: dict[str, Path], form: str) -> None:
    path = exports[form]
    questions = questions_of(path, path.read_text() if form == "text" else "")
    shown = [(each.question, each.answer, each.technology, each.category, each.tags) for each in questions]
    picture = "box.png" if form == "text" else "pictures/box-4b3a7ba0.png"
    answer = shown[0][1]
    if form != "text":
        assert answer.startswith("A view.\\\n![](pictures/box-")
        picture = answer.partition("(")[2].rstrip(")")
    assert shown == [
        ("What is a **slice**?", f"A view.\\\n![]({picture})", "Go", "Memory", ("go",)),
        ("a < b?", "- x\n- $a_i$", "Go", "Memory", ()),
        (
            "A [type] has a […].",
            "A **slice** has a **capacity**.\n\nMore." if form != "text" else shown[2][1],
            "Go",
            "Memory",
            (),
        ),
    ]
    assert [dict(each.extra).get("anki_guid") for each in questions][:2] == ["guid-0", "guid-1"]


@pytest.mark.parametrize("form", ["old", "new"])
def test_pictures_come_along_and_sounds_are_reported(exports: dict[str, Path], form: str) -> None:
    path = exports[form]
    reading = read_source(Source(str(path), path.read_bytes()))
    assert list(reading.pictures.values()) == [PNG]
    assert [each.message for each in reading.left_aside] == ["'a.mp3': a sound, left out"]
    assert reading.columns[:2] == (("Front", "question"), ("Back", "answer"))


def test_a_deck_that_changed_is_merged(exports: dict[str, Path], folder: Path) -> None:
    bank = Path("b.yaml")
    write_session(import_files([exports["new"]], bank))
    bank.write_text(bank.read_text("utf-8").replace("What is a **slice**?", "What are slices?"), "utf-8")
    session = import_files([exports["changed"]], bank)
    assert [(each.id, each.field, each.value) for each in session.merge.updates] == [
        ("slice", "answer", "A window.")
    ]
    assert (session.merge.new, session.merge.conflicts, session.merge.gone) == ([], [], [])
    write_session(session)
    first = read_bank(bank)[0].questions[0]
    assert (first.question, first.answer) == (
        "What are slices?",
        "A window.",
    )  # the bank's edit, and the deck's
    assert not import_files([exports["changed"]], bank).contents
