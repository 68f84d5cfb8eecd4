"""What a handbook is made of: pages it needs, and questions that share one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.outputs.handbook.handbooks import measures

from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.outputs.book.parts import parts
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.plan import (
    Matter,
    estimate_pages,
    expect_squeeze,
    fill_spreads,
    group_questions,
    pair_pages,
    plan_matter,
)

SHORT = Question(id="A", question="What is it?", answer="A thing.", technology="Python", difficulty=1)
LONG = replace(SHORT, id="L", deep_explanation="Word after word. " * 200)


def grouped(*questions: Question, paper: str = "a4", **options: Any) -> list[list[str]]:
    groups = group_questions(questions, HandbookOptions(**options), measures(paper))
    return [[question.id for question in group] for group in groups]


def some(count: int, **changes: Any) -> tuple[Question, ...]:
    return tuple(
        replace(SHORT, id=f"Q-{number}", difficulty=number % 10 + 1, **changes) for number in range(count)
    )


def matter(*questions: Question, terms: int = 50, **options: Any) -> Matter:
    return plan_matter(questions, parts(questions), terms, HandbookOptions(**options))


def test_a_question_that_fills_most_of_a_page_begins_one_and_short_ones_share_pages() -> None:
    one, two, three = (replace(SHORT, id=id_) for id_ in "BCD")
    assert grouped(SHORT, one, *[LONG] * 25, two, three) == [["A", "B"], *[["L"]] * 25, ["C", "D"]]
    assert grouped(SHORT, one, LONG, two, three) == [["A", "B", "L", "C", "D"]]  # most are short


def test_either_can_be_forced() -> None:
    assert grouped(SHORT, LONG, one_per_page=True) == [["A"], ["L"]]
    assert grouped(SHORT, LONG, flow=True) == grouped(SHORT, LONG, economy=True) == [["A", "L"]]


def test_many_short_ones_are_laid_out_in_groups_of_about_the_same_size() -> None:
    assert [len(group) for group in grouped(*some(60))] == [20, 20, 20]


@pytest.mark.parametrize(
    ("paper", "least", "most"), [("a4", 0.75, 1.05), ("letter", 0.75, 1.15), ("a5", 1.2, 1.7)]
)
def test_the_questions_of_the_shipped_bank_take_about_what_they_do(
    shipped_bank: Path, paper: str, least: float, most: float
) -> None:
    """Laid out they take 0.81 to 1.0 of an A4 page, and 1.3 to 1.74 of an A5 page."""
    for question in read_bank(shipped_bank)[0].questions:
        assert least < estimate_pages(question, measures(paper)) < most


def test_code_between_fences_takes_what_its_smaller_type_does() -> None:
    """As text, code was estimated a fifth too long, so that questions of 0.6 pages each began one."""
    page = measures()
    code = "\n".join(f"line_{number} = first + second" for number in range(20))
    prose = replace(SHORT, markup="markdown", answer="Look:")
    fenced = [replace(prose, answer=f"Look:\n{mark}python\n{code}\n{mark}") for mark in ("```", "~~~~")]
    taken = {round(estimate_pages(each, page) - estimate_pages(prose, page), 6) for each in fenced}
    assert taken == {round(20 * 1.35 * page.code * page.size / (page.height / 25.4 * 72), 6)}
    plain = estimate_pages(replace(fenced[0], markup="plain"), page) - estimate_pages(prose, page)
    assert plain == pytest.approx(22 * page.line / (page.height / 25.4 * 72))


def test_smaller_gaps_are_expected_of_a_question_that_just_fills_a_page() -> None:
    page = measures()
    full = next(
        each
        for each in (replace(LONG, deep_explanation="Word after word. " * count) for count in range(100, 400))
        if estimate_pages(each, page) > 0.99
    )
    assert estimate_pages(full, page) < 1.05
    assert expect_squeeze(full, page) == int(2 * 0.6 * page.size * 96 / 72)
    assert [
        expect_squeeze(each, page) for each in (SHORT, replace(LONG, deep_explanation="Word. " * 2000))
    ] == [0, 0]


def test_a_small_book_has_no_pages_about_itself() -> None:
    assert matter(*some(3)) == Matter(False, False, False, False, False, frozenset())


def test_pages_are_there_when_they_say_something() -> None:
    both = (*some(10, follow_ups=("Why?",)), *some(12, technology="Go"))
    assert matter(*both) == Matter(True, True, True, True, False, frozenset({"part-1", "part-2"}))
    assert matter(*both, economy=True) == Matter(True, True, False, True, False, frozenset())
    assert matter(*both[:12], terms=11) == Matter(True, True, False, False, False, frozenset({"part-1"}))
    assert matter(*some(30)).opened == frozenset()


def test_a_table_of_progress_is_there_if_asked_for_and_where_answers_are_hidden() -> None:
    assert [matter(*some(4), **options).progress for options in ({}, {"progress": True})] == [False, True]
    assert matter(*some(4), layout="test-yourself").progress
    assert not matter(*some(3), layout="test-yourself").progress


def test_to_test_oneself_short_questions_share_a_page_and_a_long_one_has_one() -> None:
    one, two, three, four = (replace(SHORT, id=id_) for id_ in "BCDE")
    pairs = pair_pages((SHORT, one, two, three, four, LONG), measures())
    assert [[question.id for question in pair] for pair in pairs] == [["A", "B", "C"], ["D", "E"], ["L"]]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([2, 2, 2, 5], True), ([2, 2], True), ([2], False), ([2, 2, 1], False), ([1, 2, 2], False), ([], False)],
)
def test_a_page_is_added_where_questions_of_two_pages_follow_each_other(
    lengths: list[int], expected: bool
) -> None:
    assert fill_spreads(lengths) is expected
