#!/bin/bash
# anki 26.9.3 (PyPI) imports packages of genanki 0.13.1 (PyPI) with "Merge note types" on.
# Two decks share a note type. One note of the first was changed to Basic; then a newer edition of the first deck is imported.
# Expected: merging settles that note. Notes that are not in the file stay as they are, with or without it.
# Seen: Basic and the shared type become one, and every note of the second deck has lost its answer, though it is not in
# the file. A default import of the same file leaves them alone. Reviews and cards stay; the check of the
# database finds nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check anki==26.9.3 genanki==0.13.1
cat > make.py <<'PY'
import genanki

card = {"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{Answer}}"}
names = ("Key", "Question", "Answer")
kind = genanki.Model(1_700_000_001, "Shared", fields=[{"name": name} for name in names], templates=[card])
for deck_id, deck, edition in ((1, "A", 1), (2, "B", 1), (1, "A", 2)):
    made = genanki.Deck(deck_id, deck)
    for number in (1, 2):
        fields = [f"{deck}{number}", f"What is {number} in {deck}?", f"edition {edition}"]
        made.add_note(genanki.Note(model=kind, fields=fields, guid=f"{deck}-{number}"))
    genanki.Package(made).write_to_file(f"{deck}{edition}.apkg", timestamp=2_000_000_000 + edition)
PY
env/bin/python make.py
cat > look.py <<'PY'
import os
import sys
from importlib.metadata import version

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

here = os.getcwd()
print("anki", version("anki"), "genanki", version("genanki"))
seen = {}
for merging in (False, True):
    collection = Collection(f"{here}/merging-{merging}.anki2")

    def imports(name: str, **options: bool) -> None:
        request = ImportAnkiPackageRequest(
            package_path=f"{here}/{name}", options=ImportAnkiPackageOptions(**options)
        )
        collection.import_anki_package(request)

    imports("A1.apkg")
    imports("B1.apkg")
    models = collection.models
    info = models.change_notetype_info(
        old_notetype_id=models.by_name("Shared")["id"], new_notetype_id=models.by_name("Basic")["id"]
    )
    info.input.note_ids.extend(collection.find_notes("Key:A2"))
    info.input.new_fields[:] = [1, 2]
    models.change_notetype_of_notes(info.input)
    imports("A2.apkg", merge_notetypes=merging)
    notes = collection.db.all("select guid, flds from notes where guid like 'B-%' order by guid")
    seen[merging] = [[part for part in fields.split("\x1f") if part] for _, fields in notes]
    print(f"merge note types {merging}: notes of the second deck {seen[merging]}; check {collection.fix_integrity()}")
    collection.close()
whole = [["B1", "What is 1 in B?", "edition 1"], ["B2", "What is 2 in B?", "edition 1"]]
lost = all("edition 1" not in fields for fields in seen[True])
sys.exit(not (seen[False] == whole and lost))
PY
env/bin/python look.py
