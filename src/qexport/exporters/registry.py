"""Every form that questions are exported in: one line and one module each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from qexport.bank.model import Bank, Question
from qexport.bank.quiz_form import QUIZ_TYPE, UNMATCHED, Matching
from qexport.bank.selection import Filters, select
from qexport.common.errors import UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.wording import quantity, suggest


@dataclass(frozen=True, slots=True)
class Exported:
    """A file's text, and what the form could not carry."""

    text: str
    losses: tuple[str, ...] = ()
    """Each a field that some questions lose, with how many."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export."""

    name: str
    title: str
    module: str
    """Its `write(bank)` returns an Exported."""
    suffix: str
    is_exact: bool
    """It comes back as the same bank."""


FORMS = {
    form.name: form
    for form in (
        Form("csv", "a table for spreadsheets", "qexport.exporters.csv_table", ".csv", is_exact=True),
        Form("json", "one JSON object", "qexport.exporters.json_file", ".json", is_exact=True),
        Form(
            "jsonl",
            "JSON Lines, one question a line",
            "qexport.exporters.json_lines",
            ".jsonl",
            is_exact=True,
        ),
        Form("markdown", "Markdown to read and to edit", "qexport.exporters.markdown", ".md", is_exact=True),
        Form("gift", "Moodle GIFT", "qexport.exporters.gift", ".gift", is_exact=False),
        Form("moodle-xml", "Moodle XML", "qexport.exporters.moodle_xml", ".xml", is_exact=False),
        Form(
            "anki-text",
            "a text file that Anki imports",
            "qexport.exporters.anki_text",
            ".txt",
            is_exact=False,
        ),
    )
}
"""Every form by its name."""


def form_named(name: str) -> Form:
    """Return the form of that name; UsageError names the nearest."""
    if name in FORMS:
        return FORMS[name]
    raise UsageError(f"--to: no format {name!r}", hint=suggest(name, tuple(FORMS)))


def choose_questions(
    bank: Bank, filters: Filters, form: Form, limits: Limits = USUAL
) -> tuple[Question, ...]:
    """Return the questions that an export has, in the bank's own order unless another is asked for.

    Without a filter, a form that comes back as the same bank has its drafts and retired questions too.

    Raises:
        UsageError, NothingSelected: see select().
    """
    if form.is_exact and replace(filters, include_drafts=False) == Filters():
        return bank.questions
    chosen = select(bank, filters, limits)
    if filters.sort != Filters().sort:
        return chosen
    wanted = {question.id for question in chosen}
    return tuple(question for question in bank.questions if question.id in wanted)


def describe_left_out(bank: Bank, questions: Sequence[Question]) -> str:
    """Return how many drafts and retired questions an export does not have; empty if none."""
    exported = {question.id for question in questions}
    counts = Counter(each.status for each in bank.questions if each.id not in exported)
    kinds = (("draft", "draft"), ("retired", "retired question"))
    return " and ".join(quantity(counts[status], noun) for status, noun in kinds if counts[status])


def export_questions(bank: Bank, questions: Sequence[Question], form: Form) -> Exported:
    """Return questions of a bank in a form.

    Args:
        bank: What the questions are from; its names of technologies and levels stay.
        questions: The selection, in its order.
        form: See FORMS.
    """
    write = cast(Callable[[Bank], Exported], import_module(form.module).write)
    return write(replace(bank, questions=tuple(questions)))


def count_losses(questions: Sequence[Question], carried: frozenset[str]) -> tuple[str, ...]:
    """Return the fields that questions have and a form does not carry, each with the number of questions."""
    from qexport.bank.schema import QUESTION_FIELDS

    losses = []
    for field in QUESTION_FIELDS:
        usual = ("active",) if field.name == "status" else ()
        count = sum(getattr(each, field.name) not in ("", (), None, *usual) for each in questions)
        if count and field.name not in carried:
            losses.append(f"{field.name} of {quantity(count, 'question')}")
    return tuple(losses)


def count_quiz_losses(
    questions: Sequence[Question],
    carried: frozenset[str],
    find_matching: Callable[[Question], Matching | None],
) -> tuple[str, ...]:
    """Return what a quiz does not carry: a question without an answer is a draft there, and no other is.

    Args:
        questions: What is exported.
        carried: Fields that the form has.
        find_matching: Returns the pairs of a question that the form has as a matching question.
    """
    changed = sum(
        question.status != ("active" if question.answer or question.correct else "draft")
        for question in questions
    )
    status = (f"status of {quantity(changed, 'question')}",) if changed else ()
    rest = [
        replace(each, extra=tuple(pair for pair in each.extra if pair[0] not in (QUIZ_TYPE, UNMATCHED)))
        if find_matching(each)
        else each
        for each in questions
    ]
    return (*count_losses(rest, carried), *status)
