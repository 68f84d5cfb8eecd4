"""The forms that `qexport export` writes."""

from __future__ import annotations

import pytest
from tests.unit.go_bank import BANK

from qexport.bank.model import Bank, Question
from qexport.bank.selection import Filters
from qexport.common.errors import UsageError
from qexport.exporters.registry import (
    FORMS,
    choose_questions,
    count_losses,
    describe_left_out,
    export_questions,
    form_named,
)


def test_an_unknown_form_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        form_named("gifft")
    assert caught.value.message == "--to: no format 'gifft'"
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


SCATTERED = Bank(
    title="T",
    technologies=("Go", "Git"),
    questions=(
        Question(id="C", question="c", answer="c", technology="Git"),
        Question(id="A", question="a", answer="a", technology="Go"),
        Question(id="D", question="d", technology="Go", status="draft"),
        Question(id="R", question="r", answer="r", technology="Git", status="retired"),
        Question(id="B", question="b", answer="b", technology="Git"),
    ),
)


@pytest.mark.parametrize(
    ("filters", "exact", "others"),
    [
        (Filters(), "CADRB", "CAB"),
        (Filters(include_drafts=True), "CADRB", "CADB"),
        (Filters(technology=("git",)), "CB", "CB"),
        (Filters(sort="id"), "ABC", "ABC"),
        (Filters(limit=2), "CA", "CA"),
    ],
)
def test_questions_keep_the_order_of_the_file_unless_another_is_asked_for(
    filters: Filters, exact: str, others: str
) -> None:
    for form in FORMS.values():
        chosen = choose_questions(SCATTERED, filters, form)
        assert (form.name, "".join(each.id for each in chosen)) == (
            form.name,
            exact if form.is_exact else others,
        )


def test_drafts_and_retired_questions_that_are_left_out_are_counted() -> None:
    questions = SCATTERED.questions
    assert describe_left_out(SCATTERED, questions[:1]) == "1 draft and 1 retired question"
    assert describe_left_out(SCATTERED, questions) == ""
