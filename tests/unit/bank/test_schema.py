"""schema: editors accept what qexport accepts, and complain of what it refuses."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from qexport.bank.model import PROSE_SECTIONS, Bank, Claims, Question
from qexport.bank.schema import CLAIM_FIELDS, HEADER_FIELDS, QUESTION_FIELDS, Field, bank_schema
from qexport.bank.yaml_writer import write_bank

FULL = Bank(
    title="3.10",
    namespace="no",
    language="en",
    source="A hub: its pages",
    claims=Claims(questions=54, technologies=3, levels=3),
    technologies=("Python", "12:30"),
    levels=("Advanced", "yes"),
    questions=(
        Question(
            id="101",
            question="2024-01-01",
            answer="0x1F",
            technology="Python",
            category="~",
            level="Advanced",
            difficulty=10,
            deep_explanation="Word " * 40 + "end",
            real_world_example="One\n\n  two",
            common_mistakes="null",
            production_scenario=".inf",
            follow_ups=("true", "1e5"),
            tags=("on", "1_000"),
            source="<<",
            status="retired",
            former_ids=("-1",),
            choices=("yes", "no: on"),
            correct=("a", "b"),
            links=("https://example.org",),
            terms=("null",),
            extra=(("no", "1_0"), ("a: b", ("on", "- x"))),
        ),
        Question(id="PY-0", question="q", status="draft"),
        Question(id="PY-1", question="q", choices=("x", "y"), correct=("b",)),
        Question(id="PY-2", question="q", answer="a", markup="markdown"),
        Question(id="PY-3", question="q", answer="a"),
    ),
)


def complaints(bank: object) -> list[str]:
    errors = Draft202012Validator(bank_schema()).iter_errors(bank)
    return sorted(f"{error.json_path}: {error.validator}" for error in errors)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(bank_schema())


def test_a_written_bank_is_right_for_editors_too() -> None:
    assert complaints(yaml.safe_load(write_bank(FULL))) == []


def test_the_least_bank_is_right() -> None:
    assert complaints({"questions": [{"id": "a", "question": "q", "answer": "a"}]}) == []
    assert complaints({"questions": [{"id": "a", "question": "q", "status": "draft"}]}) == []
    assert complaints({"questions": [{"id": "a", "question": "q", "choices": ["x"], "correct": "a"}]}) == []
    assert complaints({"questions": []}) == []  # the file of a folder that says the title


@pytest.mark.parametrize(
    ("bank", "expected"),
    [
        ([], ["$: type"]),
        ({}, ["$: required"]),
        ({"questions": {}}, ["$.questions: type"]),
        ({"questions": ["text"]}, ["$.questions[0]: type"]),
        ({"questions": [{}]}, ["$.questions[0]: anyOf", *["$.questions[0]: required"] * 2]),
        ({"questions": [], "titel": "x"}, ["$: additionalProperties"]),
        ({"questions": [], "title": "a\nb"}, ["$.title: pattern"]),
        ({"questions": [], "markup": "html"}, ["$.markup: enum"]),
        (
            {"questions": [], "claims": {"questions": -1, "x": 1}},
            ["$.claims.questions: minimum", "$.claims: additionalProperties"],
        ),
        ({"questions": [], "levels": ["A", "A"]}, ["$.levels: uniqueItems"]),
    ],
)
def test_a_wrong_bank_is_wrong_for_editors_too(bank: object, expected: list[str]) -> None:
    assert complaints(bank) == expected


@pytest.mark.parametrize(
    ("key", "value", "keyword"),
    [
        ("id", "a b", "pattern"),
        ("id", "", "pattern"),
        ("question", " \n", "pattern"),
        ("question", "x" * 10_001, "maxLength"),
        ("answer", "x" * 1_000_001, "maxLength"),
        ("answer", 3.1, "type"),
        ("answer", ["a"], "type"),
        ("technology", "a\nb", "pattern"),
        ("difficulty", "7", "type"),
        ("difficulty", 7.5, "type"),
        ("difficulty", 0, "minimum"),
        ("difficulty", 11, "maximum"),
        ("tags", "a", "type"),
        ("tags", ["a", "a"], "uniqueItems"),
        ("status", "activ", "enum"),
        ("markup", "html", "enum"),
        ("follow_ups", "And then?", "type"),
        ("answr", "x", "additionalProperties"),
        ("correct", "ab", "anyOf"),
        ("extra", ["x"], "type"),
        ("extra", {"x": {}}, "anyOf"),
    ],
)
def test_a_wrong_question_is_wrong_for_editors_too(key: str, value: object, keyword: str) -> None:
    bank = {"questions": [{"id": "a", "question": "q", "answer": "a", key: value}]}
    assert [complaint.split(": ")[1] for complaint in complaints(bank)] == [keyword]


def test_every_field_of_the_records_is_in_the_tables() -> None:
    def names(table: tuple[Field, ...]) -> set[str]:
        return {field.name for field in table}

    assert names(QUESTION_FIELDS) == {field.name for field in fields(Question)} - {"location"}
    beside = {"reviews"}  # counts that are in a file of their own
    assert names(HEADER_FIELDS) == {field.name for field in fields(Bank)} - beside | {"markup", "math"}
    assert names(CLAIM_FIELDS) == {field.name for field in fields(Claims)}
    assert [field.name for field in QUESTION_FIELDS if field.name in PROSE_SECTIONS] == list(PROSE_SECTIONS)


def test_every_example_is_right() -> None:
    described: Any = bank_schema()
    for table in (described, *described["$defs"].values()):
        for name, field in table["properties"].items():
            for example in field.get("examples", []):
                assert list(Draft202012Validator(field).iter_errors(example)) == [], name
