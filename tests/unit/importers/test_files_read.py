"""Files, folders and archives are read; each that cannot be is named."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from qexport.choosing import read_bank
from qexport.common.errors import InputRefused
from qexport.importers.session import import_files, write_session


def test_a_folder_of_notes_has_its_folders_as_categories(folder: Path) -> None:
    notes = folder / "vault" / "Go"
    notes.mkdir(parents=True)
    (notes / "What is a slice.md").write_text("---\ntags: [go, memory]\nlevel: Easy\n---\nA view.\n")
    (notes / "Channels 0123456789abcdef0123456789abcdef.md").write_text(
        "# Channels\n\nTags: a, b\n\nQueues.\n"
    )
    (notes / "broken").symlink_to("nowhere.md")
    session = import_files([Path("vault")], Path("b.yaml"))
    write_session(session)
    assert [
        (each.question, each.answer, each.category, each.tags, each.level)
        for each in read_bank(Path("b.yaml"))[0].questions
    ] == [
        ("Channels", "Queues.", "Go", ("a", "b"), ""),
        ("What is a slice", "A view.", "Go", ("go", "memory"), "Easy"),
    ]
    assert [str(each) for each in session.passed] == ["vault/Go/broken: a link that leads nowhere"]


def test_every_source_that_cannot_be_read_is_named(folder: Path) -> None:
    Path("latin.csv").write_bytes(b"question,answer\n\xe9?,b\n")
    with pytest.raises(InputRefused) as caught:
        import_files([Path("latin.csv"), Path("none.csv")], Path("b.yaml"))
    assert [str(each) for each in caught.value.problems] == [
        "latin.csv:2:1: byte 0xe9 at offset 16 is not UTF-8",
        "none.csv: there is no such file",
    ]


def test_a_folder_without_a_file_that_is_read_names_the_endings(folder: Path) -> None:
    Path("pictures").mkdir()
    Path("pictures/a.png").touch()
    with pytest.raises(InputRefused) as caught:
        import_files([Path("pictures")], Path("b.yaml"))
    (problem,) = caught.value.problems
    assert (str(problem), problem.hint) == (
        "pictures: no file in this folder has an ending of a kind that is read",
        (
            "these are read: .apkg .colpkg .csv .gift .htm .html .json .jsonl .markdown .md .mdx .mht .mhtml .tsv "
            ".txt .xlsx .xml .yaml .yml; or name the file"
        ),
    )


def test_a_file_of_a_zip_in_another_encoding_leaves_the_others_to_be_read(folder: Path) -> None:
    with ZipFile("notes.zip", "w") as archive:
        archive.writestr("latin.md", b"# Caf\xe9\n\nA caf\xe9.\n")
        archive.writestr("slice.md", "# What is a slice?\n\nA view.\n")
    session = import_files([Path("notes.zip")], Path("b.yaml"))
    assert [(each.question, each.answer) for each in session.merge.new] == [("What is a slice?", "A view.")]
    assert [str(each) for each in session.passed] == [
        "notes.zip/latin.md:1:6: byte 0xe9 at offset 5 is not UTF-8"
    ]


def test_files_that_nothing_reads_say_what_they_are_and_what_to_do(folder: Path) -> None:
    Path("old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    Path("book.pdf").write_bytes(b"%PDF-1.7\n%\x80")
    Path("empty.csv").write_bytes(b"\n")
    with ZipFile("text.docx", "w") as archive:
        archive.writestr("word/document.xml", "<?xml version='1.0'?><x/>")
    with ZipFile("table.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    names = ("old.xls", "book.pdf", "text.docx", "table.ods")
    with pytest.raises(InputRefused) as caught:
        import_files([*map(Path, names)], Path("b.yaml"))
    assert [(str(each), each.hint) for each in caught.value.problems] == [
        ("old.xls: an old file of Excel or Word: this is not read", "save it as .xlsx, CSV or a web page"),
        (
            "book.pdf: a PDF, which has the look of questions only: this is not read",
            "import what it was made from, or its text",
        ),
        ("text.docx: a Word document: this is not read", "save it as a web page (.html) or as text"),
        ("table.ods: an OpenDocument spreadsheet: this is not read", "save it as .xlsx or CSV"),
    ]
    with pytest.raises(InputRefused) as caught:
        import_files([Path("empty.csv")], Path("b.yaml"))
    assert [str(each) for each in caught.value.problems] == ["empty.csv: there is nothing in this file"]
