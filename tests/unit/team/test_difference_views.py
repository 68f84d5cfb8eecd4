"""What differs is shown as text, JSON and HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.team.editions import FOUND, OLD, QUESTIONS, THE_CHANGE

from qexport.bank.model import Question
from qexport.content.templates import Templates
from qexport.team.difference_views import as_fields, as_html, as_text
from qexport.team.differences import (
    Differences,
    compare_snapshots,
)
from qexport.team.release_notes import as_markdown
from qexport.team.snapshots import of_bank


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
