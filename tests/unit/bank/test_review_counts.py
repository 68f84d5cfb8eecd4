"""Counts of reviews are read beside the bank; filters, sorting and the checks of health know them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.bank.counted import BANK, COUNTS

from qexport.bank.model import Bank
from qexport.bank.review_counts import read_review_counts, reviews_path, write_review_counts
from qexport.bank.selection import Filters, select
from qexport.common.errors import InputRefused, Location, NothingSelected, Problem, UsageError


def chosen(bank: Bank = BANK, **filters: str) -> list[str]:
    return [question.id for question in select(bank, Filters(**filters))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("forgotten>=30%", ["A", "C"]),
        ("forgotten > 30%", ["A"]),
        ("forgotten<30%", ["B"]),
        ("-forgotten>=30%", ["B", "D"]),
        ("seconds>=7.0 reviews<20", ["C"]),
        ("learners:5 or lapses=3", ["A", "B"]),
        ("learners!=5", ["A", "C"]),
        ("reviews:*", ["A", "B", "C"]),
        ("reviews:", ["D"]),
    ],
)
def test_filters_know_counts_of_reviews(where: str, ids: list[str]) -> None:
    assert chosen(where=where) == ids


def test_questions_are_sorted_by_counts_those_without_last() -> None:
    assert chosen(sort="-forgotten") == ["A", "C", "B", "D"]
    assert chosen(sort="seconds") == ["B", "C", "A", "D"]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"where": "forgotten>=0.3"}, "'0.3' is not a number to compare forgotten with"),
        ({"where": "forgotten>=often"}, "'often' is not a number to compare forgotten with"),
        ({"where": "reviews>=30%"}, "'30%' is not a number to compare reviews with"),
    ],
)
def test_what_cannot_be_compared_is_refused(filters: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chosen(BANK, **filters)


@pytest.mark.parametrize("filters", [{"where": "forgotten>=30%"}, {"sort": "-forgotten"}])
def test_a_bank_without_counts_says_how_to_get_them(filters: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(replace(BANK, reviews=()), **filters)
    assert (
        "nobody has counted forgotten: there are no counts of reviews beside this bank"
        in caught.value.message
    )
    assert caught.value.hint == (
        "qexport reviews EXPORT.apkg … writes them, from decks that were exported with scheduling"
    )


def test_nothing_is_left_where_nothing_was_forgotten() -> None:
    with pytest.raises(NothingSelected):
        chosen(where="forgotten>=90%")


def test_the_file_is_read_as_it_was_written() -> None:
    assert reviews_path(Path("x/bank.lock.json")) == Path("x/bank.reviews.json")
    assert read_review_counts(write_review_counts(COUNTS), "f") == COUNTS
    assert read_review_counts(write_review_counts({}), "f") == {}


@pytest.mark.parametrize("text", ["", "[]", '{"A": 1}', '{"A": {"reviews": 1}}', "{"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_review_counts(text, "b.reviews.json")
    hint = "remove it; qexport reviews writes it again"
    assert caught.value.problems == (
        Problem(Location("b.reviews.json"), "this is not a file of review counts", hint),
    )


def test_a_count_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputRefused):
        read_review_counts(write_review_counts(COUNTS).replace("20", '"20"'), "f")
