"""A bank → one table of CSV in which no spreadsheet finds a formula, and which comes back without loss."""

from __future__ import annotations

import csv
from io import StringIO

from qexport.bank.jsonl_writer import header_values, question_values
from qexport.bank.model import Bank
from qexport.bank.schema import QUESTION_FIELDS
from qexport.bank.table_form import BANK_PREFIX, EXTRA, FORM_COLUMN, write_cell
from qexport.exporters.registry import Exported


def write(bank: Bank) -> Exported:
    """Return the table of a bank's questions: a column a field, a row a question."""
    values = [question_values(question) for question in bank.questions]
    used = {name for each in values for name in each}
    names = [
        field.name
        for field in QUESTION_FIELDS
        if field.name != "extra" and (field.name in used or field.name in _ALWAYS_COLUMNS)
    ]
    own = _order_own_fields(bank)
    header = _flat(header_values(bank))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [*names, *(EXTRA + name for name in own), FORM_COLUMN, *(BANK_PREFIX + name for name in header)]
    )
    for number, (question, each) in enumerate(zip(bank.questions, values, strict=True)):
        extra = dict(question.extra)
        cells = [_cell(each.get(name, "")) for name in names]
        cells += [_cell(extra.get(name, "")) for name in own]
        cells += ["1", *map(_cell, header.values())] if not number else [""] * (1 + len(header))
        writer.writerow(cells)
    return Exported("\ufeff" + text.getvalue())  # without the mark Excel takes it for Latin-1


def _order_own_fields(bank: Bank) -> list[str]:
    """Return the names of a bank's own fields so that each question's come back in its order, if one order fits all."""
    before: dict[str, set[str]] = {}
    for question in bank.questions:
        names = [name for name, _ in question.extra]
        for place, name in enumerate(names):
            before.setdefault(name, set()).update(names[max(place - 1, 0) : place])
    ordered: list[str] = []
    left = dict.fromkeys(before)
    while left:
        following = next((name for name in left if not before[name] & left.keys()), next(iter(left)))
        ordered.append(following)
        del left[following]
    return ordered


_ALWAYS_COLUMNS = ("id", "question", "answer", "technology", "category", "level", "difficulty", "tags")


def _flat(header: dict[str, object]) -> dict[str, object]:
    """Return a header in which what is a mapping has a column a key."""
    flat: dict[str, object] = {}
    for name, value in header.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": str(each) for key, each in value.items()}
        else:
            flat[name] = value
    return flat


def _cell(value: object) -> str:
    return write_cell(value if isinstance(value, tuple) else str(value))
