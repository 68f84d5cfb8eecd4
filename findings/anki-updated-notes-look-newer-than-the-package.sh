#!/bin/bash
# anki 24.11 and 25.9.2 (PyPI) import three packages that genanki 0.13.1 makes: one note, its text changed from each to the next.
# Expected: a note that an import updates has the time that the package gives it, so that the next package, newer by a day,
# updates it again.
# Seen in 24.11: the note gets the time of the import. All packages being older than that, the third leaves the second's text,
# and the log calls it a duplicate. In 25.9.2 the note has the package's time, and the third package updates it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv maker
maker/bin/pip install -q --disable-pip-version-check genanki==0.13.1
maker/bin/python - <<'PY'
import time
import genanki

model = genanki.Model(
    1607392319, "Card", fields=[{"name": "Front"}, {"name": "Back"}],
    templates=[{"name": "One", "qfmt": "{{Front}}", "afmt": "{{Back}}"}],
)
for day, text in enumerate(("first", "second", "third")):
    deck = genanki.Deck(2059400110, "Rust")
    deck.add_note(genanki.Note(model=model, guid="a-guid", fields=["What does a Vec hold?", text]))
    genanki.Package(deck).write_to_file(f"{text}.apkg", timestamp=time.time() - 86400 * (10 - day))
PY
cat > import.py <<'PY'
import sys
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

collection = Collection(f"{sys.argv[1]}.anki2")
for name in ("first", "second", "third"):
    request = ImportAnkiPackageRequest(package_path=f"{name}.apkg", options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    [text] = collection.db.list("select flds from notes")
    print(f"{sys.argv[1]}: {name}.apkg: new {len(log.new)}, updated {len(log.updated)}, duplicate {len(log.duplicate)}; "
          f"the note says {text.split(chr(31))[1]!r}")
sys.exit(text.split("\x1f")[1] != sys.argv[2])
PY
for version_and_text in 24.11=second 25.9.2=third; do
    version=${version_and_text%=*}
    python3 -m venv "anki-$version"
    "anki-$version/bin/pip" install -q --disable-pip-version-check "anki==$version"
    "anki-$version/bin/python" import.py "$version" "${version_and_text#*=}"
done
