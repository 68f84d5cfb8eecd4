"""The forms that `qexport export` writes."""

from __future__ import annotations

import pytest
from tests.unit.go_bank import BANK

from qexport.common.errors import UsageError
from qexport.exporters.registry import FORMS, count_losses, export_questions, form_named


def test_an_unknown_form_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        form_named("gifft")
    assert caught.value.message == "--to: no form 'gifft'"
    assert caught.value.hint.startswith("did you mean 'gift'?")


def test_what_a_form_does_not_carry_is_counted() -> None:
    carried = frozenset({"id", "question", "answer", "markup", "technology", "level"})
    assert count_losses(BANK.questions, carried) == (
        "choices of 1 question",
        "correct of 1 question",
        "difficulty of 1 question",
        "tags of 1 question",
        "follow_ups of 1 question",
    )


@pytest.mark.parametrize("name", FORMS)
def test_an_exact_form_loses_nothing(name: str) -> None:
    assert bool(export_questions(BANK, BANK.questions, FORMS[name]).losses) == (not FORMS[name].is_exact)
