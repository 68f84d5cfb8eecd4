"""What became of each question between two editions, and how that is said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.team.editions import FOUND, OLD, QUESTIONS, THE_CHANGE

from qexport.content.languages import language
from qexport.content.templates import Templates
from qexport.team.difference_views import as_fields, as_html
from qexport.team.differences import (
    MOST_TOKENS,
    FieldChange,
    Piece,
    QuestionChange,
    compare_snapshots,
    word_changes,
)
from qexport.team.release_notes import as_markdown
from qexport.team.snapshots import of_bank


def test_each_question_has_one_entry() -> None:
    assert FOUND.ids() == {
        "added": ("PY-9",),
        "changed": ("PY-1", "PY-2"),
        "renumbered": ("PY-40",),
        "retagged": ("PY-5",),
        "retired": ("PY-3", "PY-6"),
    }
    assert FOUND.unchanged == 2
    assert str(FOUND) == "1 added, 2 changed, 1 renumbered, 1 retagged, 2 retired, 2 unchanged"
    assert FOUND.of_kind("changed") == (
        QuestionChange("changed", "PY-1", "What is 1?", fields=(FieldChange("answer", THE_CHANGE),)),
        QuestionChange(
            "changed",
            "PY-2",
            "What is 2?",
            fields=(
                FieldChange("level", (Piece("gone", "Advanced"), Piece("new", "Senior"))),
                FieldChange("difficulty", (Piece("gone", "7"), Piece("new", "8"))),
            ),
        ),
    )
    (renumbered,) = FOUND.of_kind("renumbered")
    assert (renumbered.former_id, [change.field for change in renumbered.fields]) == ("PY-4", ["follow_ups"])
    (retagged,) = FOUND.of_kind("retagged")
    assert (retagged.tags_added, retagged.tags_removed) == (("dicts",), ())
    assert FOUND.search == "Key:PY-3@59830ebc3a41 or Key:PY-6@59830ebc3a41"


def test_a_question_that_returns_is_new_and_one_that_stays_retired_is_nothing() -> None:
    retired = replace(
        OLD,
        questions=(
            replace(QUESTIONS[0], status="retired"),
            *QUESTIONS[1:7],
            replace(QUESTIONS[7], status="retired"),
        ),
    )
    back = replace(OLD, questions=(*QUESTIONS[:7], replace(QUESTIONS[7], status="retired")))
    found = compare_snapshots(of_bank(retired, "a"), of_bank(back, "b"))
    assert (found.ids(), found.unchanged) == ({"added": ("PY-1",)}, 6)


def test_another_namespace_is_remarked() -> None:
    found = compare_snapshots(of_bank(OLD, "a"), of_bank(replace(OLD, namespace="other"), "b"))
    assert tuple(map(str, found.remarks)) == (
        "the namespace was 'tests' and is 'other' now: to Anki every note is a new one",
    )


def test_a_remark_is_in_the_language_of_the_bank_in_release_notes_and_on_the_page() -> None:
    found = compare_snapshots(of_bank(OLD, "a"), of_bank(replace(OLD, namespace="other"), "b"))
    remark = "der Namensraum war „tests“ und ist jetzt „other“: für Anki ist jede Notiz neu"
    assert remark in as_markdown(found, words=language("de"))
    assert remark in as_html(found, Templates(), language="de")
    assert as_fields(found)["remarks"] == [str(found.remarks[0])]


def test_words_that_stand_between_changes_belong_to_neither() -> None:
    assert word_changes("one two three", "one 2 3") == (
        Piece("same", "one "),
        Piece("gone", "two three"),
        Piece("new", "2 3"),
    )
    assert word_changes("", "new") == (Piece("new", "new"),)
    assert word_changes("a b", "a  b") == (
        Piece("same", "a"),
        Piece("gone", " "),
        Piece("new", "  "),
        Piece("same", "b"),
    )


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_the_pieces_are_both_texts(old: str, new: str) -> None:
    pieces = word_changes(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new


def test_a_text_of_a_million_words_is_compared_at_once() -> None:
    old = "begin " + "x " * MOST_TOKENS + "end"
    new = "begin " + "y " * MOST_TOKENS + "end"
    assert [piece.kind for piece in word_changes(old, new)] == ["same", "gone", "new", "same"]
