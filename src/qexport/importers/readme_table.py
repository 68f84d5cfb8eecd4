"""Tables in Markdown → rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qexport.common.errors import Location
from qexport.importers.columns import field_of, fold_name
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

    def place_rows(self, place: Callable[[int], Location]) -> Iterator[TableRow]:
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
        if _has_questions(names):
            tables.append(Table(number, end, names, tuple(map(_split_cells, lines[number + 2 : end]))))
        number = end
    return tables


def _has_questions(names: Sequence[str]) -> bool:
    """Report whether a head names a question, and if by a word of any table, then also its answer."""
    asked = [name for name in names if field_of(name) == "question"]
    is_sure = any(fold_name(name) not in _WORDS_OF_ANY_TABLE for name in asked)
    has_answer = {"answer", "choices"} & set(map(field_of, names)) != set()
    return len(names) > 1 and bool(asked) and (is_sure or has_answer)


_NOT_ONLY_OF_QUESTIONS = "item title titel titre título task problem input query sentence term word concept"
_WORDS_OF_ANY_TABLE = frozenset(_NOT_ONLY_OF_QUESTIONS.split())


def _split_cells(line: str) -> tuple[str, ...]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return tuple(
        re.sub(r"<br ?/?>", "\n", cell.replace("\\|", "|")).strip() for cell in _CELL_END.split(bare)
    )
