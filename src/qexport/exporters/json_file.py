"""A bank → one JSON object, under the keys of its YAML."""

from __future__ import annotations

import json

from qexport.bank.jsonl_writer import header_values, question_values
from qexport.bank.model import Bank
from qexport.exporters.registry import Exported


def write(bank: Bank) -> Exported:
    """Return what the bank says of itself, and its questions below `questions`."""
    value = {**header_values(bank), "questions": [question_values(each) for each in bank.questions]}
    return Exported(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
