"""A file that is imported into a bank, for the tests of what that does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qexport.importers.session import ImportOutcome, import_files, write_session


def taken(source: str, text: str, bank: str = "b.yaml", **more: Any) -> ImportOutcome:
    Path(source).write_text(text, encoding="utf-8")
    session = import_files([Path(source)], Path(bank), **more)
    write_session(session)
    return session


LONG = "A view of an array with a length and a capacity of its own."
FIRST = f"question,answer,technology\nWhat is a slice?,{LONG},Go\nWhat is a channel?,A typed queue.,Go\n"


def conflicting() -> ImportOutcome:
    taken("q.csv", FIRST)
    path = Path("b.yaml")
    path.write_text(path.read_text().replace("A typed queue.", "Ours."))
    return taken("q.csv", FIRST.replace("A typed queue.", "Theirs."))
