"""A bank as one JSON value."""

from __future__ import annotations

import json

from tests.unit.go_bank import BANK

from qexport.exporters.json_file import write


def test_the_header_is_beside_the_questions() -> None:
    said = json.loads(write(BANK).text)
    assert (said["title"], said["levels"]) == ("Go", ["Junior", "Senior"])
    assert said["questions"][1] == {
        "id": "b",
        "question": "How long is a slice?",
        "technology": "Go",
        "level": "Junior",
        "answer": "len(s)",
    }
