"""The state of a bank: what is found, and, as important, what is not."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.bank.health.examined import LONG, bank_of, found, question

from qexport.bank.health.counts import CellCount, Stats, count_questions, stats_fields, tabulate
from qexport.bank.health.examination import examine
from qexport.bank.health.findings import FINDING_KINDS, Finding, finding_fields
from qexport.bank.model import Claims, Question
from qexport.choosing import read_bank
from qexport.common.errors import Location


def test_a_bank_in_good_health_has_no_findings() -> None:
    assert found(question("Q-1"), question("Q-2")) == []


def test_an_empty_bank_has_no_findings() -> None:
    assert found() == []


def test_retired_questions_take_no_part() -> None:
    assert found(question("Q-1"), question("Q-2", answer="TODO", status="retired")) == []


def test_a_finding_knows_its_kind_place_and_ids() -> None:
    (finding,) = examine(bank_of(question("Q-1"), question("Q-2", answer="TODO")))
    assert finding == Finding(
        kind="placeholder",
        message="Q-2: answer is “TODO”",
        hint="write it, or retire the question",
        location=Location("bank.yaml", 10, 3),
        ids=("Q-2",),
    )
    assert finding_fields(finding) == {
        "kind": "placeholder",
        "message": "Q-2: answer is “TODO”",
        "hint": "write it, or retire the question",
        "path": "bank.yaml",
        "line": 10,
        "column": 3,
        "ids": ["Q-2"],
    }


# --- counts ------------------------------------------------------------------------------------------------

COUNTED = bank_of(
    question("1", technology="Rust", level="Advanced", difficulty=8),
    question("2", technology="Python", level="Advanced", difficulty=8),
    question("3", technology="Python", level="Advanced", difficulty=8),
    question("4", technology="Python", level="Beginner"),
    question("5"),
    technologies=("Python", "Rust"),
    levels=("Beginner", "Advanced"),
    claims=Claims(questions=54, technologies=3),
)


def test_counts_by_technology_level_and_difficulty_in_the_order_of_the_bank() -> None:
    assert count_questions(COUNTED, COUNTED.questions) == Stats(
        questions=5,
        technologies=2,
        levels=2,
        claims=Claims(questions=54, technologies=3),
        cells=(
            CellCount("Python", "Beginner", None, 1),
            CellCount("Python", "Advanced", 8, 2),
            CellCount("Rust", "Advanced", 8, 1),
            CellCount("", "", None, 1),
        ),
    )


def test_counts_are_a_table_and_a_line_and_json() -> None:
    counted = count_questions(COUNTED, COUNTED.questions[:4])
    assert tabulate(counted) == (
        ("technology", "level", "8", "unrated", "all"),
        ("Python", "Beginner", "", "1", "1"),
        ("Python", "Advanced", "2", "", "2"),
        ("Rust", "Advanced", "1", "", "1"),
        ("all", "", "3", "1", "4"),
    )
    assert str(counted) == "4 of 54 questions, 2 of 3 technologies, 2 levels"
    assert stats_fields(counted) == {
        "questions": {"present": 4, "claimed": 54},
        "technologies": {"present": 2, "claimed": 3},
        "levels": {"present": 2, "claimed": None},
        "counts": [
            {"technology": "Python", "level": "Beginner", "difficulty": None, "questions": 1},
            {"technology": "Python", "level": "Advanced", "difficulty": 8, "questions": 2},
            {"technology": "Rust", "level": "Advanced", "difficulty": 8, "questions": 1},
        ],
    }


def test_counts_of_nothing_are_a_table_too() -> None:
    nothing = count_questions(bank_of(), ())
    assert tabulate(nothing) == (("technology", "level", "all"), ("all", "", "0"))
    assert str(nothing) == "0 questions, 0 technologies, 0 levels"


# --- what is missing ---------------------------------------------------------------------------------------


def test_fewer_than_claimed_is_told_at_once_for_all_that_is_claimed() -> None:
    assert found(question(level="Advanced"), claims=Claims(questions=54, technologies=0, levels=3)) == [
        "incomplete: the bank has 1 of 54 questions, 0 of 0 technologies, 1 of 3 levels"
    ]
    assert found(question(), claims=Claims(questions=1)) == []


def test_a_declared_name_without_questions_is_a_gap() -> None:
    one = question(technology="Python", level="Advanced")
    assert found(one, technologies=("Python", "Rust"), levels=("Beginner", "Advanced")) == [
        "gap: Rust is declared but has no question",
        "gap: Beginner is declared but has no question",
    ]


def test_an_empty_cell_is_a_gap_where_its_row_and_column_let_expect_three() -> None:
    def grid(*cells: tuple[str, str, int, int]) -> list[Question]:
        return [
            question(f"{technology}-{level}-{difficulty}-{n}", technology=technology, level=level)
            for technology, level, difficulty, count in cells
            for n in range(count)
        ]

    python = (("Python", "Beginner", 3, 12), ("Python", "Advanced", 3, 6))
    levels = ("Beginner", "Advanced")
    assert found(*grid(*python, ("Rust", "Advanced", 3, 5)), levels=levels) == []
    assert found(*grid(*python, ("Rust", "Advanced", 3, 6)), levels=levels) == [
        "gap: Rust has no Beginner question, where 3 could be expected"
    ]


def test_a_difficulty_that_only_one_technology_lacks_is_a_gap() -> None:
    questions = [
        question(f"{technology}-{n}", technology=technology, level="Advanced", difficulty=difficulty)
        for technology, difficulties in (("Python", [7, 8] * 5), ("Rust", [8] * 10))
        for n, difficulty in enumerate(difficulties)
    ]
    assert found(*questions, levels=("Advanced",)) == []
    questions += [question(f"Go-{n}", technology="Go", level="Advanced", difficulty=7) for n in range(10)]
    assert found(*questions, levels=("Advanced",)) == [
        "gap: Rust, Advanced has no question of difficulty 7, where 5 could be expected",
        "gap: Go, Advanced has no question of difficulty 8, where 5 could be expected",
    ]


def test_a_part_that_half_of_the_questions_have_is_missed_in_the_others() -> None:
    full = [question(f"Q-{n}", deep_explanation=f"It is deep {n}, too.", category="Core") for n in range(3)]
    bare = question("Q-9")
    assert found(*full, bare) == [
        "missing-section: 1 of 4 questions has no deep_explanation: Q-9",
        "missing-section: 1 of 4 questions has no category: Q-9",
    ]
    assert found(full[0], bare, question("Q-10")) == []


def test_an_answer_is_missed_in_any_question() -> None:
    questions = [question(f"Q-{n}", answer="") for n in range(7)]
    assert found(*questions) == [
        "missing-section: 7 of 7 questions have no answer: Q-0, Q-1, Q-2, Q-3, Q-4 and 2 more"
    ]


# --- questions beside each other ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            'What is "curse of dimensionality"?',
            "What is the curse of dimensionality? Why do we care about it?",
        ),
        ("What are decorators?", "What is a decorator?"),
        ("What’s the difference between L1 and L2?", "Explain the difference between L2 and L1."),
        ("How does garbage collection work in Python?", "How does garbage collection work?"),
        ("How does Python handle concurrency control?", "How does Python handle concurrent control?"),
        ("什么是闭包？", "什么是闭包？ "),
    ],
)
def test_questions_that_ask_the_same_are_near_duplicates(one: str, other: str) -> None:
    first = question("A", question=one, technology="Python")
    second = question("B", question=other, technology="Python")
    assert found(first, second) == [
        f"near-duplicate: A and B ask almost the same: “{one.strip()}” and “{other.strip()}”"
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How does L1 regularization work?", "How does L2 regularization work?"),
        ("What is a mutable object?", "What is an immutable object?"),
        ("What is supervised learning?", "What is unsupervised learning?"),
        ("What is regression?", "What is logistic regression?"),
        ("What is dropout?", "How does dropout work?"),
        ("How do you turn a list into a tuple?", "How do you turn a tuple into a list?"),
        ("What is the difference between `==` and `is`?", "What is the difference between `===` and `is`?"),
        ("When do you use a lock?", "When do you not use a lock?"),
        ("Which metrics for classification do you know?", "Which metrics for ranking do you know?"),
        ("如何使用闭包？", "如何使用继承？"),
    ],
)
def test_questions_that_differ_in_one_word_that_matters_are_no_duplicates(one: str, other: str) -> None:
    assert found(question("A", question=one), question("B", question=other)) == []


def test_the_same_question_in_two_technologies_is_no_duplicate() -> None:
    one = question("A", question="What is a closure in Python?", technology="Python")
    other = question("B", question="What is a closure in Rust?", technology="Rust")
    assert found(one, other) == []


def test_each_of_many_duplicates_is_told_once() -> None:
    questions = [question(f"Q-{n}", question="What is a closure?") for n in range(5)]
    assert [finding.ids for finding in examine(bank_of(*questions))] == [
        ("Q-0", f"Q-{n}") for n in range(1, 5)
    ]


def test_the_same_long_answer_makes_near_duplicates_and_a_short_one_does_not() -> None:
    one, other = question("A", answer=LONG), question("B", answer=LONG.upper())
    assert found(one, other) == [
        f"near-duplicate: A and B have the same answer: “{one.question}” and “{other.question}”"
    ]
    assert found(question("A", answer="O(n log n)"), question("B", answer="O(n log n)")) == []


@pytest.mark.parametrize(
    ("rare", "common"),
    [
        ("python", "Python"),
        ("Core-Python", "Core Python"),
        ("NodeJS", "Node.js"),
        ("Closure", "Closures"),
        ("tests", "test"),
        ("Advnced", "Advanced"),
        ("Pyhton", "Python"),
    ],
)
def test_names_written_almost_alike_are_told(rare: str, common: str) -> None:
    questions = [question(f"Q-{n}", category=common) for n in range(2)]
    (finding,) = examine(bank_of(*questions, question("Q-9", category=rare)))
    assert finding.kind == "look-alike-category"
    assert finding.message == f"category “{rare}” looks like “{common}”: 1 against 2 questions"
    assert finding.hint == f"write {common} everywhere, if they mean the same"
    assert finding.ids == ("Q-9",)


def test_every_kind_of_name_is_compared() -> None:
    one = question("A", technology="Python", level="Advanced", tags=("closure",))
    other = question("B", technology="python", level="advanced", tags=("closures",))
    assert found(one, other) == [
        "look-alike-technology: technology “python” looks like “Python”: 1 against 1 questions",
        "look-alike-level: level “advanced” looks like “Advanced”: 1 against 1 questions",
        "look-alike-tag: tag “closures” looks like “closure”: 1 against 1 questions",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C", "C++"),
        ("C++", "C#"),
        ("L1", "L2"),
        ("HTML", "XHTML"),
        ("Java", "JavaScript"),
        ("React", "Redux"),
        ("Python 2", "Python 3"),
        ("encoder", "decoder"),
        ("*", "!"),
    ],
)
def test_names_that_only_look_related_are_not_told(one: str, other: str) -> None:
    assert found(question("A", category=one), question("B", category=other)) == []


@pytest.mark.parametrize(
    ("follow_up", "asked", "answer"),
    [
        ("What is a closure?", "What are closures and why would you use one?", "Functions that remember."),
        (
            "What is the difference between RAG and fine-tuning — when do you use each?",
            "What is fine-tuning an LLM and when should you fine-tune versus use RAG?",
            "Fine-tuning adjusts weights.",
        ),
        (
            "What is a feature store and why does it matter for training-serving skew?",
            "How do you design an ML feature store and why does it matter for production ML?",
            "A feature store is a repository that solves the training-serving skew problem.",
        ),
        ("What are Promises?", "In which states can a Promise be?", "A `Promise` is an object with three."),
    ],
)
def test_a_follow_up_that_another_question_answers_is_told(follow_up: str, asked: str, answer: str) -> None:
    asking = question("A", follow_ups=(follow_up,))
    answering = question("B", question=asked, answer=answer, follow_ups=("What else?",))
    assert found(asking, answering) == [
        f"answered-follow-up: A: the follow-up “{follow_up}” is answered by B, “{asked}”"
    ]


@pytest.mark.parametrize(
    ("follow_up", "asked", "answer"),
    [
        ("What is random forest?", "How do we select the depth of trees in random forest?", "By trying."),
        ("What is accuracy?", "Is accuracy always a good metric?", "Accuracy is not good for rare classes."),
        ("What is RAGAS and how do you evaluate a RAG system?", "How does RAG work?", "RAG retrieves."),
        ("How is a closure made?", "What is a closure?", "A closure is a function that remembers."),
        ("What is Adam?", "What is the difference between Adam and SGD?", "Adam adapts."),
        ("Why?", "Why is it so?", "Because."),
    ],
)
def test_a_follow_up_about_the_same_subject_is_not_answered_by_that(
    follow_up: str, asked: str, answer: str
) -> None:
    asking = question("A", follow_ups=(follow_up,))
    assert found(asking, question("B", question=asked, answer=answer, follow_ups=("What else?",))) == []


def test_a_follow_up_with_several_answers_is_one_finding() -> None:
    asking = question("A", follow_ups=("What is a closure?",))
    one = question("B", question="What is a closure?", follow_ups=("What else?",), technology="Python")
    other = replace(one, id="C", answer="Another answer, and a longer one.", technology="Rust")
    (finding,) = (each for each in examine(bank_of(asking, one, other)) if each.kind == "answered-follow-up")
    assert finding.message == (
        "A: the follow-up “What is a closure?” is answered by B, “What is a closure?”, and 1 more"
    )
    assert finding.ids == ("A", "B", "C")


def test_a_question_does_not_answer_its_own_follow_up() -> None:
    asking = question("A", question="What is a closure?", follow_ups=("What are closures?",))
    assert found(asking) == []


# --- of the shipped bank -----------------------------------------------------------------------------------


SHIPPED = """\
incomplete: the bank has 15 of 54 questions, 3 of 3 technologies, 1 of 3 levels
answered-follow-up: ML-MLO-001: the follow-up “What is a feature store and why does it matter for \
training-serving skew?” is answered by ML-ADV-003, “How do you design an ML feature store and why does it \
matter for production ML?”
answered-follow-up: AI-ADV-001: the follow-up “What is the difference between RAG and fine-tuning — when do \
you use each?” is answered by AI-ADV-003, “What is fine-tuning an LLM and when should you fine-tune versus \
use RAG or prom…”
lost-commas: PY-ADV-004, PY-ADV-003, AI-ADV-004, PY-ADV-005, ML-ADV-004 and 10 more: 0 commas in 5,323 \
words, about 266 are usual
"""


def test_the_shipped_bank_is_incomplete_has_lost_its_commas_and_answers_two_of_its_follow_ups() -> None:
    bank, _ = read_bank(Path(__file__).parents[4] / "seeds" / "questions.yaml")
    assert "".join(f"{finding.kind}: {finding.message}\n" for finding in examine(bank)) == SHIPPED


# --- of any bank -------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["", "Python", "python", "C++", "AI/ML", "Été", "*", "``"])
_TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*"()`\n?,[]<>& ", "```", "~~~", "TODO", "Ã©", "word", "What is a ", "<b>"])
    ).map("".join),
)
_QUESTIONS = st.builds(
    Question,
    id=st.text(min_size=1, max_size=4),
    question=_TEXTS,
    answer=_TEXTS,
    technology=_NAMES,
    category=_NAMES,
    level=_NAMES,
    difficulty=st.none() | st.integers(1, 10),
    follow_ups=st.lists(_TEXTS, max_size=2).map(tuple),
    tags=st.lists(_NAMES, max_size=2).map(tuple),
    markup=st.sampled_from(["plain", "markdown"]),
)


@settings(deadline=None)  # a busy machine
@given(st.lists(_QUESTIONS, max_size=6, unique_by=lambda each: each.id))
def test_any_bank_gets_findings_of_known_kinds_in_order(questions: list[Question]) -> None:
    bank = bank_of(*questions, technologies=("Python",), levels=("Été",), claims=Claims(questions=9))
    findings = examine(bank)
    kinds = list(FINDING_KINDS)
    assert [kinds.index(finding.kind) for finding in findings] == sorted(
        kinds.index(finding.kind) for finding in findings
    )
    assert {each for finding in findings for each in finding.ids} <= {each.id for each in questions}
    assert examine(bank) == findings


@pytest.mark.parametrize(
    "unit", ["`", "``` ", "(", ")", "<b>", "Ã", "a) ", "&", "TODO", "[1,", '"(', "\n", "x`y``"]
)
def test_a_text_of_a_hundred_thousand_hostile_characters_is_read_in_seconds(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.process_time()
    examine(bank_of(question(question=text, answer=text, follow_ups=(text,))))
    assert time.process_time() - started < 5
