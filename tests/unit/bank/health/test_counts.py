"""How many questions a bank has of each kind."""

from __future__ import annotations

from tests.unit.go_bank import BANK

from qexport.bank.health.counts import count_questions, stats_fields, tabulate


def test_counts_are_by_technology_level_and_difficulty() -> None:
    stats = count_questions(BANK, BANK.questions)
    assert str(stats) == "2 questions, 1 technology, 1 level"
    assert tabulate(stats) == (
        ("technology", "level", "3", "unrated", "all"),
        ("Go", "Junior", "1", "1", "2"),
        ("all", "", "1", "1", "2"),
    )


def test_the_json_has_what_is_claimed_too() -> None:
    assert stats_fields(count_questions(BANK, BANK.questions[:1])) == {
        "questions": {"present": 1, "claimed": None},
        "technologies": {"present": 1, "claimed": None},
        "levels": {"present": 1, "claimed": None},
        "counts": [{"technology": "Go", "level": "Junior", "difficulty": 3, "questions": 1}],
    }
