"""The table that qexport writes (`export --to csv`, a bundle's questions.csv) → the same questions, without loss."""

from __future__ import annotations

from collections.abc import Iterable

from qexport.bank.schema import QUESTION_FIELDS
from qexport.bank.table_form import BANK_PREFIX, EXTRA, FORM_COLUMN, read_cell
from qexport.importers.source import Found, Reading, SourceValue
from qexport.importers.table import TableRow

_LIST_COLUMNS = frozenset(
    field.name for field in QUESTION_FIELDS if field.kind in ("texts", "lines", "ids", "letters")
)


def is_own_table(text: str) -> bool:
    """Report whether a CSV's head says that qexport wrote it."""
    return FORM_COLUMN in text.lstrip("\ufeff").partition("\n")[0]


def read_own_table(rows: Iterable[TableRow]) -> Reading:
    """Return the questions of a table that qexport wrote, and its bank's header."""
    waiting = iter(rows)
    head = list(next(waiting).cells)
    header: dict[str, SourceValue] = {}
    found = []
    for row in waiting:
        fields: dict[str, SourceValue] = {}
        extra: dict[str, SourceValue] = {}
        for name, cell in zip(head, row.cells, strict=False):
            if not cell:
                continue
            value = read_cell(cell)
            if name.startswith(BANK_PREFIX):
                header.setdefault(name.removeprefix(BANK_PREFIX), value)
            elif name.startswith(EXTRA):
                extra[name.removeprefix(EXTRA)] = value
            elif name in _LIST_COLUMNS and isinstance(value, str):
                fields[name] = (value,)
            else:
                fields[name] = value
        if fields or extra:
            found.append(Found(location=row.location, fields=fields, extra=extra, is_exact=True))
    header.pop("form", None)
    columns = tuple((name, name) for name in head if not name.startswith(BANK_PREFIX))
    return Reading(shape="CSV that qexport wrote", questions=tuple(found), header=header, columns=columns)
