"""The bank that `qexport init` writes."""

from __future__ import annotations

from qexport.bank.reader import parse_bank
from qexport.bank.starter import numbered_id, question_skeleton, starter_bank
from qexport.bank.validation import validate


def test_the_first_bank_is_right_and_shows_what_can_be_written() -> None:
    bank, warnings = validate(parse_bank(starter_bank("Mine: one"), "bank.yaml"))
    assert warnings == ()
    assert (bank.title, bank.namespace) == ("Mine: one", "mine-one")
    assert [each.id for each in bank.questions] == ["PY-1", "PY-2"]


def test_the_next_id_follows_the_highest() -> None:
    assert numbered_id(["PY-6", "PY-2"]) == "PY-7"
    assert numbered_id(["a"]) == ""


def test_a_skeleton_is_a_draft() -> None:
    assert question_skeleton("k", "What?", technology="Go") == (
        "  - id: k\n    question: What?\n    technology: Go\n    status: draft\n"
    )
