"""Two editions of a bank, and what differs between them."""

from __future__ import annotations

from dataclasses import replace

from qexport.bank.model import Bank, Question
from qexport.team.differences import (
    Piece,
    compare_snapshots,
)
from qexport.team.snapshots import of_bank

QUESTIONS = tuple(
    Question(
        id=f"PY-{number}",
        question=f"What is {number}?",
        answer="A dict keeps its order since 3.7.",
        technology="Python",
        level="Advanced",
        difficulty=7,
        tags=("basics",),
        follow_ups=("Why?",),
    )
    for number in range(1, 9)
)
OLD = Bank(title="Python <basics>", namespace="tests", source="https://example.org/hub", questions=QUESTIONS)


def edited() -> Bank:
    """The next edition: 2 edited, 1 added, 1 retired, 1 renumbered, 1 gone, 1 retagged."""
    changed = list(QUESTIONS)
    changed[0] = replace(changed[0], answer="A dict keeps its order since 3.6.")
    changed[1] = replace(changed[1], level="Senior", difficulty=8)
    changed[2] = replace(changed[2], status="retired")
    changed[3] = replace(changed[3], id="PY-40", former_ids=("PY-4",), follow_ups=("Why?", "How?"))
    changed[4] = replace(changed[4], tags=("dicts", "basics"))
    del changed[5]
    changed.append(Question(id="PY-9", question="What *is* new?", answer="This."))
    return replace(OLD, questions=tuple(changed))


FOUND = compare_snapshots(of_bank(OLD, "old.yaml"), of_bank(edited(), "new.yaml"))

THE_CHANGE = (
    Piece("same", "A dict keeps its order since 3."),
    Piece("gone", "7"),
    Piece("new", "6"),
    Piece("same", "."),
)
