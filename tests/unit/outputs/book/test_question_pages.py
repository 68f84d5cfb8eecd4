"""The pages of questions."""

from __future__ import annotations

from tests.unit.outputs.handbook.handbooks import (
    links,
    pages,
)

from qexport.outputs.document import Document


def test_a_question_is_told_in_the_order_it_is_read(whole: Document) -> None:
    assert pages(whole)[4] == (
        "PY-1 Python · Types · Advanced · Difficulty 3/10 What is a list? "
        "Answer A sequence that can change. It keeps its order. "
        "Deep explanation It is an array of references; list_append() is cheap. "
        "Real-world example A playlist. "
        "Common mistakes To share one as a default. To change it in a loop. "
        "Production scenario A queue was a list, and list_append() was slow. "
        "Follow-up questions What is a set? → p. 6 What is a tuple? Python · Types 5"
    )


def test_a_follow_up_leads_to_the_question_that_answers_it(whole: Document) -> None:
    assert [link for link in links(whole) if link[0] == 5] == [(5, "q-PY-2", "→ p. 6")]
