"""Lines of a page become records."""

from __future__ import annotations

import pytest
from tests.unit.importers.hub.pages import HEAD, RECORD, WHOLE, changed, plain, said

from qexport.importers.hub.page import parse_capture
from qexport.importers.hub.vocabulary import Vocabulary, read_vocabulary

# Splitting


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Why? How so??", ["Why?", "How so?"]),
        ("Why?", ["Why?"]),
        ("Why???", ["Why?"]),
        ("Why?  How so?", ["Why?", "How so?"]),
        ("Tell me why. Really? Go on", ["Tell me why. Really?", "Go on"]),
        ("What is a ? b : c in C? Why??", ["What is a ? b : c in C?", "Why?"]),
        ("What does `a?.b` do? Why??", ["What does `a?.b` do?", "Why?"]),
        ("What is it (here? or there?) and why? How??", ["What is it (here? or there?) and why?", "How?"]),
        ("An open bracket (why? How??", ["An open bracket (why? How?"]),
        ("What is the operator ??", ["What is the operator ??"]),
    ],
)  # fmt: skip
def test_splits_follow_ups_at_their_question_marks(words: Vocabulary, line: str, expected: list[str]) -> None:
    capture = parse_capture(changed("Why? How so??", line), "a.txt", words)
    assert plain(capture.records[0])["follow_ups"] == expected


def test_an_unknown_split_is_an_error_with_the_candidates(words: Vocabulary) -> None:
    page = changed("Python Core Python Advanced", "Python Async I/O Advanced")
    page += RECORD.replace("PY-1", "PY-2").replace(
        "Python Core Python Advanced", "Rust Memory Safety Advanced"
    )
    page += RECORD.replace("PY-1", "PY-3").replace(
        "Python Core Python Advanced", "Python Core Pyton Advanced"
    )
    page += RECORD.replace("PY-1", "PY-4").replace("Python Core Python Advanced", "Zig")
    unknown = "is not a technology, category and level of the vocabulary"
    assert said(parse_capture(page, "a.txt", words).problems) == [
        (
            f"a.txt:3:1: 'Python Async I/O Advanced' {unknown} "
            "(it may be Python | Async I/O | Advanced: add the right one to the vocabulary)"
        ),
        (
            f"a.txt:29:1: 'Rust Memory Safety Advanced' {unknown} "
            "(it may be Rust | Memory Safety | Advanced, Rust Memory | Safety | Advanced: "
            "add the right one to the vocabulary)"
        ),
        (
            f"a.txt:55:1: 'Python Core Pyton Advanced' {unknown} (it may be Python | Core Python | Advanced, "
            "Python | Core Pyton | Advanced: add the right one to the vocabulary)"
        ),
        f"a.txt:81:1: 'Zig' {unknown} (the vocabulary knows the technologies Python, AI Integration)",
    ]


def test_an_ambiguous_split_is_an_error() -> None:
    vocabulary = read_vocabulary(
        "title: Questions & Answers\nnamespace: test\nlevels: [Advanced]\n"
        "technologies: {AI: [Integration Tests], AI Integration: [Tests]}",
        "words.yaml",
    )
    page = changed("Python Core Python Advanced", "AI Integration Tests Advanced")
    assert said(parse_capture(page, "a.txt", vocabulary).problems) == [
        (
            "a.txt:3:1: 'AI Integration Tests Advanced' is ambiguous: "
            "AI | Integration Tests | Advanced, AI Integration | Tests | Advanced"
        )
    ]


def test_nothing_is_derived_from_the_id(words: Vocabulary) -> None:
    page = HEAD + RECORD.replace("PY-1", "AI-JUN-001")
    assert plain(parse_capture(page, "a.txt", words).records[0]) == {**WHOLE, "id": "AI-JUN-001"}


# What stands twice


def test_contradictions_are_errors_with_both_lines(words: Vocabulary) -> None:
    footer = "ID: PY-1 \xa0·\xa0 Difficulty: 6/10 \xa0·\xa0 Level: Advanced"
    page = changed(footer, "ID: PY-2 · Difficulty: 7/10 · Level: Junior")
    assert said(parse_capture(page, "a.txt", words).problems) == [
        "a.txt:27:1: ID PY-2 contradicts PY-1 in line 2",
        "a.txt:27:1: difficulty 7/10 contradicts 6/10 in line 4",
        "a.txt:27:1: level Junior contradicts Advanced in line 3",
    ]


def test_what_a_record_lacks_and_what_is_left_out_is_told(words: Vocabulary) -> None:
    lacking = RECORD.replace("Because.\n", "").replace("🏭 Production Scenario\n\nOnce.\n", "")
    page = "Elsewhere\n" + RECORD + "Share\n\n" + lacking + "Share\n" + RECORD + "See also\nPY-7 Why?\n"
    capture = parse_capture(page, "a.txt", words)
    assert len(capture.records) == 3
    assert capture.problems == ()
    assert said(capture.warnings) == [
        "a.txt: the page does not have the heading 'Questions & Answers'",
        (
            "a.txt:28:1: left out between records: 'Share', 2 times "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        ),
        "a.txt:33:1: PY-1 has no production_scenario",
        "a.txt:37:1: deep_explanation of PY-1 is empty",
        "a.txt:80:1: left out: a line with an ID that no answer follows",
    ]


# What never gets into a field


def test_furniture_never_enters_a_field(words: Vocabulary) -> None:
    page = HEAD + RECORD.replace("\n\n", "\nCOPY LINK\n\nPage 3 of 4\n")
    capture = parse_capture(page, "a.txt", words)
    assert plain(capture.records[0]) == WHOLE
    assert capture.warnings == ()


def test_an_unknown_word_between_paragraphs_is_warned_of(words: Vocabulary) -> None:
    capture = parse_capture(changed("It is this.", "It is this.\nRead aloud"), "a.txt", words)
    assert plain(capture.records[0])["answer"] == "It is this.\nRead aloud"
    assert said(capture.warnings) == [
        (
            "a.txt:8:1: 'Read aloud' became a line of answer of PY-1 "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        )
    ]


def test_paragraphs_of_a_section_stay_apart(words: Vocabulary) -> None:
    capture = parse_capture(changed("It is this.", "It is this.\n\n  Or that,\nperhaps."), "a.txt", words)
    assert plain(capture.records[0])["answer"] == "It is this.\n\n  Or that,\nperhaps."
