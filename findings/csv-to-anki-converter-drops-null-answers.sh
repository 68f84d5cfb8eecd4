#!/bin/bash
# csv-to-anki-converter 1.2.0 (PyPI) makes an Anki package of a CSV file with the columns Front and Back.
# Expected: a note for each of the four rows.
# Seen: the rows whose answer is the word NULL or None have no note. The command says "Successfully created" and ends with 0:
# pandas takes these words for missing values, and a row with a missing value is left out. What is left of the column are
# numbers now, so that 3.10 becomes 3.1 and 8 becomes 8.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check csv-to-anki-converter==1.2.0
cat > quiz.csv <<'CSV'
Front,Back
What does SQL return for 1 + NULL?,NULL
What does a Python function without a return statement give?,None
Which Python came after 3.9?,3.10
How many bits are in a byte?,8
CSV
env/bin/csv-to-anki quiz.csv --output quiz.apkg
env/bin/python - <<'PY'
import pathlib, sqlite3, sys, zipfile

pathlib.Path("c.db").write_bytes(zipfile.ZipFile("quiz.apkg").read("collection.anki2"))
notes = sorted(fields.split("\x1f")[1] for (fields,) in sqlite3.connect("c.db").execute("select flds from notes"))
print("answers in the package:", notes)
sys.exit(notes != ["3.1", "8.0"])
PY
