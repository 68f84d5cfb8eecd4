"""Notes as text for Anki."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.go_bank import BANK

from qexport.bank.anki_text_form import digest_cells
from qexport.bank.jsonl_writer import header_values
from qexport.exporters.anki_text import write


def test_the_head_says_what_the_columns_are() -> None:
    lines = write(BANK).text.splitlines()
    assert lines[:7] == [
        "#separator:tab",
        "#html:true",
        "#guid column:1",
        "#notetype column:2",
        "#deck column:3",
        "#tags column:6",
        f"#qexport:{json.dumps(header_values(BANK))}",
    ]
    *cells, own = lines[-1].split("\t")
    assert cells == ["go/b", "Basic", "Go::Go", "How long is a slice?", "<p>len(s)</p>", ""]
    assert own.startswith(f'"{digest_cells(cells)} {{""id"": ""b"",')


def test_anki_reads_the_notes_and_passes_over_what_is_for_qexport(tmp_path: Path) -> None:
    from anki.collection import Collection, ImportCsvRequest

    path = tmp_path / "notes.txt"
    path.write_text(write(BANK).text, encoding="utf-8")
    collection = Collection(str(tmp_path / "collection.anki2"))
    metadata = collection.get_csv_metadata(str(path), None)
    collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata))
    notes = [collection.get_note(each) for each in collection.find_notes("")]
    assert [(note.guid, note.fields[1], note.tags) for note in notes] == [
        ("go/a", '<p class="correct"><span class="letter">b)</span> two</p>\n<p>A view.</p>', ["x"]),
        ("go/b", "<p>len(s)</p>", []),
    ]
    collection.close()
