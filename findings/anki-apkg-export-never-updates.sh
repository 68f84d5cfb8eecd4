#!/bin/bash
# anki-apkg-export 4.0.3 (npm, needs Node.js) makes an Anki package of cards; anki 26.9.3 (PyPI) imports it.
# Expected: a GUID is a digest of the card's texts, as its source makes one, so the same cards exported twice are the same notes.
# Seen: the id of the deck, which is the time in milliseconds, goes into the digest. The same cards exported twice are imported
# as new notes each time: "new 2" and "new 2", four notes of two cards, in one deck of that name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent anki-apkg-export@4.0.3
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check anki==26.9.3
cat > export.js <<'JS'
const Exporter = require("anki-apkg-export").default;
(async () => {
  for (const name of ["first.apkg", "second.apkg"]) {
    const deck = Exporter("Rust");
    deck.addCard("What does a Vec hold?", "Values of one type");
    deck.addCard("Who owns them?", "The Vec");
    require("fs").writeFileSync(name, await deck.save());
    await new Promise((done) => setTimeout(done, 20));
  }
})();
JS
node export.js 2>/dev/null
env/bin/python - <<'PY'
import sys
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

collection = Collection("collection.anki2")
for name in ("first.apkg", "second.apkg"):
    request = ImportAnkiPackageRequest(package_path=name, options=ImportAnkiPackageOptions())
    print(f"{name}: new {len(collection.import_anki_package(request).log.new)}")
notes = collection.db.scalar("select count() from notes")
texts = collection.db.scalar("select count(distinct flds) from notes")
print(f"{notes} notes of {texts} texts; decks: {[deck.name for deck in collection.decks.all_names_and_ids()]}")
sys.exit((notes, texts) != (4, 2))
PY
