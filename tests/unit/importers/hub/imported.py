"""Captured pages and the bank they are imported into."""

from __future__ import annotations

from pathlib import Path

from qexport.bank import yaml_reader
from qexport.bank.model import Bank
from qexport.bank.validation import validate
from qexport.importers.hub.captures import ImportResult

ROOT = Path(__file__).resolve().parents[4]
CAPTURES = ROOT / "seeds" / "captures"
LISTING = ("hub-advanced.txt", (CAPTURES / "hub-advanced.txt").read_text(encoding="utf-8"))
ANSWERS = ("hub-page-4-answers.txt", (CAPTURES / "hub-page-4-answers.txt").read_text(encoding="utf-8"))
VOCABULARY = ("vocabulary.yaml", (CAPTURES / "vocabulary.yaml").read_text(encoding="utf-8"))

SHORT_WORDS = (
    "words.yaml",
    "title: Q\nnamespace: test\ntechnologies: {Python: [Core Python]}\nlevels: [Junior, Advanced]\n",
)
RECORD = """\
PY-1 What is it?
Python Core Python Advanced
6/10
Answer
It is this.
Deep Explanation
Because one does so.
Real-World Example
Somewhere in the world.
Common Mistakes
Many of them.
Production Scenario
Once upon a time.
Follow-up Questions
Why? How so??
ID: PY-1 · Difficulty: 6/10 · Level: Advanced
"""
PAGE = "54\nTotal Questions\nQ\n" + RECORD
SECOND = RECORD.replace("PY-1", "PY-2").replace("What is it?", "What is that?").replace("this", "that")


def new_text(result: ImportResult) -> str:
    assert result.text is not None
    return result.text


def bank_of(text: str) -> Bank:
    return validate(yaml_reader.parse_yaml(text, "bank.yaml"))[0]


CHANGED = PAGE.replace("Because one does so.", "Because one does so, often.").replace("6/10", "7/10")
