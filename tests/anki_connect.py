"""A stand-in for AnkiConnect: its protocol and the actions that qexport uses, on a collection of the real Anki library.

The add-on itself runs only inside Anki's window. What this does was compared with it, action by action.
"""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class StandIn:
    """Answers requests from a collection; one thread at a time, as Anki does."""

    def __init__(self, collection: Any, *, key: str | None = None, version: int = 6) -> None:
        self.collection = collection
        self.key = key
        self.api = version
        self.profiles = ["Learner"]
        self.active = "Learner"
        self.actions: list[str] = []
        """What was asked for, in order."""
        self.synced = 0

    def answer(self, request: dict[str, Any]) -> Any:
        """Return the answer to a request, as the add-on forms it."""
        self.actions.append(request["action"])
        if request.get("key") != self.key:
            return {"result": None, "error": "valid api key must be provided"}
        method = getattr(self, f"do_{request['action']}", None)
        if method is None:
            return {"result": None, "error": "unsupported action"}
        try:
            return {"result": method(**request.get("params", {})), "error": None}
        except Exception as error:  # noqa: BLE001 - the add-on answers with the text of any
            return {"result": None, "error": str(error)}

    def do_version(self) -> int:
        return self.api

    def do_multi(self, actions: list[dict[str, Any]]) -> list[Any]:
        return [self.answer(action) for action in actions]

    def do_getProfiles(self) -> list[str]:
        return self.profiles

    def do_getMediaDirPath(self) -> str:
        return f"/Anki2/{self.active}/collection.media"

    def do_findNotes(self, query: str) -> list[int]:
        if self.collection is None:
            raise RuntimeError("collection is not available")
        return list(self.collection.find_notes(query))

    def do_notesInfo(self, notes: list[int]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in notes:
            try:
                note = self.collection.get_note(number)
            except Exception:  # noqa: BLE001 - NotFoundError, whose place differs from version to version
                found.append({})
                continue
            fields = note.note_type()["flds"]
            found.append(
                {
                    "noteId": note.id,
                    "tags": note.tags,
                    "fields": {
                        field["name"]: {"value": note.fields[field["ord"]], "order": field["ord"]}
                        for field in fields
                    },
                    "modelName": note.note_type()["name"],
                    "cards": [card.id for card in note.cards()],
                }
            )
        return found

    def do_updateNoteFields(self, note: dict[str, Any]) -> None:
        found = self.collection.get_note(note["id"])
        for name, value in note["fields"].items():
            if name in found:
                found[name] = value
        self.collection.update_note(found)

    def do_addTags(self, notes: list[int], tags: str) -> None:
        self.collection.tags.bulk_add(notes, tags)

    def do_removeTags(self, notes: list[int], tags: str) -> None:
        self.collection.tags.bulk_remove(notes, tags)

    def do_suspend(self, cards: list[int]) -> bool:
        self.collection.sched.suspend_cards(cards)
        return True

    def do_areSuspended(self, cards: list[int]) -> list[bool]:
        return [self.collection.get_card(card).queue == -1 for card in cards]

    def do_getMediaFilesNames(self, pattern: str = "*") -> list[str]:
        names = sorted(path.name for path in Path(self.collection.media.dir()).iterdir())
        return [name for name in names if fnmatch(name, pattern)]

    def do_storeMediaFile(self, filename: str, data: str) -> str:
        return str(self.collection.media.write_data(filename, base64.b64decode(data)))

    def do_importPackage(self, path: str) -> bool:
        """Import with the library's old importer, as the add-on does: it merges note types."""
        importing = import_module("anki.importing")
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # it says that it is deprecated
            importing.AnkiPackageImporter(self.collection, path).run()
        return True

    def do_sync(self) -> None:
        """Answer at once, as the add-on does: it presses Anki's button, and how that went is shown only in Anki."""
        self.synced += 1


@contextmanager
def served(stand_in: StandIn) -> Iterator[int]:
    """Let a stand-in answer on a port of its own, which is yielded."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            data = json.dumps(stand_in.answer(json.loads(body))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
