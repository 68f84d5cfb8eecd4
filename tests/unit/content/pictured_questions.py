"""A question whose answer shows pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qexport.bank.model import Question
from qexport.common.errors import Location


def pictured(bank: Path, answer: str, **fields: object) -> Question:
    question = Question(
        id="Q-1", question="q", answer=answer, markup="markdown", location=Location(str(bank), 7, 3)
    )
    return replace(question, **fields)  # type: ignore[arg-type]
