"""What changed between two editions of a bank, when each note last moved, and that a note stays itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.unit.bank.locks import NOW, asked, content, first, of_texts, version
from tests.unit.bank.published import DICTS, FIVE, LISTS, NEW, SETS, TEXTS, TUPLES, guids, published

from qexport.bank.lock import Changes, Lock, Move, Stamp, guid_of
from qexport.bank.stamping import Deciding, first_namespace, stamp
from qexport.common.errors import InputRefused


def refusal(*questions: object, lock: Lock, **values: object) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as caught:
        stamp(content(*questions, **values), lock, NOW, path="b.lock.json", texts=TEXTS)  # type: ignore[arg-type]
    return [(problem.message, problem.hint) for problem in caught.value.problems]


# When a note moves


def test_without_a_lock_everything_is_new() -> None:
    lock, changes = stamp(content(asked("A", "a"), asked("B", "b")), None, NOW)
    assert {key: each.stamp() for key, each in lock.notes.items()} == {
        "A": Stamp("A:a", NOW),
        "B": Stamp("B:b", NOW),
    }
    assert changes == Changes(added=("A", "B"))


def test_what_is_unchanged_never_moves() -> None:
    lock = first(asked("A", "a"), asked("B", "b"))
    again = stamp(content(asked("A", "a"), asked("B", "b")), lock, NOW + 99)
    assert again == (lock, Changes(unchanged=("A", "B")))


def test_only_what_changed_moves() -> None:
    lock = first(asked("A", "a", digest="1"), asked("B", "b"))
    after, changes = stamp(content(asked("A", "a", digest="2"), asked("B", "b")), lock, NOW + 99)
    assert (after.notes["A"].stamp(), after.notes["B"]) == (Stamp("2", NOW + 99), lock.notes["B"])
    assert changes == Changes(changed=("A",), unchanged=("B",))


def test_a_clock_that_went_backwards_still_moves_a_change_forward() -> None:
    lock = first(asked("A", "a", digest="1"))
    after, _ = stamp(content(asked("A", "a", digest="2"), style="new"), lock, NOW - 99)
    assert (after.notes["A"].modified, after.style) == (NOW + 1, Stamp("new", NOW + 1))


def test_a_style_with_a_time_of_its_own_has_that_whatever_the_clock() -> None:
    from dataclasses import replace

    lock = first(asked("A", "a"))
    ours = replace(content(asked("A", "a")), style=Stamp("built-in", 77))
    assert stamp(ours, lock, NOW + 9)[0].style == Stamp("built-in", 77)


def test_what_left_is_remembered_with_its_time_and_returns_as_the_note_it_was() -> None:
    lock = first(asked("A", "a"), asked("B", "b"))
    left, changes = stamp(content(asked("A", "a")), lock, NOW + 99)
    assert (list(left.notes), [(each.id, each.left) for each in left.left]) == (["A"], [("B", NOW + 99)])
    assert changes == Changes(retired=("B",), unchanged=("A",))
    assert stamp(content(asked("A", "a")), left, NOW + 200) == (left, Changes(unchanged=("A",)))
    back, changes = stamp(content(asked("A", "a"), asked("B", "b")), left, NOW + 50)
    assert (back.notes["B"].guid, back.notes["B"].number) == (lock.notes["B"].guid, lock.notes["B"].number)
    assert (back.notes["B"].modified, back.left) == (NOW + 100, ())
    assert changes == Changes(added=("B",), unchanged=("A",))


def test_a_retired_question_has_left_but_keeps_the_time_of_its_note() -> None:
    lock = first(asked("A", "a"), asked("B", "b"))
    retired, changes = stamp(
        content(asked("A", "a"), asked("B", "b", digest="r", retired=True)), lock, NOW + 99
    )
    assert [(each.id, each.left, each.modified) for each in retired.left] == [("B", NOW + 99, NOW + 99)]
    assert changes == Changes(retired=("B",), unchanged=("A",))
    edited, changes = stamp(
        content(asked("A", "a"), asked("B", "b", digest="r2", retired=True)), retired, NOW + 200
    )
    assert [(each.left, each.modified) for each in edited.left] == [(NOW + 99, NOW + 200)]
    gone, changes = stamp(content(asked("A", "a")), edited, NOW + 300)
    assert [(each.left, each.modified) for each in gone.left] == [(NOW + 99, NOW + 200)]
    assert changes == Changes(unchanged=("A",))


# Who a note is


def test_a_title_changes_nothing_where_the_bank_states_no_namespace() -> None:
    lock, _ = stamp(content(asked("A", "a"), namespace="", title="One"), None, NOW)
    after, changes = stamp(content(asked("A", "a"), namespace="", title="Other"), lock, NOW + 9)
    assert (after, changes) == (lock, Changes(unchanged=("A",)))
    assert (lock.namespace, lock.deck_root) == ("one-854f2d84", "One")


def test_a_first_namespace_is_the_same_everywhere_and_another_for_another_bank() -> None:
    one = content(asked("A", "a"), asked("B", "b"), title="T", namespace="")
    turned = content(asked("B", "b"), asked("A", "a"), title="T", namespace="")
    other = content(asked("A", "a"), asked("B", "c"), title="T", namespace="")
    assert first_namespace(one) == first_namespace(turned) != first_namespace(other)


def test_another_namespace_is_refused_with_what_it_would_do() -> None:
    lock = first(asked("A", "a"), asked("B", "b"))
    assert refusal(asked("A", "a"), asked("B", "b"), lock=lock, namespace="other") == [
        (
            (
                "the bank's namespace is 'other', and it was published as 'ns': every learner would get all 2 notes "
                "once more, and keep the old ones with their reviews"
            ),
            "write namespace: ns into the bank, or use --accept-new-namespace",
        )
    ]


def test_an_accepted_namespace_gives_new_notes_and_remembers_the_old_ones() -> None:
    lock = first(asked("A", "a"))
    now_is = content(asked("A", "a"), namespace="other")
    after, changes = stamp(now_is, lock, NOW + 9, deciding=Deciding(accepts_namespace=True))
    assert after.notes["A"].guid == guid_of("other", "A")
    assert [after.key_of(each) for each in after.left] == [lock.key_of(lock.notes["A"])]
    assert changes == Changes(added=("A",))
    assert stamp(now_is, after, NOW + 10) == (after, Changes(unchanged=("A",)))


@pytest.mark.parametrize("formers", [("A", "B"), ("B", "A"), ("B",), ("A",)])
def test_the_order_of_former_ids_and_their_removal_change_nothing(formers: tuple[str, ...]) -> None:
    lock = first(asked("A", "t"))
    for step in (
        asked("B", "t", "A", digest="x"),
        asked("C", "t", *formers, digest="x"),
        asked("C", "t", digest="x"),
    ):
        lock, _ = stamp(content(step), lock, NOW)
        assert guids(lock) == {step.id: "A"}
        assert lock.left == ()


def test_a_renumbered_and_retired_question_is_one_note_that_left() -> None:
    lock = first(asked("A", "t"))
    lock, changes = stamp(content(asked("B", "t", "A", retired=True), asked("C", "c")), lock, NOW + 9)
    assert changes == Changes(added=("C",), retired=("B",))
    assert [lock.key_of(each) for each in lock.left] == ["A@7bfba6e0021f"]


def test_numbers_are_when_a_note_was_first_published_and_no_two_are_alike() -> None:
    many, _ = stamp(content(*(asked(f"K{number}", "t") for number in range(3000))), None, NOW)
    numbers = sorted(each.number for each in many.notes.values())
    assert all(later - earlier >= 4 for earlier, later in pairwise(numbers))
    assert (NOW - 3601) * 1000 < numbers[0] < numbers[-1] < NOW * 1000
    after, _ = stamp(content(*(asked(f"K{number}", "t") for number in range(3001))), many, NOW + 86_400)
    assert {key: after.notes[key] for key in many.notes} == many.notes
    assert after.notes["K3000"].number // 1000 > NOW + 82_000


def test_numbers_are_times_even_if_the_clock_says_zero() -> None:
    lock, _ = stamp(content(asked("A", "a")), None, 0)
    assert lock.notes["A"].number > 1_577_000_000_000


def test_a_retired_id_used_again_is_reported() -> None:
    lock, _ = stamp(
        of_texts({key: FIVE[key] for key in ("Q1", "Q2", "Q4", "Q5")}), published(), NOW + 9, texts=TEXTS
    )
    _, changes = stamp(of_texts({**FIVE, "Q3": NEW}), lock, NOW + 10, texts=TEXTS)
    assert changes.moves == (Move("Q3", "Q3", NEW, TUPLES),)


def test_two_questions_made_one_keep_the_note_of_the_one_that_stays() -> None:
    merged = {key: FIVE[key] for key in ("Q1", "Q3", "Q4", "Q5")}
    lock, changes = stamp(of_texts(merged, {"Q1": ("Q2",)}), published(), NOW + 9, texts=TEXTS)
    assert (guids(lock)["Q1"], [each.id for each in lock.left], changes.retired) == ("Q1", ["Q2"], ("Q2",))


@pytest.mark.parametrize("published_before", [False, True])
def test_a_former_id_that_the_lock_has_as_another_question_is_refused(*, published_before: bool) -> None:
    questions = [
        asked(key, text, *({"Q2": ("Q1",)}.get(key, ()))) for key, text in FIVE.items() if key != "Q3"
    ]
    absent = ("Q3",) if published_before else ("Q2", "Q3")
    lock = published({key: text for key, text in FIVE.items() if key not in absent})
    assert refusal(*questions, lock=lock) == [
        (
            "former_ids of Q2 names Q1: the lock has that as another question, which is still in the bank",
            "remove it; `qexport renumber` writes former_ids that are right",
        )
    ]


def test_without_a_lock_a_former_id_is_no_id_of_another_question() -> None:
    with pytest.raises(InputRefused) as caught:
        stamp(content(asked("A", "a"), asked("B", "b", "A")), None, NOW, path="b.lock.json")
    assert [problem.message for problem in caught.value.problems] == [
        "former_ids of B names A: it is the id of another question, and there is no lock"
    ]


def test_ids_that_differ_in_case_only_are_different_notes_with_different_keys() -> None:
    lock = first(asked("a", LISTS))
    lock, _ = stamp(content(asked("B", DICTS)), lock, NOW + 1)
    lock, _ = stamp(content(asked("A", TUPLES)), lock, NOW + 2)
    assert sorted(lock.key_of(each).partition("@")[0] for each in (*lock.left, *lock.notes.values())) == [
        "A~2",
        "B",
        "a",
    ]


# An id that was that of several notes


def used_again(now: dict[str, str]) -> tuple[Lock, dict[str, str]]:
    """Return the lock and the texts of a bank whose A became B, and then was the id of another question."""
    texts = {version(text): text for text in (LISTS, DICTS, SETS)}
    lock, _ = stamp(of_texts({"A": LISTS}), None, NOW)
    lock, _ = stamp(of_texts({"B": LISTS}, {"B": ("A",)}), lock, NOW + 1, texts=texts)
    lock, _ = stamp(of_texts({"B": LISTS, **now}), lock, NOW + 2, texts=texts)
    return lock, texts


def test_a_former_id_is_the_question_that_had_it_last_whatever_was_edited() -> None:
    lock, texts = used_again({"A": DICTS})
    edited = "What is a view of the keys and the values in Python?"  # like the other one by its usual words
    after, changes = stamp(of_texts({"B": LISTS, "C": edited}, {"C": ("A",)}), lock, NOW + 3, texts=texts)
    assert {key: after.notes[key].guid for key in after.notes} == {
        "B": lock.notes["B"].guid,
        "C": lock.notes["A"].guid,
    }
    assert (after.left, changes.changed) == ((), ("C",))


def test_two_made_one_name_the_question_that_had_the_id_last() -> None:
    lock, texts = used_again({"A": DICTS, "D": SETS})
    after, changes = stamp(of_texts({"B": LISTS, "D": SETS}, {"D": ("A",)}), lock, NOW + 3, texts=texts)
    assert {key: each.guid for key, each in after.notes.items()} == {
        key: lock.notes[key].guid for key in ("B", "D")
    }
    assert (changes.retired, [each.guid for each in after.left]) == (("A",), [lock.notes["A"].guid])


def test_an_earlier_id_of_another_question_is_refused_as_the_bank_has_it() -> None:
    lock, texts = used_again({})
    with pytest.raises(InputRefused) as caught:
        stamp(of_texts({"B": LISTS, "C": SETS}, {"C": ("X", "A")}), lock, NOW + 3, texts=texts)
    assert [(problem.message, problem.hint) for problem in caught.value.problems] == [
        (
            "former_ids of C names A: the lock has that as an earlier id of B, which is still in the bank",
            "remove it; `qexport renumber` writes former_ids that are right",
        )
    ]
