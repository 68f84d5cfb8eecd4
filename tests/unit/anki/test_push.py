"""What a push would change, decided from values: nothing is sent."""

from __future__ import annotations

from typing import Any

from qexport.anki.connect import NoteInfo
from qexport.anki.push import NoteContent, OwnEdit, PushPlan, actions_of, plan_push

OURS = {"Key": "b:Q1", "Question": "Q?", "Answer": "New.", "Version": "v2", "Links": ""}
BASE = {**OURS, "Answer": "Old.", "Version": "v1"}


def content(fields: dict[str, str], *tags: str) -> NoteContent:
    return NoteContent(fields, frozenset(tags))


def note(fields: dict[str, str], *tags: str, number: int = 1) -> NoteInfo:
    return NoteInfo(number, fields, tags, (number * 10,), "Interview question (qexport)")


def plan(theirs: list[NoteInfo], *, base: NoteContent | None = None, **more: Any) -> PushPlan:
    """Plan a push of one note, whose published version is `base`."""
    ours = {"b:Q1": content(OURS, "Python", "new")}
    return plan_push(ours, theirs, more.pop("gone", frozenset()), lambda _: base, **more)


def test_a_note_that_the_collection_lacks_is_new() -> None:
    assert plan([]) == PushPlan(("b:Q1",), (), (), (), 0)


def test_what_the_bank_changed_is_set_and_nothing_else() -> None:
    (change,) = plan(
        [note(BASE, "Python", "old", "own", "marked")], base=content(BASE, "Python", "old")
    ).changed
    assert change.fields == {"Answer": "New.", "Version": "v2"}
    assert (change.new_tags, change.old_tags) == (("new",), ("old",))


def test_a_note_that_is_up_to_date_is_left() -> None:
    done = plan([note(OURS, "Python", "new", "own")], base=content(OURS, "Python", "new"))
    assert done == PushPlan((), (), (), (), 1)


def test_a_learner_s_edit_stays_and_the_note_is_of_the_new_version() -> None:
    theirs = note({**BASE, "Question": "Q, in my words?"}, "Python", "new")
    done = plan([theirs], base=content(BASE, "Python", "new"))
    assert done.own_edits == (OwnEdit(theirs, ("Question",), ()),)
    assert done.changed[0].fields == {"Answer": "New.", "Version": "v2"}


def test_where_both_changed_a_field_the_learner_s_stays_and_so_does_the_version() -> None:
    theirs = note({**BASE, "Answer": "Mine."}, "Python", "new")
    done = plan([theirs], base=content(BASE, "Python", "new"))
    assert done.own_edits == (OwnEdit(theirs, (), ("Answer",)),)
    assert (done.changed, done.unchanged) == ((), 1)


def test_of_an_unknown_version_no_text_is_replaced_and_no_tag_taken_away() -> None:
    theirs = note(BASE, "Python", "old")
    done = plan([theirs])
    assert done.own_edits == (OwnEdit(theirs, (), ("Answer",)),)
    assert [(change.fields, change.new_tags, change.old_tags) for change in done.changed] == [
        ({}, ("new",), ())
    ]


def test_fields_that_the_learner_s_note_type_lacks_are_not_set() -> None:
    fewer = {name: value for name, value in BASE.items() if name != "Links"}
    done = plan([note(fewer, "Python", "new")], base=content({**BASE, "Links": "x"}, "Python", "new"))
    assert "Links" not in done.changed[0].fields


def test_retired_notes_are_suspended_and_tagged_once() -> None:
    theirs = [
        note({"Key": "b:Q8"}, number=8),
        note({"Key": "b:Q9"}, "retired", number=9),
        note({"Key": "b:Q7"}, "retired", number=7),
        note({"Key": "b:Q6"}, number=6),
    ]
    gone = frozenset({"b:Q7", "b:Q8", "b:Q9"})
    done = plan(theirs, gone=gone, suspended=frozenset({90}))
    assert [each.number for each in done.retired] == [8, 7]
    assert actions_of(done) == [
        ("suspend", {"cards": [80, 70]}),
        ("addTags", {"notes": [8, 7], "tags": "retired"}),
    ]


def test_requests_change_fields_and_tags_note_by_note() -> None:
    done = plan([note(BASE, "Python", "old")], base=content(BASE, "Python", "old"))
    assert actions_of(done) == [
        ("updateNoteFields", {"note": {"id": 1, "fields": {"Answer": "New.", "Version": "v2"}}}),
        ("addTags", {"notes": [1], "tags": "new"}),
        ("removeTags", {"notes": [1], "tags": "old"}),
    ]
