"""bank_yaml: every scalar is text with its place; what a bank does not need is a problem."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.bank.model import RawBank, RawList, RawMapping, RawText, RawValue
from qexport.bank.validation import validate
from qexport.bank.yaml_reader import parse_yaml
from qexport.common.errors import InputRefused, Location, QexportError

IN_QUOTES = "put the text in quotes, or below its key as a block: `key: |`"


def words(value: RawValue) -> object:
    """Return a raw value without its places."""
    match value:
        case RawText(text):
            return text
        case RawList(items):
            return [words(item) for item in items]
        case RawMapping(values):
            return {key: words(item) for key, item in values.items()}


def problems_of(text: str) -> list[tuple[str, str]]:
    """Return all that is said about a text that is read or refused."""
    try:
        problems = parse_yaml(text, "b.yaml").problems
    except InputRefused as error:
        problems = error.problems
    return [(str(problem), problem.hint) for problem in problems]


# --- what is read -------------------------------------------------------------------------------------------


def test_a_bank_is_read_with_the_place_of_everything() -> None:
    bank = parse_yaml("title: My bank\nquestions:\n  - id: a\n    tags: [x,\n      'y']\n", "b.yaml")
    assert bank == RawBank(
        "b.yaml",
        RawMapping(
            {"title": RawText("My bank", Location("b.yaml", 1, 8))},
            {"title": Location("b.yaml", 1, 1), "questions": Location("b.yaml", 2, 1)},
            Location("b.yaml", 1, 1),
        ),
        (
            RawMapping(
                {
                    "id": RawText("a", Location("b.yaml", 3, 9)),
                    "tags": RawList(
                        (RawText("x", Location("b.yaml", 4, 12)), RawText("y", Location("b.yaml", 5, 7))),
                        Location("b.yaml", 4, 11),
                    ),
                },
                {"id": Location("b.yaml", 3, 5), "tags": Location("b.yaml", 4, 5)},
                Location("b.yaml", 3, 5),
            ),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "on",
        "3.10",
        "12:30",
        "2024-01-01",
        "1e5",
        "0x1F",
        "~",
        "null",
        "true",
        "1_000",
        ".inf",
        "=",
        "007",
    ],
)
def test_what_looks_like_something_else_stays_text(text: str) -> None:
    assert words(parse_yaml(f"title: {text}", "b.yaml").header) == {"title": text}


def test_a_character_that_yaml_refuses_reaches_the_check_that_counts_it() -> None:
    bank = parse_yaml('title: a\0b\x1f\x85c\nsource: "\\0"\n', "b.yaml")
    assert words(bank.header) == {"title": "a\0b\0\0c", "source": "\0"}


def test_a_line_separator_ends_no_line() -> None:
    bank = parse_yaml("questions:\n- answer: |\n    one\u2028still one\u2029and still\n  id: x", "b.yaml")
    assert [words(record) for record in bank.records] == [
        {"answer": "one\u2028still one\u2029and still\n", "id": "x"}
    ]
    assert bank.records[0].keys["id"] == Location("b.yaml", 4, 3)


def test_a_lone_surrogate_is_no_obstacle() -> None:
    assert words(parse_yaml("title: a\udfffb", "b.yaml").header) == {"title": "a\ud800b"}


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "---\n", "---\n...\n"])
def test_nothing_is_an_empty_bank(text: str) -> None:
    assert parse_yaml(text, "b.yaml") == RawBank("b.yaml", RawMapping({}, {}, Location("b.yaml")), ())


def test_what_is_no_question_stays_in_the_header() -> None:
    bank = parse_yaml("questions:\n- id: a\n- just text\n- [x]\n", "b.yaml")
    assert words(bank.header) == {"questions": ["just text", ["x"]]}
    assert [words(record) for record in bank.records] == [{"id": "a"}]


@pytest.mark.parametrize("empty", ["questions:", "questions: []", "questions: ''"])
def test_no_questions_are_no_part_of_the_header(empty: str) -> None:
    assert words(parse_yaml(f"title: x\n{empty}", "b.yaml").header) == {"title": "x"}


# --- what is refused ----------------------------------------------------------------------------------------


def test_everything_that_can_be_read_past_is_said_at_once() -> None:
    text = """\
