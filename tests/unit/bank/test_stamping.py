"""What changed between two editions of a bank, when each note last moved, and that a note stays itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.unit.bank.locks import NOW, asked, content, first, of_texts, version

from qexport.bank.lock import Changes, Lock, Move, Stamp, guid_of
from qexport.bank.stamping import Deciding, first_namespace, stamp
from qexport.common.errors import InputRefused

LISTS = "What is a list in Python?"
DICTS = "How does a dictionary find its keys?"
TUPLES = "Why are tuples hashable and lists not?"
SETS = "When would you reach for a frozenset?"
YIELD = "What does a generator yield to its caller?"
FIVE = {"Q1": LISTS, "Q2": DICTS, "Q3": TUPLES, "Q4": SETS, "Q5": YIELD}
TEXTS = {version(text): text for text in FIVE.values()}


def published(texts: dict[str, str] | None = None) -> Lock:
    return stamp(of_texts(FIVE if texts is None else texts), None, NOW)[0]


def guids(lock: Lock) -> dict[str, str]:
    """Return the id each GUID was born as, by the id it has now."""
    born = {guid_of("ns", key): key for key in ("Q1", "Q2", "Q3", "Q4", "Q5", "A", "B", "C")}
    return {key: born.get(each.guid, "new") for key, each in lock.notes.items()}


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
            "write namespace: ns into the bank, or ask for --accept-new-namespace",
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


# Ids that moved


def moves(texts: dict[str, str], formers: dict[str, tuple[str, ...]] | None = None) -> list[tuple[str, str]]:
    _, changes = stamp(of_texts(texts, formers), published(), NOW + 9, texts=TEXTS)
    return [(move.former, move.id) for move in changes.moves]


EDITED = "Why are tuples hashable, and why are lists not?"
NEW = "What is the difference between bytes and bytearray objects?"


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
        # Only the case and the spaces of an id differ.
        ({**{key: text for key, text in FIVE.items() if key != "Q5"}, "q-5": YIELD}, [("Q5", "q-5")]),
        # An id used again for another question.
        ({**FIVE, "Q3": NEW}, [("Q3", "Q3")]),
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


def test_a_former_id_that_the_lock_has_as_another_question_is_refused() -> None:
    questions = [
        asked(key, text, *({"Q2": ("Q1",)}.get(key, ()))) for key, text in FIVE.items() if key != "Q3"
    ]
    lock = published({key: text for key, text in FIVE.items() if key not in ("Q2", "Q3")})
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
