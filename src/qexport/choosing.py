"""What commands need that only look at a bank: read → validate → select, and nothing that makes an output.

`qexport list` of a small bank takes 0.1 s, half of which is Python and click: what is imported here counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank import reader
from qexport.bank.lock_place import lock_path
from qexport.bank.review_counts import read_review_counts, reviews_path
from qexport.bank.selection import Filters, select
from qexport.bank.validation import validate
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record
from qexport.common.text_input import quote, read_text
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.health.counts import Stats
    from qexport.bank.health.findings import Finding
    from qexport.bank.model import Bank, Question
    from qexport.common.memory import Memory


class Selection(Record, frozen=True):
    """A checked bank, the questions the filters leave of it, and what is odd about it."""

    bank: Bank
    questions: tuple[Question, ...]
    warnings: tuple[Problem, ...]
    drafts: tuple[Question, ...] = ()
    """Those that pass the filters, and are left out."""


class Checked(Record, frozen=True):
    """A bank in which nothing is wrong; `findings` is None where its health was not asked for."""

    bank: Bank
    warnings: tuple[Problem, ...]
    stats: Stats
    findings: tuple[Finding, ...] | None
    kept_namespace: str = ""
    """What its lock keeps as the namespace, if the bank states none."""


def read_bank(
    path: Path,
    *,
    encoding: str | None = None,
    limits: Limits = USUAL,
    lock: Path | None = None,
    memory: Memory | None = None,
) -> tuple[Bank, tuple[Problem, ...]]:
    """Read and check a bank, with the counts of reviews beside its lock if there are any.

    Args:
        path: The bank.
        encoding: Of its files; None: UTF-8.
        limits: How much there may be of it.
        lock: Where its lock is; None: beside it.
        memory: Of a process that reads it again and again.

    Returns:
        The bank, and what is odd but no reason to refuse it.
    """
    if memory:
        from qexport.bank.rereading import read_again  # not above: only `build --watch` and `preview` do

        bank, warnings = read_again(path, memory, encoding=encoding, limits=limits)
    else:
        bank, warnings = validate(reader.read(path, encoding=encoding, limits=limits), limits)
    place = reviews_path(lock or lock_path(path))
    if not place.is_file():
        return bank, warnings
    counts = read_review_counts(read_text(place, limits=limits, inside=place.parent), str(place))
    return replace(bank, reviews=tuple(counts.items())), warnings


def choose(path: Path, filters: Filters, *, encoding: str | None = None, limits: Limits = USUAL) -> Selection:
    """Read and check a bank, and select from it."""
    return select_from(read_bank(path, encoding=encoding, limits=limits), path, filters, limits)


def select_from(
    read: tuple[Bank, tuple[Problem, ...]], path: Path, filters: Filters, limits: Limits = USUAL
) -> Selection:
    """Return what filters leave of a bank; that drafts are left out is one of the warnings.

    Args:
        read: the bank, and what is odd about it.
        path: where it is.
        filters: which questions to take.
        limits: how long a query may be.

    Raises:
        UsageError, NothingSelected: see select().
    """
    bank, warnings = read
    questions = select(bank, filters, limits)
    drafts = _find_left_out_drafts(bank, filters, limits)
    if drafts:
        message, hint = f"left out: {quantity(len(drafts), 'draft')}", "--include-drafts includes them"
        warnings = (*warnings, Problem(Location(str(path)), message, hint))
    if filters.seed and filters.sample is None:
        problem = Problem(Location("--seed"), "no effect without --sample", "--sample N takes N at random")
        warnings = (*warnings, problem)
    return Selection(bank, questions, warnings, drafts)


def _find_left_out_drafts(bank: Bank, filters: Filters, limits: Limits) -> tuple[Question, ...]:
    """Return the drafts that would be selected if drafts were."""
    if filters.include_drafts or all(question.status != "draft" for question in bank.questions):
        return ()
    passing = select(bank, replace(filters, include_drafts=True, limit=None, sample=None), limits)
    return tuple(question for question in passing if question.status == "draft")


def check(
    path: Path, *, encoding: str | None = None, with_health: bool = False, limits: Limits = USUAL
) -> Checked:
    """Read and check a bank, and report its state; InputRefused has all that is wrong with it."""
    from qexport.bank.health.counts import count_questions  # not above: no build needs it
    from qexport.bank.markup_signs import warn_of_markdown

    bank, warnings = read_bank(path, encoding=encoding, limits=limits)
    active = [question for question in bank.questions if question.status == "active"]
    warnings = (
        *warnings,
        *warn_of_markdown(active),
        *judge_texts(active, limits, [question.id for question in bank.questions]),
        *_lost_tags(active),
        *_unused_terms(bank, path),
    )
    if bank.cover_image:
        from qexport.content.cover_image import read_cover_image  # not above: few banks have one

        read_cover_image(bank, limits)
    kept_namespace = ""
    if not bank.namespace and lock_path(path).exists():
        from qexport.locking import read_lock_at

        lock = read_lock_at(lock_path(path), limits)[0]
        kept_namespace = lock.namespace if lock else ""
    findings = None
    if with_health:
        from qexport.bank.health.examination import examine

        findings = examine(bank)
    return Checked(
        bank,
        warnings,
        count_questions(bank, active),
        findings,
        kept_namespace=kept_namespace,
    )


def _unused_terms(bank: Bank, path: Path) -> Iterator[Problem]:
    """Yield the bank's terms that stand in no question: an index leaves them out."""
    if not bank.terms:
        return
    from qexport.content.index_candidates import find_forms, list_parts  # not above: few banks list terms

    texts = [text for question in bank.questions for _, text in list_parts(question)]
    for term in bank.terms:
        form = find_forms(term)
        if not any(form.search(text) for text in texts):
            yield Problem(
                Location(str(path)), f"term {quote(term)} is in no question", "write it as the texts do"
            )


_ANKIS_OWN = ("marked", "leech")
"""Tags that Anki gives out itself, and takes off every note that it imports."""


def _lost_tags(questions: Iterable[Question]) -> Iterator[Problem]:
    for question in questions:
        for tag in question.tags:
            if tag.strip().casefold() in _ANKIS_OWN:
                message = f"{question.id} has the tag {tag!r}, which Anki takes off every note it imports"
                yield Problem(question.location, message, "give the tag another name")


def judge_texts(questions: Iterable[Question], limits: Limits, ids: Iterable[str]) -> Iterator[Problem]:
    """Yield what would be shown otherwise than it is written; InputRefused with what cannot be shown at all."""
    refused: list[Problem] = []
    for question in questions:
        if question.markup != "plain":
            from qexport.content.question_view import text_problems

            wrong, lost = text_problems(question, limits, ids)
            refused += wrong
            yield from lost
    if refused:
        raise InputRefused(tuple(refused))
