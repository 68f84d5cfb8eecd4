"""The client of AnkiConnect, against a stand-in on the real Anki library."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.anki_connect import StandIn, served

from qexport.anki import connect
from qexport.anki.connect import AnkiConnect
from qexport.common.errors import QexportError

anki = pytest.importorskip("anki.collection")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = anki.Collection(str(tmp_path_factory.mktemp("learner") / "collection.anki2"))
    note = opened.new_note(opened.models.by_name("Basic"))
    note["Front"], note["Back"] = "What?", "This."
    note.tags = ["marked", "own"]
    opened.add_note(note, 1)
    yield opened
    opened.close()


def refused(act: Callable[[], object]) -> tuple[int, str, str]:
    with pytest.raises(QexportError) as caught:
        act()
    return caught.value.exit_code, caught.value.message, caught.value.hint


def test_notes_come_with_fields_in_order_tags_and_cards(collection: Any) -> None:
    with served(StandIn(collection)) as port:
        anki_connect = AnkiConnect(port)
        anki_connect.check()
        numbers = anki_connect.find_notes("tag:own")
        (note,) = anki_connect.notes([*numbers, 1])
    assert note.number == numbers[0]
    assert list(note.fields.items()) == [("Front", "What?"), ("Back", "This.")]
    assert note.tags == ("marked", "own")
    assert len(note.cards) == 1
    assert note.note_type == "Basic"


def test_changes_are_sent_together_and_the_first_that_fails_is_told(
    collection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "AT_ONCE", 2)
    stand_in = StandIn(collection)
    with served(stand_in) as port:
        anki_connect = AnkiConnect(port)
        (number,) = anki_connect.find_notes("tag:own")
        anki_connect.change(
            [
                ("updateNoteFields", {"note": {"id": number, "fields": {"Back": "That."}}}),
                ("addTags", {"notes": [number], "tags": "new"}),
                ("removeTags", {"notes": [number], "tags": "own"}),
            ]
        )
        (note,) = anki_connect.notes([number])
        assert (note.fields["Back"], note.tags) == ("That.", ("marked", "new"))
        assert stand_in.actions.count("multi") == 2
        failing = [("updateNoteFields", {"note": {"id": 1, "fields": {}}})]
        status, message, _ = refused(lambda: anki_connect.change(failing))  # type: ignore[arg-type]
        anki_connect.change([("addTags", {"notes": [number], "tags": "own"})])
    assert status == 6
    assert message.startswith("Anki refused updateNoteFields: ")


def test_who_answers_is_looked_at_first(collection: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(AnkiConnect(port).check) == (
        6,
        f"no Anki answers at 127.0.0.1:{port}",
        "start Anki on this machine, with the add-on AnkiConnect (number 2055492159) installed",
    )
    with served(StandIn(collection, version=5)) as port:
        assert refused(AnkiConnect(port).check) == (
            6,
            f"AnkiConnect at 127.0.0.1:{port} speaks version 5 of its protocol, not 6",
            "update the add-on: Tools › Add-ons › Check for Updates",
        )
    with served(StandIn(None)) as port:
        assert refused(AnkiConnect(port).check) == (
            6,
            "no profile is open in Anki",
            "open a profile in Anki, and try again",
        )


def test_a_key_is_sent_and_a_wrong_one_is_told(collection: Any) -> None:
    hint = "put it in the variable QEXPORT_ANKICONNECT_KEY: it is apiKey in the add-on's configuration"
    with served(StandIn(collection, key="secret")) as port:
        AnkiConnect(port, "secret").check()
        assert AnkiConnect(port, "secret").call("multi", actions=[]) == []
        assert refused(AnkiConnect(port).check) == (6, "AnkiConnect wants a key: none was given", hint)
        assert refused(AnkiConnect(port, "x").check) == (6, "the key of AnkiConnect is wrong", hint)


def test_the_profile_that_is_open_has_to_be_the_one_asked_for(collection: Any) -> None:
    stand_in = StandIn(collection)
    stand_in.profiles = ["Learner", "Teacher"]
    with served(stand_in) as port:
        AnkiConnect(port).check("Learner")
        assert refused(lambda: AnkiConnect(port).check("Teacher")) == (
            2,
            "the profile 'Learner' is open, not 'Teacher'",
            "switch to it in Anki: File › Switch Profile",
        )
        assert refused(lambda: AnkiConnect(port).check("Nobody")) == (
            2,
            "Anki has no profile 'Nobody'",
            "known: Learner, Teacher",
        )


def test_an_action_that_an_old_add_on_does_not_know_is_named(collection: Any) -> None:
    with served(StandIn(collection)) as port:
        assert refused(lambda: AnkiConnect(port).call("flyAway")) == (
            6,
            "this AnkiConnect does not know the action flyAway",
            "update the add-on: Tools › Add-ons › Check for Updates",
        )


@contextmanager
def answering(status: int, body: bytes) -> Iterator[int]:
    """Some other program that listens."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("body", [b"hello", b"[]", b'{"result": 6}', b"\xff"])
def test_another_program_is_not_taken_for_it(body: bytes) -> None:
    with answering(200, body) as port:
        assert refused(AnkiConnect(port).check) == (
            6,
            f"what answers at 127.0.0.1:{port} is not AnkiConnect",
            "name the port of the add-on: --port N",
        )


def test_one_that_forbids_it_is_told() -> None:
    with answering(403, b"") as port:
        assert refused(AnkiConnect(port).check) == (
            6,
            f"AnkiConnect at 127.0.0.1:{port} refuses this program",
            "see webCorsOriginList in the add-on's configuration: Tools › Add-ons › AnkiConnect › Config",
        )


def test_an_anki_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        status, message, hint = refused(AnkiConnect(port).check)
    assert (status, message) == (6, f"Anki at 127.0.0.1:{port} has not answered for 0.1 seconds")
    assert hint == "see whether Anki waits for an answer in a window of its own"
