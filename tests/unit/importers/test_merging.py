"""What changed in the source arrives; what changed in the bank stays, or is a conflict."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.importers.imported import FIRST, LONG, conflicting, taken

from qexport.choosing import read_bank
from qexport.importers.session import import_files, write_session


@pytest.mark.parametrize("bank", ["b.yaml", "b.jsonl"])
def test_what_changed_in_the_source_arrives_and_what_changed_in_the_bank_stays(
    folder: Path, bank: str
) -> None:
    taken("q.csv", FIRST, bank)
    path = Path(bank)
    path.write_text(path.read_text().replace("What is a slice?", "What exactly is a slice?"))
    changed = taken(
        "q.csv",
        FIRST.replace("A typed queue.", "A typed queue between goroutines.") + "What is nil?,Nothing.,Go\n",
        bank,
    )
    questions = read_bank(path)[0].questions
    assert [(each.id, each.question, each.answer) for each in questions] == [
        ("slice", "What exactly is a slice?", LONG),
        ("channel", "What is a channel?", "A typed queue between goroutines."),
        ("nil", "What is nil?", "Nothing."),
    ]
    assert [(each.id, each.field) for each in changed.merge.updates] == [("channel", "answer")]
    assert changed.merge.conflicts == []


def test_a_question_that_was_reworded_keeps_its_id(folder: Path) -> None:
    taken("q.csv", FIRST)
    taken("q.csv", FIRST.replace("What is a slice?", "How do slices work?"))
    assert [(each.id, each.question) for each in read_bank(Path("b.yaml"))[0].questions] == [
        ("slice", "How do slices work?"),
        ("channel", "What is a channel?"),
    ]


def test_both_changed_is_a_conflict_and_the_bank_stays(folder: Path) -> None:
    session = conflicting()
    (conflict,) = session.merge.conflicts
    assert (conflict.id, conflict.field, conflict.ours, conflict.theirs) == (
        "channel",
        "answer",
        "Ours.",
        "Theirs.",
    )
    assert str(conflict.location) == "q.csv:3:20"
    assert session.contents == {}
    again = import_files([Path("q.csv")], Path("b.yaml"))
    assert len(again.merge.conflicts) == 1


@pytest.mark.parametrize(("take", "answer"), [("source", "Theirs."), ("ask", "Theirs."), ("bank", "Ours.")])
def test_a_conflict_is_settled_as_the_user_says(folder: Path, take: str, answer: str) -> None:
    conflicting()
    session = import_files(
        [Path("q.csv")], Path("b.yaml"), take=take, ask=lambda conflict: conflict.id == "channel"
    )
    write_session(session)
    assert read_bank(Path("b.yaml"))[0].questions[1].answer == answer
    if take != "bank":
        assert import_files([Path("q.csv")], Path("b.yaml")).merge.conflicts == []


def test_what_is_gone_from_the_source_is_named_and_kept(folder: Path) -> None:
    taken("q.csv", FIRST)
    session = taken("q.csv", "\n".join(FIRST.split("\n")[:2]) + "\n")
    assert session.merge.gone == ["channel"]
    assert len(read_bank(Path("b.yaml"))[0].questions) == 2


def test_an_answered_draft_is_no_draft_any_more(folder: Path) -> None:
    taken("q.csv", "question,answer\nWhy?,TODO\n")
    assert [each.status for each in read_bank(Path("b.yaml"))[0].questions] == ["draft"]
    taken("q.csv", "question,answer\nWhy?,Because.\n")
    (question,) = read_bank(Path("b.yaml"))[0].questions
    assert (question.status, question.answer) == ("active", "Because.")


def test_rows_that_are_counted_keep_their_ids_when_one_is_put_before_them(folder: Path) -> None:
    head, first, second = (
        "No,Question,Answer\n",
        "{},Why is it so?,Because of A.\n",
        "{},How is it so?,Because of B.\n",
    )
    taken("q.csv", head + first.format(1) + second.format(2))
    outcome = taken("q.csv", head + "1,What is new?,Something.\n" + first.format(2) + second.format(3))
    assert (outcome.merge.updates, outcome.merge.conflicts, outcome.merge.gone) == ([], [], [])
    asked = {each.id: each.question for each in read_bank(Path("b.yaml"))[0].questions}
    assert asked == {"1": "Why is it so?", "2": "How is it so?", "new": "What is new?"}


def test_rows_that_are_counted_and_swapped_keep_their_ids_and_take_what_changed(folder: Path) -> None:
    taken("q.csv", "No,Question,Answer\n1,Why?,A.\n2,How?,B.\n3,What?,C.\n")
    outcome = taken("q.csv", "No,Question,Answer\n1,How?,New.\n2,Why?,A.\n3,What for?,C.\n")
    assert [(each.id, each.field, each.value) for each in outcome.merge.updates] == [
        ("2", "answer", "New."),
        ("3", "question", "What for?"),
    ]
