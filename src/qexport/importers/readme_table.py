"""Tables in Markdown → rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qexport.common.errors import Location
from qexport.importers.columns import field_of
from qexport.importers.readme_lines import fenced_lines
from qexport.importers.table import TableRow

_DASHES = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head names a question."""

    line: int
    """Of its head, from 0."""
    end: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def placed(self, place: Callable[[int], Location]) -> Iterator[TableRow]:
        """Yield head and rows with their places."""
        yield TableRow(self.head, place(self.line))
        for number, cells in enumerate(self.rows):
            yield TableRow(cells, place(self.line + 2 + number))


def find_tables(lines: Sequence[str]) -> list[Table]:
    """Return the tables with a column of questions."""
    fenced = fenced_lines(list(lines))
    tables = []
    number = 0
    while number + 1 < len(lines):
        head = lines[number]
        if (
            fenced[number]
            or "|" not in head
            or not _DASHES.fullmatch(lines[number + 1])
            or "-" not in lines[number + 1]
        ):
            number += 1
            continue
        end = number + 2
        while end < len(lines) and "|" in lines[end] and not fenced[end]:
            end += 1
        names = _split_cells(head)
        if any(field_of(name) == "question" for name in names) and len(names) > 1:
            tables.append(Table(number, end, names, tuple(map(_split_cells, lines[number + 2 : end]))))
        number = end
    return tables


def _split_cells(line: str) -> tuple[str, ...]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return tuple(
        re.sub(r"<br ?/?>", "\n", cell.replace("\\|", "|")).strip() for cell in _CELL_END.split(bare)
    )
