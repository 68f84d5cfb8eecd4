"""Ids for the questions of a bank that have none."""

from __future__ import annotations

from qexport.bank.id_filling import fill_ids


def test_only_the_line_of_an_id_is_added() -> None:
    text = (
        "questions:\n- question: What is a slice?\n  answer: A view.\n- id: x\n  question: Y?\n  answer: z\n"
    )
    filled = fill_ids(text, "b.yaml")
    assert filled.given == ((2, "slice"),)
    assert filled.text == text.replace("- question: What", "- id: slice\n  question: What")


def test_a_bank_that_has_all_ids_is_unchanged() -> None:
    text = "questions:\n- id: x\n  question: Y?\n  answer: z\n"
    assert fill_ids(text, "b.yaml").text == text
