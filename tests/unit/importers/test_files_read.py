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


def test_a_file_of_a_zip_in_another_encoding_leaves_the_others_to_be_read(folder: Path) -> None:
    with ZipFile("notes.zip", "w") as archive:
        archive.writestr("latin.md", b"# Caf\xe9\n\nA caf\xe9.\n")
        archive.writestr("slice.md", "# What is a slice?\n\nA view.\n")
    session = import_files([Path("notes.zip")], Path("b.yaml"))
    assert [(each.question, each.answer) for each in session.merge.new] == [("What is a slice?", "A view.")]
    assert [str(each) for each in session.passed] == [
        "notes.zip/latin.md:1:6: byte 0xe9 at offset 5 is not UTF-8"
    ]
