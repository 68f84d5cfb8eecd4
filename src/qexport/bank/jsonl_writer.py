"""A bank → JSON Lines: what the bank says of itself in the first line, then a question a line."""

from __future__ import annotations

import json
from collections.abc import Iterable

from qexport.bank.model import MATHS, Bank, Claims, Question
from qexport.bank.schema import CLAIM_FIELDS, HEADER_FIELDS, QUESTION_FIELDS


def write_jsonl(bank: Bank) -> str:
    """Return the lines of a bank; read, they are the same bank."""
    lines = [header_values(bank), *map(question_values, bank.questions)]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def write_jsonl_questions(questions: Iterable[Question]) -> str:
    """Return only the lines of questions, to be appended to a bank's."""
    return "".join(f"{json.dumps(question_values(each), ensure_ascii=False)}\n" for each in questions)


def header_values(bank: Bank) -> dict[str, object]:
    """Return what a bank says of itself as JSON has it, without what is empty."""
    values: dict[str, object] = {}
    for field in HEADER_FIELDS:
        if field.name in ("questions", "markup"):
            continue
        if field.name == "math":
            value: object = "true" if any(each.markup == MATHS for each in bank.questions) else ""
        else:
            value = getattr(bank, field.name)
        if isinstance(value, Claims):
            value = {
                each.name: count for each in CLAIM_FIELDS if (count := getattr(value, each.name)) is not None
            }
        if value not in ("", (), {}, None):
            values[field.name] = value
    return values


def question_values(question: Question) -> dict[str, object]:
    """Return a question as JSON has it, without what is empty or usual."""
    values: dict[str, object] = {}
    for field in QUESTION_FIELDS:
        value = getattr(question, field.name)
        if field.name == "extra":
            value = dict(value)
        elif field.name == "markup" and value == MATHS:
            value = "markdown"  # the bank says that it has formulas
        is_usual = (field.name, value) in (("status", "active"), ("markup", "plain"))
        if value not in ("", (), {}, None) and not is_usual:
            values[field.name] = value
    return values
