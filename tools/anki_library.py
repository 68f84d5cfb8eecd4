"""A learner's collection in the Anki library of this environment, by whatever names that version has for things.

    python tools/anki_library.py PATH    # what another process asks for, in lines of JSON

It runs with nothing but the standard library and some version of Anki from 2.1.49, so that try_deck_lives.py and
try_old_ankis.py see the same of all versions. A line in is `[method, arguments, named arguments]`, a line out
`{"result": …}` or `{"error": …}`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anki.collection import Collection

Row = Sequence[Any]


class Library:
    """A collection at a path, which is made if it is not there."""

    def __init__(self, path: str) -> None:
        self.collection: Any = Collection(path)

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Return what a statement finds in the database."""
        return [tuple(row) for row in self.collection.db.all(statement, *values)]

    def can_always_update(self) -> bool:
        """Return whether an import can update notes that are newer in the collection ("Update notes: Always")."""
        try:
            from anki import import_export_pb2 as messages
        except ImportError:
            return False
        return hasattr(messages, "ImportAnkiPackageOptions")

    def import_package(self, path: str, *, always: bool = False) -> str:
        """Import a package as the desktop does by default; return which notes Anki refuses, empty if none."""
        try:
            from anki import import_export_pb2 as messages

            options = messages.ImportAnkiPackageOptions()
        except (ImportError, AttributeError):
            return self._import_as_before(path)
        if always:
            options.update_notes = messages.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS
        request = messages.ImportAnkiPackageRequest(package_path=path, options=options)
        return refusals(self.collection.import_anki_package(request).log)

    def _import_as_before(self, path: str) -> str:
        """Import as versions before 23.10 do, which had no options; before 2.1.55 another importer was the default."""
        import anki.buildinfo

        if tuple(map(int, anki.buildinfo.version.split("."))) >= (2, 1, 55):
            return refusals(self.collection.import_anki_package(path).log)
        import anki.lang
        from anki.importing.apkg import AnkiPackageImporter

        anki.lang.set_lang("en")  # its log needs one
        importer = AnkiPackageImporter(self.collection, path)
        importer.run()
        return "; ".join(importer._ignoredGuids)  # noqa: SLF001  its log says it in the user's language

    def import_at(self, path: str, now: int, *, always: bool = False) -> tuple[str, list[str]]:
        """Import a package when it is `now`, in seconds; return what is refused, and the GUIDs that got this time.

        Anki 2.1.55 to 24.11 give the notes they update the time of the machine: it becomes the time that is played.
        """
        before = {row[0]: row[1] for row in self.rows("SELECT id, mod FROM notes")}
        began = int(time.time())
        refused = self.import_package(path, always=always)
        dated = self.rows(
            "SELECT guid, id, mod FROM notes WHERE mod BETWEEN ? AND ?", began, int(time.time())
        )
        dated = [row for row in dated if row[2] != before.get(row[1])]
        for _, number, _ in dated:
            self.collection.db.execute("UPDATE notes SET mod = ? WHERE id = ?", now, number)
        return refused, [guid for guid, *_ in dated]

    def answer(self, number: int, ease: int) -> bool:
        """Answer a card; return whether it could be, which a suspended or buried one cannot."""
        if not hasattr(self.collection.sched, "get_queued_cards"):
            self.collection.reset()  # as the first two schedulers need it
        card = self.collection.get_card(number)
        if card.queue < 0:
            return False
        card.start_timer()
        self.collection.sched.answerCard(card, ease)
        return True

    def suspend(self, number: int) -> None:
        """Suspend a card."""
        self.collection.sched.suspend_cards([number])

    def flag(self, number: int, colour: int) -> None:
        """Give a card a flag, or take it off with 0."""
        self.collection.set_user_flag_for_cards(colour, [number])

    def move(self, number: int, deck: str) -> None:
        """Move a card into a deck, which is made if it is not there."""
        self.collection.set_deck([number], self.collection.decks.id(deck))

    def edit(self, number: int, fields: dict[str, str], tags: Sequence[str], now: int) -> tuple[str, str]:
        """Write behind fields of a card's note, and add tags, when it is `now`; return its GUID and its ID."""
        note = self.collection.get_card(number).note()
        for name, text in fields.items():
            note[name] += text
        note.tags = [*note.tags, *tags]
        self.collection.update_note(note)
        # Time is played here: Anki would write down the time of this machine.
        self.collection.db.execute("UPDATE notes SET mod = ? WHERE id = ?", now, note.id)
        return note.guid, note["ID"]

    def style(self, note_type: int, css: str, now: int) -> bool:
        """Change the style of a note type when it is `now`; return whether there is such a note type."""
        models = self.collection.models
        models._clear_cache()  # noqa: SLF001  an import that is written in Rust leaves it
        kind = models.get(note_type)
        if kind is None:
            return False
        kind["css"] = css
        models.update_dict(kind)
        self.collection.db.execute("UPDATE notetypes SET mtime_secs = ? WHERE id = ?", now, note_type)
        return True

    def find(self, search: str) -> list[str]:
        """Return the GUIDs of the notes that a search in the browser finds."""
        return [self.collection.get_note(number).guid for number in self.collection.find_notes(search)]

    def empty_cards(self) -> list[int]:
        """Return the cards that Tools → Empty Cards would remove."""
        return [card for each in self.collection.get_empty_cards().notes for card in each.card_ids]

    def draw(self) -> list[tuple[str, str]]:
        """Return front and back of all cards."""
        cards = (self.collection.get_card(number) for number in self.collection.find_cards(""))
        return [(card.question(), card.answer()) for card in cards]

    def close(self) -> str:
        """Let Anki check its database, and close it; return what Anki found, empty if nothing."""
        problems, is_well = self.collection.fix_integrity()
        self.collection.close()
        is_well = is_well and problems == "Database rebuilt and optimized."
        return "" if is_well else problems or "the database is damaged"


def refusals(log: Any) -> str:
    """Return which notes an import left out because of something else than their time; empty if none."""
    ways = ("conflicting", "missing_notetype", "missing_deck", "empty_first_field")
    return "; ".join(f"{way}: {len(found)}" for way in ways if (found := getattr(log, way)))


def serve(path: Path) -> None:
    """Do with the collection what each line of standard input asks for."""
    answers = sys.stdout
    with Path(os.devnull).open("w", encoding="utf-8") as sys.stdout:  # Anki prints where it has waited
        library = Library(str(path))
        for line in sys.stdin:
            name, values, named = json.loads(line)
            try:
                answer = {"result": getattr(library, name)(*values, **named)}
            except Exception as error:  # noqa: BLE001  who asked reports it
                answer = {"error": f"{name}: {type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
