"""Questions and names that are alike."""

from __future__ import annotations

from qexport.bank.health.alike import find_answered_follow_ups, find_look_alikes, find_near_duplicates
from qexport.bank.model import Bank, Question


def bank(*questions: Question) -> Bank:
    return Bank(title="T", questions=questions)


def test_a_question_asked_twice_is_found() -> None:
    first = Question(
        id="a", question="How do you copy a long list in Python?", answer="With a slice of all of it."
    )
    other = Question(
        id="b", question="How do you copy a long list in Python", answer="By calling its method copy."
    )
    assert [each.ids for each in find_near_duplicates(bank(first, other))] == [("a", "b")]


def test_a_name_in_another_case_looks_alike() -> None:
    first = Question(id="a", question="A?", answer="a", technology="Go")
    other = Question(id="b", question="B?", answer="b", technology="go")
    (finding,) = find_look_alikes(bank(first, other))
    assert finding.message == "technology “go” looks like “Go”: 1 against 1 questions"
    assert finding.hint == "write Go everywhere, if they mean the same"


def test_signs_make_another_name() -> None:
    questions = [
        Question(id=name, question=f"{name}?", answer="a", technology=name) for name in ("C", "C++", "C#")
    ]
    assert list(find_look_alikes(bank(*questions))) == []


def test_a_follow_up_that_the_bank_answers_is_found() -> None:
    first = Question(
        id="a", question="What is a slice?", answer="A view.", follow_ups=("How do you copy a slice?",)
    )
    other = Question(id="b", question="How can one copy a slice?", answer="With copy().")
    (finding,) = find_answered_follow_ups(bank(first, other))
    assert "b" in finding.message