title: &name one
title: two
source: !!marker x
language: *name
<<: {a: b}
? [a]
: b
&k markup: plain
claims: &c {questions: 4}
questions: !seq
- id: a
  id: b
--- # and again
"""
    assert problems_of(text) == [
        ("b.yaml:1:8: anchor &name is not allowed", f"remove it; if it is text, {IN_QUOTES}"),
        ("b.yaml:2:1: 'title' is here twice, first in line 1", "keep one"),
        (
            "b.yaml:3:9: tag tag:yaml.org,2002:marker is not allowed",
            f"remove it; if it is text, {IN_QUOTES}",
        ),
        ("b.yaml:4:11: alias *name is not allowed", f"write it out; if it is text, {IN_QUOTES}"),
        ("b.yaml:5:1: merge key << is not allowed", "write out what it merges"),
        ("b.yaml:6:3: a key must be text", f"if it is all one text, {IN_QUOTES}"),
        ("b.yaml:8:1: anchor &k is not allowed", f"remove it; if it is text, {IN_QUOTES}"),
        ("b.yaml:9:9: anchor &c is not allowed", f"remove it; if it is text, {IN_QUOTES}"),
        ("b.yaml:10:12: tag !seq is not allowed", f"remove it; if it is text, {IN_QUOTES}"),
        ("b.yaml:12:3: 'id' is here twice, first in line 11", "keep one"),
        ("b.yaml:13:1: a second document begins here", "a bank is one document: remove `---`"),
    ]


def test_what_was_wrong_before_a_syntax_error_is_said_too() -> None:
    assert problems_of("a: *x\nb: [c") == [
        ("b.yaml:1:4: alias *x is not allowed", f"write it out; if it is text, {IN_QUOTES}"),
        (
            "b.yaml:2:4: this [ is not closed, or a ',' is missing within",
            f"close it; if it is text, {IN_QUOTES}",
        ),
    ]


@pytest.mark.parametrize("text", ["- id: a", "just text", "'x'"])
def test_what_is_no_mapping_is_no_bank(text: str) -> None:
    assert problems_of(text) == [
        (
            "b.yaml:1:1: a bank is a mapping",
            "put `questions:` above the list, each question indented below it",
        )
    ]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("question: What is X: and Y", "1:20: a second ': ' in one line", IN_QUOTES),
        ("q:\n  - a: b: c", "2:9: a second ': ' in one line", IN_QUOTES),
        (
            "title: x\n  source: y",
            "2:9: a key where the text above still goes on",
            "indent the keys of a mapping alike, and see that the line above has its ':'",
        ),
        (
            "title\nsource: y",
            "2:7: a key where the text above still goes on",
            "indent the keys of a mapping alike, and see that the line above has its ':'",
        ),
        ("a:\n\tb: c", "2:1: a tab where spaces must indent", "indent with spaces only"),
        ("a:\n  - x\n\t- y", "3:1: a tab where spaces must indent", "indent with spaces only"),
        ("a: |\n\tb", "2:1: a tab where spaces must indent", "indent with spaces only"),
        ("a: @x", "1:4: a text cannot begin with @", IN_QUOTES),
        ("a: `x` is code", "1:4: a text cannot begin with `", IN_QUOTES),
        ("a: %x", "1:4: a text cannot begin with %", IN_QUOTES),
        ("a: **bold** x", "1:4: a text cannot begin with *", IN_QUOTES),
        ("a: & so on", "1:4: a text cannot begin with &", IN_QUOTES),
        ("a: !x!y z", "1:4: a text cannot begin with !", IN_QUOTES),
        ("a: }", "1:4: a text cannot begin with }", IN_QUOTES),
        (
            "a: 'x\nb: c",
            "1:4: this quote is never closed",
            "close it, or write the text as a block: `key: |`",
        ),
        (
            "a: 'it's'",
            "1:8: text after a closing quote or bracket",
            "put all of it in quotes; in single ones write '' for ', in double ones \\\" for \"",
        ),
        (
            "a: [b] c",
            "1:8: text after a closing quote or bracket",
            "put all of it in quotes; in single ones write '' for ', in double ones \\\" for \"",
        ),
        (
            r'a: "\d"',
            "1:5: a backslash in double quotes that makes no character",
            r"write \\, or use single quotes",
        ),
        (
            "a: {b: c",
            "1:4: this { is not closed, or a ',' is missing within",
            f"close it; if it is text, {IN_QUOTES}",
        ),
        ("a: [b,\n", "2:1: the file ends within brackets", f"close them; if it is text, {IN_QUOTES}"),
        ("a: |- text", "1:7: text beside the mark of a block", "begin the text on the next line"),
        ("a: b\n- c", "2:1: this does not fit the lines above", "indent the keys of a mapping alike"),
        (
            "- a\nb: c",
            "2:1: this does not fit the list above",
            "indent the items of a list alike, each beginning with '- '",
        ),
        (
            "a: - b",
            "1:4: a '- ' where no list can begin",
            f"begin it on the next line; if it is text, {IN_QUOTES}",
        ),
        (
            "a: b\nno colon\nc: d",
            "2:1: a line that is neither a key nor part of a text",
            f"add ':', or {IN_QUOTES}",
        ),
        ("%YAML 2.0\n---\na: b", "1:1: found incompatible YAML document", f"if it is text, {IN_QUOTES}"),
    ],
)
def test_a_syntax_error_is_said_in_plain_words(text: str, message: str, hint: str) -> None:
    assert problems_of(text) == [(f"b.yaml:{message}", hint)]


@pytest.mark.parametrize(
    "text", ["[" * 33 + "]" * 33, "a: " + "{b: " * 33 + "}" * 33, "- " * 33, "a: " + "[" * 40 + "]" * 40]
)
def test_depth_is_refused_before_it_costs_anything(text: str) -> None:
    started = time.process_time()
    (problem,) = problems_of(text)
    assert problem[0].split(": ", 1)[1] == "nested deeper than 32 levels"
    assert time.process_time() - started < 1


def test_an_alias_is_never_expanded() -> None:
    assert len(problems_of("a0: &a0 [x]\na1: &a1 [*a0]\na2: &a2 [*a1]\n")) == 3 + 2


@pytest.mark.parametrize("text", ["-" * 2_000 + " x: y", "a" * 20_000 + ": - x: y", "? " * 20 + ":" * 1_000])
def test_an_error_in_a_long_line_is_explained_in_linear_time(text: str) -> None:
    started = time.process_time()
    assert problems_of(text)
    assert time.process_time() - started < 1


GOOD = """\
title: My bank
claims: {questions: 2}
levels: [Low, High]
questions:
  - id: a
    question: 'What?'
    answer: |-
      One

      two
    tags: [x, "y"]
  - {id: b, question: q, answer: a, difficulty: 7}
