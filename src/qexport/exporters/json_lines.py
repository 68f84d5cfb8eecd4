"""A bank → JSON Lines, which is a bank's file too: `qexport build --bank questions.jsonl`."""

from __future__ import annotations

from qexport.bank.jsonl_writer import write_jsonl
from qexport.bank.model import Bank
from qexport.exporters.registry import Exported


def write(bank: Bank) -> Exported:
    """Return the header in the first line, then a question a line."""
    return Exported(write_jsonl(bank))
