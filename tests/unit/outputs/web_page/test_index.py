"""The index of a page: the texts as the filter language sees them, packed."""

from __future__ import annotations

import base64
import json
import zlib

from qexport.bank.model import Bank, Question
from qexport.outputs.web_page.index import index_of, pack_json

QUESTIONS = (
    Question(
        id="B",
        question="Why  C++?",
        answer="It’s É.",
        technology="C++",
        level="Hard",
        difficulty=3,
        follow_ups=("One?", "Two?"),
        tags=("x",),
    ),
    Question(id="a", question="What?", answer="That.", technology="Python", tags=("y", "x")),
)
BANK = Bank(
    title="T",
    namespace="n",
    technologies=("Python", "Rust"),
    levels=("Easy", "Hard"),
    questions=(*QUESTIONS, Question(id="gone", question="?", answer="!", tags=("secret",), status="retired")),
)


def test_has_all_that_filters_compare_and_nothing_of_other_questions() -> None:
    assert index_of(BANK, QUESTIONS, ["q-B", "q-a"]) == {
        "title": "T",
        "namespace": "n",
        "fields": [
            "question",
            "choices",
            "answer",
            "deep_explanation",
            "real_world_example",
            "common_mistakes",
            "production_scenario",
            "follow_ups",
            "tags",
        ],
        "names": {
            "technology": ["Python", "Rust", "C++"],
            "category": [],
            "level": ["Easy", "Hard"],
            "tag": ["x", "y"],
        },
        "ids": ["B", "a"],
        "anchors": ["q-B", "q-a"],
        "technology": [2, 0],
        "category": [-1, -1],
        "level": [1, -1],
        "tags": [[0], [1, 0]],
        "difficulty": [3, 0],
        "texts": ["why c++?\0it's e.\0\0\0\0\0one?\0two?\0x", "what?\0that.\0\0\0\0\0y\0x"],
        "counts": [[1, 0, 1, 1, 1, 1, 1, 2, 1], [1, 0, 1, 1, 1, 1, 1, 0, 2]],
        "bankRank": [1, 0],
        "levelRank": [1, -1],
        "idRank": [1, 0],
    }


def test_is_packed_as_text_that_ends_no_element() -> None:
    text = pack_json({"a": "</script>é"})
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert json.loads(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS)) == {"a": "</script>é"}
