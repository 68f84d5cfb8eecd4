"""Import the editions that try_old_ankis.py made into this environment's Anki, and report what became of them.

It runs with nothing but the standard library, anki_library.py, and some version of Anki.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.anki_library import Library

FOLDER = Path(sys.argv[1])
SEARCH = sys.argv[2]


class Learner:
    """Someone's collection."""

    def __init__(self, name: str, *packages: str) -> None:
        self.library = Library(str(FOLDER / f"{name}.anki2"))
        self.collection = self.library.collection
        self.rows = self.library.rows
        for package in packages:
            self.imports(package)

    def imports(self, name: str) -> None:
        """Import a package as the desktop does by default."""
        self.library.import_package(str(FOLDER / f"{name}.apkg"))

    def notes(self) -> dict[str, tuple[int, str, list[str]]]:
        """Return number, tags and fields of each note by its ID."""
        found = (
            (each[0], each[1], each[2].split("\x1f"))
            for each in self.rows("SELECT id, tags, flds FROM notes")
        )
        return {note[2][1]: note for note in found}

    def work(self) -> tuple[list[Any], list[Any]]:
        """Return the schedule of each card, and all reviews."""
        cards = self.rows("SELECT id, nid, did, ord, type, queue, due, ivl, reps, flags FROM cards")
        return sorted(cards), self.rows("SELECT * FROM revlog")

    def note(self, key: str) -> Any:
        """Return Anki's note."""
        return self.collection.get_note(self.notes()[key][0])

    def reviews(self, key: str) -> None:
        """Answer the first card of a note."""
        (card,) = (card for card in self.note(key).cards() if card.ord == 0)
        self.library.answer(card.id, 3)

    def studies(self, deck: str) -> list[str]:
        """Answer all new cards of a deck and of those in it; return the ids of their notes in the order they came."""
        collection, seen = self.collection, []
        collection.decks.select(collection.decks.id(deck))
        if hasattr(collection, "reset"):
            collection.reset()
        while card := collection.sched.getCard():
            seen.append(card.note()["ID"])
            card.start_timer()
            collection.sched.answerCard(card, 4)
        return seen

    def drawn(self, cards: Sequence[Any] = ()) -> list[tuple[str, str]]:
        """Return front and back of cards, of all if none is named, without their style."""
        every = cards or [self.collection.get_card(each) for each in self.collection.find_cards("")]
        return [
            (
                re.sub("(?s)<style>.*?</style>", "", card.question()),
                re.sub("(?s)<style>.*?</style>", "", card.answer()),
            )
            for card in every
        ]

    def decks(self) -> dict[int, str]:
        """Return the names of decks."""
        found = self.collection.decks.all_names_and_ids(skip_empty_default=True)
        return {deck.id: deck.name for deck in found}

    def order(self) -> list[tuple[str, str, int]]:
        """Return the deck and the place of each card."""
        rows = self.rows("SELECT n.flds, c.did, c.due FROM notes n JOIN cards c ON c.nid = n.id")
        names = self.decks()
        return sorted((fields.split("\x1f")[1], names[deck], due) for fields, deck, due in rows)

    def makes_options(self, deck: str) -> int:
        """Give a deck options of the learner's own; return their number."""
        decks = self.collection.decks
        found = decks.get(decks.id(deck))
        found["conf"] = decks.add_config("own")["id"]
        decks.save(found)
        return int(found["conf"])

    def options_of(self, deck: str) -> int:
        """Return the number of a deck's options."""
        return int(self.collection.decks.get(self.collection.decks.id(deck))["conf"])

    def has_pictures(self, key: str) -> bool:
        """Return whether the pictures in a note's answer are there."""
        names = re.findall('src="(qexport-[^"]+)"', self.notes()[key][2][6])
        return bool(names) and all((Path(self.collection.media.dir()) / name).is_file() for name in names)


