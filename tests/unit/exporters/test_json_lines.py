"""A bank as JSON Lines."""

from __future__ import annotations

from tests.unit.go_bank import BANK

from qexport.bank.jsonl_writer import write_jsonl
from qexport.exporters.json_lines import write


def test_it_is_the_bank_itself() -> None:
    assert write(BANK).text == write_jsonl(BANK)
    assert write(BANK).losses == ()
