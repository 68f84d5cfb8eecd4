"""What a bank lacks."""

from __future__ import annotations

from tests.unit.go_bank import BANK, QUESTION

from qexport.bank.health.missing import find_gaps, find_missing_sections, find_shortfalls
from qexport.bank.model import Bank, Claims


def test_a_declared_name_without_questions_is_a_gap() -> None:
    assert [each.message for each in find_gaps(BANK)] == [
        "C is declared but has no question",
        "Senior is declared but has no question",
    ]


def test_a_bank_that_claims_more_is_incomplete() -> None:
    bank = Bank(title="T", claims=Claims(questions=5), questions=(QUESTION,))
    assert [each.message for each in find_shortfalls(bank)] == [
        "the bank has 1 of 5 questions, 1 technology, 1 level"
    ]


def test_what_half_of_the_questions_have_the_others_miss() -> None:
    assert [each.message for each in find_missing_sections(BANK)] == [
        "1 of 2 questions has no follow_ups: b",
        "1 of 2 questions has no difficulty: b",
    ]
