"""The Anki that is running on this machine, by its add-on AnkiConnect: requests and answers, nothing more.

The protocol is JSON over HTTP: {"action", "version", "params", "key"} → {"result", "error"}.
Only the loopback address is ever connected to.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any, NamedTuple

from qexport.common.errors import MachineLacks, UsageError
from qexport.common.wording import suggest

ANKI_HOST = "127.0.0.1"
PORT = 8765
"""Where the add-on listens unless its configuration says otherwise."""

API_VERSION = 6
"""The version of the protocol that this module speaks, since 2017 the newest."""

ADD_ON = "2055492159"
"""The number of the add-on in Anki's list of add-ons."""

ANSWER_SECONDS = 120
"""Seconds to wait for an answer; an import of 10,000 notes takes some ten."""

LONGEST_ANSWER = 512_000_000
"""Bytes of an answer that are read at most."""

AT_ONCE = 500
"""Notes of one request: Anki's window does not react while a request is answered."""


class NoteInfo(NamedTuple):
    """A note as it is in the collection now."""

    number: int
    """Anki's id of the note."""
    fields: dict[str, str]
    tags: tuple[str, ...]
    cards: tuple[int, ...]
    note_type: str


@dataclass(frozen=True, slots=True)
class AnkiConnect:
    """A running Anki with the add-on; every method is one or a few requests."""

    port: int = PORT
    key: str = ""

    def call(self, action: str, **params: object) -> Any:
        """Send one request and return its result.

        Args:
            action: Name of the action, as the add-on documents it.
            **params: The parameters of the action.

        Raises:
            MachineLacks: Anki does not run, has no such add-on, wants a key, has no open profile, or refuses.
        """
        request: dict[str, object] = {"action": action, "version": API_VERSION, "params": params}
        if self.key:
            request["key"] = self.key
        status, body = self._send(json.dumps(request).encode())
        if status == http.client.FORBIDDEN:
            raise MachineLacks(f"AnkiConnect at {self._place} refuses this program", hint=_SEE_CONFIGURATION)
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
            raise MachineLacks(
                f"what answers at {self._place} is not AnkiConnect",
                hint="name the port of the add-on: --port N",
            )
        if answer["error"] is not None:
            raise self._error(action, str(answer["error"]))
        return answer["result"]

    def check(self, profile: str = "") -> None:
        """Make sure that the add-on is new enough and a profile is open.

        Args:
            profile: Name of the profile that has to be open; empty: any.

        Raises:
            MachineLacks: The add-on is too old, or no profile is open.
            UsageError: Another profile is open, or there is none of that name.
        """
        version = self.call("version")
        if not isinstance(version, int) or version < API_VERSION:
            raise MachineLacks(
                f"AnkiConnect at {self._place} speaks version {version} of its protocol, not {API_VERSION}",
                hint="update the add-on: Tools › Add-ons › Check for Updates",
            )
        self.call("findNotes", query="nid:1")  # refused while no profile is open
        if not profile:
            return
        profiles = self.call("getProfiles")
        if profile not in profiles:
            raise UsageError(f"Anki has no profile {profile!r}", hint=suggest(profile, tuple(profiles)))
        # The name of its folder is what older versions of the add-on know of the profile that is open.
        active = PureWindowsPath(self.call("getMediaDirPath")).parent.name  # reads both kinds of slashes
        if active != profile:
            raise UsageError(
                f"the profile {active!r} is open, not {profile!r}",
                hint="switch to it in Anki: File › Switch Profile",
            )

    def find_notes(self, query: str) -> list[int]:
        """Return the ids of the notes that a search of Anki's browser finds, sorted."""
        return sorted(self.call("findNotes", query=query))

    def notes(self, numbers: list[int]) -> list[NoteInfo]:
        """Return the notes of these ids; one that was deleted meanwhile is left out."""
        return [
            NoteInfo(
                number=info["noteId"],
                fields={
                    name: field["value"]
                    for name, field in sorted(info["fields"].items(), key=lambda item: item[1]["order"])
                },
                tags=tuple(info["tags"]),
                cards=tuple(info["cards"]),
                note_type=info["modelName"],
            )
            for start in range(0, len(numbers), AT_ONCE)
            for info in self.call("notesInfo", notes=numbers[start : start + AT_ONCE])
            if info
        ]

    def change(self, actions: list[tuple[str, dict[str, object]]]) -> None:
        """Do several actions in as few requests as possible; the first that fails is raised.

        Args:
            actions: Names of actions with their parameters, in order.

        Raises:
            MachineLacks: An action failed; those before it are done.
        """
        for start in range(0, len(actions), AT_ONCE):
            part = actions[start : start + AT_ONCE]
            results = self.call(
                "multi",
                actions=[
                    {
                        "action": name,
                        "version": API_VERSION,
                        "params": params,
                        **({"key": self.key} if self.key else {}),
                    }
                    for name, params in part
                ],
            )
            # The answer to each is of the same form: a failed one does not make the whole request fail.
            for (name, _), answer in zip(part, results, strict=True):
                if isinstance(answer, dict) and answer.get("error") is not None:
                    raise self._error(name, str(answer["error"]))

    def _send(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(ANKI_HOST, self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read(LONGEST_ANSWER)
        except ConnectionRefusedError as error:
            raise MachineLacks(
                f"no Anki answers at {self._place}",
                hint=f"start Anki on this machine, with the add-on AnkiConnect (number {ADD_ON}) installed",
            ) from error
        except TimeoutError as error:
            raise MachineLacks(
                f"Anki at {self._place} has not answered for {ANSWER_SECONDS} seconds",
                hint="see whether Anki waits for an answer in a window of its own",
            ) from error
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise MachineLacks(f"the connection to Anki at {self._place} broke: {reason}") from error
        finally:
            connection.close()

    def _error(self, action: str, text: str) -> MachineLacks:
        if "api key" in text:
            wrong = (
                "the key of AnkiConnect is wrong" if self.key else "AnkiConnect wants a key: none was given"
            )
            return MachineLacks(
                wrong,
                hint="put it in the variable QEXPORT_ANKICONNECT_KEY: it is apiKey in the add-on's configuration",
            )
        if "collection is not available" in text:
            return MachineLacks("no profile is open in Anki", hint="open a profile in Anki, and try again")
        if text == "unsupported action":
            return MachineLacks(
                f"this AnkiConnect does not know the action {action}",
                hint="update the add-on: Tools › Add-ons › Check for Updates",
            )
        return MachineLacks(f"Anki refused {action}: {text}")

    @property
    def _place(self) -> str:
        return f"{ANKI_HOST}:{self.port}"


_SEE_CONFIGURATION = (
    "see webCorsOriginList in the add-on's configuration: Tools › Add-ons › AnkiConnect › Config"
)
