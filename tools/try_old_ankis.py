"""Try the deck in versions of Anki that learners still have: make their environments, import editions, look.

    python tools/try_old_ankis.py [--environments FOLDER] [--write] [VERSION]...

Each version is installed by pip into a virtual environment of its own under FOLDER (kept for the next time),
where a probe imports decks and tells what became of them. --write puts the table into docs/anki.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qexport.editions import Edition, Lock, stamp
from qexport.exporters import Tools
from qexport.exporters.anki_deck import content, render
from qexport.exporters.anki_notes import anki_search
from qexport.options import checked
from qexport.pipeline import read_bank
from qexport.question import Bank, Question
from qexport.templating import Templates, templates_folder

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/anki.md"
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "2.1.49": ("protobuf<3.21",),  # its own code was generated for that
    "2.1.66": (),
    "23.12.1": (),
    "24.11": (),
    "25.2.7": (),
    "26.9.3": (),
}
"""Versions, and what they need besides what they say."""
DAY = 86_400

# Runs in the environment of an old Anki, with nothing but the standard library beside it.
PROBE = r'''
import json, os, re, sys
from anki.collection import Collection

folder, search = sys.argv[1], sys.argv[2]
collection = Collection(os.path.join(folder, "collection.anki2"))
rows = collection.db.all

def import_(name):
    path = os.path.join(folder, name + ".apkg")
    try:
        from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
        request = ImportAnkiPackageRequest(package_path=path, options=ImportAnkiPackageOptions())
        collection.import_anki_package(request)
    except ImportError:
        if hasattr(collection, "import_anki_package"):
            collection.import_anki_package(path)
        else:
            from anki.importing.apkg import AnkiPackageImporter
            AnkiPackageImporter(collection, path).run()
    return len(rows("SELECT id FROM notes"))

def notes():
    return {flds.split("\x1f")[0]: (nid, tags, flds.split("\x1f")) for nid, tags, flds in rows("SELECT id, tags, flds FROM notes")}

def schedule():
    return sorted(map(tuple, rows("SELECT id, nid, did, ord, type, queue, due, ivl, reps, flags FROM cards"))), rows("SELECT * FROM revlog")

def note_of(key):
    number = notes()[key][0]
    return collection.get_note(number) if hasattr(collection, "get_note") else collection.getNote(number)

def review(key):
    cards = sorted(note_of(key).cards(), key=lambda card: card.ord)
    card = cards[0]
    (card.start_timer if hasattr(card, "start_timer") else card.startTimer)()
    collection.sched.answerCard(card, 3)

def drawn(card):
    return (card.question() if hasattr(card, "question") else card.q()), (card.answer() if hasattr(card, "answer") else card.a())

def all_drawn():
    numbers = collection.find_cards("")
    get = getattr(collection, "get_card", None) or collection.getCard
    return [drawn(get(number)) for number in numbers]

told = {}
import_("first")
told["notes, cards"] = [len(notes()), len(schedule()[0])]
told["cards drawn without an error"] = not any(re.search("has a problem|no field called|{{", q + a) for q, a in ((re.sub("<style>.*?</style>", "", q, flags=re.S), re.sub("<style>.*?</style>", "", a, flags=re.S)) for q, a in all_drawn()))
before = rows("SELECT * FROM notes"), schedule()
import_("first")
told["imported again: nothing moves"] = (rows("SELECT * FROM notes"), schedule()) == before

review("CHANGED")
review("SAME")
own = note_of("SAME")
own["Answer"] = own["Answer"] + " my own words"
own.tags.append("mine")
collection.update_note(own) if hasattr(collection, "update_note") else own.flush()
before = schedule()
import_("second")
now = notes()
told["a change arrives"] = "second answer" in now["CHANGED"][2][2]
told["a new question arrives"] = "NEW" in now
told["own words and tags on the rest stay"] = "my own words" in now["SAME"][2][2] and " mine " in now["SAME"][1]
cards, reviews = schedule()
told["reviews and schedules stay"] = reviews == before[1] and set(before[0]) <= set(cards)
told["a renumbered question is the same note"] = "RENUMBERED" in now and "OLD" not in now
told["no note is there twice"] = len(now) == len(rows("SELECT DISTINCT guid FROM notes")) == 7
(style,) = [each["css"] for each in collection.models.all() if "qexport" in each["name"]]
told["a new style arrives"] = style == ".card { color: red }"
import_("third")
told["the next change arrives, too"] = "third answer" in notes()["CHANGED"][2][2]
found = {note for note in collection.find_notes(search)}
told["the search finds what is retired"] = found == {notes()["GONE"][0]}

before = schedule()
import_("cards_on")
cards, reviews = schedule()
told["extra cards come when switched on"] = len(cards) == len(before[0]) + 2 and set(before[0]) <= set(cards)
extra = [card for card in note_of("CHANGED").cards() if card.ord == 1]
told["extra cards are drawn"] = bool(extra) and "It was slow." in drawn(extra[0])[0] and "The cause." not in drawn(extra[0])[0]
before = schedule()
import_("cards_off")
told["and stay when switched off"] = schedule() == before
before = schedule()
import_("retired")
told["retired questions that ship are marked"] = " retired " in notes()["GONE"][1] and any("Retired:" in q for q, _ in all_drawn())
told["a picture arrives"] = any(os.path.isfile(os.path.join(collection.media.dir(), name)) for name in re.findall('src="([^"]+)"', "".join(notes()["SAME"][2])) or ["-"]) or "qexport-" in str(os.listdir(collection.media.dir()))

decks = getattr(collection.decks, "all_names_and_ids", None)
names = sorted(deck.name for deck in decks(skip_empty_default=True))
told["one tree of decks"] = names == ["T", "T::Go", "T::Python"]
problems, well = collection.fix_integrity() if hasattr(collection, "fix_integrity") else collection.fixIntegrity()
told["Anki's own check of the database"] = bool(well)
collection.close()

other = Collection(os.path.join(folder, "late.anki2"))
collection = other
rows = other.db.all
import_("first")
import_("old_second")
import_("old_third")
told["two editions imported one after the other, both made before"] = "third answer" in notes()["CHANGED"][2][2]
other.close()
print("TOLD" + json.dumps(told))
'''