"""
SCRAPS = [
    *"\n \t-:?#&*!|>%@`'\"[]{}\\,\0",
    "\n  - ",
    ": ",
    "!!x ",
    "---\n",
    "<<: ",
    "difficulty: 99",
    "\u2028",
    "\ud800",
]


@settings(max_examples=100, deadline=None)
@given(st.text(), st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 9), st.sampled_from(SCRAPS))))
def test_no_text_does_worse_than_being_refused(text: str, edits: list[tuple[int, int, str]]) -> None:
    damaged = GOOD
    for at, length, scrap in edits:
        damaged = damaged[:at] + scrap + damaged[at + length :]
    for source in (text, damaged):
        with suppress(QexportError):
            validate(parse_yaml(source, "b.yaml"))


def test_text_behind_a_sharp_is_reported() -> None:
    text = (
        "title: Ours # 1st try\nnamespace: t # of ours\nquestions:\n"
        "- id: A\n  question: What is issue #42 about?\n  answer: |\n    All of this # too\n"
        '  category: Sorting #2\n  level: Easy # as said\n  follow_ups:\n  - Why #3?\n  - "Or #4?" # a note\n'
    )
    raw = parse_yaml(text, "b.yaml")
    assert [str(warning) for warning in raw.warnings] == [
        "b.yaml:1:13: title: '# 1st try' is a comment to YAML, and no part of the text",
        "b.yaml:5:27: question: '#42 about?' is a comment to YAML, and no part of the text",
        "b.yaml:8:21: category: '#2' is a comment to YAML, and no part of the text",
        "b.yaml:11:9: follow_ups: '#3?' is a comment to YAML, and no part of the text",
    ]
