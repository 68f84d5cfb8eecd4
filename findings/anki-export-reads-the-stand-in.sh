#!/bin/bash
# anki-export 0.1.4 (PyPI) reads the notes of an Anki package; anki 26.9.3 (PyPI) exports one in its own, newest form.
# Expected: the three notes, or an error that says the form is too new.
# Seen: neither. The reader takes the collection for old programs that lies in the package too and gives its one note, "Please
# update to the latest Anki version, ...", as if it were the deck.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv writer
writer/bin/pip install -q --disable-pip-version-check anki==26.9.3
python3 -m venv reader
reader/bin/pip install -q --disable-pip-version-check anki-export==0.1.4
writer/bin/python - <<'PY'
from anki.collection import Collection, ExportAnkiPackageOptions

collection = Collection("collection.anki2")
for question in ("one", "two", "three"):
    note = collection.new_note(collection.models.by_name("Basic"))
    note["Front"], note["Back"] = question, "answer"
    collection.add_note(note, 1)
options = ExportAnkiPackageOptions(with_scheduling=False, with_media=False, with_deck_configs=False, legacy=False)
print("exported:", collection.export_anki_package(out_path="deck.apkg", options=options, limit=None), "notes")
PY
reader/bin/python - <<'PY'
import sys
from anki_export import ApkgReader

with ApkgReader("deck.apkg") as package:
    tables = {name: rows[1:] for name, rows in package.export().items()}
print("read:", tables)
(notes,) = tables.values()
sys.exit(not (len(notes) == 1 and notes[0][0].startswith("Please update to the latest Anki version")))
PY
