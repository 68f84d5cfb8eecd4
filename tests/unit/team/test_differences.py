"""What became of each question between two editions, and how that is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.bank.model import Bank, Question
from qexport.content.languages import language
from qexport.content.templates import Templates
from qexport.team.difference_views import as_fields, as_html, as_text
from qexport.team.differences import (
    MOST_TOKENS,
    Differences,
    FieldChange,
    Piece,
    QuestionChange,
    compare_snapshots,
    word_changes,
)
from qexport.team.release_notes import as_markdown, first_notes
from qexport.team.snapshots import of_bank, of_bank_as_deck

QUESTIONS = tuple(
    Question(
        id=f"PY-{number}",
        question=f"What is {number}?",
        answer="A dict keeps its order since 3.7.",
        technology="Python",
        level="Advanced",
        difficulty=7,
        tags=("basics",),
        follow_ups=("Why?",),
    )
    for number in range(1, 9)
)
OLD = Bank(title="Python <basics>", namespace="tests", source="https://example.org/hub", questions=QUESTIONS)


def edited() -> Bank:
    """The next edition: 2 edited, 1 added, 1 retired, 1 renumbered, 1 gone, 1 retagged."""
    changed = list(QUESTIONS)
    changed[0] = replace(changed[0], answer="A dict keeps its order since 3.6.")
    changed[1] = replace(changed[1], level="Senior", difficulty=8)
    changed[2] = replace(changed[2], status="retired")
    changed[3] = replace(changed[3], id="PY-40", former_ids=("PY-4",), follow_ups=("Why?", "How?"))
    changed[4] = replace(changed[4], tags=("dicts", "basics"))
    del changed[5]
    changed.append(Question(id="PY-9", question="What *is* new?", answer="This."))
    return replace(OLD, questions=tuple(changed))


FOUND = compare_snapshots(of_bank(OLD, "old.yaml"), of_bank(edited(), "new.yaml"))

THE_CHANGE = (
    Piece("same", "A dict keeps its order since 3."),
    Piece("gone", "7"),
    Piece("new", "6"),
    Piece("same", "."),
)


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


def test_as_decks_the_same_questions_differ() -> None:
    templates = Templates()
    found = compare_snapshots(
        of_bank_as_deck(OLD, "old.apkg", templates), of_bank_as_deck(edited(), "new.yaml", templates)
    )
    assert found.ids() == FOUND.ids()
    assert [change.field for change in found.of_kind("changed")[0].fields] == ["Answer"]
    assert found.of_kind("changed")[0].fields[0].pieces == THE_CHANGE
    assert found.of_kind("renumbered")[0].former_id == "PY-4"


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


def test_in_text() -> None:
    assert list(as_text(FOUND)) == [
        "old.yaml → new.yaml: 1 added, 2 changed, 1 renumbered, 1 retagged, 2 retired, 2 unchanged",
        "",
        "added",
        "  PY-9  What *is* new?",
        "",
        "changed",
        "  PY-1  What is 1?",
        "    Answer: A dict keeps its order since 3.[-7-]{+6+}.",
        "  PY-2  What is 2?",
        "    Level: [-Advanced-]{+Senior+}",
        "    Difficulty: [-7-]{+8+}",
        "",
        "renumbered",
        "  PY-40 (was PY-4)  What is 4?",
        "    Follow-ups: Why?{+ How?+}",
        "",
        "retagged",
        "  PY-5  What is 5?",
        "    Tags: +dicts",
        "",
        "retired",
        "  PY-3  What is 3?",
        "  PY-6  What is 6?",
        "  to find them in Anki's browser: Key:PY-3@59830ebc3a41 or Key:PY-6@59830ebc3a41",
    ]


def test_release_notes(golden: Callable[[str, str], None]) -> None:
    golden("release-notes.md", as_markdown(FOUND, "Edition 2 · 2026-11-22"))
    golden("differences.html", as_html(FOUND, Templates()))
    assert first_notes("Python", "", 8, "Edition 1 · 2026-10-01").startswith(
        "## Edition 1 · 2026-10-01\n\nThe first edition: 8 questions.\n\n### In Anki\n\n1. In Anki: File › Import"
    )


def test_json_has_everything() -> None:
    said = as_fields(FOUND)
    assert said["counts"] == {
        "added": 1,
        "changed": 2,
        "renumbered": 1,
        "retagged": 1,
        "retired": 2,
        "unchanged": 2,
    }
    assert isinstance(said["entries"], list)
    assert said["entries"][1] == {
        "kind": "changed",
        "id": "PY-1",
        "former_id": "",
        "question": "What is 1?",
        "fields": {"answer": [[piece.kind, piece.text] for piece in THE_CHANGE]},
        "tags_added": [],
        "tags_removed": [],
    }


HOSTILE = "`*_[x](javascript:y)<script>&#|~~!"


@pytest.mark.parametrize("form", [as_markdown, lambda found: as_html(found, Templates())])
def test_what_means_something_to_markdown_or_html_is_shown_as_it_is(
    form: Callable[[Differences], str],
) -> None:
    new = replace(OLD, questions=(*QUESTIONS, Question(id="X<b>", question=HOSTILE, answer="x")))
    said = form(compare_snapshots(of_bank(OLD, "a"), of_bank(new, "b")))
    assert "<script>" not in said
    assert "[x](javascript" not in said or form is not as_markdown
    assert "X<b>" not in said
