"""CSV in the dialects of Excel, LibreOffice and programs → rows.

`csv.Sniffer` takes the quotes of code for quote characters, and other libraries guess types. Here the delimiter is
the one under which most rows have the same number of cells, the decision is shown, and text stays text.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.importers.own_table import is_own_table, read_own_table
from qexport.importers.source import Reading, Source
from qexport.importers.table import TableRow, read_rows

DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_SAMPLE_LINES = 400


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a file are divided."""

    delimiter: str
    is_quoted: bool = True
    """A cell may stand in double quotes; else quotes are text."""

    def __str__(self) -> str:
        return (
            f"columns divided by {DELIMITERS[self.delimiter]}{'' if self.is_quoted else ', quotes are text'}"
        )


def find_dialect(text: str) -> Dialect | None:
    """Return the dialect in which most rows have the same number of cells, two or more; None if none has."""
    sample = "".join(text.splitlines(keepends=True)[:_SAMPLE_LINES])
    if sample[:4].lower() == "sep=" and sample[4:5] in DELIMITERS:
        return Dialect(sample[4])
    best: tuple[float, Dialect] | None = None
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        # Quotes are text only between tabs: in CSV one that is never closed is a slip, and swallows the rest.
        for is_quoted in (True, False) if delimiter == "\t" else (True,):
            dialect = Dialect(delimiter, is_quoted)
            share = _share_of_even_rows(sample, dialect, is_cut=len(sample) < len(text))
            score = share - (0.0 if is_quoted else 0.05) - list(DELIMITERS).index(delimiter) * 0.01
            if share >= 0.6 and (best is None or score > best[0]):
                best = (score, dialect)
    return best[1] if best else None


def _share_of_even_rows(sample: str, dialect: Dialect, *, is_cut: bool) -> float:
    """Return which share of the rows has the most frequent number of cells; 0 if that is one, or quotes are open."""
    counts: Counter[int] = Counter()
    try:
        for cells, _ in _read_cells(sample, dialect):
            if any(cells):
                counts[len(cells)] += 1
    except csv.Error:
        if not is_cut or not counts:
            return 0.0
    if not counts:
        return 0.0
    width, often = counts.most_common(1)[0]
    return often / counts.total() if width > 1 else 0.0


def _read_cells(text: str, dialect: Dialect) -> Iterator[tuple[list[str], int]]:
    """Yield the cells of each row, and the line it begins in."""
    # Not its 131,072 characters: a text's own limit is applied later, and the whole file's was.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(
        text.splitlines(keepends=True) if "\r" in text else _split_table_lines(text),
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.is_quoted else csv.QUOTE_NONE,
        strict=True,
    )
    line = 1
    for cells in reader:
        yield cells, line
        line = reader.line_num + 1


def _split_table_lines(text: str) -> Iterator[str]:
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


class _CellPlaces:
    """Where cells begin; only asked where there is something to say of one."""

    def __init__(self, text: str, dialect: Dialect, skipped: int) -> None:
        self._text = text
        self._dialect = dialect
        self._skipped = skipped
        self._lines: list[str] = []

    def locate(self, row: Location, number: int) -> Location:
        """Return where a cell begins: its line and column."""
        if not self._lines:
            self._lines = list(_split_table_lines(self._text))
        found = is_open = 0
        for at in range(row.line - self._skipped - 1, len(self._lines)):
            for column, sign in enumerate(self._lines[at], 1):
                if sign == '"' and self._dialect.is_quoted:
                    is_open ^= 1
                elif sign == self._dialect.delimiter and not is_open:
                    found += 1
                    if found == number:
                        return Location(row.path, at + self._skipped + 1, column + 1)
            if not number or not is_open:
                break
        return row


def read_csv_rows(text: str, path: str, dialect: Dialect) -> Iterator[TableRow]:
    """Yield the rows of a file; InputRefused has the line where a quote is never closed."""
    skipped = 1 if text[:4].lower() == "sep=" else 0
    if skipped:
        text = text.partition("\n")[2]
    line = 1
    locate = _CellPlaces(text, dialect, skipped).locate
    try:
        for cells, line in _read_cells(text, dialect):
            yield TableRow(cells, Location(path, line + skipped, 1), locate)
    except csv.Error as error:
        raise InputRefused((_open_quote(text, path, line, skipped, error),)) from error


def _open_quote(text: str, path: str, line: int, skipped: int, error: csv.Error) -> Problem:
    """Return where the row begins that cannot be read."""
    lines = text.split("\n")
    if "unexpected end" in str(error):
        at = next(
            (number for number in range(line, len(lines) + 1) if lines[number - 1].count('"') % 2), line
        )
        column = lines[at - 1].find('"') + 1 if at <= len(lines) else 0
        hint = 'close it, or double a quote that is text: ""'
        return Problem(Location(path, at + skipped, max(column, 1)), "this quote is never closed", hint)
    hint = 'double a quote that is text: ""'
    return Problem(Location(path, line + skipped, 1), f"a row that is not CSV: {quote(str(error))}", hint)


def parse(source: Source) -> Reading:
    """Read a table of comma-separated values, or with any other delimiter of DELIMITERS."""
    dialect = find_dialect(source.text)
    if dialect is None:
        for delimiter in DELIMITERS:
            if delimiter in source.text.partition("\n")[0]:
                list(read_csv_rows(source.text, source.path, Dialect(delimiter)))  # says what is wrong
        raise InputRefused(
            (
                Problem(
                    Location(source.path, 1, 1),
                    "no delimiter divides the rows into the same number of cells",
                    "commas, tabs, semicolons and bars were tried; each row needs as many cells as the first",
                ),
            )
        )
    rows = read_csv_rows(source.text, source.path, dialect)
    if is_own_table(source.text):
        return read_own_table(rows)
    shape = f"{'TSV' if dialect.delimiter == chr(9) else 'CSV'}, {dialect}"
    return read_rows(rows, shape, source.path, source.wishes.columns)
