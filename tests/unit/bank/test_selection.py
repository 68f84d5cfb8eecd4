"""Filters: what they leave, in which order, and what is said when they leave nothing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.bank.model import Bank, Question
from qexport.bank.selection import Filters, describe, select, without_drafts
from qexport.common.errors import NothingSelected, QexportError, UsageError


def question(
    id: str,  # noqa: A002
    technology: str = "Python",
    level: str = "Advanced",
    difficulty: int | None = 8,
    **fields: object,
) -> Question:
    plain = Question(id=id, question=f"What is {id}?", answer=f"It is {id}.", technology=technology)
    return replace(plain, level=level, difficulty=difficulty, **fields)  # type: ignore[arg-type]


def bank_of(*questions: Question) -> Bank:
    return Bank(
        title="Bank",
        namespace="bank",
        technologies=("Python", "Machine Learning"),
        levels=("Beginner", "Advanced"),
        questions=questions,
    )


BANK = bank_of(
    question("PY-2", category="Core Python", difficulty=9, tags=("gc", "memory")),
    question("PY-1", category="Core Python", difficulty=6, answer="Python’s own."),
    question("py-3", category="Performance", level="Beginner", difficulty=None),
    question("ML-1", "Machine Learning", "Beginner", 3, category="AI/ML", tags=("statistics",)),
    question("ML-2", "Machine Learning", "Advanced", 8, category="AI/ML"),
    question("ML-3", "Machine Learning", "Advanced", 8, category="AI/ML", status="retired", tags=("old",)),
)


def ids(filters: Filters, bank: Bank = BANK) -> list[str]:
    return [chosen.id for chosen in select(bank, filters)]


def said(filters: Filters, bank: Bank = BANK) -> tuple[str, str]:
    with pytest.raises(QexportError) as caught:
        select(bank, filters)
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), ["PY-2", "PY-1", "py-3", "ML-1", "ML-2"]),
        (Filters(technology=("python",)), ["PY-2", "PY-1", "py-3"]),
        (Filters(technology=("python", "machine-learning")), ["PY-2", "PY-1", "py-3", "ML-1", "ML-2"]),
        (Filters(technology=("MACHINE learning",), level=("advanced",)), ["ML-2"]),
        (Filters(category=("core-python", "AI/ML")), ["PY-2", "PY-1", "ML-1", "ML-2"]),
        (Filters(category=("core*",)), ["PY-2", "PY-1"]),
        (Filters(tag=("gc", "statistics")), ["PY-2", "ML-1"]),
        (Filters(tag=("",)), ["PY-1", "py-3", "ML-2"]),
        (Filters(difficulty=("8",)), ["ML-2"]),
        (Filters(difficulty=("7-9",)), ["PY-2", "ML-2"]),
        (Filters(difficulty=("7–9",)), ["PY-2", "ML-2"]),
        (Filters(difficulty=(">=8", "<=3")), ["PY-2", "ML-1", "ML-2"]),
        (Filters(difficulty=(">6",)), ["PY-2", "ML-2"]),
        (Filters(difficulty=("<9",)), ["PY-1", "ML-1", "ML-2"]),
        (Filters(difficulty=("",)), ["py-3"]),
        (Filters(id=("PY-*",)), ["PY-2", "PY-1", "py-3"]),
        (Filters(id=("??-1",)), ["PY-1", "ML-1"]),
        (Filters(id=("py-[13]", "ml-2")), ["PY-1", "py-3", "ML-2"]),
        (Filters(exclude=("PY-3",)), ["PY-2", "PY-1", "ML-1", "ML-2"]),
        (Filters(id=("PY-*",), exclude=("*-2",)), ["PY-1", "py-3"]),
        (Filters(text=("python's",)), ["PY-1"]),
        (Filters(text=("IT  is", "ml")), ["ML-1", "ML-2"]),
        (Filters(text=("*",)), None),
        (Filters(where="tag:gc or difficulty<=3"), ["PY-2", "ML-1"]),
        (Filters(technology=("python",), where="-difficulty:9"), ["PY-1", "py-3"]),
        (Filters(sort="id"), ["ML-1", "ML-2", "PY-1", "PY-2", "py-3"]),
        (Filters(sort="-id"), ["py-3", "PY-2", "PY-1", "ML-2", "ML-1"]),
        (Filters(sort="-bank"), ["ML-2", "ML-1", "py-3", "PY-1", "PY-2"]),
        (Filters(sort="difficulty"), ["ML-1", "PY-1", "ML-2", "PY-2", "py-3"]),
        (Filters(sort="-difficulty"), ["PY-2", "ML-2", "PY-1", "ML-1", "py-3"]),
        (Filters(sort="level"), ["ML-1", "py-3", "ML-2", "PY-1", "PY-2"]),
        (Filters(sort="-level"), ["ML-2", "PY-1", "PY-2", "ML-1", "py-3"]),
        (Filters(sort="id", limit=2), ["ML-1", "ML-2"]),
        (Filters(limit=99), ["PY-2", "PY-1", "py-3", "ML-1", "ML-2"]),
    ],
)
def test_leaves_the_questions_that_pass_in_order(filters: Filters, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(NothingSelected):
            select(BANK, filters)
    else:
        assert ids(filters) == expected


def test_an_id_with_a_wildcard_sign_in_it_is_itself_first() -> None:
    bank = bank_of(question("Q[1]"), question("Q1"))
    assert ids(Filters(id=("q[1]",)), bank) == ["Q[1]"]


_DIFFICULTY_HINT = "write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10"


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        (
            Filters(technology=("pyhton",)),
            "unknown technology 'pyhton'",
            "did you mean 'Python'? known: Python, Machine Learning",
        ),
        (
            Filters(category=("front end",)),
            "unknown category 'front end'",
            "known: Core Python, Performance, AI/ML",
        ),
        (
            Filters(level=("Advnced",)),
            "unknown level 'Advnced'",
            "did you mean 'Advanced'? known: Beginner, Advanced",
        ),
        (Filters(tag=("gcc",)), "unknown tag 'gcc'", "did you mean 'gc'? known: gc, memory, statistics, old"),
        (
            Filters(id=("PY-4",)),
            "unknown id 'PY-4'",
            "did you mean 'py-3'? known: PY-2, PY-1, py-3, ML-1, ML-2, ML-3",
        ),
        (
            Filters(exclude=("ML-9",)),
            "unknown id 'ML-9'",
            "did you mean 'ML-3'? known: PY-2, PY-1, py-3, ML-1, ML-2, ML-3",
        ),
        (Filters(difficulty=("hard",)), "'hard' is not a difficulty", _DIFFICULTY_HINT),
        (Filters(difficulty=("12",)), "difficulty '12' is out of range", _DIFFICULTY_HINT),
        (Filters(difficulty=("<1",)), "no difficulty is <1", _DIFFICULTY_HINT),
        (Filters(text=(" ",)), "there is nothing to search for", "write a word, or several in quotes"),
        (
            Filters(sort="dificulty"),
            "unknown order 'dificulty'",
            "did you mean 'difficulty'? known: bank, id, difficulty, level",
        ),
        (Filters(limit=0), "--limit 0 leaves no question", "write a number from 1 on"),
        (Filters(sample=-1), "--sample -1 leaves no question", "write a number from 1 on"),
        (
            Filters(where="tag:gc or"),
            "--where, column 8: there is no condition after 'or'\n  tag:gc or\n         ^^",
            "to search for such text, put it in quotes",
        ),
    ],
)
def test_a_value_without_sense_is_refused_with_what_has(filters: Filters, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(BANK, filters)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        (
            Filters(difficulty=("1",)),
            "no question is left: --difficulty 1 matches none of 5 active questions",
            "",
        ),
        (
            Filters(technology=("python",), difficulty=("1", ">9"), text=("nowhere to be found",)),
            (
                "no question is left: --difficulty 1 --difficulty '>9' and --text 'nowhere to be found' "
                "each match none of 5 active questions"
            ),
            "",
        ),
        (
            Filters(technology=("python",), difficulty=("3",)),
            (
                "no question is left: of 5 active questions --technology python leaves 3, "
                "then --difficulty 3 leaves 0"
            ),
            "",
        ),
        (
            Filters(exclude=("py-3",), where='difficulty>=1 technology:"machine learning" tag:gc'),
            (
                "no question is left: of 5 active questions --exclude py-3 leaves 4, then --where "
                "'technology:\"machine learning\"' leaves 2, then --where tag:gc leaves 0"
            ),
            "",
        ),
        (
            Filters(tag=("old",)),
            "no question is left: --tag old matches none of 5 active questions",
            "retired questions are never selected: ML-3",
        ),
        (
            Filters(id=("nope*",)),
            "no question is left: --id 'nope*' matches none of 5 active questions",
            "",
        ),
    ],
)
def test_tells_which_condition_left_nothing(filters: Filters, message: str, hint: str) -> None:
    with pytest.raises(NothingSelected) as caught:
        select(BANK, filters)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_bank_without_active_questions_has_nothing_to_select_from() -> None:
    assert said(Filters(), bank_of()) == ("nothing to select from: 0 questions in this bank", "")
    assert said(Filters(), bank_of(question("Q", status="retired"))) == (
        "nothing to select from: 0 active questions in this bank",
        "retired questions are never selected: Q",
    )


# --- samples -----------------------------------------------------------------------------------------------

MANY = bank_of(
    *(
        question(f"{technology[:1]}{level[:1]}-{number:03}", technology, level, number % 10 + 1)
        for technology, level, count in (
            ("Python", "Beginner", 40),
            ("Python", "Advanced", 40),
            ("Machine Learning", "Beginner", 15),
            ("Machine Learning", "Advanced", 15),
            ("Rust", "Advanced", 10),
        )
        for number in range(count)
    )
)


def test_a_sample_is_the_same_everywhere_and_for_ever() -> None:
    assert ids(Filters(sample=6), MANY) == ["PB-006", "PA-031", "PA-035", "MB-013", "MA-007", "RA-001"]
    assert ids(Filters(sample=6, seed=1), MANY) != ids(Filters(sample=6), MANY)


@given(st.integers(1, 130), st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_sample_is_blind_to_the_order_of_the_bank(size: int, seed: int, shuffler: random.Random) -> None:
    shuffled = list(MANY.questions)
    shuffler.shuffle(shuffled)
    filters = Filters(sample=size, seed=seed, sort="id")
    assert ids(filters, replace(MANY, questions=tuple(shuffled))) == ids(filters, MANY)


@given(st.integers(1, 120), st.integers(0, 5))
def test_a_sample_is_spread_over_technologies_and_levels(size: int, seed: int) -> None:
    chosen = select(MANY, Filters(sample=size, seed=seed))
    assert len(chosen) == size
    technologies = Counter(each.technology for each in chosen)
    assert len(technologies) == min(size, 3)
    for technology, there in (("Python", 80), ("Machine Learning", 30), ("Rust", 10)):
        assert abs(technologies[technology] - size * there / 120) <= 2
    within = Counter((each.technology, each.level) for each in chosen)
    for technology in ("Python", "Machine Learning"):
        assert abs(within[technology, "Beginner"] - within[technology, "Advanced"]) <= 1


@given(st.integers(1, 119), st.integers(0, 5))
def test_a_larger_sample_holds_the_smaller_one(size: int, seed: int) -> None:
    smaller = set(ids(Filters(sample=size, seed=seed), MANY))
    assert smaller < set(ids(Filters(sample=size + 1, seed=seed), MANY))


def test_a_small_sample_shows_every_technology_and_level() -> None:
    grid = bank_of(
        *(
            question(f"{technology}-{level}-{number}", technology, level)
            for technology in ("A", "B", "C")
            for level in ("x", "y", "z")
            for number in range(5)
        )
    )
    for seed in range(20):
        chosen = select(grid, Filters(sample=3, seed=seed))
        assert {each.technology for each in chosen} == {"A", "B", "C"}
        assert {each.level for each in chosen} == {"x", "y", "z"}


def test_a_sample_keeps_the_order_asked_for_and_comes_before_the_limit() -> None:
    sample = ids(Filters(sample=20, sort="difficulty"), MANY)
    assert [each for each in ids(Filters(sort="difficulty"), MANY) if each in sample] == sample
    assert ids(Filters(sample=20, sort="difficulty", limit=4), MANY) == sample[:4]


def test_a_sample_larger_than_what_there_is_takes_all() -> None:
    assert ids(Filters(sample=99)) == ids(Filters())


# --- in words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(), "All questions"),
        (Filters(sort="id"), "All questions"),
        (
            Filters(technology=("python", "machine-learning"), level=("advanced",), difficulty=("7-9",)),
            "Python and Machine Learning, Advanced, difficulty 7–9",
        ),
        (Filters(technology=("python", "PYTHON")), "Python"),
        (Filters(category=("ai-ml", "core*")), "AI/ML and Core Python"),
        (Filters(category=("",)), "no category"),
        (Filters(tag=("gc", "memory")), "tagged gc or memory"),
        (Filters(difficulty=("6", "8", ">=9")), "difficulty 6 or 8–10"),
        (Filters(difficulty=("",)), "not rated"),
        (Filters(text=("it is", "PY")), "containing “it is” and “PY”"),
        (Filters(where="tag:gc  or difficulty<=3"), "where tag:gc  or difficulty<=3"),
        (Filters(id=("PY-1",)), "id PY-1"),
        (Filters(id=("PY-*", "ML-1")), "ids PY-* and ML-1"),
        (Filters(exclude=("PY-1",)), "without PY-1"),
        (Filters(limit=2), "Python, Advanced, the first 2"),
        (Filters(limit=99), "All questions"),
        (Filters(sample=4), "a sample of 4"),
        (Filters(sample=99), "All questions"),
        (Filters(sample=4, limit=3), "a sample of 4, the first 3"),
        (Filters(sample=4, limit=3, level=("advanced",)), "Advanced"),
        (Filters(sample=3, limit=3, sort="id"), "a sample of 3"),
    ],
)
def test_says_in_words_what_was_asked_for(filters: Filters, words: str) -> None:
    if filters.category == ("",):
        bank = bank_of(question("Q"))
        assert describe(bank, filters, select(bank, filters)) == words
    else:
        assert describe(BANK, filters, select(BANK, filters)) == words


def test_without_filters_says_what_all_questions_share() -> None:
    bank = bank_of(question("A", "Python"), question("B", "Machine Learning"))
    assert describe(bank, Filters(), bank.questions) == "Advanced"
    assert describe(bank, Filters(sample=1), bank.questions[:1]) == "Python, Advanced, a sample of 1"


def test_a_long_list_is_cut_in_words() -> None:
    bank = bank_of(*(question(f"Q-{number}") for number in range(8)))
    filters = Filters(id=tuple(each.id for each in bank.questions))
    assert describe(bank, filters, select(bank, filters)) == "ids Q-0, Q-1, Q-2, Q-3 and 4 more"


def test_drafts_are_selected_only_where_they_are_asked_for() -> None:
    bank = bank_of(question("A"), question("B", status="draft", answer=""), question("C", status="retired"))
    assert ids(Filters(), bank) == ["A"]
    assert ids(Filters(include_drafts=True), bank) == ["A", "B"]
    assert said(Filters(id=("B", "C")), bank) == (
        "no question is left: --id B --id C matches none of 1 active question",
        "retired questions are never selected: C; drafts are selected with --include-drafts only: B",
    )
    assert [each.id for each in without_drafts(bank).questions] == ["A", "C"]
