"""Banks in few words, and what is found in them."""

from __future__ import annotations

from dataclasses import replace

from qexport.bank.health.examination import examine
from qexport.bank.model import Bank, Question
from qexport.common.errors import Location

LONG = (
    "This is said in twenty words at least, as in any bank that is there to teach something, not to list it."
)


def question(id: str = "Q-1", **fields: object) -> Question:  # noqa: A002
    place = Location("bank.yaml", 10, 3)
    plain = Question(id=id, question=f"What is the subject of {id}?", answer=f"{LONG} {id}.", location=place)
    return replace(plain, **fields)  # type: ignore[arg-type]


def bank_of(*questions: Question, **fields: object) -> Bank:
    return replace(Bank(title="Bank", namespace="bank", questions=questions), **fields)  # type: ignore[arg-type]


def found(*questions: Question, **fields: object) -> list[str]:
    return [f"{finding.kind}: {finding.message}" for finding in examine(bank_of(*questions, **fields))]
