"""Packages to read: a deck as it is published, and changed ones."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from qexport.anki.package_reader import lock_of
from qexport.bank.lock import Edition, Lock
from qexport.bank.model import Bank, Question
from qexport.bank.stamping import stamp
from qexport.common.errors import InputRefused, Location, Problem
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools

NOW = 1_760_000_000
TOOLS = Tools(Templates())
BANK = Bank(
    title="T",
    namespace="n",
    questions=(
        Question(id="A<1>", question="q", answer="a", tags=("b", "a")),
        Question(id="B", question="q", answer="[sound:x]", production_scenario="s"),
    ),
)
WHICH = "name an .apkg that qexport made, or that Anki exported"


def deck_of(bank: Bank, lock: Lock | None = None, **options: Any) -> tuple[bytes, Lock]:
    chosen = parse_options(DeckOptions, options)
    tools = with_notes(bank, chosen, TOOLS)
    lock, _ = stamp(content(bank, chosen, tools), lock, NOW)
    edition = Edition(bank=bank, questions=bank.questions, title="T", scope="", lock=lock)
    return render(edition, chosen, tools).data, lock


def package_of(database: bytes, name: str = "collection.anki2") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, database)
    return buffer.getvalue()


def refused(package: bytes, bank: Bank = BANK) -> tuple[str, str]:
    with pytest.raises(InputRefused) as caught:
        lock_of(package, "old.apkg", bank)
    (problem,) = caught.value.problems
    assert problem == Problem(Location("old.apkg"), problem.message, problem.hint)
    return problem.message, problem.hint


NO_DECK = ("its database is not that of a deck", WHICH)


def changed(change: Callable[[sqlite3.Connection], Any]) -> bytes:
    """A good deck in whose database something is changed."""
    with zipfile.ZipFile(io.BytesIO(deck_of(BANK)[0])) as archive:
        data = archive.read("collection.anki2")
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    change(connection)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return package_of(data)
