"""A session: the last good state, and what is wrong now."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.common.errors import UsageError
from qexport.layout.scheduler import Scheduler
from qexport.preview.session import PreviewSession
from qexport.recipe import Recipe

BANK = (
    "title: T\nquestions:\n- {id: A, question: One?, answer: Yes.}\n- {id: B, question: Two?, answer: No.}\n"
)


@pytest.fixture
def session(tmp_path: Path) -> PreviewSession:
    (tmp_path / "bank.yaml").write_text(BANK)
    made = PreviewSession(lambda: Recipe(bank=tmp_path / "bank.yaml", outputs=("handbook",)), Scheduler())
    made.refresh()
    return made


def test_names_the_question_that_an_edit_changed(session: PreviewSession, tmp_path: Path) -> None:
    assert (session.version, session.changed) == (1, "")
    (tmp_path / "bank.yaml").write_text(BANK.replace("No.", "Perhaps."))
    session.refresh()
    assert session.state() == {
        "version": 2,
        "title": "T",
        "changed": "B",
        "problems": [],
        "questions": [["A", "One?"], ["B", "Two?"]],
    }
    assert "Perhaps." in session.card("B", back=True, night=False)


def test_shows_the_last_good_state_beside_what_is_wrong(session: PreviewSession, tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text(BANK + "- {id: C, question: Three?}\n")
    session.refresh()
    state = session.state()
    assert state["questions"] == [["A", "One?"], ["B", "Two?"]]
    hint = "write one, or leave the question out: `status: draft`"
    assert state["problems"] == [[f"{tmp_path}/bank.yaml:5:3", "question 'C' has no answer", hint]]
    assert "Yes." in session.card("A", back=True, night=False)
    (tmp_path / "bank.yaml").write_text(BANK)
    session.refresh()
    assert session.state()["problems"] == []


def test_sets_one_question_as_the_book_does(session: PreviewSession) -> None:
    data, number = session.page("A")
    assert data.startswith(b"%PDF-")
    assert number > 1


def test_a_question_that_is_not_there_is_refused(session: PreviewSession) -> None:
    with pytest.raises(UsageError, match="no question 'Z'"):
        session.page("Z")
