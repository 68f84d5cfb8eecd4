"""Questions that moved to other ids are found where all ask the same words, or one word was edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.unit.bank.locks import NOW, asked, content, of_texts, version

from qexport.bank.lock import Changes, Lock, LockedContent
from qexport.bank.stamping import Deciding, stamp

OUTPUT = "What is the output?"


def test_one_word_edited_is_one_word_whatever_signs_are_in_it() -> None:
    before = "When does Java box the elements of one List<int>?"
    lock, _ = stamp(of_texts({"Q1": before}), None, NOW)
    after = of_texts({"JV-1": "When does Java box the elements of one array?"})
    _, changes = stamp(after, lock, NOW + 9, texts={version(before): before})
    assert [(move.former, move.id) for move in changes.moves] == [("Q1", "JV-1")]


def same_words(answers: dict[str, str], formers: dict[str, str] | None = None) -> LockedContent:
    """Return a bank of ids and answers whose questions all ask the same."""
    former = formers or {}
    questions = [asked(key, OUTPUT, *([former[key]] if key in former else [])) for key in answers]
    return content(
        *(
            replace(each, version=version(answers[each.id]), answer=answers[each.id], digest=answers[each.id])
            for each in questions
        )
    )


TEXTS = {version(answer): OUTPUT for answer in ("one", "two", "three", "zero")}
THREE = {"Q1": "one", "Q2": "two", "Q3": "three"}


def stamped(now_is: LockedContent, lock: Lock, now: int = NOW + 9) -> tuple[Lock, Changes]:
    return stamp(now_is, lock, now, texts=TEXTS)


def pairs(changes: Changes) -> Sequence[tuple[str, str]]:
    return [(move.former, move.id) for move in changes.moves]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # One inserted in front; one before the only one; the first removed; two swapped; all go round.
        ({"Q1": "zero", "Q2": "one", "Q3": "two", "Q4": "three"}, [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4")]),
        ({"Q1": "two", "Q2": "three"}, [("Q2", "Q1"), ("Q3", "Q2")]),
        ({"Q1": "two", "Q2": "one", "Q3": "three"}, [("Q2", "Q1"), ("Q1", "Q2")]),
        ({"Q1": "three", "Q2": "one", "Q3": "two"}, [("Q3", "Q1"), ("Q1", "Q2"), ("Q2", "Q3")]),
        # One inserted in front, the last removed: that is not the first.
        ({"Q1": "zero", "Q2": "one", "Q3": "two"}, [("Q1", "Q2"), ("Q2", "Q3")]),
        # Another in front of one only: the rest stays.
        ({"Q1": "zero", "Q1b": "one", "Q2": "two", "Q3": "three"}, [("Q1", "Q1b")]),
        # None of this: an answer edited, one more, a copy of one.
        ({**THREE, "Q2": "zero"}, []),
        ({**THREE, "Q4": "zero"}, []),
        ({**THREE, "Q4": "one"}, []),
    ],
)
def test_of_questions_with_the_same_words_the_letter_shows_which_is_which(
    answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    lock, _ = stamp(same_words(THREE), None, NOW)
    assert pairs(stamped(same_words(answers), lock)[1]) == expected


def test_what_moved_among_the_same_words_can_be_put_right_after_it_was_published() -> None:
    lock, _ = stamp(same_words(THREE), None, NOW)
    before = {answer: lock.notes[key].guid for key, answer in THREE.items()}
    shifted = {"Q1": "zero", "Q2": "one", "Q3": "two", "Q4": "three"}
    expected = [("Q1", "Q2"), ("Q2", "Q3"), ("Q3", "Q4")]
    for later in (9, 19):
        lock, changes = stamped(same_words(shifted), lock, NOW + later)
        assert pairs(changes) == expected
    settled = same_words(shifted, {after: former for former, after in expected})
    lock, changes = stamped(settled, lock, NOW + 29)
    assert pairs(changes) == []
    assert {answer: lock.notes[key].guid for key, answer in shifted.items() if answer in before} == before


def test_moves_among_the_same_words_can_be_accepted() -> None:
    lock, _ = stamp(same_words(THREE), None, NOW)
    swapped = same_words({"Q1": "two", "Q2": "one", "Q3": "three"})
    lock, _ = stamp(swapped, lock, NOW + 9, texts=TEXTS, deciding=Deciding(accepts_moves=True))
    assert pairs(stamped(swapped, lock, NOW + 19)[1]) == []
