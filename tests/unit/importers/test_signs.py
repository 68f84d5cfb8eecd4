"""What a source looks like."""

from __future__ import annotations

import time
from typing import Any

import pytest

from qexport.common.errors import InputRefused
from qexport.importers import signs
from qexport.importers.registry import find_shape
from qexport.importers.source import Source


def source(text: str, path: str = "a.txt") -> Source:
    return Source(path=path, data=text.encode(), text=text)


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (signs.is_json, ' {"a": 1}'),
        (signs.is_json_lines, '{"a": 1}\n{"a": 2}\n'),
        (signs.is_html, "<!DOCTYPE html><html></html>"),
        (signs.is_moodle_xml, '<?xml version="1.0"?><quiz></quiz>'),
        (signs.is_bank_yaml, "title: T\nquestions:\n  - id: a\n    question: Q?\n"),
        (signs.is_anki_text, "#separator:tab\na\tb\n"),
        (signs.is_gift, "::t:: What is it? {=yes ~no}\n"),
        (signs.is_csv, "Question,Answer\nWhat?,That.\nWhy?,So.\n"),
        (signs.is_csv, "question,answer\nHow?,Write <b> {color: #fff}.\nWhy?,So.\n"),
    ],
)
def test_each_shape_is_known_by_its_content_alone(look: object, text: str) -> None:
    assert callable(look)
    assert look(source(text))
    assert not look(source("Just a line of text."))


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        ("[markdown]What is *it*?{=this ~that}\n", "q.txt", "gift"),
        (
            "[![badge](https://example.org/x.svg)](y)\n\n## Why?\nSo.\n\n## How?\nThus.\n",
            "README.md",
            "markdown",
        ),
        ("[a link](https://example.org)\n\n## Why?\nSo.\n", "README.md", "markdown"),
        ('[ {"question": "Why?"} ]', "q.txt", "json"),
        ('{"a": [1]}', "q.txt", "json"),
        ("[oops", "q.json", "json"),
    ],
)
def test_a_bracket_is_not_yet_json(read: Any, text: str, name: str, shape: str) -> None:
    assert read.shape(text, name) == shape


@pytest.mark.parametrize(
    "text",
    [
        "question,answer\n" + "\n" * 50_000,
        "questions:\n" + "\n" * 50_000 + "x",
        "<!---->" * 2_500 + "x",
        "What is it? {" + "=" * 90_000,
    ],
    ids=["empty lines", "an empty bank", "comments", "answers without an end"],
)
def test_looking_takes_time_that_grows_with_the_length(text: str) -> None:
    """Each once took minutes: its time grew with the square of the length, or doubled with each line."""
    begun = time.process_time()
    find_shape(source(text))
    assert time.process_time() - begun < 5


def test_a_table_with_code_in_braces_is_no_gift() -> None:
    assert (
        find_shape(source("question,answer\nHow?,Write a {color: #fff}.\nWhy?,So.\n", "q.csv")).name == "csv"
    )


@pytest.mark.parametrize(
    ("text", "path", "shape"),
    [
        ("What is it?;A thing.\nWhy?;So.\n", "cards.txt", "csv"),
        ("\nWhat is it?;A thing.\nWhy?;So.\n", "cards.txt", "csv"),
        ("\n;1", "cards.txt", "markdown"),
        ("Q:\tWhat?\n\nA:\tThat.\n\nQ:\tWhy?\n\nA:\tSo.\n", "cards.txt", "markdown"),
        ("Some text; more text\nand; more\n", "notes.txt", "markdown"),
        ("title: T\nquestions:\n- {id: a, question: 'Q?'}\n", "b.yaml", "yaml"),
    ],
)
def test_texts_are_told_apart_by_their_lines(read: Any, text: str, path: str, shape: str) -> None:
    assert read.shape(text, path) == shape


def test_xml_that_is_no_quiz_is_read_by_nothing(read: Any) -> None:
    with pytest.raises(InputRefused):
        read.shape('<?xml version="1.0"?>\n<project/>\n', "pom.xml")
