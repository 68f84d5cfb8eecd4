"""Questions that moved to other ids are found by their texts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.bank.locks import NOW, of_texts, version
from tests.unit.bank.published import DICTS, FIVE, LISTS, NEW, SETS, TEXTS, TUPLES, YIELD, guids, published

from qexport.bank.lock import Move
from qexport.bank.stamping import Deciding, stamp

# Ids that moved


def moves(texts: dict[str, str], formers: dict[str, tuple[str, ...]] | None = None) -> list[tuple[str, str]]:
    _, changes = stamp(of_texts(texts, formers), published(), NOW + 9, texts=TEXTS)
    return [(move.former, move.id) for move in changes.moves]


EDITED = "Why are tuples hashable, and why are lists not?"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [  # One inserted in front: all shift.
        (
            {"Q1": NEW, "Q2": LISTS, "Q3": DICTS, "Q4": TUPLES, "Q5": SETS, "Q6": YIELD},
            [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4"), ("Q4", "Q5"), ("Q5", "Q6")],
        ),
        # One inserted in the middle.
        ({**FIVE, "Q4": NEW, "Q5": SETS, "Q6": YIELD}, [("Q4", "Q5"), ("Q5", "Q6")]),
        # The first is removed.
        (
            {"Q1": DICTS, "Q2": TUPLES, "Q3": SETS, "Q4": YIELD},
            [("Q2", "Q1"), ("Q3", "Q2"), ("Q4", "Q3"), ("Q5", "Q4")],
        ),
        # Two are swapped; three go round.
        ({**FIVE, "Q1": DICTS, "Q2": LISTS}, [("Q2", "Q1"), ("Q1", "Q2")]),
        ({**FIVE, "Q1": DICTS, "Q2": TUPLES, "Q3": LISTS}, [("Q2", "Q1"), ("Q3", "Q2"), ("Q1", "Q3")]),
        # All are renamed.
        ({f"PY-{key}": text for key, text in FIVE.items()}, [(key, f"PY-{key}") for key in FIVE]),
        # Moved and edited at once.
        ({**FIVE, "Q1": EDITED, "Q3": LISTS}, [("Q3", "Q1"), ("Q1", "Q3")]),
        ({**FIVE, "Q1": "Why are tuples hashable at all, unlike lists?", "Q3": LISTS}, [("Q3", "Q1"), ("Q1", "Q3")]),
        # Only the case and the spaces of an id differ.
        ({**{key: text for key, text in FIVE.items() if key != "Q5"}, "q-5": YIELD}, [("Q5", "q-5")]),
        # An id used again for another question.
        ({**FIVE, "Q3": NEW}, [("Q3", "Q3")]),
        # … where nothing but the words of asking is the same.
        ({**FIVE, "Q1": "What is a metaclass in Ruby?"}, [("Q1", "Q1")]),
        # Edits that are none of this: a word more, other case and marks, nothing.
        ({**FIVE, "Q3": EDITED}, []),
        ({**FIVE, "Q1": "what is a LIST, in Python"}, []),
        (FIVE, []),
        # A question that is new, and one that left.
        ({**FIVE, "Q6": NEW}, []),
        ({key: text for key, text in FIVE.items() if key != "Q2"}, []),
    ],
)  # fmt: skip
def test_questions_that_took_each_others_ids_are_seen(
    texts: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert moves(texts) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("What is a closure?", "What is a monad?", [("A", "A")]),
        ("Explain the GIL.", "Explain asyncio.", [("A", "A")]),
        ("Was ist eine Closure?", "Was ist eine Monade?", [("A", "A")]),
        ("¿Qué es una clausura?", "¿Qué es una mónada?", [("A", "A")]),
        ("What is a clousre?", "What is a closure?", []),
        ("What is a dict?", "What is a dictionary?", []),
        ("What does the GIL protect?", "Why does the GIL exist?", []),
        ("What is it?", "What is this?", []),
        ("What does the linker do?", "Say in one line what the parser does.", [("A", "A")]),
        ("Explain DNS.", "What is DNS, and how does it work?", []),
        ("Explain DNS.", "What is TCP, and how does it work?", [("A", "A")]),
        ("Explain DNS.", "How does a resolver find an address by asking servers of DNS?", [("A", "A")]),
    ],
)
def test_words_of_asking_do_not_make_two_questions_one(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    texts = {version(before): before}
    _, changes = stamp(of_texts({"A": after}), published({"A": before}), NOW + 9, texts=texts)
    assert [(move.former, move.id) for move in changes.moves] == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("How does TCP open a connection?", "How does UDP open a connection?"),
        ("What is the time complexity of quicksort?", "What is the time complexity of bubblesort?"),
        ("什么是闭包？", "什么是单子？"),
        ("Explain DNS.", "What is DNS, and how does it work?"),
        ("What is a list?", "What is a linked list?"),
        ("What is a lock?", "What is a mock?"),
    ],
)
def test_where_some_words_are_the_same_the_answers_decide(before: str, after: str) -> None:
    answers = {version(before): "By a handshake of three packets."}
    for answer, expected in (
        ("It opens none, and just sends.", 1),
        ("By a handshake of 3 packets.", 0),
        ("", 0),
    ):
        content = of_texts({"A": after})
        asked = replace(content, questions=(replace(content.questions[0], answer=answer),))
        texts = {version(before): before}
        _, changes = stamp(asked, published({"A": before}), NOW + 9, texts=texts, answers=answers)
        assert len(changes.moves) == expected


def test_without_a_history_another_text_is_reported() -> None:
    _, changes = stamp(of_texts({**FIVE, "Q3": EDITED}), published(), NOW + 9)
    assert changes.moves == (Move("Q3", "Q3", EDITED, ""),)


def test_exact_moves_are_seen_without_a_history() -> None:
    swapped = of_texts({**FIVE, "Q1": DICTS, "Q2": LISTS})
    _, changes = stamp(swapped, published(), NOW + 9)
    assert [(move.former, move.id) for move in changes.moves] == [("Q2", "Q1"), ("Q1", "Q2")]


def test_former_ids_keep_each_note_with_its_question() -> None:
    shifted = {"Q1": NEW, "Q2": LISTS, "Q3": DICTS, "Q4": TUPLES, "Q5": SETS, "Q6": YIELD}
    formers = {f"Q{number + 1}": (f"Q{number}",) for number in range(1, 6)}
    lock, changes = stamp(of_texts(shifted, formers), published(), NOW + 9, texts=TEXTS)
    assert changes.moves == ()
    assert guids(lock) == {"Q1": "new", "Q2": "Q1", "Q3": "Q2", "Q4": "Q3", "Q5": "Q4", "Q6": "Q5"}
    assert (lock.notes["Q1"].birth, lock.left) == ("Q1~2", ())
    for again in (formers, {}):
        assert stamp(of_texts(shifted, again), lock, NOW + 10, texts=TEXTS)[0] == lock


def test_ids_that_are_shifted_again_are_put_right_again() -> None:
    lock, texts, formers = (
        published(),
        dict(TEXTS),
        {f"Q{number + 1}": (f"Q{number}",) for number in range(1, 9)},
    )
    asked_now = list(FIVE.values())
    for number in range(3):
        asked_now.insert(0, f"{NEW} {number} " * (number + 1))
        bank = {f"Q{place}": text for place, text in enumerate(asked_now, 1)}
        texts |= {version(text): text for text in asked_now}
        lock, changes = stamp(
            of_texts(bank, {key: formers.get(key, ()) for key in bank}), lock, NOW, texts=texts
        )
        assert changes.moves == ()
        assert list(guids(lock).values())[number + 1 :] == list(FIVE)


def test_what_moved_is_reported_until_it_is_settled_and_then_saved() -> None:
    shifted = {
        "Q1": NEW,
        "Q2": LISTS,
        "Q3": DICTS,
        "Q4": TUPLES,
        "Q5": SETS,
        "Q6": "What does a generator yield to the caller?",
    }
    expected = [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4"), ("Q4", "Q5"), ("Q5", "Q6")]
    lock, texts = published(), {**TEXTS, **{version(text): text for text in shifted.values()}}
    for now in (NOW + 1, NOW + 2, NOW + 3):
        lock, changes = stamp(of_texts(shifted), lock, now, texts=texts)
        assert [(move.former, move.id) for move in changes.moves] == expected
    formers = {f"Q{number + 1}": (f"Q{number}",) for number in range(1, 6)}
    lock, changes = stamp(of_texts(shifted, formers), lock, NOW + 4, texts=texts)
    assert guids(lock) == {"Q1": "new", "Q2": "Q1", "Q3": "Q2", "Q4": "Q3", "Q5": "Q4", "Q6": "Q5"}
    assert changes.moves == ()


def test_moves_can_be_accepted() -> None:
    swapped = of_texts({**FIVE, "Q1": DICTS, "Q2": LISTS})
    lock, changes = stamp(swapped, published(), NOW + 9, texts=TEXTS, deciding=Deciding(accepts_moves=True))
    assert changes.moves == ()
    assert stamp(swapped, lock, NOW + 10, texts=TEXTS)[1].moves == ()


def test_an_id_that_asks_something_else_is_reported_once() -> None:
    other = of_texts({**FIVE, "Q3": NEW})
    lock, changes = stamp(other, published(), NOW + 9, texts=TEXTS)
    assert changes.moves == (Move("Q3", "Q3", NEW, TUPLES),)
    assert stamp(other, lock, NOW + 10, texts={**TEXTS, version(NEW): NEW})[1].moves == ()


def test_a_note_handed_to_another_question_by_former_ids_is_reported() -> None:
    texts = {key: text for key, text in FIVE.items() if key != "Q3"}
    _, changes = stamp(of_texts({**texts, "Q9": NEW}, {"Q9": ("Q3",)}), published(), NOW + 9, texts=TEXTS)
    assert changes.moves == (Move("Q9", "Q9", NEW, TUPLES),)
