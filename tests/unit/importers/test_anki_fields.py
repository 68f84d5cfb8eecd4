"""Fields of Anki's notes become questions and answers."""

from __future__ import annotations

from qexport.importers.anki_fields import flatten_cloze


def test_a_cloze_is_a_question_and_its_answer() -> None:
    assert flatten_cloze("{{c1::a {{c2::b}}::hint}} and {{c1::c}}") == (
        "[hint] and […]",
        "<b>a <b>b</b></b> and <b>c</b>",
    )
