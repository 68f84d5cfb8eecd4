#!/bin/bash
# anki-yaml-tool 0.4.0 (PyPI) makes an Anki package of a YAML file whose entries may have an `id`; anki 26.9.3 imports it.
# Expected: the `id` says which note it is, so that a corrected answer updates the note.
# Seen: the `id` becomes the tag id::q1 and nothing else. The GUID is made from the texts of the fields, so a corrected
# answer is a second note beside the first: Anki says "new 1, updated 0", and the collection holds two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check anki-yaml-tool==0.4.0 anki==26.9.3
for answer in "Owned strigns" "Owned strings"; do
    cat > deck.yaml <<YAML
config:
  name: Basic
  fields: [Front, Back]
  templates:
    - {name: Card 1, qfmt: "{{Front}}", afmt: "{{Back}}"}
  css: ""
deck-name: Rust
data:
  - {id: q1, front: "What does a vector of String hold?", back: "$answer"}
YAML
    env/bin/anki-yaml-tool build --file deck.yaml --output "$answer.apkg"
done
env/bin/python - <<'PY'
import sys
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

collection = Collection("collection.anki2")
for name in ("Owned strigns.apkg", "Owned strings.apkg"):
    request = ImportAnkiPackageRequest(package_path=name, options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    print(f"{name}: new {len(log.new)}, updated {len(log.updated)}")
notes = collection.db.all("select flds, tags from notes order by flds")
print("in the collection:", notes)
question = "What does a vector of String hold?\x1f"
sys.exit(notes != [[question + "Owned strigns", " id::q1 "], [question + "Owned strings", " id::q1 "]])
PY