def tell() -> dict[str, object]:
    """Go through the editions as a learner would."""
    told: dict[str, object] = {}
    learner = Learner("collection", "first")
    told["notes, cards"] = [len(learner.notes()), len(learner.work()[0])]
    sides = "".join(map("".join, learner.drawn()))
    told["cards are drawn without an error"] = not re.search("has a problem|no field called|{{[^c]", sides)
    told["pictures arrive"] = learner.has_pictures("SAME")
    all_before = learner.rows("SELECT * FROM notes"), learner.work()
    learner.imports("first")
    told["the same again: nothing moves"] = (
        learner.rows("SELECT * FROM notes"),
        learner.work(),
    ) == all_before

    own_options = learner.makes_options("T")
    learner.reviews("CHANGED")
    own = learner.note("SAME")
    own["Answer"] += " my own words"
    own.tags.append("mine")
    learner.collection.update_note(own)
    starred = learner.note("CHANGED")
    starred.tags += ["marked", "mine"]
    learner.collection.update_note(starred)
    cards_before, reviews_before = learner.work()
    learner.imports("second")
    notes = learner.notes()
    cards, reviews = learner.work()
    told["a change arrives"] = "second answer" in notes["CHANGED"][2][6]
    told["a new question arrives"] = "NEW" in notes
    told["a new style arrives"] = "<style>.card { color: red }" in learner.note("SAME").cards()[0].question()
    told["reviews and schedules stay"] = reviews == reviews_before and set(cards_before) <= set(cards)
    told["own words and tags on the rest stay"] = (
        "my own words" in notes["SAME"][2][6] and "mine" in notes["SAME"][1]
    )
    told["the star and own tags go when a question changes"] = {"marked", "mine"}.isdisjoint(
        notes["CHANGED"][1].split()
    )
    told["a renumbered question is the same note"] = "RENUMBERED" in notes and "OLD" not in notes
    told["no note is there twice"] = len(notes) == len(learner.rows("SELECT DISTINCT guid FROM notes")) == 7
    learner.imports("third")
    told["the next change arrives"] = "third answer" in learner.notes()["CHANGED"][2][6]
    told["the search finds what is retired"] = list(learner.collection.find_notes(SEARCH)) == [
        notes["GONE"][0]
    ]

    told |= tell_of_cards(learner)
    told["the learner's own deck options stay"] = learner.options_of("T") == own_options
    told["one tree of decks"] = sorted(learner.decks().values()) == ["T", "T::01 Python", "T::02 Go"]
    learner.collection.remove_notes([learner.notes()["SAME"][0]])
    learner.imports("retired")
    told["a deleted question comes back"] = "SAME" in learner.notes()
    told["Anki's own check finds nothing"] = bool(learner.collection.fix_integrity()[1])

    return told | tell_of_others()


def tell_of_cards(learner: Learner) -> dict[str, object]:
    """Go through editions with other cards."""
    told: dict[str, object] = {}
    before = learner.work()
    learner.imports("cards_on")
    cards, _ = learner.work()
    told["extra cards come when switched on"] = len(cards) == len(before[0]) + 2 and set(before[0]) <= set(
        cards
    )
    ((front, back),) = learner.drawn([card for card in learner.note("CHANGED").cards() if card.ord == 1])
    told["extra cards are drawn"] = (
        "It was slow." in front and "The cause." not in front and "The cause." in back
    )
    before = learner.work()
    learner.imports("cards_off")
    told["extra cards stay when switched off"] = learner.work() == before
    learner.imports("retired")
    marked = [key for key, note in learner.notes().items() if "retired" in note[1]]
    told["retired questions that ship are marked"] = marked == ["GONE"] and "Retired:" in str(learner.drawn())
    return told


def tell_of_others() -> dict[str, object]:
    """Go through other editions as other learners would."""
    told: dict[str, object] = {}
    one, other = Learner("one", "python", "hard").order(), Learner("other", "hard", "python").order()
    told["overlapping decks agree in either order"] = one == other and len(one) == 5
    told["new cards come in the bank's order, later ones too"] = Learner("order", "first", "second").studies(
        "T"
    ) == [*("CHANGED", "SAME", "GO-2", "RENUMBERED", "GONE", "NEW", "GO-1")]
    late = Learner("late", "first", "old_second", "old_third")
    told["two editions in a row, both from before the import"] = (
        "third answer" in late.notes()["CHANGED"][2][6]
    )
    return told


if __name__ == "__main__":
    sys.stdout.write("TOLD" + json.dumps(tell()) + "\n")
